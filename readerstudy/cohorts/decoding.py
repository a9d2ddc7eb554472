"""From the bytes of a file to a grey image, whatever the file's name says."""

from __future__ import annotations

from readerstudy.cohorts import dicom, raster
from readerstudy.cohorts.source_image import RejectedImageError, SourceImage


def decode(data: bytes, frame: int | None = None) -> SourceImage:
    """Decode a file by what it holds.

    Parameters
    ----------
    data : bytes
        The whole file.
    frame : int, optional
        Which frame or page is meant, counted from 1; a file that has several must have one named.

    Raises
    ------
    RejectedImageError
        The reason why it cannot become a case.
    """
    if not data:
        raise RejectedImageError("is empty (0 bytes)")
    if dicom.is_dicom(data):
        return dicom.decode(data, frame)
    if name := raster.format_of(data):
        return raster.decode(data, name, frame)
    if data.startswith((b"PK\3\4", b"PK\5\6")):
        raise RejectedImageError("is a zip archive: import it by itself, or unpack it")
    raise RejectedImageError("is no DICOM, PNG, JPEG, TIFF or WebP file, whatever its name says")

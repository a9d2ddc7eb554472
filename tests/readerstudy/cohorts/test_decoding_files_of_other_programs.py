"""Files that scanners and other programs wrote are read as those who know them best read them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom.data
import pytest
from pydicom.pixels.processing import apply_modality_lut

from readerstudy.cohorts.decoding import decode
from readerstudy.cohorts.source_image import RejectedImageError

# pydicom warns of the faults that some of these files have on purpose; only this test, which asks it too, hears that.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
# Files that pydicom brings along, written by scanners, GDCM and dcmtk; pydicom's own reading of them is the reference.
BY_OTHERS = Path(pydicom.data.__file__).parent / "test_files"
LOSSLESS_BY_OTHERS = [
    "693_J2KI.dcm", "CT_small.dcm", "J2K_pixelrep_mismatch.dcm", "JPEG2000.dcm", "MR_small.dcm", "MR_small_RLE.dcm",
    "MR_small_bigendian.dcm", "MR_small_implicit.dcm", "MR_small_jp2klossless.dcm", "MR_small_jpeg_ls_lossless.dcm",
    "MR_small_padded.dcm", "examples_overlay.dcm", "liver_1frame.dcm", "liver_expb_1frame.dcm",
]  # fmt: skip
COLOUR_BY_OTHERS = [
    "ExplVR_BigEnd.dcm", "GDCMJ2K_TextGBR.dcm", "SC_jpeg_no_color_transform.dcm", "SC_jpeg_no_color_transform_2.dcm",
    "SC_rgb_dcmtk_+eb+cr.dcm", "SC_rgb_dcmtk_+eb+cy+n1.dcm", "SC_rgb_dcmtk_+eb+cy+n2.dcm",
    "SC_rgb_dcmtk_+eb+cy+np.dcm", "SC_rgb_dcmtk_+eb+cy+s2.dcm", "SC_rgb_dcmtk_+eb+cy+s4.dcm", "SC_rgb_gdcm_KY.dcm",
    "SC_rgb_jls_lossy_line.dcm", "SC_rgb_jls_lossy_sample.dcm", "SC_rgb_jpeg.dcm", "SC_rgb_jpeg_app14_dcmd.dcm",
    "SC_rgb_jpeg_dcmd.dcm", "SC_rgb_jpeg_dcmtk.dcm", "SC_rgb_jpeg_lossy_gdcm.dcm", "SC_rgb_rle.dcm",
    "SC_rgb_rle_16bit.dcm", "SC_ybr_full_422_uncompressed.dcm", "examples_jpeg2k.dcm", "examples_rgb_color.dcm",
]  # fmt: skip


@pytest.mark.parametrize("name", LOSSLESS_BY_OTHERS)
def test_grey_files_of_other_programs_are_read_as_pydicom_reads_them(name: str) -> None:
    path = BY_OTHERS / name
    dataset = pydicom.dcmread(path)
    expected = apply_modality_lut(dataset.pixel_array, dataset)
    assert np.array_equal(decode(path.read_bytes()).pixels, expected)


@pytest.mark.parametrize("name", COLOUR_BY_OTHERS)
def test_colour_files_of_other_programs_are_read_as_pydicom_reads_them(name: str) -> None:
    path = BY_OTHERS / name
    colour = pydicom.dcmread(path).pixel_array.astype(float)
    luma = colour @ [0.299, 0.587, 0.114]
    assert np.abs(decode(path.read_bytes()).pixels - luma).mean() < 0.2


def test_a_12_bit_jpeg_of_another_program_is_read() -> None:
    lossy = decode((BY_OTHERS / "JPGExtended.dcm").read_bytes())
    assert (lossy.rows, lossy.columns, lossy.bits) == (1024, 256, 12)
    lossless = decode((BY_OTHERS / "JPEG2000.dcm").read_bytes()).pixels  # another image of the same bone scan
    assert np.corrcoef(lossy.pixels.ravel(), lossless.ravel())[0, 1] > 0.9


def test_the_overlay_of_another_program_is_counted() -> None:
    assert decode((BY_OTHERS / "examples_overlay.dcm").read_bytes()).overlays == 1


@pytest.mark.parametrize("name", ["rtplan.dcm", "test-SR.dcm", "waveform_ecg.dcm", "image_dfl.dcm", "MR_truncated.dcm"])
def test_files_of_other_programs_that_are_no_image_are_rejected(name: str) -> None:
    with pytest.raises(RejectedImageError, match=r"no pixel data|deflated|truncated"):
        decode((BY_OTHERS / name).read_bytes())

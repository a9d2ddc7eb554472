"""The blinded DICOMweb protocol: QIDO-RS search, WADO-RS metadata, frames and rendered images (DICOM PS3.18, 10).

It knows nothing of sessions or readers: the caller names the instances that are presented, and nothing else exists.
Whatever is answered has the same headers, attributes and length for every case.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

from readerstudy.cohorts import dicom_presentation, frames, qido
from readerstudy.cohorts.dicom_presentation import DicomJson
from readerstudy.cohorts.media_types import MediaType, choose
from readerstudy.cohorts.profiles import DEFAULT_PROFILE, PresentationProfile, Transfer

# Name and transfer syntax of a frame (PS3.18, 8.7.3): explicit VR little endian, and HTJ2K lossless.
_FORMS: dict[Transfer, tuple[str, str]] = {
    "raw": ("application/octet-stream", "1.2.840.10008.1.2.1"),
    "htj2k": ("image/jphc", "1.2.840.10008.1.2.4.201"),
}
PNG = MediaType("image/png")
JPEG = MediaType("image/jpeg")
DICOM_JSON = MediaType("application/dicom+json")
PLAIN_JSON = MediaType("application/json")


@dataclass(frozen=True)
class PresentedInstance:
    """One presentation image under the UIDs by which a client knows it.

    Attributes
    ----------
    dicom_study_uid, dicom_series_uid, sop_instance_uid : str
        UIDs of one constant length (`deidentify.session_uid`).
    frame : pathlib.Path
        The file of grey values, row by row, or of an HTJ2K codestream.
    rows, columns : int
        The matrix.
    profile : PresentationProfile
        The profile of the cohort: what it says holds for all images alike.
    padded_length : int
        Bytes to which a compressed frame is filled up: the length of the cohort's longest.
    """

    dicom_study_uid: str
    dicom_series_uid: str
    sop_instance_uid: str
    frame: Path
    rows: int
    columns: int
    profile: PresentationProfile = DEFAULT_PROFILE
    padded_length: int = 0

    def metadata(self) -> DicomJson:
        """Give the attributes that display needs, as DICOM JSON."""
        return dicom_presentation.presentation_dataset(
            dicom_study_uid=self.dicom_study_uid,
            dicom_series_uid=self.dicom_series_uid,
            sop_instance_uid=self.sop_instance_uid,
            rows=self.rows,
            columns=self.columns,
            bits=self.profile.bits,
            spacing=self.profile.spacing,
            windowed=self.profile.normalise,
        )


class _RefusedError(Exception):
    """The request ends here with this status and these words."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


_STUDY = r"studies/(?P<study>[0-9.]{1,64})"
_SERIES = _STUDY + r"/series/(?P<series>[0-9.]{1,64})"
_INSTANCE = _SERIES + r"/instances/(?P<instance>[0-9.]{1,64})"


def respond(request: HttpRequest, instances: Sequence[PresentedInstance], resource: str) -> HttpResponseBase:
    """Answer one DICOMweb request over the given instances.

    Parameters
    ----------
    request : HttpRequest
        GET or HEAD; its query and Accept header are obeyed.
    instances : sequence of PresentedInstance
        Everything that exists for this client. Their order is not revealed: results are sorted by UID.
    resource : str
        The path below the DICOMweb root, for instance `studies/2.25.1/metadata`.

    Returns
    -------
    HttpResponseBase
        The resource; or 400, 404, 405, 406 with the reason in plain words.
    """
    try:
        response = _answer(request, instances, resource.strip("/"))
    except _RefusedError as refusal:
        response = HttpResponse(f"{refusal}\n", status=refusal.status, content_type="text/plain; charset=utf-8")
        if refusal.status == 405:
            response["Allow"] = "GET, HEAD"
    response["Cache-Control"] = "private, no-store"
    return response


def _answer(request: HttpRequest, instances: Sequence[PresentedInstance], resource: str) -> HttpResponseBase:
    if request.method not in ("GET", "HEAD"):
        raise _RefusedError(405, "This DICOMweb root can only be read.")
    for pattern, handler in _ROUTES:
        if match := re.fullmatch(pattern, resource):
            uids = match.groupdict()
            return handler(request, _under(instances, **uids), uids)
    raise _RefusedError(404, "There is no such resource: search, metadata, frames and rendered images are offered.")


def _under(
    instances: Sequence[PresentedInstance], study: str = "", series: str = "", instance: str = "", **_: str
) -> list[PresentedInstance]:
    """Give the instances below the UIDs of a path, sorted by UIDs, which are keyed and so say nothing of any order."""
    found = [
        one for one in instances
        if study in ("", one.dicom_study_uid) and series in ("", one.dicom_series_uid)
        and instance in ("", one.sop_instance_uid)
    ]  # fmt: skip
    if not found and study:
        raise _RefusedError(404, "There is no study, series or instance with this UID here.")
    return sorted(found, key=lambda one: (one.dicom_study_uid, one.dicom_series_uid, one.sop_instance_uid))


Handler = Callable[[HttpRequest, list[PresentedInstance], dict[str, str]], HttpResponseBase]


def _search_studies(request: HttpRequest, found: list[PresentedInstance], _uids: dict[str, str]) -> HttpResponseBase:
    return _search(request, [dicom_presentation.study_result(dicom_study_uid=one.dicom_study_uid) for one in found])


def _search_series(request: HttpRequest, found: list[PresentedInstance], _uids: dict[str, str]) -> HttpResponseBase:
    records = [
        dicom_presentation.series_result(dicom_study_uid=one.dicom_study_uid, dicom_series_uid=one.dicom_series_uid)
        for one in found
    ]  # fmt: skip
    return _search(request, records)


def _search_instances(request: HttpRequest, found: list[PresentedInstance], _uids: dict[str, str]) -> HttpResponseBase:
    return _search(request, [one.metadata() for one in found])


def _search(request: HttpRequest, records: list[DicomJson]) -> HttpResponseBase:
    try:
        return _dicom_json(request, qido.search(records, request.GET))
    except qido.BadQueryError as error:
        raise _RefusedError(400, str(error)) from error


def _metadata(request: HttpRequest, found: list[PresentedInstance], _uids: dict[str, str]) -> HttpResponseBase:
    return _dicom_json(request, [one.metadata() for one in found])


def _dicom_json(request: HttpRequest, records: list[DicomJson]) -> HttpResponse:
    chosen = _negotiate(request, [DICOM_JSON, PLAIN_JSON])
    return HttpResponse(json.dumps(records, separators=(",", ":")), content_type=chosen.name)


def _frames(request: HttpRequest, found: list[PresentedInstance], uids: dict[str, str]) -> HttpResponseBase:
    instance = _only_frame(found, uids["frames"])
    name, transfer_syntax = _FORMS[instance.profile.transfer]
    offered = [MediaType(name, transfer_syntax), MediaType(name, transfer_syntax, multipart=True)]
    chosen = _negotiate(request, offered)
    if chosen.multipart:
        return _multipart(_padded(instance), chosen)
    if instance.padded_length:
        return HttpResponse(_padded(instance), content_type=str(chosen))
    response = FileResponse(instance.frame.open("rb"), content_type=str(chosen))
    # Django names the file; the name is opaque, but differs from case to case.
    del response["Content-Disposition"]
    return response


def _padded(instance: PresentedInstance) -> bytes:
    """Fill a codestream up with zeros: decoders stop at its end marker (ISO/IEC 15444-1, A.4.4)."""
    return instance.frame.read_bytes().ljust(instance.padded_length, b"\0")


def _only_frame(found: list[PresentedInstance], numbers: str) -> PresentedInstance:
    if numbers != "1":
        raise _RefusedError(404, "Each image has one frame: ask for frames/1.")
    if not found[0].frame.is_file():
        raise _RefusedError(404, _MISSING)
    return found[0]


_MISSING = "The image is missing from the store: tell the coordinator of the study."


def _multipart(content: bytes, chosen: MediaType) -> HttpResponse:
    # Constant, so that the headers are; keyed, so that no picture can be made to contain it.
    boundary = salted_hmac("readerstudy.cohorts.wado", "boundary", algorithm="sha256").hexdigest()[:32]
    head = f"--{boundary}\r\nContent-Type: {chosen}\r\nContent-Length: {len(content)}\r\n\r\n"
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    parameters = f'type="{chosen.name}"; transfer-syntax={chosen.transfer_syntax}; boundary={boundary}'
    response = HttpResponse(body, content_type=f"multipart/related; {parameters}")
    response["Content-Length"] = len(body)
    return response


def _rendered(request: HttpRequest, found: list[PresentedInstance], uids: dict[str, str]) -> HttpResponseBase:
    instance = _only_frame(found, uids.get("frames", "1"))
    chosen = _negotiate(request, [PNG, JPEG])
    rows, columns = _viewport(request, instance)
    try:
        pixels = frames.read_pixels(instance.frame, instance.rows, instance.columns, instance.profile)
    except frames.UnreadableFrameError:
        raise _RefusedError(404, _MISSING) from None
    picture = frames.as_picture(pixels, instance.profile).resize((columns, rows))
    content = frames.as_png(picture) if chosen is PNG else frames.as_jpeg(picture)
    return HttpResponse(content, content_type=chosen.name)


def _viewport(request: HttpRequest, instance: PresentedInstance) -> tuple[int, int]:
    """Give rows and columns of the picture that fits into `viewport=width,height` (PS3.18, 8.3.5.1.3)."""
    text = request.GET.get("viewport", "")
    if not text:
        return instance.rows, instance.columns
    if not re.fullmatch(r"[1-9][0-9]{0,4},[1-9][0-9]{0,4}", text, re.ASCII):
        raise _RefusedError(400, "viewport must be width,height in pixels, for instance viewport=256,256.")
    width, height = (int(number) for number in text.split(","))
    scale = min(width / instance.columns, height / instance.rows, 1)
    return max(1, round(instance.rows * scale)), max(1, round(instance.columns * scale))


def _negotiate(request: HttpRequest, offered: Sequence[MediaType]) -> MediaType:
    # PS3.18, 8.3.3.1: where a client cannot set the header, the query parameter `accept` stands in for it.
    chosen = choose(request.GET.get("accept") or request.headers.get("Accept", ""), offered)
    if chosen is None:
        names = dict.fromkeys(
            "; transfer-syntax=".join(filter(None, (one.name, one.transfer_syntax))) for one in offered
        )
        raise _RefusedError(406, f"This is offered as {' or '.join(names)}, and not otherwise.")
    return chosen


_ROUTES: list[tuple[str, Handler]] = [
    (r"studies", _search_studies),
    (r"series", _search_series),
    (rf"{_STUDY}/series", _search_series),
    (r"instances", _search_instances),
    (rf"{_STUDY}/instances", _search_instances),
    (rf"{_SERIES}/instances", _search_instances),
    (rf"{_STUDY}/metadata", _metadata),
    (rf"{_SERIES}/metadata", _metadata),
    (rf"{_INSTANCE}/metadata", _metadata),
    (rf"{_INSTANCE}/frames/(?P<frames>[0-9,]{{1,64}})", _frames),
    (rf"{_INSTANCE}/rendered", _rendered),
    (rf"{_INSTANCE}/frames/(?P<frames>[0-9,]{{1,64}})/rendered", _rendered),
]

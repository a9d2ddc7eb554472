"""What a browser receives for each case, taken apart into features that must be the same for all cases."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image as Pillow

from readerstudy.cohorts import frames
from readerstudy.cohorts.models import Case
from readerstudy.cohorts.wado import PresentedInstance
from readerstudy.reports.blinding_stage import ROOT, Received, ask

Features = dict[str, str]
ABSENT = "absent"
_LONGEST = 120
# These tell by being there: what is cached, when it was made, which file it was.
_NEVER_SENT = {
    "etag", "last-modified", "content-disposition", "content-location", "content-encoding", "age", "expires",
    "set-cookie",
}  # fmt: skip
_UNLIKE_BY_NATURE = {"date"}


@dataclass(frozen=True)
class Presented:
    """A case, as the audit's throw-away session presents it."""

    case: Case
    instance: PresentedInstance


@dataclass(frozen=True)
class Difference:
    """A feature in which cases differ, or that no case may have, with an example."""

    feature: str
    example: str

    def as_json(self) -> dict[str, str]:
        """Give what the audit's summary says."""
        return {"feature": self.feature, "example": self.example}


@dataclass(frozen=True)
class _Question:
    """One kind of request about a case."""

    name: str
    resource: Callable[[PresentedInstance], str]
    accept: str = "*/*"
    method: str = "GET"


def _instance(one: PresentedInstance, rest: str) -> str:
    series = f"studies/{one.dicom_study_uid}/series/{one.dicom_series_uid}"
    return f"{series}/instances/{one.sop_instance_uid}/{rest}"


FRAME = _Question("frame", lambda one: _instance(one, "frames/1"))
METADATA = _Question("metadata", lambda one: _instance(one, "metadata"))
QUESTIONS = (
    METADATA,
    FRAME,
    _Question("frame, asked for its head", lambda one: _instance(one, "frames/1"), method="HEAD"),
    _Question("frame in parts", lambda one: _instance(one, "frames/1"), accept='multipart/related; type="*/*"'),
    _Question("rendered PNG", lambda one: _instance(one, "rendered?viewport=256,256"), accept="image/png"),
    _Question("rendered JPEG", lambda one: _instance(one, "rendered?viewport=128,128"), accept="image/jpeg"),
    _Question("study found", lambda one: f"studies?StudyInstanceUID={one.dicom_study_uid}"),
    _Question("series found", lambda one: f"series?SeriesInstanceUID={one.dicom_series_uid}"),
    _Question("instance found", lambda one: f"instances?SOPInstanceUID={one.sop_instance_uid}"),
)


def question(what: _Question, one: PresentedInstance, code: str, among: Sequence[PresentedInstance]) -> Received:
    """Ask one question about an instance."""
    address = ROOT.format(code=code) + what.resource(one)
    return ask(address, among, accept=what.accept, method=what.method)


def features_of(
    presented: Presented, code: str, among: Sequence[PresentedInstance]
) -> tuple[Features, dict[str, Received]]:
    """Ask every question about a case, and take the answers apart.

    Parameters
    ----------
    code : str
        The session's.
    among : sequence of PresentedInstance
        All that is open in the session at that time.

    Returns
    -------
    (dict, dict)
        Feature by name; and what was received, by question.
    """
    one, found, answers = presented.instance, dict(_stored(presented.case)), {}
    found.update(_identifiers(one, code))
    for what in QUESTIONS:
        answers[what.name] = question(what, one, code, among)
        found |= {f"{what.name}: {name}": value for name, value in _taken_apart(answers[what.name], one)}
    found |= _agreement(presented.case, answers)
    return found, answers


def _stored(case: Case) -> Iterator[tuple[str, str]]:
    """What the store holds: a difference there shows before it reaches anybody."""
    image = case.image
    for name in ("profile", "rows", "columns", "bits", "spacing"):
        yield f"stored: {name}", str(getattr(image, name))
    yield "stored: recipe", json.dumps(image.recipe, sort_keys=True)
    yield "stored: recipe is the cohort's", str(image.recipe == case.cohort.recipe)
    file = frames.path_of(image)
    content = file.read_bytes() if file.is_file() else b""
    yield "stored: frame file is there", str(file.is_file())
    yield "stored: frame file has its length", str(len(content) == image.length)
    yield "stored: frame file has its SHA-256", str(hashlib.sha256(content).hexdigest() == image.sha256)


def _identifiers(one: PresentedInstance, code: str) -> Iterator[tuple[str, str]]:
    uids = {"study": one.dicom_study_uid, "series": one.dicom_series_uid, "instance": one.sop_instance_uid}
    for level, uid in uids.items():
        yield f"form of the {level} UID", _form(uid)
    address = ROOT.format(code=code) + FRAME.resource(one)
    yield "length of the address", str(len(address))
    yield "shape of the address", _named(address, one)


def _form(uid: str) -> str:
    """Say how a UID is made: its root and its length."""
    return f"2.25. and {len(uid) - 5} digits" if re.fullmatch(r"2\.25\.[1-9][0-9]*", uid) else re.sub(r"\d+", "n", uid)


def _taken_apart(received: Received, one: PresentedInstance) -> Iterator[tuple[str, str]]:
    yield "status", str(received.status)
    headers = [(name, value) for name, value in received.headers if name.lower() not in _UNLIKE_BY_NATURE]
    yield "order of the headers", ", ".join(name for name, _ in headers)
    for name, value in headers:
        yield f"header {name}", _named(value, one)
    yield "length of the body", str(len(received.body))
    kind = received.header("Content-Type")
    if "json" in kind:
        yield from _attributes(received.body, one)
    elif kind.startswith("image/") and received.status == 200:
        yield from _picture(received.body)


def _attributes(body: bytes, one: PresentedInstance) -> Iterator[tuple[str, str]]:
    records = json.loads(body)
    yield "number of records", str(len(records))
    for record in records if isinstance(records, list) else []:
        yield "attributes", " ".join(record)
        for tag, element in record.items():
            yield f"VR of {tag}", str(element.get("vr"))
            yield f"value of {tag}", _named(json.dumps(element, sort_keys=True), one)


def _picture(body: bytes) -> Iterator[tuple[str, str]]:
    with Pillow.open(BytesIO(body)) as picture:
        yield "picture", f"{picture.format} {picture.mode} {picture.width} × {picture.height}"


def _named(text: str, one: PresentedInstance) -> str:
    """Put names in place of a case's own UIDs: any other UID stays, and shows."""
    uids = {"STUDY": one.dicom_study_uid, "SERIES": one.dicom_series_uid, "INSTANCE": one.sop_instance_uid}
    for name, uid in uids.items():
        text = text.replace(uid, name)
    return text


def _agreement(case: Case, answers: Mapping[str, Received]) -> Features:
    """Whether the frame is what metadata and store say it is."""
    frame, metadata = answers[FRAME.name], answers[METADATA.name]
    if frame.status != 200 or metadata.status != 200:
        return {}
    raw = frame.header("Content-Type").startswith("application/octet-stream")
    expected = length_by_metadata(json.loads(metadata.body)[0]) if raw else len(frame.body)
    declared = frame.header("Content-Length") or str(len(frame.body))
    return {
        "frame: body is as long as its matrix": str(len(frame.body) == expected),
        "frame: body is as long as its header says": str(declared == str(len(frame.body))),
        "frame: body is what is stored": str(_is_stored(case, frame.body)),
    }


def length_by_metadata(record: Mapping[str, Any]) -> int:
    """Give the bytes of a frame that its attributes describe."""
    rows, columns, allocated = (_number(record, tag) for tag in ("00280010", "00280011", "00280100"))
    return rows * columns * allocated // 8


def _number(record: Mapping[str, Any], tag: str) -> int:
    return int(record.get(tag, {}).get("Value", [0])[0])


def _is_stored(case: Case, body: bytes) -> bool:
    """Whether the body is the stored frame, with nothing but padding behind it."""
    content, rest = body[: case.image.length], body[case.image.length :]
    return hashlib.sha256(content).hexdigest() == case.image.sha256 and not any(rest)


def differences(by_case: Mapping[str, Features]) -> list[Difference]:
    """Name every feature in which cases differ, and every fault that all of them share.

    Parameters
    ----------
    by_case : mapping
        Features by the code of the case.
    """
    names = dict.fromkeys(name for found in by_case.values() for name in found)
    compared = (_difference(name, {code: found.get(name, ABSENT) for code, found in by_case.items()}) for name in names)
    return [found for found in compared if found]


def _difference(name: str, values: Mapping[str, str]) -> Difference | None:
    counted = Counter(values.values())
    usual, often = counted.most_common(1)[0]
    if len(counted) == 1:
        return Difference(name, _shared_fault(name, usual)) if _shared_fault(name, usual) else None
    code, other = next((code, value) for code, value in values.items() if value != usual)
    return Difference(name, f"case {code}: {_short(other)}; {often} of {len(values)} cases: {_short(usual)}")


def _shared_fault(name: str, value: str) -> str:
    """Say what is wrong with a value that all cases share; mostly nothing."""
    question, _, feature = name.rpartition(": ")
    if feature == "status" and value != "200":
        return f"every case is answered with status {value}"
    if feature.startswith("header ") and feature.removeprefix("header ").lower() in _NEVER_SENT:
        return f"is sent with every case, and must not be: {_short(value)}"
    if feature.startswith("header Cache-Control") and value != "private, no-store":
        return f"must be 'private, no-store', and is {_short(value)!r} for every case"
    if value == "False" and (question in ("stored", "frame")):
        return "holds for no case"
    if name.startswith("form of the ") and value != "2.25. and 39 digits":
        return f"is {value} for every case, and must be 2.25. and 39 digits"
    return ""


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"

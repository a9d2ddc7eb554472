"""A search of an archive for studies: what is asked, what is found, and how DICOM JSON (PS3.18, F) writes both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Record = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class StudyQuery:
    """What a coordinator looks for in the archive; an empty part matches everything, `*` any letters."""

    patient_id: str = ""
    patient_name: str = ""
    accession: str = ""
    modality: str = ""
    body_part: str = ""
    date_from: date | None = None
    date_to: date | None = None


@dataclass(frozen=True)
class StudyFound:
    """A DICOM study of the archive, as its search tells of it; empty where it does not tell."""

    uid: str
    patient_id: str
    patient_name: str
    date: date | None
    modalities: str
    body_part: str
    description: str
    accession: str
    images: str


@dataclass(frozen=True)
class StudiesFound:
    """One page of a search."""

    studies: Sequence[StudyFound]
    has_next: bool


STUDY_FIELDS = (
    "PatientID", "PatientName", "StudyDate", "ModalitiesInStudy", "StudyDescription", "AccessionNumber",
    "NumberOfStudyRelatedInstances",
)  # fmt: skip


def filters_of(query: StudyQuery) -> dict[str, str]:
    """Write what is asked as QIDO-RS filters on studies (PS3.18, 10.6)."""
    # Between the parts of a name stand carets, which people do not write and Orthanc 1.10 does not find in an address.
    name = re.sub(r"[\s^]+", "*", query.patient_name.strip())
    days = [day.strftime("%Y%m%d") if day else "" for day in (query.date_from, query.date_to)]
    filters = {
        "PatientID": query.patient_id,
        "PatientName": name if not name or "*" in query.patient_name else f"*{name}*",
        "AccessionNumber": query.accession,
        "ModalitiesInStudy": query.modality,
        "StudyDate": "-".join(days) if any(days) else "",
    }
    return {keyword: value for keyword, value in filters.items() if value}


def study_of(record: Record) -> StudyFound:
    """Read a record of a study, or of one of its series."""
    return StudyFound(
        uid=value_of(record, "0020000D"),
        patient_id=value_of(record, "00100020"),
        patient_name=value_of(record, "00100010").replace("^", " ").strip(),
        date=_day(value_of(record, "00080020")),
        modalities=", ".join(str(one) for one in record.get("00080061", {}).get("Value") or [])
        or value_of(record, "00080060"),
        body_part=value_of(record, "00180015"),
        description=value_of(record, "00081030"),
        accession=value_of(record, "00080050"),
        images=value_of(record, "00201208"),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def value_of(record: Record, tag: str) -> str:
    """Give the first value of an attribute as text; empty where there is none."""
    value = (record.get(tag, {}).get("Value") or [None])[0]
    if isinstance(value, dict):  # a person's name
        value = value.get("Alphabetic")
    return "" if value is None else str(value)

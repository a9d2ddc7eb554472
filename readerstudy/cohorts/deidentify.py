"""What stands in place of identifiers, keyed so that nothing leads back, and what was left out of a cohort's files."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from readerstudy.cohorts.dicom_header import name_of
from readerstudy.cohorts.dicom_presentation import presentation_dataset
from readerstudy.cohorts.models import Blackout, Cohort, Source
from readerstudy.cohorts.profiles import PresentationProfile

Level = Literal["study", "series", "instance"]

_ROOT = "2.25."
# The integers of exactly 39 digits that a UUID (128 bits) can be: a UID that was a digit shorter would be a mark.
_SMALLEST = 10**38
_SPAN = 2**128 - _SMALLEST


def session_uid(secret: str, session_code: str, case_code: str, level: Level) -> str:
    """Give the DICOM UID that a case has within one session, and there only.

    Parameters
    ----------
    secret : str
        The application's signing key.
    session_code, case_code : str
        The session and the case.
    level : {"study", "series", "instance"}
        What is to be identified.

    Returns
    -------
    str
        `2.25.` and 39 digits (DICOM PS3.5 B.2, UUID-derived UID), from HMAC-SHA256 of session, case and level.
    """
    message = "\x1f".join([session_code, case_code, level])
    digest = hmac.new(f"readerstudy.session_uid:{secret}".encode(), message.encode(), hashlib.sha256).digest()
    return f"{_ROOT}{_SMALLEST + int.from_bytes(digest) % _SPAN}"


def patient_pseudonym(secret: str, patient_id: str, issuer: str = "") -> str:
    """Give the word that stands for a patient in this application, and there only.

    It tells coordinators and statistics which images are of one person, and nothing else of that person.

    Parameters
    ----------
    secret : str
        The application's signing key.
    patient_id, issuer : str
        Patient ID (0010,0020) and its issuer (0010,0021), without which two hospitals' numbers would fall together.

    Returns
    -------
    str
        32 hex digits, from HMAC-SHA256 of both.
    """
    message = "\x1f".join([issuer, patient_id])
    key = f"readerstudy.patient_pseudonym:{secret}".encode()
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()[:32]


@dataclass(frozen=True)
class RemovedPart:
    """A part of files that is not kept.

    Attributes
    ----------
    path, name, vr, private
        As in `Source.removed`: where it stood, its name, its value representation, whether a manufacturer made it up.
    kind : str
        What such a part holds, in words.
    action : str
        What was done with it.
    files, times : int
        In how many files it stood, and how often in all.
    """

    path: str
    name: str
    vr: str
    private: bool
    kind: str
    action: str
    files: int
    times: int


@dataclass(frozen=True)
class KeptAttribute:
    """An attribute that is kept for the coordinator: the values that it has, and in how many files each."""

    name: str
    files: int
    values: dict[str, int]


@dataclass(frozen=True)
class BurnedInText:
    """How far a cohort was looked through for writing in its pixels, in cases.

    Attributes
    ----------
    flagged, unchecked : int
        With candidates, and of those the ones that nobody has looked at.
    declared : int
        Whose file says that it has burned-in annotation.
    blacked_out : int
        With at least one rectangle blacked out.
    """

    flagged: int
    unchecked: int
    declared: int
    blacked_out: int


@dataclass(frozen=True)
class Report:
    """What was removed from the files of a cohort, what remains, and what readers get.

    Attributes
    ----------
    files, dicom_files : int
        Files that became cases, and those of them that have a DICOM header.
    patients, without_patient : int
        Pseudonyms of patients, and files that name none.
    provenance : dict
        By kind of evidence (`c2pa`, `dicom_signature`, `traces`), how many files have it in which state. It is kept
        for the coordinator and stripped from what readers get.
    readers_get : dict
        Every attribute of a presentation image with its value; the three UIDs are keyed per session.
    """

    cohort: str
    files: int
    dicom_files: int
    patients: int
    without_patient: int
    removed: list[RemovedPart]
    kept: list[KeptAttribute]
    provenance: dict[str, dict[str, int]]
    readers_get: dict[str, str]
    burned_in_text: BurnedInText

    def as_json(self) -> dict[str, Any]:
        """Give the report as plain data."""
        return dataclasses.asdict(self)


def report(cohort: Cohort) -> Report:
    """Report on the de-identification of a cohort, excluded cases included: their files were stored as well."""
    sources = Source.objects.filter(cohort=cohort)
    patients = Counter(sources.values_list("patient", flat=True))
    without = patients.pop("", 0)
    return Report(
        cohort=cohort.slug,
        files=sources.count(),
        dicom_files=sources.filter(format="DICOM").count(),
        patients=len(patients),
        without_patient=without,
        removed=_removed(sources.values_list("removed", flat=True).iterator()),
        kept=_kept(sources.values_list("attributes", flat=True).iterator()),
        provenance=_provenance(sources.values_list("provenance", flat=True).iterator()),
        readers_get=_readers_get(cohort),
        burned_in_text=_burned_in_text(cohort),
    )


# What elements of these value representations hold (PS3.5, 6.2).
_KINDS = {
    "PN": "a person's name", "UI": "an identifier (UID)", "DA": "a date", "TM": "a time", "DT": "a date and time",
    "AS": "an age", "LO": "text", "SH": "text", "ST": "text", "LT": "text", "UT": "text", "UC": "text",
    "AE": "the name of a device", "UR": "an address", "SQ": "a sequence of items", "OB": "binary data",
    "OW": "binary data", "UN": "unknown data", "AT": "the name of an element",
}  # fmt: skip
_REPLACED = {
    "PatientID": "replaced by a keyed pseudonym",
    "IssuerOfPatientID": "replaced by a keyed pseudonym",
    "PixelData": "decoded to grey values",
}


def _removed(lists: Iterable[list[dict[str, Any]]]) -> list[RemovedPart]:
    files: Counter[tuple[str, str, str, bool]] = Counter()
    times: Counter[tuple[str, str, str, bool]] = Counter()
    for parts in lists:
        for part in parts:
            key = (part["path"], part["name"], part["vr"], part["private"])
            files[key] += 1
            times[key] += part["times"]
    return [_removed_part(*key, files=files[key], times=times[key]) for key in sorted(files)]


def _removed_part(path: str, name: str, vr: str, private: bool, *, files: int, times: int) -> RemovedPart:
    kind = "a manufacturer's own data" if private else _KINDS.get(vr, "a technical value" if vr else "metadata")
    action = _REPLACED.get(path, "removed")
    return RemovedPart(path, name, vr, private, kind, action, files, times)


def _kept(all_attributes: Iterable[dict[str, Any]]) -> list[KeptAttribute]:
    values: dict[str, Counter[str]] = defaultdict(Counter)
    for attributes in all_attributes:
        for name, value in attributes.items():
            values[name][_in_words(value)] += 1
    return [KeptAttribute(name, found.total(), dict(found.most_common())) for name, found in sorted(values.items())]


def _in_words(value: Any) -> str:
    if isinstance(value, list):
        return " × ".join(map(_in_words, value))
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


def _provenance(found: Iterable[dict[str, Any]]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {"c2pa": Counter(), "dicom_signature": Counter(), "traces": Counter()}
    for evidence in found:
        for kind in ("c2pa", "dicom_signature"):
            counts[kind][evidence.get(kind, {}).get("state", "none")] += 1
        generators = {trace["generator"] or "other software" for trace in evidence.get("traces", [])}
        counts["traces"].update(generators or {"none"})
    return {kind: dict(counted.most_common()) for kind, counted in counts.items()}


def _readers_get(cohort: Cohort) -> dict[str, str]:
    """Describe a presentation image as the DICOMweb service does."""
    profile = PresentationProfile.from_recipe(cohort.recipe)
    uid = "keyed per session, always of one length"
    dataset = presentation_dataset(
        dicom_study_uid="", dicom_series_uid="", sop_instance_uid="", rows=profile.side, columns=profile.side,
        bits=profile.bits, spacing=profile.spacing, windowed=profile.normalise,
    )  # fmt: skip
    described = {name_of(int(tag, 16)): element.get("Value", [""]) for tag, element in dataset.items()}
    own = {"StudyInstanceUID": uid, "SeriesInstanceUID": uid, "SOPInstanceUID": uid}
    if profile.fit == "own":
        own |= {"Rows": "those of each case", "Columns": "those of each case"}
    return {name: own.get(name, " × ".join(map(str, values)) or "empty") for name, values in described.items()}


def _burned_in_text(cohort: Cohort) -> BurnedInText:
    sources = Source.objects.filter(cohort=cohort, case__excluded_at=None)
    flagged = sources.exclude(text_candidates=[])
    return BurnedInText(
        flagged=flagged.count(),
        unchecked=flagged.filter(text_checked_at=None).count(),
        declared=sources.filter(attributes__BurnedInAnnotation="YES").count(),
        blacked_out=Blackout.objects.filter(case__cohort=cohort).values("case").distinct().count(),
    )

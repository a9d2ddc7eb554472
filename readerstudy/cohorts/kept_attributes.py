"""What may be kept of a DICOM header, and the names of all that may not.

Nothing is scrubbed. What is kept is written anew from an allow-list: numbers within sane bounds, and words that stand
in a list here, so that not even a value in a kept attribute can carry a name along. None of the kept attributes is in
table E.1-1 of PS3.15 (Basic Application Level Confidentiality Profile, checked against edition 2024b).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from pydicom.config import IGNORE
from pydicom.datadict import tag_for_keyword
from pydicom.uid import UID

from readerstudy.cohorts.dicom_header import Element, Header

LONGEST_LIST = 500
Part = tuple[str, str, str, bool]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Plausible bounds in the units of the standard (kV, ms, mA, mAs, µAs, mm): a number outside says something else.
KEPT_NUMBERS: dict[str, tuple[float, float]] = {
    "KVP": (1, 500), "ExposureTime": (0, 100_000), "XRayTubeCurrent": (0, 10_000), "Exposure": (0, 10_000),
    "ExposureInuAs": (0, 10_000_000), "DistanceSourceToDetector": (0, 10_000), "DistanceSourceToPatient": (0, 10_000),
    "FocalSpots": (0, 10), "ImagerPixelSpacing": (0.005, 10), "PixelSpacing": (0.005, 10),
    "EstimatedRadiographicMagnificationFactor": (0.5, 10), "LossyImageCompressionRatio": (1, 10_000),
    "Rows": (0, 65_535), "Columns": (0, 65_535), "SamplesPerPixel": (0, 4), "BitsAllocated": (0, 64),
    "BitsStored": (0, 64), "HighBit": (0, 63), "PixelRepresentation": (0, 1), "NumberOfFrames": (1, 10_000),
}  # fmt: skip
KEPT_WORDS: dict[str, frozenset[str]] = {
    "Modality": _words("CR DX RF XA SC MG IO PX RG OT DR XC BMD"),
    "BodyPartExamined": _words(
        "ABDOMEN ANKLE ARM BREAST CALCANEUS CALF CHEST CLAVICLE COCCYX CSPINE ELBOW EXTREMITY FEMUR FINGER FOOT "
        "FOREARM HAND HEAD HIP HUMERUS JAW KNEE LEG LOWERLIMB LSPINE MANDIBLE MAXILLA NECK ORBIT PATELLA PELVIS RADIUS "
        "RIB SACRUM SCAPULA SHOULDER SKULL SPINE SSPINE STERNUM THIGH THUMB TIBIA TOE TSPINE ULNA UPPERLIMB WHOLEBODY "
        "WRIST ZYGOMA"
    ),
    "ViewPosition": _words("AP PA LL RL RLD LLD RLO LLO CC MLO ML LM XCCL OBLIQUE LATERAL AXIAL"),
    "ImageLaterality": _words("R L U B"),
    "Laterality": _words("R L"),
    "PhotometricInterpretation": frozenset(
        ["MONOCHROME1", "MONOCHROME2", "RGB", "PALETTE COLOR", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"]
    ),
    "PresentationLUTShape": _words("IDENTITY INVERSE"),
    "PresentationIntentType": frozenset(["FOR PRESENTATION", "FOR PROCESSING"]),
    "PixelIntensityRelationship": _words("LIN LOG DISP"),
    "LossyImageCompression": frozenset(["00", "01"]),
    "BurnedInAnnotation": _words("YES NO"),
    "ConversionType": _words("DV DI DF WSD SD SI DRW SYN"),
    "Grid": _words("FIXED FOCUSED RECIPROCATING PARALLEL CROSSED NONE"),
}
# These have a value for every registered UID; what is kept is its name in the standard.
KEPT_UIDS = ("SOPClassUID", "TransferSyntaxUID")
_OTHER = "OTHER"


def tag_of(keyword: str) -> int:
    """Give the tag of a keyword of the standard."""
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise KeyError(keyword)
    return tag


def kept_attributes(header: Header) -> dict[str, Any]:
    """Write anew what may be kept of the top level: numbers, and words of the lists above (`OTHER` for any other)."""
    kept: dict[str, Any] = {}
    for keyword in KEPT_NUMBERS:
        if numbers := _kept_numbers(header, keyword):
            kept[keyword] = numbers[0] if len(numbers) == 1 else numbers
    for keyword, allowed in KEPT_WORDS.items():
        word = header.words(tag_of(keyword))[0].upper()
        if word:
            kept[keyword] = word if word in allowed else _OTHER
    for keyword in KEPT_UIDS:
        if uid := header.words(tag_of(keyword))[0]:
            kept[keyword] = _registered_name(uid)
    return kept


def _registered_name(uid: str) -> str:
    known = UID(uid, validation_mode=IGNORE)
    return known.name if known.type else _OTHER


def _kept_numbers(header: Header, keyword: str) -> list[float]:
    tag, (low, high) = tag_of(keyword), KEPT_NUMBERS[keyword]
    element = next((one for one in header.elements if one.tag == tag and not one.path), None)
    if element is None:
        return []
    found: list[float] = []
    for number in header.numbers(tag) if element.vr == "US" else map(_number, header.words(tag)):
        if number is None or not low <= number <= high:
            return []
        found.append(number)
    return found[:2]


def _number(text: str) -> float | None:
    try:
        # Digits far behind the point could spell anything.
        return round(float(text), 4)
    except ValueError:
        return None


def is_kept(element: Element) -> bool:
    """Whether something of an element is kept: it is in an allow-list and on the top level."""
    return not element.path and element.name in {*KEPT_NUMBERS, *KEPT_WORDS, *KEPT_UIDS}


def removed_elements(header: Header) -> list[dict[str, Any]]:
    """Name everything that is not kept, once for each path; never with its value.

    Returns
    -------
    list of dict
        `path` (names of the sequences around it and its own), `name`, `vr`, `private` and `times`.
    """
    counts: Counter[Part] = Counter()
    for one in header.elements:
        if not (one.is_mark or is_kept(one)):
            counts[(one.full_name, one.name, one.vr, one.is_private)] += 1
    if header.has_preamble:
        counts[("Preamble", "Preamble", "", False)] += 1
    if not header.complete:
        counts[("Unreadable rest", "Unreadable rest", "", False)] += 1
    return listed(counts)


def patient_identifiers(header: Header) -> list[str] | None:
    """Give Patient ID and its issuer, by which the files of one person belong together; None without an ID."""
    patient = header.words(tag_of("PatientID"))[0]
    return [patient, header.words(tag_of("IssuerOfPatientID"))[0]] if patient else None


def listed(counts: Counter[Part]) -> list[dict[str, Any]]:
    """Give counted parts (path, name, VR, whether private) as they are stored, and only so many."""
    keys = ("path", "name", "vr", "private")
    listed = [{**dict(zip(keys, key, strict=True)), "times": times} for key, times in counts.items()]
    more = len(listed) - LONGEST_LIST
    if more <= 0:
        return listed
    rest = {"path": "Further elements", "name": "Further elements", "vr": "", "private": False, "times": more}
    return [*listed[:LONGEST_LIST], rest]

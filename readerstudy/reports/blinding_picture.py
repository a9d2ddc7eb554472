"""The third level of the blinding audit: what a computer could tell the classes by without looking at anatomy."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from analysis.errors import RatingsError
from analysis.leakage.areas import Area, area
from analysis.leakage.cues import CUES, picture_cues
from analysis.leakage.joint import joint_area
from readerstudy.cohorts import masters
from readerstudy.cohorts.models import Source
from readerstudy.reports.blinding_container import FRAME, METADATA, length_by_metadata
from readerstudy.reports.blinding_stage import Received

TRAITS = {
    "bytes": "Bytes of the file",
    "rows": "Rows of the file",
    "columns": "Columns of the file",
    "bits": "Bits per sample of the file",
    "channels": "Colour channels of the file",
    "exact_grey": "Exactly grey",
    "format_code": "File format",
    "jpeg_quality": "JPEG quality of the file",
    "has_provenance": "Provenance marks in the file",
}
NAMES = {**CUES, **TRAITS}
# What stands for a trait that a file has not: a level of its own, as its absence may be the cue.
_HAS_NOT = -1.0

Measures = dict[str, float]


class UnreadableFrameError(Exception):
    """A frame that was received is no picture."""


@dataclass(frozen=True)
class Cues:
    """The measures of one case at both ends; None for a source that was not kept."""

    source: Measures | None
    presentation: Measures | None


def presented_cues(metadata: Received, frame: Received) -> Measures | None:
    """Measure the picture that a browser makes of what it received; None where it can make none."""
    try:
        return picture_cues(received_pixels(metadata, frame))
    except UnreadableFrameError:
        return None


def received_pixels(metadata: Received, frame: Received) -> NDArray[np.number[Any]]:
    """Make the grey values of a frame, by its attributes and its media type alone.

    Raises
    ------
    UnreadableFrameError
        It was refused, or is not what its attributes say.
    """
    if (metadata.status, frame.status) != (200, 200):
        raise UnreadableFrameError
    record = json.loads(metadata.body)[0]
    rows, columns, allocated = (record[tag]["Value"][0] for tag in ("00280010", "00280011", "00280100"))
    if frame.header("Content-Type").startswith("image/jphc"):
        try:
            return np.asarray(imagecodecs.htj2k_decode(frame.body))
        except imagecodecs.Htj2kError as error:
            raise UnreadableFrameError from error
    if len(frame.body) != length_by_metadata(record):
        raise UnreadableFrameError
    return np.frombuffer(frame.body, "<u2" if allocated > 8 else "u1").reshape(rows, columns)


def source_cues(source: Source) -> Measures | None:
    """Measure the source as acquired, and the file that it came in; None where its grey values were not kept."""
    if not source.master:
        return None
    try:
        pixels = masters.read(source.master).pixels
    except masters.DamagedMasterError:
        return None
    file = {"rows": source.rows, "columns": source.columns, "bits": source.bits, **source.traits}
    traits = {name: float(value) for name, value in file.items() if name in TRAITS and value is not None}
    return picture_cues(pixels) | traits


class Measuring:
    """Measures pictures in threads beside the caller's, in the order in which they come.

    Only a few wait at any time, so that memory does not grow with the cohort.
    """

    def __init__(self) -> None:
        self.cues: list[Cues] = []
        self._pool = ThreadPoolExecutor(max_workers=2)
        self._waiting: deque[Future[Cues]] = deque()

    def __enter__(self) -> Measuring:
        """Begin."""
        return self

    def __exit__(self, *error: object) -> None:
        """Wait for the last ones."""
        self._collect(down_to=0)
        self._pool.shutdown(cancel_futures=True)

    def add(self, source: Source | None, answers: Mapping[str, Received]) -> None:
        """Measure a case: its source, and what was received of it."""
        metadata, frame = answers[METADATA.name], answers[FRAME.name]
        self._waiting.append(self._pool.submit(_cues, source, metadata, frame))
        self._collect(down_to=_AT_MOST_WAITING)

    def _collect(self, down_to: int) -> None:
        while len(self._waiting) > down_to:
            self.cues.append(self._waiting.popleft().result())


_AT_MOST_WAITING = 8


def _cues(source: Source | None, metadata: Received, frame: Received) -> Cues:
    return Cues(source_cues(source) if source else None, presented_cues(metadata, frame))


@dataclass(frozen=True)
class Confounds:
    """The confound report: areas of single measures and of all together, at source and at presentation."""

    features: list[dict[str, Any]]
    joint: dict[str, dict[str, Any]]
    problems: list[str]


def confounds(cues: Sequence[Cues], positive: Sequence[bool], patients: Sequence[str]) -> Confounds:
    """Say how well the classes can be told apart by measures that know no anatomy.

    Parameters
    ----------
    cues : sequence of Cues
        One for each case.
    positive : sequence of bool
        Whether it is synthetic.
    patients : sequence of str
        Whose it is.
    """
    report = Confounds([], {}, [])
    for stage in ("source", "presentation"):
        measured = [getattr(one, stage) for one in cues]
        if any(one is None for one in measured):
            report.problems.append(_MISSING[stage].format(missing=sum(one is None for one in measured)))
            continue
        _judge_stage(report, stage, _table(measured), positive, patients)
    return report


_MISSING = {
    "source": "The grey values of {missing} sources were not kept, so that nothing can be said of the sources: "
    "import them again.",
    "presentation": "{missing} presentation images could not be read: see the differences.",
}


def _table(measured: Sequence[Measures]) -> dict[str, list[float]]:
    names = [name for name in NAMES if any(name in one for one in measured)]
    return {name: [one.get(name, _HAS_NOT) for one in measured] for name in names}


def _judge_stage(
    report: Confounds, stage: str, table: Mapping[str, list[float]], positive: Sequence[bool], patients: Sequence[str]
) -> None:
    try:
        for name, values in table.items():
            found = area(values, positive, patients)
            report.features.append({"feature": name, "name": NAMES[name], "stage": stage, **_written(found)})
        joint = joint_area(np.array(list(table.values())).T, positive, patients)
        models = {name: _written(getattr(joint, name)) for name in ("logistic", "boosting")}
        report.joint[stage] = {**_written(joint.both), "models": models}
    except RatingsError as error:
        report.problems.append(f"At {stage}: {error}.")


def _written(found: Area) -> dict[str, Any]:
    low, high = found.ci
    return {"auc": round(found.auc, 4), "ci": [round(low, 4), round(high, 4)], "higher_in": found.higher_in}

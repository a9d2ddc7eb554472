"""The one place, besides training's feedback, where judgement meets truth."""

from __future__ import annotations

from typing import Any

import pandas as pd

from readerstudy.cohorts.models import Source
from readerstudy.detectors.models import DetectorScore
from readerstudy.reading.models import Call, Judgement
from readerstudy.studies.models import Phase, Purpose, Study
from readerstudy.truth.models import Truth

COLUMNS = [
    "reader", "kind", "case", "modality", "phase", "truth", "rating", "call", "confidence", "seconds", "position",
    "reread", "diagnosis_correct",
]  # fmt: skip


class StillBlindedError(Exception):
    """The study is not unblinded: nobody may put its judgements next to the truth."""


def ratings_table(study: Study) -> pd.DataFrame:
    """Build the ratings table of an unblinded study (columns: docs/data-dictionary.md).

    Returns
    -------
    pandas.DataFrame
        One row per reader × case × modality × phase, practice left out; of several revisions the last one counts.
        Detectors have modality `detector` and a row for every phase that holds the case.

    Raises
    ------
    StillBlindedError
        The study is not unblinded.
    """
    if not study.is_unblinded:
        raise StillBlindedError(f"The study {study.slug} is {study.status}: close it and unblind it first.")
    phases = list(study.phases.exclude(purpose=Purpose.PRACTICE).select_related("cohort"))
    truth = dict(Truth.objects.filter(case__cohort__in=[p.cohort_id for p in phases]).values_list("case", "value"))
    rows = _judgement_rows(phases, truth) + _detector_rows(phases, truth)
    return pd.DataFrame(rows, columns=COLUMNS).astype({"call": "Int64", "confidence": "Int64", "position": "Int64"})


def _judgement_rows(phases: list[Phase], truth: dict[int, str]) -> list[dict[str, Any]]:
    judgements = (
        Judgement.objects.filter(reading__session__phase__in=phases)
        .order_by(
            "reading__session__reader__code", "reading__session__phase__position", "reading__position", "revision"
        )
        .select_related("reading__session__reader", "reading__session__phase", "reading__case")
    )
    last = {judgement.reading_id: judgement for judgement in judgements}
    return [_judgement_row(judgement, truth) for judgement in last.values()]


def _judgement_row(judgement: Judgement, truth: dict[int, str]) -> dict[str, Any]:
    reading, phase = judgement.reading, judgement.reading.session.phase
    return {
        "reader": reading.session.reader.code,
        "kind": "human",
        "case": reading.case.code,
        "modality": phase.modality,
        "phase": phase.name,
        "truth": _as_number(truth[reading.case_id]),
        "rating": judgement.rating,
        "call": _as_number(judgement.call),
        "confidence": judgement.confidence,
        "seconds": judgement.seconds,
        "position": reading.position,
        "reread": 0,
    }


def _detector_rows(phases: list[Phase], truth: dict[int, str]) -> list[dict[str, Any]]:
    rows = []
    for phase in phases:
        scores = DetectorScore.objects.filter(case__cohort=phase.cohort_id, case__excluded_at=None).select_related(
            "detector", "case"
        )
        for score in scores.order_by("detector__name", "detector__version", "case__code"):
            rows.append(
                {
                    "reader": str(score.detector),
                    "kind": "detector",
                    "case": score.case.code,
                    "modality": "detector",
                    "phase": phase.name,
                    "truth": _as_number(truth[score.case_id]),
                    "rating": score.score,
                    "call": None if score.call is None else int(score.call),
                    "reread": 0,
                }
            )
    return rows


def _as_number(word: str) -> int:
    return int(word == Call.SYNTHETIC)


def reader_table(study: Study) -> pd.DataFrame:
    """Build readers.csv: what readers told of themselves, by code."""
    rows = study.readers.exclude(user=None).values("code", "years", "subspecialty", "country")
    return pd.DataFrame(list(rows), columns=["code", "years", "subspecialty", "country"]).rename(
        columns={"code": "reader"}
    )


def case_table(study: Study) -> pd.DataFrame:
    """Build cases.csv: what is known of each case, by code.

    The patient is who the truth table names, or else the pseudonym of whom the file named.

    Raises
    ------
    StillBlindedError
        The study is not unblinded.
    """
    if not study.is_unblinded:
        raise StillBlindedError(f"The study {study.slug} is {study.status}: close it and unblind it first.")
    cohorts = study.phases.exclude(purpose=Purpose.PRACTICE).values("cohort")
    names = ["case__code", "value", "generator", "anatomy", "view", "finding", "diagnosis", "patient", "sex", "pair"]
    included = Truth.objects.filter(case__cohort__in=cohorts, case__excluded_at=None)
    patients = dict(Source.objects.filter(case__cohort__in=cohorts).values_list("case__code", "patient"))
    rows = list(included.order_by("case__code").values(*names))
    for row in rows:
        row["patient"] = row["patient"] or patients.get(row["case__code"], "")
    return pd.DataFrame(rows, columns=names).rename(columns={"case__code": "case", "value": "truth"})

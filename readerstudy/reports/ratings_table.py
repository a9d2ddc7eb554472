"""The one place, besides training's feedback, where judgement meets truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from readerstudy.cohorts.models import Source
from readerstudy.detectors.models import DetectorScore
from readerstudy.reading.models import Call, Judgement, Reading
from readerstudy.reports.coding import unprompted
from readerstudy.studies.models import UNTESTED, Asked, HangingList, InterimLook, Phase, QuestionKind, Study
from readerstudy.truth.models import Truth

COLUMNS = [
    "reader", "kind", "case", "modality", "phase", "truth", "rating", "call", "confidence", "seconds", "position",
    "reread", "diagnosis_correct",
]  # fmt: skip


class StillBlindedError(Exception):
    """The study is not unblinded: nobody may put its judgements next to the truth."""


def ratings_table(study: Study, *, look: InterimLook | None = None) -> pd.DataFrame:
    """Build the ratings table of an unblinded study (columns: docs/data-dictionary.md).

    Parameters
    ----------
    look : InterimLook, optional
        The recorded look for which the table is built although the study is not unblinded.

    Returns
    -------
    pandas.DataFrame
        One row per reader × case × modality × phase × re-read that has an outcome: a call with its rating, or a
        diagnosis that can be compared. Practice and training are left out; of several revisions the last one counts.
        Detectors have modality `detector` and a row for every phase that holds the case.

    Raises
    ------
    StillBlindedError
        The study is not unblinded.
    """
    if look is None or look.study_id != study.pk:
        require_unblinded(study)
    phases = tested_phases(study)
    truths = {truth.case_id: truth for truth in Truth.objects.filter(case__cohort__in=[p.cohort_id for p in phases])}
    rows = _judgement_rows(phases, truths) + _detector_rows(phases, truths)
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.astype(dict.fromkeys(("call", "confidence", "position", "diagnosis_correct"), "Int64"))


def require_unblinded(study: Study) -> None:
    """Refuse a study whose judgements nobody may put next to the truth."""
    if not study.is_unblinded:
        raise StillBlindedError(
            _("The study %(slug)s is %(status)s: close it and unblind it first.")
            % {"slug": study.slug, "status": study.status}
        )


def tested_phases(study: Study) -> list[Phase]:
    """Give the phases whose judgements are results: neither practice nor training."""
    return list(study.phases.exclude(purpose__in=UNTESTED).order_by("position").select_related("cohort"))


def judgements_in(phases: Sequence[Phase]) -> QuerySet[Judgement]:
    """Give the judgements in phases; those of readers who have withdrawn are left out here, and so of every result."""
    return Judgement.objects.filter(reading__session__phase__in=phases, reading__session__reader__withdrawn_at=None)


def last_judgements(phases: Sequence[Phase]) -> list[Judgement]:
    """Give the last revision of every judgement of the phases, by reader, phase and place."""
    judgements = (
        judgements_in(phases)
        .order_by(
            "reading__session__reader__code", "reading__session__phase__position", "reading__position", "revision"
        )
        .select_related("reading__session__reader", "reading__session__phase", "reading__case")
        .defer("view_log")
    )
    return list({judgement.reading_id: judgement for judgement in judgements}.values())


def _judgement_rows(phases: list[Phase], truths: dict[int, Truth]) -> list[dict[str, Any]]:
    asked = {phase.pk: diagnosis_question(phase) for phase in phases}
    rows = []
    for judgement in last_judgements(phases):
        truth = truths[judgement.reading.case_id]
        found = _diagnosis_correct(judgement, asked[judgement.reading.session.phase_id], truth)
        # "Cannot tell", and answers that nothing can be compared with, are no outcome; they are in answers.csv.
        if judgement.call is not None or found is not None:
            rows.append(_judgement_row(judgement, truth) | {"diagnosis_correct": found})
    return rows


def diagnosis_question(phase: Phase) -> str:
    """Name the first question of a phase that asks for a diagnosis from a list with each case; "" where none does."""
    asked = phase.questions.filter(kind=QuestionKind.DIAGNOSIS, asked=Asked.CASE).exclude(options=[])
    return asked.values_list("name", flat=True).first() or ""


def _diagnosis_correct(judgement: Judgement, question: str, truth: Truth) -> int | None:
    """Whether the diagnosis is that of the truth table; None where either of them is missing."""
    said = judgement.answers.get(question)
    if not isinstance(said, str) or not truth.diagnosis:
        return None
    return int(said.strip().casefold() == truth.diagnosis.strip().casefold())


def _judgement_row(judgement: Judgement, truth: Truth) -> dict[str, Any]:
    return key_of(judgement.reading) | {
        "kind": "human",
        "truth": _as_number(truth.value),
        "rating": judgement.rating,
        "call": None if judgement.call is None else _as_number(judgement.call),
        "confidence": judgement.confidence,
        "seconds": judgement.seconds,
        "position": judgement.reading.position,
    }


def key_of(reading: Reading) -> dict[str, Any]:
    """Give what tells one reading of a study from all others, in every table that goes out."""
    return {
        "reader": reading.session.reader.code,
        "case": reading.case.code,
        "phase": reading.session.phase.name,
        "modality": reading.modality,
        "reread": reading.reread,
    }


def _detector_rows(phases: list[Phase], truths: dict[int, Truth]) -> list[dict[str, Any]]:
    rows = []
    for phase in phases:
        scores = DetectorScore.objects.filter(
            case__cohort=phase.cohort_id, case__excluded_at=None, case__code__in=hung_cases(phase)
        ).select_related("detector", "case")
        for score in scores.order_by("detector__name", "detector__version", "case__code"):
            rows.append(
                {
                    "reader": str(score.detector),
                    "kind": "detector",
                    "case": score.case.code,
                    "modality": "detector",
                    "phase": phase.name,
                    "truth": _as_number(truths[score.case_id].value),
                    "rating": score.score,
                    "call": None if score.said is None else int(score.said),
                    "reread": 0,
                }
            )
    return rows


def hung_cases(phase: Phase) -> set[str]:
    """Give the codes of the cases that the phase holds: those in anybody's hanging list."""
    lists = HangingList.objects.filter(phase=phase).values_list("places", flat=True)
    return {place["case"] for places in lists for place in places}


def _as_number(word: str) -> int:
    return int(word == Call.SYNTHETIC)


def reader_table(study: Study) -> pd.DataFrame:
    """Build readers.csv: what readers told of themselves, by code, and whether they spoke of AI unprompted if coded."""
    rows = study.readers.filter(withdrawn_at=None).exclude(user=None).values("code", "years", "subspecialty", "country")
    table = pd.DataFrame(list(rows), columns=["code", "years", "subspecialty", "country"]).rename(
        columns={"code": "reader"}
    )
    if spoke := unprompted(study):
        table["unprompted"] = table["reader"].map(spoke).astype("boolean").astype("Int64")
    return table


def case_table(study: Study) -> pd.DataFrame:
    """Build cases.csv: what is known of each case, by code.

    The patient is who the truth table names, or else the pseudonym of whom the file named.

    Raises
    ------
    StillBlindedError
        The study is not unblinded.
    """
    require_unblinded(study)
    cohorts = study.phases.exclude(purpose__in=UNTESTED).values("cohort")
    names = ["case__code", "value", "generator", "anatomy", "view", "finding", "diagnosis", "patient", "sex", "pair"]
    included = Truth.objects.filter(case__cohort__in=cohorts, case__excluded_at=None)
    patients = dict(Source.objects.filter(case__cohort__in=cohorts).values_list("case__code", "patient"))
    rows = list(included.order_by("case__code").values(*names))
    for row in rows:
        row["patient"] = row["patient"] or patients.get(row["case__code"], "")
    return pd.DataFrame(rows, columns=names).rename(columns={"case__code": "case", "value": "truth"})

"""What a table of scores holds, and what in it looks wrong though it can be stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readerstudy.cohorts.models import Case, Cohort
from readerstudy.detectors.table import ScoreRow

_NAMED = 5


@dataclass(frozen=True)
class ScoreReport:
    """How many cases a table is about, how far its scores go, and what to look at before it is trusted."""

    cases: int
    unscored: list[str]
    scores: int
    lowest: float | None
    highest: float | None
    calls: int
    called_synthetic: int
    warnings: list[str]


def report_on(said: Mapping[Case, ScoreRow], cohort: Cohort, threshold: float | None = None) -> ScoreReport:
    """Look at the rows of a table, matched to the cases of a cohort.

    Parameters
    ----------
    threshold : float, optional
        From which score on the detector calls a case synthetic.
    """
    scores = [row.score for row in said.values() if row.score is not None]
    calls = [row.call for row in said.values() if row.call is not None]
    unscored = sorted(set(cohort.cases.values_list("code", flat=True)) - {case.code for case in said})
    return ScoreReport(
        cases=len(said),
        unscored=unscored,
        scores=len(scores),
        lowest=min(scores, default=None),
        highest=max(scores, default=None),
        calls=len(calls),
        called_synthetic=sum(calls),
        warnings=[*_gaps(unscored), *_of_one_kind(scores, calls), *_contradictions(list(said.values()), threshold)],
    )


def _gaps(unscored: list[str]) -> Iterator[str]:
    if unscored:
        words = ngettext(
            "%(n)s case of the cohort has no row: %(named)s. It is missing in the comparison with readers.",
            "%(n)s cases of the cohort have no row: %(named)s. They are missing in the comparison with readers.",
            len(unscored),
        )
        named = ", ".join(unscored[:_NAMED]) + (" …" if unscored[_NAMED:] else "")
        yield words % {"n": len(unscored), "named": named}


def _of_one_kind(scores: list[float], calls: list[bool]) -> Iterator[str]:
    if len(scores) > 1 and len(set(scores)) == 1:
        yield _("Every score is %(score)g: they tell no case from another.") % {"score": scores[0]}
    if len(calls) > 1 and len(set(calls)) == 1:
        yield _("Every call is the same.")


def _contradictions(rows: list[ScoreRow], threshold: float | None) -> Iterator[str]:
    """Hold calls against scores: a score that is high for authentic cases would turn every curve round."""
    high = [row.score for row in rows if row.score is not None and row.call is True]
    low = [row.score for row in rows if row.score is not None and row.call is False]
    if high and low and sum(high) / len(high) < sum(low) / len(low):
        yield _(
            "Cases called synthetic have lower scores than cases called authentic: high scores must mean synthetic. "
            "Turn the scores round, for example by a minus sign."
        )
    if threshold is None:
        return
    against = sum(score < threshold for score in high) + sum(score >= threshold for score in low)
    if against:
        words = ngettext(
            "%(n)s call contradicts the threshold %(threshold)g; the call counts.",
            "%(n)s calls contradict the threshold %(threshold)g; the calls count.",
            against,
        )
        yield words % {"n": against, "threshold": threshold}

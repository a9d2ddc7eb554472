"""From the stored tables of a report to its sections: the door to `analysis.report`."""

from __future__ import annotations

import io
import tempfile
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import pandas as pd
from django.utils.translation import gettext as _

from analysis.errors import RatingsError
from analysis.report.plan import plan_from
from analysis.report.report import Report as Gathered
from analysis.report.report import gather
from analysis.report.sections import planned
from analysis.report.study import Study
from analysis.table.covariates import covariates
from analysis.table.ratings import Ratings, validate
from readerstudy.reports.models import Report

DEFAULT_ALPHA = 0.05
_ONE_AT_A_TIME = threading.Lock()


class NoResultsError(Exception):
    """There is nothing to analyse; the message says why and what to do."""


def compute(
    tables: Mapping[str, str], *, may_be_empty: bool = False, withdrawn: Mapping[str, int] = MappingProxyType({})
) -> Gathered:
    """Analyse the tables of a study by its plan, given as the text of their files, as anyone else would.

    Intervals everywhere have the confidence that the plan sets.

    Parameters
    ----------
    may_be_empty : bool
        Whether a study without any human judgement that has an outcome gives a report without sections.
    withdrawn : mapping of str to int
        Readers who have withdrawn, with how many judgements of theirs are kept and left out.

    Raises
    ------
    NoResultsError
        No human judgement is in the ratings, or they are not valid.
    """
    plan = plan_from(text) if (text := tables.get("plan.json")) else None
    ratings = stored_table(tables["ratings.csv"])
    if not (ratings["kind"] == "human").any():
        if may_be_empty:
            empty = Study(Ratings(ratings))
            return Gathered(empty, planned.section(plan, empty, ()), (), ())
        raise NoResultsError(_("Nobody has judged a case in this study yet, so there is nothing to analyse."))
    try:
        readers, cases = (_covariates(tables.get(f"{key}s.csv", ""), key) for key in ("reader", "case"))
        alpha = plan.alpha if plan else DEFAULT_ALPHA
        study = Study(validate(ratings, first_row=2), readers, cases, alpha, withdrawn=dict(withdrawn))
        return gather(study, plan=plan)
    except RatingsError as error:
        raise NoResultsError(_("These judgements cannot be analysed: %(why)s") % {"why": error}) from None


def gathered(report: Report) -> Gathered:
    """Give the sections of a stored report again, for their figures; the last ones are kept in memory."""
    with _ONE_AT_A_TIME:  # a page asks for all its figures at once
        return _gathered(report.pk, report.created_at)


@lru_cache(maxsize=2)
def _gathered(pk: int, _created_at: datetime) -> Gathered:
    report = Report.objects.get(pk=pk)
    return compute(report.tables, may_be_empty=True, withdrawn=report.results.get("withdrawn", {}))


def stored_table(ratings_csv: str) -> pd.DataFrame:
    """Read a stored ratings table back; results are computed from this form alone, as anyone else would."""
    # A detector may be called "NA" or "null": only an empty cell is missing.
    return pd.read_csv(
        io.StringIO(ratings_csv), dtype={"reader": str, "case": str}, keep_default_na=False, na_values=[""]
    )


def _covariates(text: str, key: str) -> pd.DataFrame | None:
    if not text:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{key}s.csv"
        path.write_text(text, encoding="utf-8")
        return covariates(path, key)

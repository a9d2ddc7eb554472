"""Making a report: the ratings table is stored with its hash, and everything else follows from it."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pandas as pd
from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.reading.models import Judgement
from readerstudy.reports.models import Report
from readerstudy.reports.ratings_table import ratings_table, tested_phases
from readerstudy.reports.results import compute
from readerstudy.studies.models import Study


@transaction.atomic
def make_report(*, study: Study, actor: User | None) -> Report:
    """Compute the results of an unblinded study, and store them with the table that they come from.

    Raises
    ------
    StillBlindedError
        The study is not unblinded.
    NoResultsError
        There is nothing to analyse.
    """
    table = ratings_table(study)
    text = table.to_csv(index=False)
    report = Report.objects.create(
        study=study,
        created_by_id=actor.pk if actor else None,
        ratings_csv=text,
        ratings_sha256=hashlib.sha256(text.encode()).hexdigest(),
        results=_results(study, stored_table(text)),
    )
    audit.record(
        actor=actor, verb="reports.made", target=f"study:{study.slug}", report=report.pk, ratings=report.ratings_sha256
    )
    return report


def _results(study: Study, table: pd.DataFrame) -> dict[str, Any]:
    judged = Judgement.objects.filter(reading__session__phase__in=tested_phases(study)).exists()
    if judged and not (table["kind"] == "human").any():  # nothing that a truth could be put next to
        return {"phases": [], "comparison": None}
    return compute(table)


def stored_table(ratings_csv: str) -> pd.DataFrame:
    """Read a stored ratings table back; results are computed from this form alone, as anyone else would."""
    # A detector may be called "NA" or "null": only an empty cell is missing.
    return pd.read_csv(
        io.StringIO(ratings_csv), dtype={"reader": str, "case": str}, keep_default_na=False, na_values=[""]
    )

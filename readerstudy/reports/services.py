"""Writes about reports."""

from __future__ import annotations

import hashlib
import json

import pandas as pd
from django.db import transaction

from analysis.report.plain import as_document
from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.reports.computing import compute
from readerstudy.reports.gaps import withdrawn
from readerstudy.reports.heat_maps import marks_by_case
from readerstudy.reports.models import Report
from readerstudy.reports.ratings_table import case_table, judgements_in, ratings_table, reader_table, tested_phases
from readerstudy.studies.default_plans import plan_of
from readerstudy.studies.models import Study


def make_report(*, study: Study, actor: User | None) -> Report:
    """Compute the results of an unblinded study, and store them with the tables that they come from.

    Raises
    ------
    StillBlindedError
        The study is not unblinded.
    NoResultsError
        There is nothing to analyse.
    """
    tables = {
        "ratings.csv": _as_csv(ratings_table(study)),
        "readers.csv": _as_csv(reader_table(study)),
        "cases.csv": _as_csv(case_table(study)),
        "plan.json": _plan_of(study),
    }
    judged = judgements_in(tested_phases(study)).exists()
    found = compute(
        tables, may_be_empty=judged, withdrawn=withdrawn(study)
    )  # nothing that a truth could be put next to
    return _store(
        Report(
            study=study, created_by_id=actor.pk if actor else None, ratings_csv=tables["ratings.csv"],
            ratings_sha256=hashlib.sha256(tables["ratings.csv"].encode()).hexdigest(),
            readers_csv=tables["readers.csv"], cases_csv=tables["cases.csv"], plan_json=tables["plan.json"],
            results=found.results(), document=as_document(found) | {"marks": marks_by_case(study)},
        ),
        actor,
    )  # fmt: skip


@transaction.atomic
def _store(report: Report, actor: User | None) -> Report:
    report.save(force_insert=True)
    audit.record(
        actor=actor, verb="reports.made", target=f"study:{report.study.slug}", report=report.pk,
        ratings=report.ratings_sha256,
    )  # fmt: skip
    return report


def _plan_of(study: Study) -> str:
    """Write down the plan that counts now; nothing where none was fixed."""
    plan = plan_of(study)
    return json.dumps(plan, indent=1, sort_keys=True, ensure_ascii=False) + "\n" if plan else ""


def _as_csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False)

"""Which synthetic cases deceived most readers, with where their pictures are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from readerstudy.cohorts.models import Case
from readerstudy.reports.models import Report

SHOWN = 12


@dataclass(frozen=True)
class Deceptive:
    """A synthetic case that most who called it took for authentic."""

    case: Case
    readers: int
    deceived: int


def deceptive_cases(report: Report) -> list[tuple[str, list[Deceptive]]]:
    """Give those of each condition that has any, under its name; the most deceptive come first."""
    by_condition = {phase["name"]: _by_deceit(phase) for phase in report.results["phases"]}
    codes = {row["case"] for rows in by_condition.values() for row in rows}
    cases = {case.code: case for case in Case.with_excluded.filter(code__in=codes).select_related("cohort", "image")}
    return [
        (name, [_deceptive(cases[row["case"]], row) for row in rows if row["case"] in cases])
        for name, rows in by_condition.items()
        if rows
    ]


def _by_deceit(phase: dict[str, Any]) -> list[dict[str, Any]]:
    shares = phase.get("cases", {}).get("cases", [])  # none where nobody called a case
    deceiving = [row for row in shares if row["truth"] == 1 and row["right"] < 0.5]
    return sorted(deceiving, key=lambda row: (row["right"], -row["readers"], row["case"]))[:SHOWN]


def _deceptive(case: Case, row: dict[str, Any]) -> Deceptive:
    return Deceptive(case, row["readers"], round(row["readers"] * (1 - row["right"])))

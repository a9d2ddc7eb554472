"""What readers would be worth together: with a detector, and with each other."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from analysis.charts.forest import interval_chart
from analysis.readers.teams import compare_teams
from analysis.readers.teams_result import TeamsResult
from analysis.report.document import About, Column, Figure, Section, Table
from analysis.report.study import Condition, Problem, attempt
from analysis.report.words import TITLES, level

_TITLE = "Teams"
_SUPPOSED = (
    "What putting opinions together by a rule would have given. Nobody saw the other's opinion: how readers really "
    "use a detector's advice is another question, and needs a study of its own."
)


def section(condition: Condition) -> Section:
    """Readers with a detector against readers alone and the detector alone; panels of readers against single ones."""
    study = condition.study
    found = attempt(
        lambda: compare_teams(
            condition.ratings,
            scale=study.scale,
            detector_scale=study.detector_scale,
            random=condition.random,
            alpha=study.alpha,
        )
    )
    if isinstance(found, Problem):
        return Section("teams", _TITLE, found.to_dict())
    return Section(
        name="teams",
        title=_TITLE,
        found=found.to_dict(),
        meaning=_SUPPOSED,
        tables=[table for table in (_with_detectors(found), _panels(found)) if table.rows],
        figures=[_figure(found)] if found.teams else [],
        notes=found.warnings,
    )


def _figure(found: TeamsResult) -> Figure:
    title = f"Team minus reader alone ({level(found.alpha)})"
    rows = [
        {
            "who": f"{item.detector}: {item.rule}",
            "group": TITLES[item.metric],
            "estimate": item.gain.estimate,
            "low": item.gain.ci and item.gain.ci[0],
            "high": item.gain.ci and item.gain.ci[1],
        }
        for item in found.teams
        if item.metric in ("auc", "accuracy")
    ]
    return Figure(
        "teams",
        "What a detector would add to a reader, by rule",
        partial(interval_chart, pd.DataFrame(rows), title=title, reference=0, group_title="figure"),
        _about(found),
    )


def _about(found: TeamsResult) -> About:
    return About(
        "Above 0, reader and detector together do better than the reader alone. Many rules are tried: the best of "
        "them looks better than it is.",
        found.method,
        found.generalises_to,
    )


def _with_detectors(found: TeamsResult) -> Table:
    ci = level(found.alpha)
    columns = [
        Column("detector", "Detector"),
        Column("rule", "Rule"),
        Column("figure", "Figure"),
        Column("team", "Team", "figure"),
        Column("reader_alone", "Reader", "figure"),
        Column("gain.estimate", f"Team − reader ({ci})", "figure", "gain.ci"),
        Column("gain.p", "p", "p"),
        Column("detector_alone", "Detector", "figure"),
        Column("over_detector.estimate", f"Team − detector ({ci})", "figure", "over_detector.ci"),
        Column("over_detector.p", "p", "p"),
    ]
    return Table("teams", "Readers with a detector", columns, _named(found.to_dict()["teams"]), _about(found))


def _panels(found: TeamsResult) -> Table:
    columns = [
        Column("size", "Readers in a team", "count"),
        Column("teams", "Teams", "count"),
        Column("rule", "Rule"),
        Column("figure", "Figure"),
        Column("estimate", "Team", "figure"),
        Column("alone", "Members alone", "figure"),
        Column("difference", f"Difference ({level(found.alpha)})", "figure", "ci"),
        Column("p", "p", "p"),
    ]
    about = About(
        "Whether several pairs of eyes would see more. Teams share readers, so that the interval is over cases only.",
        found.method,
        found.generalises_to,
    )
    return Table("panels", "Readers with readers", columns, _named(found.to_dict()["panels"]), about)


def _named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"figure": TITLES[row["metric"]]} for row in rows]

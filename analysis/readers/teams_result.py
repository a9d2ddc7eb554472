"""What is found about teams of readers and detectors, and of readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import results
from analysis.intervals import Interval
from analysis.measures.measurement import METRIC_NAMES
from analysis.mrmc.result import CaseCounts, Difference


@dataclass(frozen=True)
class Team:
    """Readers with a detector, by one rule, in one figure.

    Attributes
    ----------
    detector, rule, metric : str
    readers, cases
        What the figure rests on: cases that the detector has scored.
    team, reader_alone, detector_alone : float
        Readers' means with and without the detector, and the detector's own figure.
    gain : Difference
        Team minus reader alone.
    over_detector : Difference, optional
        Team minus detector alone; None where the detector has not what the figure is of.
    """

    detector: str
    rule: str
    metric: str
    readers: int
    cases: CaseCounts
    team: float
    reader_alone: float
    detector_alone: float | None
    gain: Difference
    over_detector: Difference | None


@dataclass(frozen=True)
class Panel:
    """Teams of `size` readers: mean figure of the teams, of their members alone, and the difference over cases."""

    size: int
    teams: int
    rule: str
    metric: str
    estimate: float
    alone: float
    difference: float
    se: float
    ci: Interval | None
    p: float | None


@dataclass(frozen=True)
class TeamsResult(results.Result):
    """Result of :func:`compare_teams`."""

    teams: tuple[Team, ...]
    panels: tuple[Panel, ...]
    alpha: float
    method: str
    generalises_to: str
    warnings: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row for each team and what it is held against: estimate, other, difference, se, df, low, high, p."""
        rows = [
            _row(team, against, other, found)
            for team in self.teams
            for against, other, found in (
                ("reader alone", team.reader_alone, team.gain),
                ("detector alone", team.detector_alone, team.over_detector),
            )
            if found is not None
        ]
        for x in self.panels:
            named = {"team": f"{x.size} readers", "rule": x.rule, "metric": x.metric, "against": "reader alone"}
            low, high = x.ci or (None, None)
            numbers = {"estimate": x.estimate, "other": x.alone, "difference": x.difference, "se": x.se, "df": None}
            rows.append(named | numbers | {"low": low, "high": high, "p": x.p})
        return pd.DataFrame(rows)

    def __str__(self) -> str:
        level = f"{100 * (1 - self.alpha):g} % CI"
        return results.paragraphs(
            self.method,
            results.text_table(
                [
                    {
                        "reader with": x.detector,
                        "rule": x.rule,
                        "figure": METRIC_NAMES[x.metric],
                        "team": x.team,
                        "reader": x.reader_alone,
                        "detector": x.detector_alone,
                        "team − reader": x.gain.estimate,
                        level: x.gain.ci,
                        "p": x.gain.p,
                        "team − detector": x.over_detector and x.over_detector.estimate,
                        f"{level} ": x.over_detector and x.over_detector.ci,
                        "p ": x.over_detector and x.over_detector.p,
                    }
                    for x in self.teams
                ]
            ),
            results.text_table(
                [
                    {
                        "readers": x.size,
                        "teams": x.teams,
                        "rule": x.rule,
                        "figure": METRIC_NAMES[x.metric],
                        "team": x.estimate,
                        "alone": x.alone,
                        "difference": x.difference,
                        level: x.ci,
                        "p": x.p,
                    }
                    for x in self.panels
                ]
            ),
            self.generalises_to,
            "\n".join(f"Note: {warning}" for warning in self.warnings),
        )


def _row(team: Team, against: str, other: float | None, found: Difference) -> dict[str, Any]:
    low, high = found.ci or (None, None)
    return {
        "team": f"reader with {team.detector}",
        "rule": team.rule,
        "metric": team.metric,
        "against": against,
        "estimate": team.team,
        "other": other,
        "difference": found.estimate,
        "se": found.se,
        "df": found.df,
        "low": low,
        "high": high,
        "p": found.p,
    }

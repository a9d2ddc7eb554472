"""Figures by traits of cases and readers: anatomy, generator, finding, subspecialty, experience."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pandas as pd

from analysis.charts.forest import interval_chart
from analysis.effects.accuracy import effects_on_accuracy
from analysis.effects.result import EffectsResult
from analysis.effects.traits import chosen_reads, find
from analysis.errors import RatingsError
from analysis.report.document import About, Column, Figure, Section, Table, absent
from analysis.report.study import METRICS, Condition, Problem, attempt
from analysis.report.words import TITLES, level
from analysis.table.covariates import attach

_TITLE = "By kind of case and of reader"
OF_CASES = ("anatomy", "view", "generator", "finding")
OF_READERS = ("subspecialty", "years", "country")
_NOTHING = (
    "Neither the table of cases (anatomy, generator, finding, …) nor that of readers (subspecialty, years, …) holds a "
    "trait to look at."
)
_EXPLORATORY = (
    "Each trait is looked at alone, and many are looked at: unless one was named in the plan before reading, what "
    "stands out is a question for another study."
)


def section(condition: Condition) -> Section:
    """Every trait that the tables hold and that varies: each alone, and all of them together."""
    named = _named(condition)
    if not named:
        return absent("covariates", _TITLE, _NOTHING)
    varying, notes = _varying(condition, named)
    found = attempt(partial(_effects, condition, varying)) if varying else Problem(" ".join(notes))
    if isinstance(found, Problem):
        return Section("covariates", _TITLE, found.to_dict())
    tables = [_groups(found), _differences(found), _correlations(found), _together(found)]
    return Section(
        name="covariates",
        title=_TITLE,
        found=found.to_dict(),
        meaning="Where readers do better or worse, and who does.",
        tables=[table for table in tables if table.rows],
        figures=_figures(found),
        notes=[_EXPLORATORY, *notes, *found.warnings],
    )


def _named(condition: Condition) -> list[str]:
    """The known columns that the tables of cases and readers hold."""
    tables = (condition.study.cases, OF_CASES), (condition.study.readers, OF_READERS)
    return [name for table, names in tables if table is not None for name in names if name in table.columns]


def _varying(condition: Condition, named: Sequence[str]) -> tuple[list[str], list[str]]:
    """The columns that can be looked at in these reads, and why the others cannot."""
    study, varying, notes = condition.study, [], []
    for name in named:
        try:
            joined = attach(condition.ratings, readers=study.readers, cases=study.cases, columns=[name])
            find(chosen_reads(joined, [name], phase=None, modality=None), name)
            varying.append(name)
        except RatingsError as error:
            notes.append(f"Not looked at: {error}.")
    return varying, notes


def _effects(condition: Condition, names: Sequence[str]) -> EffectsResult:
    study = condition.study
    return effects_on_accuracy(
        condition.ratings,
        by=names,
        readers=study.readers,
        cases=study.cases,
        random=condition.random,
        alpha=study.alpha,
    )


def _figures(found: EffectsResult) -> list[Figure]:
    """A forest of the groups of all traits, for the accuracy, or for the AUC where there are no calls."""
    for metric in METRICS[1::-1]:
        rows = [row for row in _group_rows(found) if metric in row]
        if rows:
            title = f"{TITLES[metric]} ({level(found.alpha)})"
            return [
                Figure(
                    "covariates",
                    f"{TITLES[metric]} by kind of case and of reader",
                    partial(_chart, rows, metric, title),
                    _about(found),
                )
            ]
    return []


def _chart(rows: list[dict[str, Any]], metric: str, title: str, theme: str) -> Any:
    frame = pd.DataFrame(
        [
            {"who": f"{row['trait']}: {row['group']}", "estimate": row[metric], "low": low, "high": high}
            for row in rows
            for low, high in [row[f"{metric}_ci"] or (None, None)]
        ]
    )
    return interval_chart(frame, theme, title=title)


def _about(found: EffectsResult) -> About:
    return About(
        "Overlapping intervals do not show that groups are equal, and groups may differ in more than the trait that "
        "names them.",
        found.method,
        found.generalises_to,
    )


def _groups(found: EffectsResult) -> Table:
    rows = list(_group_rows(found))
    measured = [metric for metric in METRICS if any(metric in row for row in rows)]
    columns = [
        Column("trait", "Trait"),
        Column("group", "Group"),
        Column("readers", "Readers", "count"),
        Column("cases", "Cases", "count"),
        *(Column(metric, TITLES[metric], "figure", f"{metric}_ci") for metric in measured),
    ]
    title = f"Readers’ means in each group ({level(found.alpha)})"
    return Table("covariates", title, columns, rows, _about(found))


def _group_rows(found: EffectsResult) -> Iterator[dict[str, Any]]:
    for effect in found.effects:
        rows: dict[str, dict[str, Any]] = {}
        for item in effect.groups:
            row = rows.setdefault(item.group, {"trait": effect.by, "group": item.group, "readers": 0, "cases": 0})
            row["readers"] = max(row["readers"], item.readers)
            row["cases"] = max(row["cases"], item.cases.positive + item.cases.negative)
            row |= {item.metric: item.estimate, f"{item.metric}_ci": item.ci}
        yield from rows.values()


def _differences(found: EffectsResult) -> Table:
    rows = [
        {
            "trait": effect.by,
            "figure": TITLES[comparison.metric],
            "pair": f"{item.a} − {item.b}",
            "estimate": item.estimate,
            "ci": item.ci,
            "p": item.p,
            "p_holm": adjusted,
        }
        for effect in found.effects
        for comparison in effect.comparisons
        if comparison.metric == effect.comparisons[0].metric
        for item, adjusted in zip(comparison.differences, comparison.p_holm, strict=True)
    ]
    columns = [
        Column("trait", "Trait"),
        Column("figure", "Figure"),
        Column("pair", "Groups"),
        Column("estimate", f"Difference ({level(found.alpha)})", "figure", "ci"),
        Column("p", "p", "p"),
        Column("p_holm", "p (Holm)", "p"),
    ]
    about = _about(found)
    return Table("covariate-differences", "Differences between groups", columns, rows, about)


def _correlations(found: EffectsResult) -> Table:
    rows = [
        {"trait": effect.by, "figure": TITLES[item.metric], "n": item.n, "rho": item.rho, "ci": item.ci, "p": item.p}
        for effect in found.effects
        for item in effect.correlations
    ]
    columns = [
        Column("trait", "Trait"),
        Column("figure", "Figure"),
        Column("n", "n", "count"),
        Column("rho", f"Spearman’s rho ({level(found.alpha)})", "figure", "ci"),
        Column("p", "p", "p"),
    ]
    about = About(
        "Rho is 1 where more of the trait always goes with a higher figure, −1 where always with a lower one, 0 "
        "without any tendency; few readers cannot show that there is none.",
        "Spearman's rank correlation with Bonett and Wright's interval.",
    )
    return Table("correlations", "Traits that are numbers", columns, rows, about)


def _together(found: EffectsResult) -> Table:
    fitted = found.regression
    rows = (
        []
        if fitted is None
        else [
            {"name": item.name, "ratio": item.odds_ratio, "ci": item.odds_ratio_ci, "p": item.p}
            for item in fitted.coefficients
        ]
    )
    columns = [
        Column("name", "Trait"),
        Column("ratio", f"Odds ratio of a right call ({level(found.alpha)})", "figure", "ci"),
        Column("p", "p", "p"),
    ]
    about = About(
        "Above 1: a right call is more likely, with the other traits held alike; below 1: less likely.",
        fitted.method if fitted else "",
        fitted.generalises_to if fitted else "",
    )
    return Table("covariates-together", "All traits together", columns, rows, about)

"""From the ratings table to the results: every analysis of `analysis/`, phase by phase, as plain values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pandas as pd

from analysis.agreement import fleiss_kappa
from analysis.detectors import compare_detectors
from analysis.errors import RatingsError
from analysis.mrmc import obuchowski_rockette
from analysis.ratings import Ratings, validate
from analysis.roc import reader_rocs
from analysis.summary import summary

METRICS = ("auc", "accuracy", "sensitivity", "specificity")


class NoResultsError(Exception):
    """There is nothing to analyse; the message says why and what to do."""


def compute(table: pd.DataFrame) -> dict[str, Any]:
    """Analyse a ratings table.

    Returns
    -------
    dict
        `phases`: for each, `phase`, `left_out` (readers who judged too little to be analysed), `summary`, `roc`,
        `means` (Obuchowski–Rockette of each metric), `readers` (one row each), `detectors`, `agreement`. An analysis
        that the data do not allow is `{"problem": words}`.

    Raises
    ------
    NoResultsError
        No human judgement is in the table, or it is not valid.
    """
    if not (table["kind"] == "human").any():
        raise NoResultsError("Nobody has judged a case in this study yet, so there is nothing to analyse.")
    try:
        validate(table)
        phases = table.loc[table["kind"] == "human", "phase"].unique()
        return {"phases": [_phase(table[table["phase"] == phase], str(phase)) for phase in phases]}
    except RatingsError as error:
        raise NoResultsError(f"These judgements cannot be analysed: {error}") from None


def without_early_leavers(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Leave out the people who judged too few cases for any estimate of their own.

    With fewer than two cases of either class a reader has no variance, and would take every other reader's results
    along. When nobody has more, nobody is left out.

    Parameters
    ----------
    table : pandas.DataFrame
        The ratings of one phase.

    Returns
    -------
    (pandas.DataFrame, list of str)
        The table without them, and who they are.
    """
    human = table[table["kind"] == "human"]
    counts = human.groupby(["reader", "truth"], observed=True).size().unstack(fill_value=0)
    enough = counts.reindex(columns=[0, 1], fill_value=0).min(axis=1) >= 2
    leavers = [str(reader) for reader in enough.index[~enough]]
    if enough.any():
        return table[(table["kind"] != "human") | ~table["reader"].isin(leavers)], leavers
    return table, []


def what_is_a_sample(table: pd.DataFrame) -> Literal["both", "cases"]:
    """Say what the results of a phase generalise over: readers and cases, or with one reader the cases alone."""
    return "both" if table.loc[table["kind"] == "human", "reader"].nunique() > 1 else "cases"


def _phase(table: pd.DataFrame, phase: str) -> dict[str, Any]:
    analysed, left_out = without_early_leavers(table)
    ratings, random = validate(analysed), what_is_a_sample(analysed)
    means = {metric: _mean(ratings, metric, phase, random) for metric in METRICS}
    return {
        "phase": phase,
        "left_out": left_out,
        "summary": _or_problem(lambda: summary(ratings, phase=phase).to_dict()),
        "roc": _or_problem(lambda: reader_rocs(ratings, phase=phase).to_dict()),
        "means": means,
        "readers": _reader_rows(means, table[table["kind"] == "human"]),
        "detectors": _detectors(ratings, phase, random),
        "agreement": _or_problem(lambda: fleiss_kappa(ratings, phase=phase).to_dict()),
    }


def _mean(ratings: Ratings, metric: str, phase: str, random: Literal["both", "cases"]) -> dict[str, Any]:
    return _or_problem(lambda: obuchowski_rockette(ratings, metric=metric, phase=phase, random=random).to_dict())


def _detectors(ratings: Ratings, phase: str, random: Literal["both", "cases"]) -> dict[str, Any]:
    if not (ratings.frame["kind"] == "detector").any():
        return {"problem": "No detector has scored these cases. Import its scores (manage.py import_scores)."}
    return _or_problem(lambda: compare_detectors(ratings, phase=phase, random=random).to_dict())


def _or_problem(analyse: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Run one analysis; where the data do not allow it, give the reason in its place, so that the others still show."""
    try:
        return analyse()
    except RatingsError as error:
        return {"problem": str(error)}


def _reader_rows(means: dict[str, dict[str, Any]], human: pd.DataFrame) -> list[dict[str, Any]]:
    """Join the per-reader estimates of all metrics with how much, and how fast, each reader read."""
    pace = human.groupby("reader", sort=False)["seconds"].median()
    counts = human.groupby("reader", sort=False).size()
    rows: dict[str, dict[str, Any]] = {
        reader: {"reader": reader, "reads": int(counts[reader]), "median_seconds": float(pace[reader])}
        for reader in counts.index
    }
    for metric, result in means.items():
        for estimate in result.get("per_reader", []):
            rows[estimate["reader"]][metric] = {"estimate": estimate["estimate"], "ci": estimate["ci"]}
    return list(rows.values())

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
        `phases`: for each, `phase`, `summary`, `roc`, `means` (Obuchowski–Rockette of each metric), `readers` (one
        row each), `detectors`, `agreement`. An analysis that the data do not allow is `{"problem": words}`.

    Raises
    ------
    NoResultsError
        No human judgement is in the table, or it is not valid.
    """
    if not (table["kind"] == "human").any():
        raise NoResultsError("Nobody has judged a case in this study yet, so there is nothing to analyse.")
    try:
        ratings = validate(table)
    except RatingsError as error:
        raise NoResultsError(f"These judgements cannot be analysed: {error}") from None
    human = table[table["kind"] == "human"]
    return {"phases": [_phase(ratings, human, str(phase)) for phase in human["phase"].unique()]}


def what_is_a_sample(table: pd.DataFrame, phase: str) -> Literal["both", "cases"]:
    """Say what the results of a phase generalise over: readers and cases, or with one reader the cases alone."""
    reads = table[(table["kind"] == "human") & (table["phase"] == phase)]
    return "both" if reads["reader"].nunique() > 1 else "cases"


def _phase(ratings: Ratings, human: pd.DataFrame, phase: str) -> dict[str, Any]:
    random = what_is_a_sample(human, phase)
    means = {metric: _mean(ratings, metric, phase, random) for metric in METRICS}
    return {
        "phase": phase,
        "summary": _or_problem(lambda: summary(ratings, phase=phase).to_dict()),
        "roc": _or_problem(lambda: reader_rocs(ratings, phase=phase).to_dict()),
        "means": means,
        "readers": _reader_rows(means, human[human["phase"] == phase]),
        "detectors": _or_problem(lambda: compare_detectors(ratings, phase=phase, random=random).to_dict()),
        "agreement": _or_problem(lambda: fleiss_kappa(ratings, phase=phase).to_dict()),
    }


def _mean(ratings: Ratings, metric: str, phase: str, random: Literal["both", "cases"]) -> dict[str, Any]:
    return _or_problem(lambda: obuchowski_rockette(ratings, metric=metric, phase=phase, random=random).to_dict())


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

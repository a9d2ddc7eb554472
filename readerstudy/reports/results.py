"""From the ratings table to the results: every analysis of `analysis/`, phase by phase, as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import pandas as pd
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analysis.agreement.among_readers import reader_agreement
from analysis.errors import RatingsError
from analysis.mrmc.detectors import compare_detectors
from analysis.mrmc.obuchowski_rockette import obuchowski_rockette
from analysis.readers.roc import reader_rocs
from analysis.summary import summary
from analysis.table.ratings import Ratings, validate

# Stored with the results, which are the same in whatever language they were made; translated where it is shown.
_NO_DETECTOR = gettext_noop("No detector has scored these cases. Import its scores (manage.py import_scores).")

METRICS = ("auc", "accuracy", "sensitivity", "specificity")


class NoResultsError(Exception):
    """There is nothing to analyse; the message says why and what to do."""


def compute(table: pd.DataFrame) -> dict[str, Any]:
    """Analyse a ratings table.

    Returns
    -------
    dict
        `phases`: for each phase and each modality of it with calls or ratings, `phase`, `modality`, `name` (for
        people), `left_out` (readers who judged too little to be analysed), `summary`, `roc`, `means`
        (Obuchowski–Rockette of each metric), `readers` (one row each), `detectors`, `agreement`; `comparison` of the
        modalities, None where there is one. An analysis that the data do not allow is `{"problem": words}`.

    Raises
    ------
    NoResultsError
        No human judgement is in the table, or it is not valid.
    """
    if not (table["kind"] == "human").any():
        raise NoResultsError(_("Nobody has judged a case in this study yet, so there is nothing to analyse."))
    try:
        validate(table)
        called = table[table["rating"].notna() | table["call"].notna()]
        return {"phases": _all_conditions(called), "comparison": compare_modalities(called)}
    except RatingsError as error:
        raise NoResultsError(_("These judgements cannot be analysed: %(why)s") % {"why": error}) from None


def of_condition(table: pd.DataFrame, phase: str, modality: str = "") -> pd.DataFrame:
    """Give the reads of one phase, and of one of its modalities where one is named, with its detectors."""
    of_phase = table[table["phase"] == phase]
    if not modality:
        return of_phase
    return of_phase[(of_phase["modality"] == modality) | (of_phase["kind"] != "human")]


def _all_conditions(table: pd.DataFrame) -> list[dict[str, Any]]:
    human = table[table["kind"] == "human"]
    pairs = [(str(phase), str(modality)) for phase, modality in human[["phase", "modality"]].drop_duplicates().values]
    several = Counter(phase for phase, _modality in pairs)
    return [
        _phase(of_condition(table, phase, modality), phase)
        | {"modality": modality, "name": f"{phase} · {modality}" if several[phase] > 1 else phase}
        for phase, modality in pairs
    ]


def compare_modalities(table: pd.DataFrame) -> dict[str, Any] | None:
    """Compare the modalities of all phases, with readers and cases random.

    Readers who did not judge enough in each of them are left out.

    Parameters
    ----------
    table : pandas.DataFrame
        Reads with a rating or a call.

    Returns
    -------
    dict or None
        `modalities`, `left_out`, and `means` with the result of each metric; None where there is one modality.
    """
    first = table[(table["kind"] == "human") & (table["reread"] == 0)]
    modalities = [str(name) for name in first["modality"].unique()]
    if len(modalities) < 2:
        return None
    leavers: set[str] = set()
    for name in modalities:
        leavers.update(_early_leavers(first[first["modality"] == name]))
        leavers.update(set(first["reader"]) - set(first.loc[first["modality"] == name, "reader"]))
    kept = first[~first["reader"].isin(leavers)]
    phases = [str(name) for name in first["phase"].unique()]
    return {
        "modalities": modalities,
        "left_out": sorted(leavers),
        "means": {metric: _or_problem(partial(_compared, kept, metric, phases)) for metric in METRICS},
    }


def _compared(kept: pd.DataFrame, metric: str, phases: list[str]) -> dict[str, Any]:
    if kept.empty:
        raise RatingsError("no reader has judged two cases of each class in every modality; nothing to compare")
    return obuchowski_rockette(kept, metric=metric, phase=phases, random=what_is_a_sample(kept)).to_dict()


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
    leavers = _early_leavers(human)
    if len(leavers) < human["reader"].nunique():
        return table[(table["kind"] != "human") | ~table["reader"].isin(leavers)], leavers
    return table, []


def _early_leavers(human: pd.DataFrame) -> list[str]:
    counts = human.groupby(["reader", "truth"], observed=True).size().unstack(fill_value=0)
    enough = counts.reindex(columns=[0, 1], fill_value=0).min(axis=1) >= 2
    return [str(reader) for reader in enough.index[~enough]]


def what_is_a_sample(table: pd.DataFrame) -> Literal["both", "cases"]:
    """Say what the results of a phase generalise over: readers and cases, or with one reader the cases alone."""
    return "both" if table.loc[table["kind"] == "human", "reader"].nunique() > 1 else "cases"


def _phase(table: pd.DataFrame, phase: str) -> dict[str, Any]:
    analysed, left_out = without_early_leavers(table)
    try:
        ratings = validate(analysed)
    except RatingsError as error:  # the other phases may still be whole
        return _impossible(phase, table, str(error))
    random = what_is_a_sample(analysed)
    means = {metric: _mean(ratings, metric, phase, random) for metric in METRICS}
    return {
        "phase": phase,
        "left_out": left_out,
        "summary": _or_problem(lambda: summary(ratings, phase=phase).to_dict()),
        "roc": _or_problem(lambda: reader_rocs(ratings, phase=phase).to_dict()),
        "means": means,
        "readers": _reader_rows(means, _people(table)),
        "detectors": _detectors(ratings, phase, random),
        "agreement": _or_problem(lambda: reader_agreement(ratings, phase=phase).to_dict()),
    }


def _impossible(phase: str, table: pd.DataFrame, words: str) -> dict[str, Any]:
    problem = {"problem": words}
    means = dict.fromkeys(METRICS, problem)
    parts = dict.fromkeys(("summary", "roc", "detectors", "agreement"), problem)
    return {"phase": phase, "left_out": [], "means": means, "readers": _reader_rows(means, _people(table)), **parts}


def _people(table: pd.DataFrame) -> pd.DataFrame:
    """Give the first reads of people: what all figures rest on."""
    return table[(table["kind"] == "human") & (table["reread"] == 0)]


def _mean(ratings: Ratings, metric: str, phase: str, random: Literal["both", "cases"]) -> dict[str, Any]:
    return _or_problem(lambda: obuchowski_rockette(ratings, metric=metric, phase=phase, random=random).to_dict())


def _detectors(ratings: Ratings, phase: str, random: Literal["both", "cases"]) -> dict[str, Any]:
    if not (ratings.frame["kind"] == "detector").any():
        return {"problem": _NO_DETECTOR}
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

"""The time that readers take."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from analysis.effects.association import mean_over_readers
from analysis.report.document import About, Column, Headline, Section, Table, absent
from analysis.report.study import Condition
from analysis.report.words import level

_TITLE = "Time"


def section(condition: Condition) -> Section:
    """Seconds a case: how long, and longer for what."""
    if "seconds" not in condition.analysed.columns:
        return absent("time", _TITLE, "The ratings have no seconds.")
    reads = condition.analysed[condition.analysed["seconds"] > 0]
    if reads.empty:
        return absent("time", _TITLE, "No read has a time above zero.")
    found = {"readers": _readers(reads), "ratios": _ratios(reads, condition.study.alpha)}
    medians = [row["median"] for row in found["readers"]]
    about = About(
        "A factor of 1.2 means that readers take a fifth longer; an interval that holds 1 tells of no difference.",
        "Each reader's geometric mean for the one kind of read divided by that for the other; the logarithms are "
        "averaged over readers, with a t interval.",
        f"Speaks for readers like these {len(medians)}, on these cases only.",
    )
    columns = [
        Column("of", "Time for"),
        Column("readers", "Readers", "count"),
        Column("ratio", f"Factor ({level(condition.study.alpha)})", "figure", "ci"),
        Column("p", "p", "p"),
    ]
    return Section(
        name="time",
        title=_TITLE,
        found=found,
        meaning="How long readers look at a case; haste and doubt both show in it.",
        headlines=[
            Headline("Median of the readers’ medians", float(np.median(medians)), None, "seconds"),
            Headline("Fastest reader’s median", min(medians), None, "seconds"),
            Headline("Slowest reader’s median", max(medians), None, "seconds"),
        ],
        tables=[Table("time", "What takes longer", columns, found["ratios"], about)] if found["ratios"] else [],
    )


def _readers(reads: pd.DataFrame) -> list[dict[str, Any]]:
    by_reader = reads.groupby(reads["reader"].astype(str), sort=False)["seconds"]
    return [{"reader": reader, "median": float(own.median()), "total": float(own.sum())} for reader, own in by_reader]


def _ratios(reads: pd.DataFrame, alpha: float) -> list[dict[str, Any]]:
    """Synthetic against authentic cases, and wrong against right calls."""
    right = (reads["call"] == reads["truth"]).where(reads["call"].notna())
    kinds = {
        "synthetic against authentic cases": reads["truth"] == 1,
        "wrong against right calls": (~right.astype("boolean")).astype("boolean"),
        "calls of synthetic against authentic": (reads["call"] == 1).where(reads["call"].notna()).astype("boolean"),
    }
    found = [_ratio(words, reads, of.astype("boolean"), alpha) for words, of in kinds.items()]
    return [row for row in found if row]


def _ratio(words: str, reads: pd.DataFrame, of: pd.Series, alpha: float) -> dict[str, Any] | None:
    known = of.notna()
    logs = reads.loc[known, "seconds"].astype(float).map(math.log)
    means = logs.groupby([reads.loc[known, "reader"].astype(str), of[known].astype(bool)]).mean().unstack()
    both = means.dropna() if means.shape[1] == 2 else means.iloc[:0]
    if both.empty:
        return None
    found = mean_over_readers((both[True] - both[False]).to_numpy(), alpha)
    return {
        "of": words,
        "readers": found.readers,
        "ratio": math.exp(found.estimate),
        "ci": None if found.ci is None else [math.exp(end) for end in found.ci],
        "p": found.p,
    }

"""Figures of readers who have read enough for them."""

from __future__ import annotations

import pandas as pd

from analysis.effects.regression import Settings
from analysis.measures.measurement import Measurement, measure

METRICS = ("accuracy", "sensitivity", "specificity", "auc")
# Fewest positive, negative and all cases that a reader needs for a figure.
_FEWEST = {"accuracy": (0, 0, 2), "sensitivity": (2, 0, 2), "specificity": (0, 2, 2), "auc": (2, 2, 4)}

Pair = tuple[str, str]


def having_outcome(reads: pd.DataFrame, metric: str, settings: Settings) -> pd.DataFrame:
    """The reads with a rating or call, whatever the metric is of."""
    column = "rating" if metric == "auc" or settings.threshold is not None else "call"
    return reads[reads[column].notna()]


def enough(reads: pd.DataFrame, metric: str) -> dict[Pair, bool]:
    """Whether each reader has read enough in each modality, of those who have read there at all."""
    counts = reads.groupby(["modality", "reader"], observed=True)["truth"].agg(["sum", "size"])
    positives, negatives, cases = _FEWEST[metric]
    found = (counts["sum"] >= positives) & (counts["size"] - counts["sum"] >= negatives) & (counts["size"] >= cases)
    pairs = zip(*(found.index.get_level_values(name).astype(str) for name in ("modality", "reader")), strict=True)
    return dict(zip(pairs, found.tolist(), strict=True))


def only(reads: pd.DataFrame, pairs: list[Pair]) -> pd.DataFrame:
    """The reads of these pairs of modality and reader."""
    return reads[pd.MultiIndex.from_frame(reads[["modality", "reader"]].astype(str)).isin(pairs)]


def measured(reads: pd.DataFrame, metric: str, settings: Settings) -> Measurement:
    """Measure; proportions with the unbiased covariance, under which a group is the same with and without others."""
    return measure(
        reads,
        metric,
        threshold=None if metric == "auc" else settings.threshold,
        covariance="unbiased" if metric != "auc" and settings.cluster is None else None,
        cluster=settings.cluster,
    )


def of_readers(reads: pd.DataFrame, metric: str, settings: Settings) -> pd.Series:
    """The figure of each reader who has read enough: the mean over phases and modalities, where there are several."""
    parts = reads["phase"].astype(str) + " " + reads["modality"].astype(str)
    told_apart = having_outcome(reads.assign(modality=pd.Categorical(parts)), metric, settings)
    pairs = [pair for pair, yes in enough(told_apart, metric).items() if yes]
    if not pairs:
        return pd.Series(dtype=float)
    found = measured(only(told_apart, pairs), metric, settings)
    return pd.Series(found.estimates).groupby([reader for _, reader in found.curves.labels]).mean()

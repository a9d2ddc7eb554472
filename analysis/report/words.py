"""Sentences that several sections need: what the figures of merit mean, and how intervals came about."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.results import Result

MEANINGS = {
    "auc": "The AUC is the chance that a synthetic case is rated higher than an authentic one: 0.5 is guessing, 1 is "
    "never wrong.",
    "accuracy": "Accuracy is the share of right calls; it depends on how many of the cases are synthetic.",
    "sensitivity": "Sensitivity is the share of synthetic cases that were called synthetic.",
    "specificity": "Specificity is the share of authentic cases that were called authentic.",
}
TITLES = {"auc": "AUC", "accuracy": "Accuracy", "sensitivity": "Sensitivity", "specificity": "Specificity"}
READERS_AND_CASES = (
    "With readers and cases random, the interval holds the values that other readers like these, with other cases like "
    "these, would plausibly have on average."
)


def level(alpha: float) -> str:
    """The confidence of intervals: "95 % CI"."""
    return f"{100 * (1 - alpha):g} % CI"


def warnings_by_metric(found: Mapping[str, Result]) -> list[str]:
    """What is to be said of the analyses of several metrics: once, with the metrics where it is not said of all."""
    of: dict[str, list[str]] = {}
    for metric, result in found.items():
        for note in getattr(result, "warnings", ()):
            of.setdefault(note, []).append(TITLES[metric])
    return [note if len(metrics) == len(found) else f"{', '.join(metrics)}: {note}" for note, metrics in of.items()]

"""Groups of readers, cases or reads held against each other by the Obuchowski–Rockette engine, group as modality."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from analysis import intervals
from analysis.effects.figures import Pair, enough, having_outcome, measured, only
from analysis.effects.regression import Settings
from analysis.effects.result import Group, GroupComparison
from analysis.effects.traits import Trait
from analysis.errors import RatingsError
from analysis.intervals import Interval
from analysis.measures.measurement import METRIC_NAMES, Measurement
from analysis.mrmc import hillis
from analysis.mrmc.designs import find as find_design
from analysis.mrmc.obuchowski_rockette import analyse, estimated, rows_of_modalities
from analysis.mrmc.result import CaseCounts, Difference, MrmcResult


@dataclass(frozen=True)
class Grouped:
    """Groups in one figure, with what was left out and why."""

    groups: tuple[Group, ...]
    comparison: GroupComparison | None
    left_out: tuple[str, ...]


def compare_groups(reads: pd.DataFrame, trait: Trait, metric: str, settings: Settings) -> Grouped:
    """Readers' mean of the metric in each group, and the differences between groups.

    Groups of readers are readers nested in modalities, groups of cases cases nested in modalities, groups of reads
    (phases, say) modalities that share readers and, it may be, cases. All groups together are tested by F; a difference
    of groups of cases or reads rests on those two alone, a difference of groups of readers on all. For the AUC, cases
    of one class that have no value are held against all groups: authentic cases, where the trait is the generator.
    """
    shared = _shared_class(reads, trait) if metric == "auc" else None
    regrouped = _regrouped(reads, trait, shared)
    _refuse_repeated(regrouped, trait)
    readable = having_outcome(regrouped, metric, settings)
    at_least = 1 if settings.random == "cases" else 2
    kept, left_out = _kept(enough(readable, metric), trait, metric, at_least)
    if len({group for group, _ in kept}) < 2:
        return Grouped((), None, left_out)
    figures = measured(only(readable, kept), metric, settings)
    found = analyse(figures, random=settings.random, alpha=settings.alpha)
    differences = found.differences if trait.level == "reader" else _of_pairs(figures, settings)
    adjusted = intervals.holm([d.p if d.p is not None else 1.0 for d in differences])
    comparison = GroupComparison(metric, _design(figures, shared), found.test, differences, tuple(adjusted))
    return Grouped(_groups(figures, found, settings.alpha), comparison, left_out)


def _shared_class(reads: pd.DataFrame, trait: Trait) -> int | None:
    """The truth whose cases have no value, all of them, while those of the other truth do."""
    if trait.level != "case":
        return None
    has_value = trait.values.notna().groupby(reads["truth"]).any()
    without = has_value.index[~has_value.to_numpy()]
    return int(without[0]) if len(without) == 1 else None


def _regrouped(reads: pd.DataFrame, trait: Trait, shared: int | None) -> pd.DataFrame:
    """The reads with their group as modality; those of a shared class once for each group."""
    with_value = trait.values.notna()
    parts = [reads[with_value].assign(modality=trait.values[with_value])]
    if shared is not None:
        others = reads[~with_value & (reads["truth"] == shared)]
        names = trait.values.cat.categories
        parts += [others.assign(modality=pd.Categorical([name] * len(others), categories=names)) for name in names]
    return pd.concat(parts, ignore_index=True)


def _refuse_repeated(regrouped: pd.DataFrame, trait: Trait) -> None:
    repeated = regrouped.duplicated(["modality", "reader", "case"])
    if repeated.any():
        row = regrouped[repeated].iloc[0]
        raise RatingsError(
            f"column '{trait.name}': reader {row['reader']} reads case {row['case']} twice in {row['modality']}; "
            "choose one phase or modality"
        )


def _kept(
    have_enough: dict[Pair, bool], trait: Trait, metric: str, at_least: int
) -> tuple[list[Pair], tuple[str, ...]]:
    """Pairs of group and reader to compare: groups with enough readers; readers with enough reads in all of them."""
    readers_of: dict[str, list[str]] = {str(name): [] for name in trait.values.cat.categories}
    for (group, reader), yes in have_enough.items():
        if yes:
            readers_of[group].append(reader)
    groups = [group for group, readers in readers_of.items() if len(readers) >= at_least]
    name = METRIC_NAMES[metric]
    left_out = [
        f"{name}: group {group} is left out; {len(readers)} readers have enough cases there, and {at_least} are needed."
        for group, readers in readers_of.items()
        if group not in groups
    ]
    if trait.level == "reader":
        return [(group, reader) for group in groups for reader in readers_of[group]], tuple(left_out)
    readers = dict.fromkeys(reader for _, reader in have_enough)
    everywhere = [reader for reader in readers if all(reader in readers_of[group] for group in groups)]
    gone = readers.keys() - set(everywhere)
    if gone and groups:
        left_out.append(f"{name}: {', '.join(sorted(gone))} left out; they have too few cases in one of the groups.")
    if len(everywhere) < at_least:
        return [], tuple(left_out)
    return [(group, reader) for group in groups for reader in everywhere], tuple(left_out)


def _of_pairs(figures: Measurement, settings: Settings) -> tuple[Difference, ...]:
    """Each pair of groups by itself: groups may be of very different sizes, and a common D would be that of neither."""
    found = []
    for (a, one), (b, other) in combinations(rows_of_modalities(figures.curves).items(), 2):
        both = [*one, *other]
        estimates = figures.estimates[both].reshape(2, len(one))
        term = hillis.difference_term(estimates, figures.covariances[np.ix_(both, both)], settings.random)
        difference = float(estimates[0].mean() - estimates[1].mean())
        se, df, ci, p = estimated(difference, term, 2 / len(one), settings.alpha)
        found.append(Difference(a, b, difference, se, df, ci, p))
    return tuple(found)


def _design(figures: Measurement, shared: int | None) -> str:
    found = find_design(figures.curves).name
    if shared is None:
        return found
    return f"{found}; {'synthetic' if shared else 'authentic'} cases shared by all groups"


def _groups(figures: Measurement, found: MrmcResult, alpha: float) -> tuple[Group, ...]:
    rows = rows_of_modalities(figures.curves)
    groups = []
    for item in found.modalities:
        mine = figures.curves.read[rows[item.modality]].any(axis=0)
        positive = figures.curves.positive
        groups.append(
            Group(
                group=item.modality,
                metric=figures.metric,
                readers=len(rows[item.modality]),
                cases=CaseCounts(int((mine & positive).sum()), int((mine & ~positive).sum())),
                estimate=item.estimate,
                ci_readers=_clipped(intervals.of_mean(figures.estimates[rows[item.modality]], alpha)),
                se=item.se,
                df=item.df,
                ci=_clipped(item.ci),
            )
        )
    return tuple(groups)


def _clipped(interval: Interval | None) -> Interval | None:
    return None if interval is None else intervals.clipped(interval)

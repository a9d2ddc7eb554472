"""Learning and tiring: accuracy and time over the position in the reading order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import intervals
from analysis.effects.association import mean_over_readers, slope
from analysis.effects.learning_result import Course, LearningResult, Measure, ReaderCourse, Stretch
from analysis.effects.regression import Settings, regress
from analysis.effects.regression_result import RegressionResult
from analysis.effects.traits import Trait, find, right
from analysis.errors import RatingsError
from analysis.measures.covariance import FloatArray
from analysis.mrmc.hillis import Random
from analysis.mrmc.obuchowski_rockette import generalises_to
from analysis.table.ratings import Phases, Ratings, present, validate

_POINTS = 21
_HALF_WINDOW = 0.1


def learning_over_position(
    ratings: pd.DataFrame | Ratings,
    *,
    blocks: int = 4,
    threshold: float | None = None,
    random: Random = "both",
    cluster: str | None = None,
    phase: Phases = None,
    modality: str | None = None,
    alpha: float = 0.05,
) -> LearningResult:
    """Accuracy and seconds over the position in each reader's order.

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        A ratings table with the column ``position``, and calls, ``seconds`` or both; human first reads of one phase
        and modality are used.
    blocks : int
        Blocks of as many reads each, at least three.
    threshold : float, optional
        Call synthetic what is rated at or above it, instead of the calls.
    random, cluster
        Of the regression, see :func:`analysis.regress_accuracy`.
    phase, modality, alpha
        As in :func:`analysis.obuchowski_rockette`.

    Returns
    -------
    LearningResult

    Raises
    ------
    RatingsError
        When the table or the choices do not allow the analysis.

    Notes
    -----
    Every reader counts the same. What is tested by t over readers: the mean of their least-squares slopes; the middle
    blocks less the first; the last less the middle ones. Seconds are analysed as natural logarithms, so that means are
    geometric. A reader in whose order there are fewer than two reads for each block is left out. The position is told
    from the difficulty of the cases only where readers have orders of their own.

    Examples
    --------
    >>> calls = [int(place > 12 or place % 3 > 0) for place in range(1, 41)]
    >>> table = pd.concat(pd.DataFrame({"reader": reader, "case": np.roll(range(40), reader), "truth": 1, "call": calls,
    ...                                 "position": range(1, 41)}) for reader in range(5))
    >>> table = table.assign(truth=table["case"] % 2, call=1 - (table["call"] + table["case"]) % 2)
    >>> [course] = learning_over_position(table).courses
    >>> [round(block.value, 2) for block in course.blocks]
    [0.7, 0.9, 1.0, 1.0]
    """
    reads = _reads(validate(ratings), phase, modality, blocks)
    outcome = right(reads, threshold)
    courses, left_out = _courses(reads, _measures(reads, outcome), blocks, alpha)
    settings = Settings(random, cluster=cluster, threshold=threshold, alpha=alpha)
    regression, why_not = _regression(reads, settings) if outcome.notna().any() else (None, [])
    n_readers = max(course.slope.readers for course in courses)
    return LearningResult(
        courses=courses,
        regression=regression,
        readers=n_readers,
        reads=len(reads),
        alpha=alpha,
        method=f"Course over the position: {blocks} blocks, moving mean over a fifth of the session, each reader's "
        "slope; t over readers. Seconds as geometric means",
        generalises_to=generalises_to("readers", n_readers, f"{reads['case'].nunique()} cases"),
        warnings=(*_same_order(reads), *left_out, *why_not),
    )


@dataclass(frozen=True, eq=False)
class _Order:
    """One reader's reads in order: positions and values."""

    reader: str
    positions: FloatArray
    values: FloatArray

    def block_means(self, blocks: int) -> FloatArray:
        return np.array([part.mean() for part in np.array_split(self.values, blocks)])

    def around(self, progress: FloatArray, half_window: float) -> FloatArray:
        """Mean of the reads whose place, as a share of all, is within the window about each point."""
        places = (np.arange(len(self.values)) + 0.5) / len(self.values)
        near = np.abs(places[None, :] - progress[:, None]) <= half_window + 1e-9
        return np.asarray(near @ self.values / near.sum(axis=1))


def _reads(ratings: Ratings, phase: Phases, modality: str | None, blocks: int) -> pd.DataFrame:
    if blocks < 3:
        raise RatingsError(f"blocks is {blocks} and must be at least 3: a first one, a last one, and what is between")
    reads = ratings.single_modality_reads(phase=phase, modality=modality)
    if len(present(reads["phase"])) > 1:
        raise RatingsError("column 'phase': positions begin anew in each phase; choose one (--phase NAME)")
    if "position" not in reads.columns or reads["position"].isna().all():
        raise RatingsError("column 'position': there is none; add the place of each read in its reader's order, from 1")
    return reads[reads["position"].notna()].reset_index(drop=True)


def _measures(reads: pd.DataFrame, outcome: pd.Series) -> dict[Measure, pd.Series]:
    found: dict[Measure, pd.Series] = {"accuracy": outcome}
    if "seconds" in reads.columns:
        found["seconds"] = pd.Series(np.log(reads["seconds"].where(reads["seconds"] > 0)))
    return found


def _courses(
    reads: pd.DataFrame, measures: dict[Measure, pd.Series], blocks: int, alpha: float
) -> tuple[tuple[Course, ...], list[str]]:
    """The course of each measure that enough is known of, and which readers were left out."""
    found, notes = [], []
    for measure, values in measures.items():
        orders, left_out = _orders(reads, values, blocks)
        if orders:
            found.append(_course(measure, orders, blocks, alpha))
        if orders and left_out:
            notes.append(f"{', '.join(left_out)}: too few reads for {blocks} blocks of {measure}; left out there.")
    if not found:
        raise RatingsError(
            f"columns 'call' and 'seconds': no reader has {2 * blocks} reads with one of them; fill one, or choose "
            "fewer blocks (--blocks N)"
        )
    return tuple(found), notes


def _orders(reads: pd.DataFrame, values: pd.Series, blocks: int) -> tuple[list[_Order], list[str]]:
    """Readers with enough reads that have a value, in order; and the names of the others."""
    frame = reads[["reader", "position"]].assign(value=values).dropna().sort_values("position", kind="stable")
    orders, left_out = [], []
    for name in present(frame["reader"]):
        mine = frame[frame["reader"] == name]
        if len(mine) < 2 * blocks:
            left_out.append(name)
        else:
            orders.append(_Order(name, mine["position"].to_numpy(dtype=float), mine["value"].to_numpy(dtype=float)))
    return orders, left_out


def _course(measure: Measure, orders: list[_Order], blocks: int, alpha: float) -> Course:
    means = np.array([order.block_means(blocks) for order in orders])
    middle = means[:, 1:-1].mean(axis=1)
    of_blocks = np.mean([[part.mean() for part in np.array_split(order.positions, blocks)] for order in orders], axis=0)
    progress = np.linspace(0, 1, _POINTS)
    curves = np.array([order.around(progress, _HALF_WINDOW) for order in orders])
    along = np.mean([np.quantile(order.positions, progress) for order in orders], axis=0)
    slopes = np.array([slope(order.positions / 100, order.values) for order in orders])
    return Course(
        measure=measure,
        blocks=_stretches(measure, of_blocks, means, alpha),
        curve=_stretches(measure, along, curves, alpha),
        readers=tuple(
            ReaderCourse(order.reader, tuple(_shown(measure, mine)), float(slope))
            for order, mine, slope in zip(orders, means, slopes, strict=True)
        ),
        slope=mean_over_readers(slopes, alpha),
        start=mean_over_readers(middle - means[:, 0], alpha),
        end=mean_over_readers(means[:, -1] - middle, alpha),
    )


def _stretches(measure: Measure, positions: FloatArray, values: FloatArray, alpha: float) -> tuple[Stretch, ...]:
    """Mean over readers, values of shape (readers, stretches), with t intervals."""
    found = []
    for position, column in zip(positions, values.T, strict=True):
        ci = intervals.of_mean(column, alpha)
        if ci is not None:
            low, high = _shown(measure, np.array(ci))
            ci = intervals.clipped((low, high)) if measure == "accuracy" else (low, high)
        found.append(Stretch(float(position), _shown(measure, column.mean(keepdims=True))[0], ci))
    return tuple(found)


def _shown(measure: Measure, values: FloatArray) -> list[float]:
    """Values as they are reported: seconds themselves, not their logarithms."""
    return [float(value) for value in (np.exp(values) if measure == "seconds" else values)]


def _same_order(reads: pd.DataFrame) -> list[str]:
    if reads["reader"].nunique() < 2 or reads.groupby("case", observed=True)["position"].nunique().max() > 1:
        return []
    return [
        "All readers have read the cases in the same order: what looks like learning or tiring may be the cases' "
        "difficulty."
    ]


def _regression(reads: pd.DataFrame, settings: Settings) -> tuple[RegressionResult | None, list[str]]:
    """Right calls on the position in hundreds of cases, or why there is none."""
    try:
        trait = find(reads, "position")
        return regress(reads, [Trait("100 cases", trait.level, trait.values / 100)], settings), []
    except RatingsError as error:
        return None, [f"There is no regression: {error}."]

"""Power over readers and cases, and the least numbers that reach a target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.special import fdtri, ncfdtr, nctdtr, ndtr, ndtri, stdtrit

from analysis.errors import RatingsError
from analysis.measures.covariance import FloatArray
from analysis.mrmc.hillis import Random
from analysis.planning.sources import Source
from analysis.planning.terms import Layout

# Numbers of cases that are tried one by one, and the most that are thought of at all.
_ONE_BY_ONE, MOST_CASES = 10_000, 1_000_000
MOST_READERS = 500


@dataclass(frozen=True)
class Question:
    """What is asked of the planned study.

    Attributes
    ----------
    effect : float
        The true difference that is to be found; with a margin, the true difference, new less reference.
    random : {"both", "readers", "cases"}
    margin : float, optional
        Test non-inferiority with it: one-sided, at alpha/2. Otherwise equality, two-sided, at alpha.
    alpha, target : float
        Level of the test, and the power that is sought.
    layout : Layout
    """

    effect: float
    random: Random = "both"
    margin: float | None = None
    alpha: float = 0.05
    target: float = 0.8
    layout: Layout = field(default_factory=Layout)

    def __post_init__(self) -> None:
        for name in ("alpha", "target"):
            if not 0 < getattr(self, name) < 1:
                raise RatingsError(f"{name} is {getattr(self, name):g} and must lie between 0 and 1")
        if not np.isfinite(self.effect) or (self.margin is None and self.effect == 0):
            raise RatingsError("the effect must be a number other than 0: the true difference that is to be found")
        if self.margin is not None and not (self.margin > 0 and np.isfinite(self.margin)):
            raise RatingsError(f"the margin is {self.margin:g} and must be above 0")


@dataclass(frozen=True, eq=False)
class Power:
    """Power with so many readers, one value for each number of cases; `ncp` is the non-centrality (effect/SE)²."""

    power: FloatArray
    ncp: FloatArray
    df: FloatArray
    se: FloatArray


def power_at(source: Source, question: Question, readers: int, cases: FloatArray) -> Power:
    """Power of J readers for each number of cases.

    Two-sided: P{F'(1, df; ncp) > F(1 - alpha)}, or the normal equivalent with readers fixed. With a margin:
    P{t'(df; (effect + margin)/SE) > t(1 - alpha/2)}.
    """
    if question.random != "cases" and readers < 2:
        raise RatingsError(f"{readers} reader is not enough: random readers need at least two")
    se, df = source.terms(readers, question.layout).at(cases, question.random)
    shift = (question.effect + (question.margin or 0.0)) / se
    test = _two_sided if question.margin is None else _one_sided
    return Power(test(shift, df, question.alpha), shift**2, df, se)


def cases_needed(source: Source, question: Question, readers: int) -> int | None:
    """Fewest cases with which so many readers reach the target; None where none below a million do."""
    step = source.step

    def reached(units: FloatArray) -> np.ndarray:
        return power_at(source, question, readers, units * step).power >= question.target

    units = np.arange(2.0, _ONE_BY_ONE)
    found = np.flatnonzero(reached(units))
    if found.size:
        return int(np.ceil(units[found[0]] * step - 1e-9))
    most = MOST_CASES / step
    least = _boundary(lambda unit: bool(reached(np.array([float(unit)]))[0]), _ONE_BY_ONE - 1, int(most))
    return None if least is None else int(np.ceil(least * step - 1e-9))


def readers_needed(source: Source, question: Question, cases: float) -> int | None:
    """Fewest readers who reach the target with so many cases; None where no number up to 500 does."""
    blocks = question.layout.blocks
    least = max(blocks, 1 if question.random == "cases" else 2)
    for readers in range(least + -least % blocks, MOST_READERS + 1, blocks):
        if power_at(source, question, readers, np.array([float(cases)])).power[0] >= question.target:
            return readers
    return None


def _boundary(reached: Callable[[int], bool], below: int, most: int) -> int | None:
    """The least number above `below` that has what a larger one has, by bisection."""
    if not reached(most):
        return None
    while most - below > 1:
        middle = (below + most) // 2
        below, most = (below, middle) if reached(middle) else (middle, most)
    return most


def _two_sided(shift: FloatArray, df: FloatArray, alpha: float) -> FloatArray:
    normal = np.isinf(df)
    z = ndtri(1 - alpha / 2)
    finite = np.where(normal, 1.0, df)
    found = 1 - ncfdtr(1, finite, shift**2, fdtri(1, finite, 1 - alpha))
    return np.asarray(np.where(normal, ndtr(shift - z) + ndtr(-shift - z), found))


def _one_sided(shift: FloatArray, df: FloatArray, alpha: float) -> FloatArray:
    normal = np.isinf(df)
    finite = np.where(normal, 1.0, df)
    found = 1 - nctdtr(finite, shift, stdtrit(finite, 1 - alpha / 2))
    return np.asarray(np.where(normal, ndtr(shift - ndtri(1 - alpha / 2)), found))

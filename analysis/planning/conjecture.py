"""A plan without a pilot study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from analysis.errors import RatingsError
from analysis.measures.measurement import METRIC_NAMES
from analysis.planning.terms import Comparison, Layout, Terms


@dataclass(frozen=True)
class Conjecture:
    """A plan without pilot; a :class:`Source`.

    The method of Obuchowski (AJR 2000;175:603; Obuchowski and Rockette. Commun Stat Simul Comput 1995;24:285): the
    readers' variances from how far the best and the worst reader, and two readings of one reader, are expected to lie
    apart; the variance over cases from the expected figure; degrees of freedom J - 1. A range of J normal values is
    turned into a standard deviation by its expectation.

    Attributes
    ----------
    expected : float
        Readers' mean of the figure.
    range_between, range_within : float
        Expected range of the figures of the J readers, and of a reader's figures in two readings.
    r1, r2, r3 : float
        Correlations of the figures over the cases: same reader, same modality, neither.
    rb : float
        Correlation of a reader's true figures in the two modalities.
    ratio : float
        Authentic cases for each synthetic case.
    metric : {"auc", "sensitivity", "specificity"}

    Notes
    -----
    The variance of an AUC of m synthetic cases is .0099 exp(-A²/2) {(5A² + 8) + (A² + 8)/ratio}/m with
    A = 1.414 z(AUC) (Obuchowski. Invest Radiol 1994;29:238), that of a proportion binomial. The defaults, and 1.414,
    are those of MRMCsamplesize (R), against which it is checked.
    """

    expected: float
    range_between: float
    range_within: float
    r1: float
    r2: float = 0.3
    r3: float = 0.3
    rb: float = 0.8
    ratio: float = 1.0
    metric: str = "auc"

    def __post_init__(self) -> None:
        if self.metric not in ("auc", "sensitivity", "specificity"):
            raise RatingsError(f"a plan without pilot is of auc, sensitivity or specificity, not of {self.metric!r}")
        for name in ("expected", "range_between", "range_within", "r1", "r2", "r3", "rb"):
            if not 0 < getattr(self, name) < 1:
                raise RatingsError(f"conjecture: {name} is {getattr(self, name):g} and must lie between 0 and 1")
        if self.ratio <= 0:
            raise RatingsError(f"conjecture: ratio is {self.ratio:g} and must be above 0")

    @property
    def comparison(self) -> Comparison:
        """Two modalities, always."""
        return "modalities"

    @property
    def method(self) -> str:
        """How the power is computed."""
        return "Obuchowski (AJR 2000;175:603)"

    @property
    def figure(self) -> str:
        """The figure of merit in words."""
        return METRIC_NAMES[self.metric]

    @property
    def positive_share(self) -> float:
        """Share of synthetic cases."""
        return 1 / (1 + self.ratio)

    @property
    def step(self) -> float:
        """One case of the class that the figure counts, with its share of the other."""
        return 1 + (1 / self.ratio if self.metric == "specificity" else self.ratio)

    @property
    def words(self) -> str:
        """What is conjectured."""
        return (
            f"conjectured, without pilot: a mean {self.figure} of {self.expected:g}, best and worst reader "
            f"{self.range_between:g} apart, two readings of a reader {self.range_within:g} apart, correlations "
            f"r1 = {self.r1:g}, r2 = {self.r2:g}, r3 = {self.r3:g}, rb = {self.rb:g}"
        )

    def terms(self, readers: int, layout: Layout) -> Terms:
        """The error term of a study with so many readers."""
        if layout.design != "crossed":
            raise RatingsError("a plan without pilot is for a crossed design only")
        if readers < 2:
            raise RatingsError("a plan without pilot needs two readers or more")
        between = (self.range_between / expected_range(readers)) ** 2 * (1 - self.rb)
        within = (self.range_within / expected_range(2)) ** 2
        of_one_case = self.step * self._variance_of_unit()
        shared = of_one_case * max(self.r2 - self.r3, 0.0)
        own = of_one_case * (1 - self.r1) - shared
        return Terms(readers, 2, between + within, own, shared, readers - 1, satterthwaite=False)

    def _variance_of_unit(self) -> float:
        if self.metric != "auc":
            return self.expected * (1 - self.expected)
        a = 1.414 * float(ndtri(self.expected))
        return 0.0099 * float(np.exp(-(a**2) / 2)) * ((5 * a**2 + 8) + (a**2 + 8) / self.ratio)


def expected_range(size: int) -> float:
    """Expected range of so many independent standard normal values.

    Examples
    --------
    >>> round(expected_range(2), 6), round(expected_range(10), 4)
    (1.128379, 3.0775)
    """
    x = np.linspace(-10, 10, 4001)
    density = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    return 2 * float(np.trapezoid(size * x * ndtr(x) ** (size - 1) * density, x))

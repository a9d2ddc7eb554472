"""How the uncertainty of a planned study depends on its readers and cases.

The Obuchowski–Rockette error covariances fall with the number of cases, what readers add does not (Hillis, Obuchowski,
Berbaum. Acad Radiol 2011;18:129). With D the error term of the analysis (:mod:`analysis.mrmc.hillis`), J readers and K
cases, D = between + (own + J shared)/K.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from analysis.errors import RatingsError
from analysis.measures.covariance import FloatArray
from analysis.mrmc.hillis import Components, Random

DesignName = Literal["crossed", "split-plot", "readers-nested", "cases-nested"]
Comparison = Literal["modalities", "detector", "value"]

DESIGNS_IN_WORDS = {
    "crossed": "each reader reading every case in both modalities",
    "split-plot": "in {blocks} blocks of readers, each with cases of its own, read in both modalities",
    "readers-nested": "as many in each modality, each reading every case in one modality only",
    "cases-nested": "each reader reading half of the cases in one modality and the other half in the other",
}


@dataclass(frozen=True)
class Terms:
    """The error term D = between + (own + J shared)/K of J readers and K cases.

    Attributes
    ----------
    readers : int
        J, in each modality.
    factor : int
        The estimate has the variance factor × D/J: 2 for a difference of two means, 1 for one mean.
    between : float
        What readers add, however many the cases.
    own, shared : float
        Error variance that each reader has alone, and that all share by reading the same cases; at one case.
    df : float
        Degrees of freedom of the readers' mean square.
    satterthwaite : bool
        Whether the test's degrees of freedom grow with what is shared (Hillis), or stay those of the readers.
    """

    readers: int
    factor: int
    between: float
    own: float
    shared: float
    df: float
    satterthwaite: bool = True

    def at(self, cases: FloatArray, random: Random) -> tuple[FloatArray, FloatArray]:
        """Standard error of the estimate and df of its test for each number of cases; df is infinite for a normal."""
        mean_square = self.between + self.own / cases
        shared = self.readers * self.shared / cases
        if random == "cases":
            variance, df = mean_square - self.between + shared, np.full(cases.shape, np.inf)
        elif random == "readers":
            variance, df = mean_square, np.full(cases.shape, self.df)
        else:
            variance = mean_square + shared
            df = self.df * (variance / mean_square) ** 2 if self.satterthwaite else np.full(cases.shape, self.df)
        return np.sqrt(self.factor * variance / self.readers), df


@dataclass(frozen=True)
class Layout:
    """Who reads what in the planned study.

    Attributes
    ----------
    design : {"crossed", "split-plot", "readers-nested", "cases-nested"}
        ``readers-nested``: J readers in each of the two modalities. ``cases-nested``: half of the cases in each.
    blocks : int
        Number of blocks of a split-plot design; readers and cases are divided evenly among them.
    """

    design: DesignName = "crossed"
    blocks: int = 1

    def __post_init__(self) -> None:
        if self.design not in get_args(DesignName):
            raise RatingsError(f"design {self.design!r} is not known; choose from {', '.join(get_args(DesignName))}")
        if (self.design == "split-plot") != (self.blocks > 1):
            raise RatingsError("a split-plot design has two blocks or more, and no other design has blocks")

    def reads(self, readers: int, cases: int, comparison: Comparison) -> int:
        """Reads of all readers together, in both modalities where there are two."""
        if comparison != "modalities" or self.design == "cases-nested":
            return readers * cases
        return 2 * readers * cases // self.blocks

    @property
    def words(self) -> str:
        """The design in words."""
        return DESIGNS_IN_WORDS[self.design].format(blocks=self.blocks)


def terms(found: Components, cases: int, comparison: Comparison, readers: int, layout: Layout) -> Terms:
    """Terms of a planned study from the components of one with this number of cases.

    Negative variance components and Cov2 - Cov3 count as zero. A split-plot design with G blocks has the covariances of
    K/G cases, and readers of different blocks share nothing; unpaired cases have Cov1 = Cov3 = 0 and K/2 cases in each
    modality; readers in one modality each have no Cov1, and D = MS[R(T)] + J max(Cov2 - Cov3, 0) (Hillis. Statist Med
    2014;33:330). Against a detector or a value, the components are those of one modality alone (Hillis 2007, section
    5.3).

    Raises
    ------
    RatingsError
        When a component that is needed is not known, or the numbers do not fit the design.
    """
    planned = _of_one_mean if comparison != "modalities" else _BY_DESIGN[layout.design]
    if comparison != "modalities" and layout.design != "crossed":
        raise RatingsError(f"a comparison with a {comparison} is planned for a crossed design only")
    result = planned(found, cases, readers, layout)
    if result.own <= 0:
        raise RatingsError(
            "the components leave no error variance of a reader's own (error - cov1 - max(cov2 - cov3, 0) is "
            f"{result.own / cases:.3g}); a larger pilot, or other components, are needed"
        )
    return result


def _of_one_mean(found: Components, cases: int, readers: int, layout: Layout) -> Terms:
    shared = max(_known(found.cov2, "cov2"), 0.0)
    between = max(_known(found.reader, "var_r"), 0.0)
    return Terms(readers, 1, between, cases * (found.error - shared), cases * shared, readers - 1)


def _crossed(found: Components, cases: int, readers: int, layout: Layout) -> Terms:
    if readers % layout.blocks:
        raise RatingsError(f"{readers} readers cannot be divided evenly into {layout.blocks} blocks")
    shared = _shared(found)
    if layout.blocks > 1:  # the mean over all pairs of readers holds the zeros of those that share no case
        shared *= (readers / layout.blocks - 1) / (readers - 1)
    size = cases * layout.blocks
    own = size * (found.error - _known(found.cov1, "cov1") - shared)
    return Terms(readers, 2, _interaction(found), own, size * shared, readers - 1)


def _cases_nested(found: Components, cases: int, readers: int, layout: Layout) -> Terms:
    shared = max(_known(found.cov2, "cov2"), 0.0)
    return Terms(readers, 2, _interaction(found), 2 * cases * (found.error - shared), 2 * cases * shared, readers - 1)


def _readers_nested(found: Components, cases: int, readers: int, layout: Layout) -> Terms:
    between = _interaction(found) + max(_known(found.reader, "var_r"), 0.0)
    own = cases * (found.error - _known(found.cov2, "cov2"))
    return Terms(readers, 2, between, own, cases * _shared(found), 2 * (readers - 1))


_BY_DESIGN = {
    "crossed": _crossed,
    "split-plot": _crossed,
    "cases-nested": _cases_nested,
    "readers-nested": _readers_nested,
}


def _interaction(found: Components) -> float:
    return max(_known(found.modality_reader, "var_tr"), 0.0)


def _shared(found: Components) -> float:
    return max(_known(found.cov2, "cov2") - _known(found.cov3, "cov3"), 0.0)


def _known(component: float | None, name: str) -> float:
    if component is None:
        raise RatingsError(f"the component {name} is not known, and this plan needs it; give it, or another pilot")
    return component

"""What a plan rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from analysis.errors import RatingsError
from analysis.measures.measurement import METRIC_NAMES
from analysis.mrmc.hillis import Components
from analysis.planning.roe_metz import RoeMetz
from analysis.planning.roe_metz_components import like
from analysis.planning.terms import Comparison, Layout, Terms, terms


class Source(Protocol):
    """Where a plan gets its uncertainty from.

    Attributes
    ----------
    comparison : {"modalities", "detector", "value"}
    figure : str
        The figure of merit in words.
    positive_share : float
        Share of positive (synthetic) cases.
    step : float
        Cases that are added at a time when a number is sought.
    method, words : str
        How the power is computed, and what it rests on.
    """

    @property
    def comparison(self) -> Comparison: ...
    @property
    def figure(self) -> str: ...
    @property
    def positive_share(self) -> float: ...
    @property
    def step(self) -> float: ...
    @property
    def method(self) -> str: ...
    @property
    def words(self) -> str: ...

    def terms(self, readers: int, layout: Layout) -> Terms:
        """The error term of a study with so many readers."""
        ...


@dataclass(frozen=True)
class Pilot:
    """Obuchowski–Rockette components of a study, real or imagined, of `cases` cases; a :class:`Source`.

    `expected` is the readers' mean in the first modality, where it is known.
    """

    components: Components
    cases: int
    positive_share: float
    comparison: Comparison
    figure: str
    words: str
    expected: float | None = None

    @property
    def step(self) -> float:
        """One case."""
        return 1.0

    @property
    def method(self) -> str:
        """How the power is computed."""
        return "Hillis, Obuchowski and Berbaum (Acad Radiol 2011;18:129)"

    def terms(self, readers: int, layout: Layout) -> Terms:
        """The error term of a study with so many readers."""
        return terms(self.components, self.cases, self.comparison, readers, layout)

    def model(self, effect: float) -> RoeMetz:
        """A Roe–Metz model that has these components, and AUCs that differ by the effect."""
        if self.expected is None or self.figure != METRIC_NAMES["auc"]:
            raise RatingsError("a simulation needs to know the AUC in the first modality, and is of the AUC")
        positive = round(self.cases * self.positive_share)
        return like(self.components, (self.expected, self.expected + effect), positive, self.cases - positive)

"""What can be asked of a sample, and what a draw knows of each case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

STRATA = ("anatomy", "view", "finding", "sex", "generator")
# No exponents: 1e999999999 would keep a machine busy for a long time.
_PREVALENCE = re.compile(r"0?\.[0-9]{1,9}|[0-9]{1,6}(/[0-9]{1,6})?")


class SamplingError(Exception):
    """The pool cannot give what the design asks for; the message names what is short, and by how many."""


def as_prevalence(text: str) -> Fraction:
    """Read a prevalence.

    Raises
    ------
    SamplingError
        It is no number.
    """
    try:
        if _PREVALENCE.fullmatch(text.strip()):
            return Fraction(text.strip())
    except ZeroDivisionError:
        pass
    raise SamplingError(_("The prevalence %(text)r is no number between 0 and 1: write 0.5 or 1/3.") % {"text": text})


@dataclass(frozen=True)
class PoolCase:
    """What the draw needs to know of a case; an unknown patient or pair is the empty text."""

    code: str
    value: str
    patient: str = ""
    pair: str = ""
    covariates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Design:
    """What is asked for.

    Attributes
    ----------
    size : int
        Cases in all.
    prevalence : Fraction
        Part of them that is synthetic; size times prevalence must be whole.
    by : tuple of str
        Strata, of `STRATA`. All but the generator, which authentic cases lack, get the same share in both classes.
    one_per_patient : bool
        At most one case (one pair, if pairs are drawn) of a patient; a case without patient is its own.
    pairs : bool
        Draw pairs of an authentic and a synthetic case that share the `pair` column, both or none.
    """

    size: int
    prevalence: Fraction = Fraction(1, 2)
    by: tuple[str, ...] = ()
    one_per_patient: bool = False
    pairs: bool = False

    def __post_init__(self) -> None:
        if unknown := [name for name in self.by if name not in STRATA]:
            raise SamplingError(
                _("There is no stratum %(unknown)r. Known: %(names)s.")
                % {"unknown": unknown[0], "names": ", ".join(STRATA)}
            )
        if not 0 < self.prevalence < 1:
            raise SamplingError(_("The prevalence must lie between 0 and 1: a cohort needs both classes."))
        if self.size < 2:
            raise SamplingError(_("A cohort needs two cases at least: an authentic and a synthetic one."))
        if self.pairs and self.prevalence != Fraction(1, 2):
            raise SamplingError(_("Matched pairs make a prevalence of 0.5: leave the prevalence out, or the pairs."))
        if (self.size * self.prevalence).denominator != 1:
            raise SamplingError(self._uneven())

    def _uneven(self) -> str:
        step = self.prevalence.denominator
        below = self.size // step * step
        sizes = _(" or ").join(str(size) for size in (below, below + step) if size)
        return _("%(size)s cases at a prevalence of %(prevalence)s would need a part of a case: ask for %(sizes)s.") % {
            "size": self.size,
            "prevalence": self.prevalence,
            "sizes": sizes,
        }

    @property
    def shared(self) -> tuple[str, ...]:
        """The strata that both classes have."""
        return tuple(name for name in self.by if name != "generator")

    def count(self, value: str) -> int:
        """Give the number of cases of a class."""
        synthetic = int(self.size * self.prevalence)
        return synthetic if value == "synthetic" else self.size - synthetic

    def as_json(self) -> dict[str, Any]:
        """Give the design as it is stored."""
        return {
            "size": self.size, "prevalence": str(self.prevalence), "by": list(self.by),
            "one_per_patient": self.one_per_patient, "pairs": self.pairs,
        }  # fmt: skip

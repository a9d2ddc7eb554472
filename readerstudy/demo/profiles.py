"""Who the simulated readers are: drawn from a seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from readerstudy.demo.minds import Absence
from readerstudy.demo.simulation import Ability


@dataclass(frozen=True)
class ReaderProfile:
    """Who a simulated reader is said to be, how they read, and whether they stay.

    Attributes
    ----------
    elsewhere : mapping
        The ability in phases where it is another one, by their names.
    leaves : float or None
        The share of the protocol after which the reader leaves for good, 0 to 1; None for one who stays.
    between_phases : bool
        Whether the reader leaves by not coming back for the next phase, rather than in the middle of one.
    """

    ability: Ability
    years: int | None = None
    subspecialty: str = ""
    country: str = ""
    leaves: float | None = None
    between_phases: bool = False
    elsewhere: Mapping[str, Ability] = field(default_factory=dict)

    def absence(self, *, steps: int) -> Absence | None:
        """Say when the reader leaves a protocol of so many phases."""
        if self.leaves is None:
            return None
        step, share = divmod(self.leaves * steps, 1)
        return Absence(int(step), 0.0 if self.between_phases and step > 0 else share)


def drawn_profiles(
    count: int, *, seed: int, auc: float, confidence: float = 1.0, pace: float = 9.0, absent: float = 0.0
) -> list[ReaderProfile]:
    """Draw readers whose AUC scatters around the one asked for (standard deviation 0.04, within 0.5 to 0.99).

    Parameters
    ----------
    confidence : float
        The share of the confidence scale that they use.
    pace : float
        Their median time per case, in seconds; each reader's own scatters around it by a fifth.
    absent : float
        The share of readers who leave for good, half of them between two phases.
    """
    generator = np.random.default_rng(seed)
    aucs = np.clip(generator.normal(auc, 0.04, count), 0.5, 0.99)
    years = generator.integers(0, 41, count)
    paces = pace * np.random.default_rng([seed, 1]).lognormal(0, 0.2, count)
    leaving = np.random.default_rng([seed, 2]).random((count, 3))
    return [
        ReaderProfile(
            Ability(float(auc_), pace=float(pace_), confidence=confidence),
            years=int(year),
            leaves=float(when) if chance < absent else None,
            between_phases=bool(between < 0.5),
        )
        for auc_, pace_, year, (chance, when, between) in zip(aucs, paces, years, leaving, strict=True)
    ]

"""How a simulated reader decides: a binormal observer with an ability that is set, as pure draws."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.special import ndtr, ndtri

# The share of the decision variable's variance that all readers of a case have in common.
CASE_SHARE = 0.3


@dataclass(frozen=True)
class Ability:
    """How a simulated reader reads.

    Attributes
    ----------
    auc : float
        The area under the reader's ROC curve over all cases that could be drawn, 0.5 to below 1.
    pace : float
        The median time per case, in seconds.
    confidence : float
        The share of the confidence scale that the reader uses, from its lower end on: above 0, up to 1. It bends the
        ratings monotonically, so the AUC stays, but for ties.
    diagnosis : float
        How often a diagnosis that is picked from a list is the right one, where the list has it: 0 to 1.
    diagnosis_of_synthetic : float, optional
        The same for synthetic cases, where it differs.
    suspects : bool
        Whether the reader says at the end of a phase, asked openly, that a computer made some of the pictures.
    trust : float
        How far a detector's full verdict moves the decision variable, in its standard deviations.
    """

    auc: float
    pace: float = 9.0
    confidence: float = 1.0
    diagnosis: float = 0.7
    diagnosis_of_synthetic: float | None = None
    suspects: bool = False
    trust: float = 1.0

    @classmethod
    def of_accuracy(cls, accuracy: float, **more: Any) -> Self:
        """Give the ability of a reader without bias whose calls are right so often: AUC = Φ(√2 · Φ⁻¹(accuracy)).

        Half of the cases are synthetic or not: without bias it makes no difference.
        """
        return cls(float(ndtr(math.sqrt(2) * ndtri(accuracy))), **more)

    def diagnosing(self, *, synthetic: bool) -> float:
        """Say how often a diagnosis of a case of this class is right."""
        own = self.diagnosis_of_synthetic
        return self.diagnosis if own is None or not synthetic else own

    @property
    def separation(self) -> float:
        """d′ of an equal-variance binormal reader with this AUC: √2 · Φ⁻¹(AUC) (Green & Swets 1966)."""
        return float(math.sqrt(2) * ndtri(self.auc))


@dataclass(frozen=True)
class Judgement:
    """What a simulated reader says of a case."""

    call: str
    confidence: int
    seconds: float


def judge(
    ability: Ability, *, synthetic: bool, case_effect: float, generator: np.random.Generator, leaning: float = 0.0
) -> Judgement:
    """Draw one judgement.

    The decision variable is normal with unit variance around ±d′/2; `case_effect` (standard normal) is its part that
    all readers share, so that hard cases are hard for everybody. Call and confidence are a monotone map of it, so the
    ratings keep the AUC: the confidence is the posterior probability of the call at even odds.

    Parameters
    ----------
    leaning : float
        What an aid adds to the decision variable (`leaning_of`).
    """
    noise = generator.standard_normal()
    centre = ability.separation / 2 * (1 if synthetic else -1)
    decision = centre + math.sqrt(CASE_SHARE) * case_effect + math.sqrt(1 - CASE_SHARE) * noise + leaning
    certainty = abs(math.tanh(max(ability.separation, 0.3) * decision / 2))
    return Judgement(
        call="synthetic" if decision > 0 else "authentic",
        confidence=min(100, max(1, round(100 * ability.confidence * certainty))),
        seconds=round(float(generator.lognormal(math.log(ability.pace), 0.4)), 2),
    )


def leaning_of(aid: Mapping[str, Any] | None, ability: Ability) -> float:
    """Say how far a detector's verdict moves this reader: towards synthetic where it is positive.

    A call counts fully; a score from 0 to 1 by its distance from the middle, any other score by its sign and size.
    """
    if not aid:
        return 0.0
    verdicts = []
    if aid.get("call") is not None:
        verdicts.append(1.0 if aid["call"] in ("synthetic", True, 1) else -1.0)
    if (score := aid.get("score")) is not None:
        verdicts.append(2 * score - 1 if 0 <= score <= 1 else math.tanh(score))
    return ability.trust * float(np.mean(verdicts)) if verdicts else 0.0


def on_scale(confidence: int, points: int) -> int:
    """Give the confidence of the nearest step upwards on a scale of so many points; 0 points are continuous."""
    return confidence if points == 0 else round(100 * max(1, math.ceil(points * confidence / 100)) / points)

"""An analysis plan, fixed before anybody read, as plain values: what is to be answered, and how."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from analysis.errors import RatingsError
from analysis.measures.measurement import METRIC_NAMES
from analysis.mrmc.hillis import Random

Role = Literal["primary", "secondary"]
Compares = Literal["none", "value", "reading", "detectors"]
Hypothesis = Literal["estimate", "difference", "superiority", "non-inferiority", "equivalence"]
WITH_MARGIN = ("non-inferiority", "equivalence")
OF_DIAGNOSES, OF_OPEN_ANSWERS = "diagnosis", "unprompted"
METRICS = {
    **METRIC_NAMES,
    OF_DIAGNOSES: "diagnostic accuracy",
    OF_OPEN_ANSWERS: "share of readers who spoke of AI unprompted",
}
_KNOWN_COVARIANCES = ("default", "delong", "jackknife", "unbiased")


@dataclass(frozen=True)
class Endpoint:
    """One thing that was to be found out.

    Attributes
    ----------
    phase, modality : str
        The reads that are measured.
    against : float, tuple of str, str or None
        A value, another phase and modality, or a detector (an empty name: each of them).
    margin : float or None
        The largest loss that does not matter.
    """

    role: Role
    metric: str
    phase: str
    modality: str
    comparison: Compares = "none"
    against: float | tuple[str, str] | str | None = None
    hypothesis: Hypothesis = "estimate"
    margin: float | None = None

    @property
    def is_tested(self) -> bool:
        """Whether there is a hypothesis, and not an interval alone."""
        return self.hypothesis != "estimate"


@dataclass(frozen=True)
class Plan:
    """Endpoints, and the choices that hold for all of them; `document` is what it was read from."""

    document: Mapping[str, Any]
    endpoints: tuple[Endpoint, ...]
    alpha: float
    multiplicity: Literal["none", "holm"]
    random: Random
    covariance: str | None


def plan_from(text: str | bytes) -> Plan:
    """Read a plan from JSON.

    Raises
    ------
    RatingsError
        When it is none; the message names the place and the cure.

    Examples
    --------
    >>> plan = plan_from('{"endpoints": [{"role": "primary", "metric": "auc", "phase": "1", "modality": "1"}]}')
    >>> plan.endpoints[0].hypothesis, plan.alpha, plan.multiplicity
    ('estimate', 0.05, 'none')
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("endpoints"), list):
        raise RatingsError("the plan is no JSON object with a list of endpoints; take plan.json from the study again")
    return Plan(
        document,
        tuple(_endpoint(one, f"endpoints[{number}]") for number, one in enumerate(document["endpoints"])),
        _share(document.get("alpha", 0.05), "alpha"),
        _one_of(document.get("multiplicity", "none"), ("none", "holm"), "multiplicity"),
        _one_of(document.get("random", "both"), get_args(Random), "random"),
        _covariance(document.get("covariance", "default")),
    )


def _endpoint(said: Any, where: str) -> Endpoint:
    if not isinstance(said, dict):
        raise RatingsError(f"the plan, {where}: is no object with role, metric, phase and modality")
    comparison = _one_of(said.get("comparison", "none"), get_args(Compares), f"{where}.comparison")
    found = Endpoint(
        role=_one_of(said.get("role"), get_args(Role), f"{where}.role"),
        metric=_one_of(said.get("metric"), tuple(METRICS), f"{where}.metric"),
        phase=_text(said.get("phase"), f"{where}.phase"),
        modality=_text(said.get("modality"), f"{where}.modality"),
        comparison=comparison,
        against=_against(said.get("against"), comparison, f"{where}.against"),
        hypothesis=_one_of(said.get("hypothesis", "estimate"), get_args(Hypothesis), f"{where}.hypothesis"),
        margin=_margin(said.get("margin"), f"{where}.margin"),
    )
    if found.is_tested and comparison == "none":
        raise RatingsError(f"the plan, {where}: a test needs something to compare with; give comparison and against")
    if (found.hypothesis in WITH_MARGIN) != (found.margin is not None):
        raise RatingsError(f"the plan, {where}.margin: is for non-inferiority and equivalence, and needed there")
    return found


def _against(said: Any, comparison: str, where: str) -> float | tuple[str, str] | str | None:
    if comparison == "none":
        return None
    if not isinstance(said, dict):
        raise RatingsError(f"the plan, {where}: must be an object with a value, phase and modality, or a detector")
    if comparison == "value":
        return _share(said.get("value"), f"{where}.value")
    if comparison == "reading":
        return _text(said.get("phase"), f"{where}.phase"), _text(said.get("modality"), f"{where}.modality")
    name = said.get("detector", "")
    return "" if name == "" else _text(name, f"{where}.detector")


def _margin(said: Any, where: str) -> float | None:
    return None if said is None else _share(said, where)


def _covariance(said: Any) -> str | None:
    name = _one_of(said, _KNOWN_COVARIANCES, "covariance")
    return None if name == "default" else str(name)


def _share(said: Any, where: str) -> float:
    if isinstance(said, int | float) and not isinstance(said, bool) and 0 < said < 1:
        return float(said)
    raise RatingsError(f"the plan, {where}: is {said!r} and must be a number between 0 and 1, as 0.05")


def _text(said: Any, where: str) -> str:
    if isinstance(said, str) and said:
        return said
    raise RatingsError(f"the plan, {where}: is {said!r} and must be the name that the ratings table has")


def _one_of(said: Any, known: tuple[str, ...], where: str) -> Any:
    if isinstance(said, str) and said in known:
        return said
    raise RatingsError(f"the plan, {where}: is {said!r}; choose from {', '.join(known)}")

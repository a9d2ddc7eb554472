"""The analysis plan: what a study will be judged by, said before anybody has read, as a document of plain values.

Numbers are kept as the text in which they were entered, so that a plan has one form and one digest.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from readerstudy.studies import schema
from readerstudy.studies.plans import Fault, ProtocolError

# As `analysis` names them; a test holds both together, as this room may not know the other.
OF_CALLS = ("auc", "accuracy", "sensitivity", "specificity", "binormal", "pauc", "dprime", "criterion")
OF_DIAGNOSES = ("diagnosis",)
OF_OPEN_ANSWERS = ("unprompted",)
METRICS = (*OF_CALLS, *OF_DIAGNOSES, *OF_OPEN_ANSWERS)
# Their difference can be tested, and a margin makes sense on their scale.
SHARES = ("auc", "accuracy", "sensitivity", "specificity", "binormal", "pauc", "diagnosis", "unprompted")
ROLES = ("primary", "secondary")
COMPARISONS = ("none", "value", "reading", "detectors")
HYPOTHESES = ("estimate", "difference", "superiority", "non-inferiority", "equivalence")
WITH_MARGIN = ("non-inferiority", "equivalence")
MULTIPLICITIES = ("none", "holm")
COVARIANCES = ("default", "delong", "jackknife", "unbiased")
RANDOM = ("both", "readers", "cases")
OF_READERS = ("years", "subspecialty", "country")
OF_CASES = ("anatomy", "view", "finding", "generator", "sex")
COVARIATES = (*OF_READERS, *OF_CASES)


@dataclass(frozen=True)
class Endpoint:
    """One thing that the study is to find out.

    Attributes
    ----------
    reading : str
        What is measured, as `phase/modality`.
    comparison, against : str
        What with: nothing, a value (`against` is the number), another reading (`phase/modality`), or detectors (the
        name and version of one; empty for each of them).
    hypothesis, margin : str
        What is tested: nothing but an interval, or that there is a difference, an advantage, no loss by the margin, no
        difference by the margin.
    """

    role: str
    metric: str
    reading: str
    comparison: str = "none"
    against: str = ""
    hypothesis: str = "estimate"
    margin: str = ""


@dataclass(frozen=True)
class AnalysisPlan:
    """All that is fixed beforehand of how a study is analysed.

    Attributes
    ----------
    multiplicity : {"none", "holm"}
        How the p values of the primary endpoints are adjusted for their number.
    random : {"both", "readers", "cases"}
        What is a sample from a population.
    covariance : str
        How the covariance over cases is estimated; `default` is DeLong's for the AUC, the jackknife for the others.
    covariates : tuple of str
        By what the results are broken down.
    readers : int or None
        How many readers are planned; more of them are an amendment.
    ends_on : str
        The day on which reading is to end, as 2026-12-31.
    sample_size, notes : str
        Why so many readers and cases; what else was agreed, such as what happens with missing reads.
    """

    endpoints: tuple[Endpoint, ...] = ()
    alpha: str = "0.05"
    multiplicity: str = "none"
    random: str = "both"
    covariance: str = "default"
    covariates: tuple[str, ...] = ()
    readers: int | None = None
    ends_on: str = ""
    sample_size: str = ""
    notes: str = ""

    def of_role(self, role: str) -> list[Endpoint]:
        """Give the primary endpoints, or the secondary ones."""
        return [endpoint for endpoint in self.endpoints if endpoint.role == role]


def is_share(text: str) -> bool:
    """Whether a text is a decimal number between 0 and 1."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    return number.is_finite() and 0 < number < 1


def _share(value: Any, place: str, faults: list[Fault]) -> Any:
    if isinstance(value, str) and is_share(value):
        return value
    faults.append(Fault(place, _("must be a number between 0 and 1, as 0.05")))
    return None


def _share_or_empty(value: Any, place: str, faults: list[Fault]) -> Any:
    return value if value == "" else _share(value, place, faults)


def _day(value: Any, place: str, faults: list[Fault]) -> Any:
    try:
        return date.fromisoformat(value).isoformat() if value else ""
    except (TypeError, ValueError):
        faults.append(Fault(place, _("must be a day, as 2026-12-31")))
        return None


_ENDPOINT = schema.record(
    Endpoint,
    {
        "role": schema.one_of(ROLES),
        "metric": schema.one_of(METRICS),
        "reading": schema.text(100, may_be_empty=False),
        "comparison": schema.one_of(COMPARISONS),
        "against": schema.text(200),
        "hypothesis": schema.one_of(HYPOTHESES),
        "margin": _share_or_empty,
    },
)
_PLAN = schema.record(
    AnalysisPlan,
    {
        "endpoints": schema.each(_ENDPOINT, 40),
        "alpha": _share,
        "multiplicity": schema.one_of(MULTIPLICITIES),
        "random": schema.one_of(RANDOM),
        "covariance": schema.one_of(COVARIANCES),
        "covariates": schema.each(schema.one_of(COVARIATES), len(COVARIATES)),
        "readers": schema.or_none(schema.number(1, 10_000)),
        "ends_on": _day,
        "sample_size": schema.text(5_000),
        "notes": schema.text(10_000),
    },
)


def plan_from(document: Any) -> AnalysisPlan:
    """Read a plan from a document of plain values.

    Raises
    ------
    ProtocolError
        It says what cannot be; every fault is named with its place.
    """
    faults: list[Fault] = []
    plan = _PLAN(document, "", faults)
    if faults:
        raise ProtocolError(faults)
    return plan  # type: ignore[no-any-return]


def read_plan(text: str) -> AnalysisPlan:
    """Read a plan as it is stored (`write_plan`)."""
    return plan_from(json.loads(text))


def write_plan(plan: AnalysisPlan) -> str:
    """Give the one form in which a plan is stored and hashed."""
    return json.dumps(asdict(plan), indent=1, ensure_ascii=False, sort_keys=True)

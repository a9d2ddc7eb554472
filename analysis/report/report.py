"""The whole report: each condition's sections, those of the study as a whole, and the results as one document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analysis.errors import RatingsError
from analysis.report.document import Section
from analysis.report.plan import Plan
from analysis.report.sections import (
    agreement,
    at_a_glance,
    calibration,
    cases,
    comparison,
    covariates,
    detectors,
    diagnosis,
    flow,
    learning,
    means,
    planned,
    readers,
    roc,
    rsna,
    teams,
    time,
)
from analysis.report.study import Condition, Study
from analysis.results import jsonable
from analysis.table.ratings import Ratings

# In the order in which they are read.
OF_A_CONDITION: tuple[Callable[[Condition], Section], ...] = (
    flow.section,
    at_a_glance.section,
    readers.section,
    roc.section,
    means.section,
    detectors.section,
    teams.section,
    agreement.section,
    calibration.section,
    covariates.section,
    time.section,
    learning.section,
    cases.section,
)
OF_A_DIAGNOSTIC_CONDITION = (flow.section, diagnosis.section)
OF_THE_STUDY: tuple[Callable[[Study, Sequence[Condition]], Section], ...] = (
    comparison.of_modalities,
    comparison.of_phases,
    rsna.section,
)
FORMAT = "reader-study-results/1"


@dataclass(frozen=True)
class Part:
    """What is said of one condition."""

    condition: Condition
    sections: Sequence[Section]


@dataclass(frozen=True)
class Report:
    """All sections of a report: what was planned, those of each condition, then those of the study.

    `chosen` says to which phases and modality it was restricted; None where it was not.
    """

    study: Study
    planned: Section
    parts: Sequence[Part]
    overall: Sequence[Section]
    chosen: Mapping[str, Any] = field(default_factory=lambda: {"phases": None, "modality": None})

    def results(self) -> dict[str, Any]:
        """Every number of the report as plain values for JSON; the same tables give the same document.

        Returns
        -------
        dict
            ``format``; what was asked for (``alpha``, ``scale``, ``detector_scale``, ``chosen``); ``phases``, for each
            condition ``phase``, ``modality``, ``name``, ``left_out`` and what each section found, by its name; then
            what each section of the study found, by its name, and with a plan ``planned`` (``plan``, ``endpoints``);
            ``withdrawn``, by reader the reads that are left out, where there are any.
            What is not possible is ``{"problem": words}``, an impossible value None.
        """
        phases = [
            {
                "phase": part.condition.phase,
                "modality": part.condition.modality,
                "name": part.condition.name,
                "left_out": list(part.condition.left_out),
                **{section.name: section.found for section in part.sections},
            }
            for part in self.parts
        ]
        overall = {section.name: section.found for section in self.overall}
        if self.planned.found:
            overall[self.planned.name] = self.planned.found
        study = self.study
        if study.withdrawn:
            overall["withdrawn"] = dict(study.withdrawn)
        scales = {"scale": study.scale, "detector_scale": study.detector_scale}
        asked = {"alpha": study.alpha, **scales, "chosen": self.chosen}
        found: dict[str, Any] = jsonable({"format": FORMAT, **asked, "phases": phases, **overall})
        return found


def gather(
    study: Study, *, phases: Sequence[str] | None = None, modality: str | None = None, plan: Plan | None = None
) -> Report:
    """Compute every section of the report; charts are drawn when they are asked for.

    Parameters
    ----------
    study : Study
    phases, modality : optional
        Report these only.
    plan : Plan, optional
        What was fixed beforehand; without one, everything is exploratory.

    Raises
    ------
    RatingsError
        When a phase or modality is not there, or nobody has read.

    Examples
    --------
    >>> import pandas as pd
    >>> from analysis import validate
    >>> table = pd.DataFrame(
    ...     [(r, c, c % 2, (c * 7 + r * 5) % 11 + 3 * (c % 2)) for r in (1, 2, 3) for c in range(30)],
    ...     columns=["reader", "case", "truth", "rating"],
    ... )
    >>> report = gather(Study(validate(table)))
    >>> [section.name for section in report.parts[0].sections if section.absent]
    ['detectors', 'agreement', 'covariates', 'time', 'learning', 'cases']
    >>> round(report.results()["phases"][0]["means"]["auc"]["modalities"][0]["estimate"], 4)
    0.7274
    """
    conditions = study.conditions(phases, modality)
    parts = [
        Part(one, [section(one) for section in (OF_A_DIAGNOSTIC_CONDITION if one.is_diagnostic else OF_A_CONDITION)])
        for one in conditions
    ]
    overall = [section(study, conditions) for section in OF_THE_STUDY]
    first = planned.section(plan, study, conditions)
    return Report(study, first, parts, overall, {"phases": phases and list(phases), "modality": modality})


def gather_again(
    document: Mapping[str, Any],
    ratings: Ratings,
    readers: pd.DataFrame | None = None,
    cases: pd.DataFrame | None = None,
    plan: Plan | None = None,
) -> Report:
    """The report that gave these results, from the tables and the plan that it came from.

    Raises
    ------
    RatingsError
        When the document holds results of another format, or the tables do not allow what it asks for.
    """
    if document.get("format") != FORMAT:
        raise RatingsError(f"these results have the format {document.get('format')!r}, and {FORMAT!r} is computed here")
    scales = [tuple(ends) if (ends := document[name]) else None for name in ("scale", "detector_scale")]
    withdrawn, chosen = document.get("withdrawn", {}), document["chosen"]
    study = Study(ratings, readers, cases, document["alpha"], scales[0], scales[1], withdrawn)
    return gather(study, phases=chosen["phases"], modality=chosen["modality"], plan=plan)

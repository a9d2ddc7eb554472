"""What there is of detectors: counts for the coordinator, never a score beside a truth."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from readerstudy.cohorts.models import Cohort
from readerstudy.detectors.models import Detector, DetectorScore, PhaseAid
from readerstudy.studies.models import Aid, Phase, Study


@dataclass(frozen=True)
class Coverage:
    """For how many cases of a cohort a detector gives what."""

    detector: Detector
    scores: int
    calls: int
    regions: int


@dataclass(frozen=True)
class ScoredCohort:
    """A cohort of a study, and who has scored it."""

    cohort: Cohort
    cases: int
    phases: list[str]
    coverage: list[Coverage]


@dataclass(frozen=True)
class AidedPhase:
    """A phase that shows aid, and what was chosen for it."""

    phase: Phase
    chosen: PhaseAid | None


def scored_cohorts(study: Study) -> list[ScoredCohort]:
    """Give the cohorts of a study in the order of its phases."""
    titles: dict[Cohort, list[str]] = {}
    for phase in study.phases.order_by("position").select_related("cohort"):
        titles.setdefault(phase.cohort, []).append(phase.title)
    return [ScoredCohort(one, one.cases.count(), phases, coverage(one)) for one, phases in titles.items()]


def coverage(cohort: Cohort) -> list[Coverage]:
    """Count what each detector gives for the cases of a cohort."""
    counted = (
        DetectorScore.objects.filter(case__in=cohort.cases.all())
        .values("detector")
        .annotate(scores=Count("score"), calls=Count("call"), regions=Count("region"))
        .order_by("detector__name", "detector__version")
    )
    detectors = Detector.objects.in_bulk([row["detector"] for row in counted])
    return [Coverage(detectors[row["detector"]], row["scores"], row["calls"], row["regions"]) for row in counted]


def aided_phases(study: Study) -> list[AidedPhase]:
    """Give the phases that show aid."""
    phases = study.phases.exclude(aid=Aid.NONE).order_by("position").select_related("cohort")
    chosen = {aid.phase_id: aid for aid in PhaseAid.objects.filter(phase__in=phases).select_related("detector")}
    return [AidedPhase(phase, chosen.get(phase.pk)) for phase in phases]

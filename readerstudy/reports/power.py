"""Planning a study: its power over readers and cases, from a pilot or from what is expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Literal

from analysis.planning.pilots import from_pilot
from analysis.planning.power import power, power_surface
from analysis.planning.result import PowerResult, SurfaceResult
from analysis.planning.sources import Source
from readerstudy.accounts.models import User
from readerstudy.reports.ratings_table import ratings_table
from readerstudy.studies import services as studies
from readerstudy.studies.analysis_plan import AnalysisPlan
from readerstudy.studies.default_plans import current_plan
from readerstudy.studies.models import UNTESTED, Status, Study, TeamRole

# So many studies are offered as a pilot, the newest first.
OFFERED = 50


@dataclass(frozen=True)
class Pilot:
    """Ratings that a plan can rest on: those of an unblinded study, or of one phase of it."""

    study: Study
    phase: str = ""

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.study.slug}/{self.phase}" if self.phase else self.study.slug

    @property
    def name(self) -> str:
        """How people name it."""
        return f"{self.study.title} · {self.phase}" if self.phase else self.study.title


def pilots_for(study: Study, user: User) -> list[Pilot]:
    """Give what can serve as a pilot: the study's own pilots, then other studies whose results the person may see."""
    mine = Study.objects.for_user(user, TeamRole.COORDINATOR, TeamRole.STATISTICIAN)
    unblinded = mine.filter(status=Status.UNBLINDED).exclude(pk=study.pk).prefetch_related("phases")[:OFFERED]
    ordered = sorted(unblinded, key=lambda one: one.pilot_of_id != study.pk)
    return [pilot for one in ordered for pilot in _with_phases(one)]


def _with_phases(study: Study) -> list[Pilot]:
    names = [phase.name for phase in study.phases.all() if phase.purpose not in UNTESTED]
    return [Pilot(study), *(Pilot(study, name) for name in names if len(names) > 1)]


@dataclass(frozen=True)
class Aim:
    """What the planned study is to find; the fields are those of `analysis.planning.power.power`."""

    effect: float
    margin: float | None
    random: Literal["both", "readers", "cases"]
    target: float
    alpha: float


def source_of(
    pilot: Pilot, *, comparison: Literal["modalities", "detector", "value"], detector: str, metric: str
) -> Source:
    """Take the variances from a pilot.

    Raises
    ------
    RatingsError
        Its ratings do not give them.
    """
    return from_pilot(
        ratings_table(pilot.study),
        comparison=comparison,
        detector=detector or None,
        metric=metric,
        phase=pilot.phase or None,
    )


@dataclass(frozen=True)
class Cell:
    """The power of one number of readers and cases."""

    cases: int
    power: float
    is_reached: bool

    @property
    def percent(self) -> str:
        """In whole per cent, rounded down, so that none claims what is not reached."""
        return "> 99" if self.power > 0.99 else str(int(100 * self.power))


@dataclass(frozen=True)
class Row:
    """The power of one number of readers, and the fewest cases with which they reach the target."""

    readers: int
    cells: list[Cell]
    needed: int | None


@dataclass(frozen=True)
class Planned:
    """A plan: the power of many sizes, and of the one that was chosen, with its paragraph."""

    surface: SurfaceResult
    chosen: PowerResult

    @property
    def target_percent(self) -> str:
        """The power that is sought, in per cent."""
        return f"{100 * self.surface.target:g}"

    def rows(self) -> list[Row]:
        """Give the surface by readers, the fewest first."""
        needed = {one.readers: one.cases for one in self.surface.cases_needed}
        by_readers = groupby(self.surface.surface, key=lambda point: point.readers)
        return [
            Row(
                readers,
                [Cell(one.cases, one.power, one.power >= self.surface.target) for one in points],
                needed[readers],
            )
            for readers, points in by_readers
        ]


def planned(
    source: Source, aim: Aim, *, readers: Sequence[int], cases: Sequence[int], chosen: tuple[int, int]
) -> Planned:
    """Compute the power of these sizes, and of the chosen one.

    Raises
    ------
    RatingsError
        The numbers do not allow the plan.
    """
    how = asdict(aim)
    surface = power_surface(source, readers=readers, cases=cases, **how)
    return Planned(surface, power(source, readers=chosen[0], cases=chosen[1], **how))


def write_sample_size(*, study: Study, plan: PowerResult, actor: User) -> None:
    """Write the paragraph and the number of readers into the analysis plan of a draft.

    Raises
    ------
    StudyError
        The study is no draft, or its plan does not fit the protocol any more.
    """
    before = current_plan(study) or AnalysisPlan()
    after = replace(before, sample_size=plan.paragraph, readers=plan.readers)
    studies.save_plan(study=study, plan=after, actor=actor)

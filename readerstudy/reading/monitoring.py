"""The monitor of a study: every reader, every phase, blinded; in a number of queries that no reader adds to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from readerstudy.reading.enrolments import Enrolment, PhaseProgress, Size, progress_of
from readerstudy.reading.models import DisplayCheck, ReadingSession
from readerstudy.reading.quality import SIGNS, Sign, signs_of
from readerstudy.reading.queries import newest_attempts, step_after
from readerstudy.reading.tallies import days_ago
from readerstudy.studies.models import ArmStep, HangingList, Phase, Reader, Study

DAYS_OF_PACE = 7


@dataclass(frozen=True)
class Cell:
    """One reader in one phase."""

    progress: PhaseProgress
    signs: list[Sign]
    lately: int

    @property
    def median_seconds(self) -> float | None:
        """The median time of a case."""
        return self.progress.tally.median_seconds()


@dataclass(frozen=True)
class Row(Enrolment):
    """A reader; `cells` are the phases of the study, None where the reader's arm lacks one."""

    cells: list[Cell | None]
    display_checked: bool

    def shows(self, sign: Sign) -> bool:
        """Whether a sign was seen in any phase."""
        return any(sign in cell.signs for cell in self.cells if cell)


@dataclass(frozen=True)
class Board:
    """All readers of a study who have joined; its sums are over those who have not withdrawn."""

    phases: list[Phase]
    rows: list[Row]

    @property
    def taking_part(self) -> list[Row]:
        """Those who have not withdrawn."""
        return [row for row in self.rows if row.state != "withdrawn"]

    @property
    def judged(self) -> int:
        """How many cases are judged."""
        return sum(phase.done for row in self.taking_part for phase in row.phases)

    @property
    def cases(self) -> int:
        """How many cases there are to judge."""
        return sum(phase.cases for row in self.taking_part for phase in row.phases)

    @property
    def finished(self) -> int:
        """How many readers have read all."""
        return sum(row.step.kind == "finished" for row in self.taking_part)

    @property
    def signs(self) -> list[tuple[Sign, list[str]]]:
        """The signs that were seen, each with the codes of its readers."""
        found = [(sign, [row.reader.code for row in self.taking_part if row.shows(sign)]) for sign in SIGNS]
        return [(sign, codes) for sign, codes in found if codes]


def board(study: Study) -> Board:
    """Give where every reader of a study stands."""
    phases = list(study.phases.order_by("position"))
    steps, sizes, sessions = _steps(study, phases), _sizes(study), _sessions(study)
    checked = set(DisplayCheck.objects.filter(reader__study=study, confirmed=True).values_list("reader", flat=True))
    readers = study.readers.exclude(user=None).select_related("arm", "consent").order_by("number")
    rows = []
    for reader in readers:
        reader.study = study  # with its clock, and without asking for it once more for everybody
        newest = newest_attempts(sessions[reader.pk])
        rows.append(_row(reader, phases, steps.get(reader.arm_id, []), sizes[reader.pk], newest, reader.pk in checked))
    return Board(phases, rows)


def _steps(study: Study, phases: Iterable[Phase]) -> dict[int | None, list[Phase]]:
    by_key = {phase.pk: phase for phase in phases}
    steps: dict[int | None, list[Phase]] = defaultdict(list)
    for arm, phase in ArmStep.objects.filter(arm__study=study).order_by("position").values_list("arm", "phase"):
        steps[arm].append(by_key[phase])
    return steps


def _sizes(study: Study) -> dict[int, dict[int, Size]]:
    sizes: dict[int, dict[int, Size]] = defaultdict(dict)
    lists = HangingList.objects.filter(phase__study=study).values_list("reader", "phase", "length", "rereads")
    for reader, phase, cases, rereads in lists:
        sizes[reader][phase] = Size(cases, rereads)
    return sizes


def _sessions(study: Study) -> dict[int, list[ReadingSession]]:
    sessions: dict[int, list[ReadingSession]] = defaultdict(list)
    for session in ReadingSession.objects.filter(phase__study=study):
        sessions[session.reader_id].append(session)
    return sessions


def _row(
    reader: Reader,
    phases: Iterable[Phase],
    steps: list[Phase],
    sizes: Mapping[int, Size],
    newest: Mapping[int, ReadingSession],
    display_checked: bool,
) -> Row:
    done, now = progress_of(steps, sizes, newest), timezone.now()
    cells = {progress.phase.pk: _cell(progress, now) for progress in done}
    return Row(
        reader, done, step_after(reader, steps, newest), [cells.get(phase.pk) for phase in phases], display_checked
    )


def _cell(progress: PhaseProgress, now: datetime) -> Cell:
    signs = signs_of(progress.tally, is_unfinished=not progress.is_finished, now=now)
    return Cell(progress, signs, progress.tally.since(days_ago(now, DAYS_OF_PACE)))

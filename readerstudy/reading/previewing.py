"""A study as one of its readers will meet it; nothing of the preview is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from readerstudy.reading.estimating import ReaderTime, StepTime, time_of
from readerstudy.reading.queries import case_questions, end_questions
from readerstudy.rich_text import as_html
from readerstudy.studies.models import Arm, HangingList, Question, Study
from readerstudy.studies.services import draw_lists

# So many places of each hanging list are shown.
SHOWN = 8


@dataclass(frozen=True)
class Shown:
    """A place of a hanging list."""

    position: int
    case: str
    modality: str
    is_aided: bool
    is_reread: bool
    companion: str


@dataclass(frozen=True)
class PreviewedStep:
    """A phase as the reader meets it."""

    time: StepTime
    told: SafeString
    questions: list[Question]
    end_questions: list[Question]
    shown: list[Shown]


@dataclass(frozen=True)
class Preview:
    """What one reader will meet, in order."""

    number: int
    arm: Arm
    steps: list[PreviewedStep]
    time: ReaderTime


def preview_of(study: Study, number: int) -> Preview:
    """Give what the reader of a number meets: as it was drawn at the lock, or as the lock will draw it.

    The study must lack nothing that its orders need (`what_the_orders_miss`).
    """
    arm, lists = lists_of(study, number)
    time = time_of(study, lists)
    steps = [_step(drawn, step) for drawn, step in zip(lists, time.steps, strict=True)]
    return Preview(number, arm, steps, time)


def lists_of(study: Study, number: int) -> tuple[Arm, list[HangingList]]:
    """Give a reader's arm and hanging lists: those that were drawn, or those that the lock will draw."""
    return _stored(study, number) or draw_lists(study, number)


def _stored(study: Study, number: int) -> tuple[Arm, list[HangingList]] | None:
    """Give what was drawn for a reader, in the order of the arm."""
    reader = study.readers.filter(number=number).select_related("arm").first()
    if reader is None or reader.arm is None:
        return None
    drawn_lists = reader.hanging_lists.select_related("phase").prefetch_related("phase__questions")
    lists = {drawn.phase_id: drawn for drawn in drawn_lists}
    return reader.arm, [lists[step.pk] for step in reader.steps() if step.pk in lists]


def _step(drawn: HangingList, time: StepTime) -> PreviewedStep:
    return PreviewedStep(
        time,
        as_html(drawn.phase.instructions),
        case_questions(drawn.phase),
        end_questions(drawn.phase),
        _shown(drawn.places[:SHOWN]),
    )


def _shown(places: Sequence[dict[str, Any]]) -> list[Shown]:
    return [
        Shown(n, place["case"], place["modality"], place["aided"], bool(place["reread"]), place["companion"])
        for n, place in enumerate(places, start=1)
    ]

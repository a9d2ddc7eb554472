"""What a reader submits, and whether it answers what the phase asks; pure but for the questions' rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from readerstudy.reading.models import MarkKind
from readerstudy.studies.models import Phase, Question, QuestionKind, TimeLimit

Answer = str | int
# How far the browser's count of seconds may stray from the limit at which it sends by itself.
TOLERANCE = 2.0
_FEWEST_POINTS = {MarkKind.POINT: 1, MarkKind.BOX: 2, MarkKind.FREEHAND: 2}
_MOST_POINTS = {MarkKind.POINT: 1, MarkKind.BOX: 2}


@dataclass(frozen=True)
class MarkMade:
    """A mark on the image, its points in fractions of the presented image."""

    question: str
    kind: str
    points: list[list[float]]
    reason: str = ""


@dataclass(frozen=True)
class Submission:
    """What the browser sends for one case.

    `seconds` runs on the browser's monotonic clock from the first rendered image to the submission, without pauses and
    hidden tabs; the two times are of its wall clock.
    """

    call: str | None
    confidence: int | None
    seconds: float
    shown_at: datetime
    submitted_at: datetime
    answers: dict[str, Answer] = field(default_factory=dict)
    marks: tuple[MarkMade, ...] = ()
    paused_seconds: float = 0
    hidden_seconds: float = 0
    timed_out: bool = False
    view_log: list[Any] = field(default_factory=list)

    def digest(self) -> str:
        """SHA-256 by which a replay of the same submission is known."""
        return digest_of(asdict(self))


def digest_of(said: object) -> str:
    """SHA-256 of plain values and times."""
    return hashlib.sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()


Faults = dict[str, list[str]]


class UnfitError(Exception):
    """A submission does not answer what is asked.

    Attributes
    ----------
    faults : dict
        What is wrong, in words, by the part of the submission.
    """

    def __init__(self, faults: Faults) -> None:
        super().__init__(" ".join(words for part in faults.values() for words in part))
        self.faults = faults


def require_fit(submission: Submission, phase: Phase, questions: Sequence[Question]) -> None:
    """Hold a submission against the questions of its phase.

    Parameters
    ----------
    questions : sequence of Question
        Those that are asked with every case, in their order.

    Raises
    ------
    UnfitError
        Something required is missing, something is said that was not asked, or an answer is none of the question's.
    """
    asked = asked_now(questions, submission.call, submission.answers)
    time_is_up = submission.timed_out and phase.time_limit == TimeLimit.HARD
    parts: list[tuple[str, list[str]]] = [
        *_call_faults(submission, asked, time_is_up),
        ("answers", answer_faults(submission.answers, asked, lenient=time_is_up)),
        ("marks", _mark_faults(submission.marks, asked, time_is_up)),
        ("timed_out", _time_faults(submission, phase)),
    ]
    if faults := {part: words for part, words in parts if words}:
        raise UnfitError(faults)


def asked_now(questions: Sequence[Question], call: str | None, answers: dict[str, Answer]) -> list[Question]:
    """Give the questions that are asked where these answers were given: the others' conditions do not hold."""
    asked: list[Question] = []
    for question in questions:
        condition = question.condition
        source = condition and next((one for one in asked if one.name == condition["question"]), None)
        if not condition or (source and _given(source, call, answers) in condition["is"]):
            asked.append(question)
    return asked


def _given(question: Question, call: str | None, answers: dict[str, Answer]) -> Answer | None:
    if question.kind == QuestionKind.CALL:
        return call or (None if question.forced else "cannot-tell")
    return answers.get(question.name)


def _call_faults(submission: Submission, asked: Sequence[Question], time_is_up: bool) -> list[tuple[str, list[str]]]:
    call, confidence = submission.call, submission.confidence
    question = next((one for one in asked if one.kind == QuestionKind.CALL), None)
    if question is None:
        said = call is not None or confidence is not None
        return [("call", [_("No call is asked for here.")] if said else [])]
    if call is None and confidence is None:
        may_miss = time_is_up or not question.forced or not question.required
        return [("call", [] if may_miss else [_("Say whether the case is authentic or synthetic.")])]
    if call is None:
        return [("call", [_("A confidence belongs to a call: choose authentic or synthetic.")])]
    if confidence is None:
        return [("confidence", [_("Say how sure you are of the call.")])]
    if question.points and confidence not in steps_of(question.points):
        words = _("The confidence is one of %(n)s steps here: %(steps)s.")
        steps = ", ".join(map(str, steps_of(question.points)))
        return [("confidence", [words % {"n": question.points, "steps": steps}])]
    return []


def steps_of(points: int) -> list[int]:
    """Give the confidences, 1 to 100, that a scale of so many points has."""
    return [round(100 * point / points) for point in range(1, points + 1)]


def answer_faults(answers: dict[str, Answer], asked: Sequence[Question], *, lenient: bool = False) -> list[str]:
    """Say what is wrong with answers in words; `lenient` lets required ones be missing."""
    words = _in_words(asked)
    faults = [_("%(name)s is not asked for here.") % {"name": name} for name in answers if name not in words]
    for name, question in words.items():
        if name in answers:
            faults += [f"{name}: {words}" for words in _unfit(question, answers[name])]
        elif question.required and not lenient:
            faults.append(_("%(name)s: this question is to be answered.") % {"name": name})
    return faults


def _in_words(asked: Sequence[Question]) -> dict[str, Question]:
    other = (QuestionKind.CALL, QuestionKind.MARKS)
    return {question.name: question for question in asked if question.kind not in other}


def _unfit(question: Question, answer: Answer) -> list[str]:
    if question.kind == QuestionKind.QUALITY:
        steps = len(question.options)
        fits = isinstance(answer, int) and 1 <= answer <= steps
        return [] if fits else [_("choose a step from 1 to %(n)s.") % {"n": steps}]
    if not isinstance(answer, str) or not answer.strip():
        return [_("an answer in words is asked for.")]
    if question.options and answer not in question.options:
        return [_("choose one of: %(options)s.") % {"options": ", ".join(question.options)}]
    return []


def _mark_faults(marks: Sequence[MarkMade], asked: Sequence[Question], time_is_up: bool) -> list[str]:
    questions = {question.name: question for question in asked if question.kind == QuestionKind.MARKS}
    faults = [words for mark in marks for words in _unfit_mark(mark, questions.get(mark.question))]
    marked = {mark.question for mark in marks}
    for name, question in questions.items():
        if question.required and name not in marked and not time_is_up:
            faults.append(_("%(name)s: set at least one mark.") % {"name": name})
    return faults


def _unfit_mark(mark: MarkMade, question: Question | None) -> list[str]:
    if question is None:
        return [_("%(name)s asks for no marks here.") % {"name": mark.question}]
    kind, count, faults = MarkKind(mark.kind), len(mark.points), []
    if question.tools and mark.kind not in question.tools:
        faults.append(_("%(name)s: marks here are: %(tools)s.") % {"name": question.name, "tools": question.tools})
    if not _FEWEST_POINTS[kind] <= count <= _MOST_POINTS.get(kind, count):
        faults.append(_("a point has one point, a box two, a freehand line two or more."))
    if question.options and mark.reason not in question.options:
        options = ", ".join(question.options)
        faults.append(_("%(name)s: choose a reason: %(options)s.") % {"name": question.name, "options": options})
    return faults


def ran_out_of_time(submission: Submission, phase: Phase) -> bool:
    """Whether the limit ended the case: as the browser says, or as its seconds show where the limit is hard."""
    limit = phase.time_limit_seconds if phase.time_limit == TimeLimit.HARD else None
    return submission.timed_out or (limit is not None and submission.seconds > limit + TOLERANCE)


def _time_faults(submission: Submission, phase: Phase) -> list[str]:
    if not submission.timed_out:
        return []
    if phase.time_limit == TimeLimit.NONE or phase.time_limit_seconds is None:
        return [_("There is no time limit in this phase.")]
    early = submission.seconds < phase.time_limit_seconds - TOLERANCE
    return [_("The time for this case was not over yet.")] if early else []

"""Readers who read whole protocols by the services: every question answered, every washout waited for."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

from readerstudy.detectors.aiding import show_aid
from readerstudy.reading import queries
from readerstudy.reading.models import Reading, ReadingSession
from readerstudy.reading.services import answer_end_questions, start_session, submit_judgement
from readerstudy.reading.submissions import Answer, MarkMade, Submission
from readerstudy.studies.models import Question, QuestionKind, Reader, Study
from readerstudy.studies.services import move_clock
from readerstudy.truth.models import Truth
from tests.readerstudy.makers import a_submission
from tests.readerstudy.reports.conftest import by_habit


def read_through(study: Study) -> None:
    """Let every reader do everything that the protocol asks for."""
    waiting = list(study.readers.order_by("number"))
    while waiting:
        waiting = [reader for reader in waiting if not read_what_is_open(reader)]
        if waiting:
            move_clock(study=Study.objects.get(pk=study.pk), by=timedelta(days=30), actor=None)


def read_what_is_open(reader: Reader) -> bool:
    """Read all phases that are open, and say whether nothing is left."""
    reader = Reader.objects.select_related("study").get(pk=reader.pk)
    assert reader.user
    while (step := queries.next_step(reader)).kind in ("start", "resume"):
        session, _ = start_session(reader=reader, actor=reader.user)
        for reading in session.readings.order_by("position"):
            if reading.aided:
                show_aid(Reading.objects.get(pk=reading.pk))
            submit_judgement(
                session=session, position=reading.position, key=uuid.uuid4(), submission=what_is_said(session, reading)
            )
        asked = queries.end_questions(session.phase)
        if asked:
            answers = {question.name: an_answer(question, reading) for question in asked}
            answer_end_questions(session=session, key=uuid.uuid4(), answers=answers)
    return step.kind == "finished"


def what_is_said(session: ReadingSession, reading: Reading) -> Submission:
    """Answer every question of a case."""
    questions = queries.case_questions(session.phase)
    call, confidence = by_habit(reading)
    said = replace(
        a_submission(call, confidence), view_log=[[0, "w", 128, 256], [900, "i", 1], [1500, "r"]],
        answers={one.name: an_answer(one, reading) for one in questions if one.kind not in ("call", "marks")},
        marks=tuple(
            MarkMade(one.name, "box", [[0.25, 0.5], [0.5, 0.75]], one.options[0] if one.options else "")
            for one in questions
            if one.kind == QuestionKind.MARKS and (not one.condition or call in one.condition["is"])
        ),
    )  # fmt: skip
    asks_for_call = any(one.kind == QuestionKind.CALL for one in questions)
    return said if asks_for_call else replace(said, call=None, confidence=None)


def an_answer(question: Question, reading: Reading) -> Answer:
    """Answer a question: a diagnosis from a list as the truth table has it, on odd places."""
    if question.kind == QuestionKind.QUALITY:
        return 1 + reading.position % len(question.options)
    if question.kind == QuestionKind.DIAGNOSIS and question.options:
        right = Truth.objects.get(case=reading.case_id).diagnosis.strip().casefold()
        wrong = next(option for option in question.options if option.casefold() != right)
        matching = next((option for option in question.options if option.casefold() == right), wrong)
        return matching if reading.position % 2 else wrong
    return "nothing, but for =this"

"""Acts that meet at the same moment take turns, and judgements of different readers do not wait for each other."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction

from readerstudy.accounts.models import User
from readerstudy.reading import services
from readerstudy.reading.models import Judgement, Reading, ReadingSession
from readerstudy.studies.models import Study
from readerstudy.studies.services import close_study
from tests.readerstudy.makers import a_submission
from tests.readerstudy.protocols import a_draft, a_phase, run_with
from tests.readerstudy.reader_client import ReaderClient
from tests.readerstudy.unpictured import a_person

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


def together(*acts: Callable[[], object]) -> list[str]:
    """Do all at once, each on a connection of its own; give the names of what they were refused with, or "done"."""
    start = Barrier(len(acts))

    def do(act: Callable[[], object]) -> str:
        try:
            start.wait(timeout=30)
            act()
        except services.ReadingError as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(do, acts))


def session_of(code: str) -> ReadingSession:
    """Give the session as a request reads it."""
    return ReadingSession.objects.select_related("reader__study", "phase__cohort").get(code=code)


def judge(code: str, position: int, **changes: Any) -> Judgement:
    """Send a judgement."""
    return services.submit_judgement(
        session=session_of(code), position=position, key=uuid.uuid4(), submission=a_submission(**changes)
    )[0]


@pytest.fixture
def begun(db: None) -> tuple[Study, list[str]]:
    """A study in which earlier cases may be revisited, and the sessions of two readers."""
    users = [a_person("reader"), a_person("colleague")]
    study = run_with(a_draft(a_phase(revisit=True), cases=ROUNDS + 2), *users)
    return study, [str(ReaderClient(user).start().json()["code"]) for user in users]


def test_a_case_is_either_opened_again_or_sealed_first_and_never_revised_after_the_answer(
    begun: tuple[Study, list[str]],
) -> None:
    code, user = begun[1][0], User.objects.get(username="reader")
    outcomes = Counter[str]()
    for position in range(1, ROUNDS + 1):
        judge(code, position)
        reading = Reading.objects.get(session__code=code, position=position)
        (reopened, _) = together(
            lambda at=position: services.reopen_reading(session=session_of(code), position=at, actor=user),  # type: ignore[misc]
            lambda one=reading: services.seal_reading(reading=one),  # type: ignore[misc]
        )
        reading.refresh_from_db()
        session = session_of(code)
        assert (reopened == "done") == (session.reopened_id == reading.pk) == (reading.sealed_at is None)
        outcomes[reopened] += 1
        services.leave_reopened(session=session, position=position, actor=user)
    assert sum(outcomes.values()) == ROUNDS


def test_two_windows_that_revise_at_once_add_one_revision(begun: tuple[Study, list[str]]) -> None:
    code, user = begun[1][0], User.objects.get(username="reader")
    judge(code, 1)
    for revision in range(2, 2 + ROUNDS):
        services.reopen_reading(session=session_of(code), position=1, actor=user)
        said = together(*[lambda: judge(code, 1, call="authentic")] * 3)
        assert Counter(said) == {"done": 1, "NotCurrentError": 2}
        assert Judgement.objects.count() == revision


def test_a_judgement_comes_before_the_close_of_its_study_or_not_at_all(begun: tuple[Study, list[str]]) -> None:
    study, codes = begun
    said = together(*(lambda at=code: judge(at, 1) for code in codes), lambda: close_study(study=study, actor=None))
    study.refresh_from_db()
    assert study.closed_at is not None
    assert Judgement.objects.count() == said.count("done") - 1
    assert set(said) <= {"done", "StudyEndedError"}
    for code in codes:
        with pytest.raises(services.StudyEndedError):
            judge(code, 1)


def test_answers_at_the_end_that_are_sent_at_once_are_stored_once(db: None) -> None:
    odd = {"name": "odd", "kind": "open", "text": "Odd?", "asked": "end"}
    user = a_person("reader")
    run_with(a_draft(a_phase(questions=[odd], purpose="purpose-blinded", undo_seconds=0), cases=2), user)
    code = str(ReaderClient(user).start().json()["code"])
    for position in (1, 2):
        judge(code, position, call=None, confidence=None)

    def end() -> bool:
        return services.answer_end_questions(session=session_of(code), key=uuid.uuid4(), answers={"odd": "no"})

    assert Counter(together(*[end] * 4)) == {"done": 1, "NotCurrentError": 3}


@pytest.mark.row_locks
def test_readers_of_one_study_do_not_wait_for_each_other(begun: tuple[Study, list[str]]) -> None:
    """While one judgement is still on its way into the database, another reader's is stored."""
    first, second = begun[1]
    with transaction.atomic():
        judge(first, 1)
        assert together(lambda: judge(second, 1)) == ["done"]
    assert Judgement.objects.count() == 2


@pytest.mark.row_locks
def test_the_close_of_a_study_waits_for_a_judgement_that_is_being_stored(begun: tuple[Study, list[str]]) -> None:
    study, (code, _) = begun
    closed = Event()

    def close() -> None:
        close_study(study=study, actor=None)
        closed.set()
        connection.close()

    thread = Thread(target=close)
    with transaction.atomic():
        judge(code, 1)
        thread.start()
        assert not closed.wait(0.5)
    thread.join(timeout=30)
    assert closed.is_set()
    assert Judgement.objects.count() == 1

"""The act of reading: sessions are hung once, and judgements are added, never changed.

Whatever depends on where a session is holds the session's row first, so that two windows, or a judgement and the
serving of an answer, take turns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.cohorts.models import Case
from readerstudy.reading import gates, states
from readerstudy.reading.models import (
    DisplayCheck,
    Draft,
    Judgement,
    Mark,
    PhaseAnswers,
    Reading,
    ReadingSession,
    rating_of,
)
from readerstudy.reading.queries import (
    NextStep,
    Place,
    case_questions,
    end_questions,
    next_step,
    place_of,
)
from readerstudy.reading.submissions import (
    Answer,
    Submission,
    UnfitError,
    answer_faults,
    asked_now,
    digest_of,
    require_fit,
)
from readerstudy.studies.models import Phase, Reader, Status, Study

__all__ = ["Submission", "UnfitError"]


class ReadingError(Exception):
    """The act is not possible now; the message tells the reader why and what to do."""


class NotCurrentError(ReadingError):
    """The case was judged already, perhaps in another window, or it is not its turn yet."""


class NotReopenedError(ReadingError):
    """The judgement cannot be opened again."""


class KeyReusedError(ReadingError):
    """An idempotency key came back with something else than before."""


class StudyEndedError(ReadingError):
    """The study was closed while something was on its way."""


class DraftConflictError(ReadingError):
    """Another window has kept a newer draft of the case.

    Attributes
    ----------
    draft : Draft
        The newer one.
    """

    def __init__(self, draft: Draft) -> None:
        super().__init__(_("Another window has kept a newer version of what you entered for this case."))
        self.draft = draft


def _reused() -> str:
    return _("This idempotency key was used for something else. Make a new one for each judgement.")


def _hold_session(session: ReadingSession) -> None:
    """Let two tabs that send at once take turns, so that the second finds what the first did."""
    held = ReadingSession.objects.select_for_update()
    session.refresh_from_db(fields=["reopened", "finished_at", "qualified"], from_queryset=held)


def _require_running(study: Study) -> None:
    """Hold a study open until the transaction ends.

    Its close waits for that, while other judgements do not: on PostgreSQL the row is held for sharing. On SQLite the
    transaction holds the only write lock anyhow.

    Raises
    ------
    StudyEndedError
        It does not run any more.
    """
    share = " FOR SHARE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT status FROM studies_study WHERE id = %s{share}", [study.pk])  # noqa: S608 - no input
        (status,) = cursor.fetchone()
    if status != Status.RUNNING:
        raise StudyEndedError(_("This study is not open for reading now."))


@transaction.atomic
def start_session(*, reader: Reader, actor: User) -> tuple[ReadingSession, bool]:
    """Start the reader's next session, or give the one begun.

    Returns
    -------
    (ReadingSession, bool)
        The session, and whether it was begun now.

    Raises
    ------
    ReadingError
        The study does not run, consent is missing, a pause is not over, the practice was not passed, or everything is
        read.
    """
    _require_running(reader.study)
    reader = Reader.objects.select_for_update(of=("self",)).select_related("study").get(pk=reader.pk)
    if reader.consented_at is None:
        raise ReadingError(_("Please read the information on this study and agree before you start."))
    step = next_step(reader)
    if step.session is not None:
        return step.session, False
    if step.kind != "start" or step.phase is None:
        raise ReadingError(_why_not(step))
    return _hang(reader, step.phase, step.attempt, actor), True


def _why_not(step: NextStep) -> str:
    if step.opens_at is not None:
        when = date_format(step.opens_at, "DATETIME_FORMAT")
        return _("The next part opens on %(when)s (UTC). Please come back then.") % {"when": when}
    if step.kind == "not-qualified":
        return _("The practice was not passed, and no attempt is left. Please ask the coordinator of the study.")
    return _("You have read every case of this study. Thank you.")


def _hang(reader: Reader, phase: Phase, attempt: int, actor: User) -> ReadingSession:
    """Hang the cases as they were drawn at the lock."""
    drawn = reader.hanging_lists.get(phase=phase)
    session = ReadingSession.objects.create(
        reader=reader, phase=phase, attempt=attempt, hanging_list=drawn, started_at=reader.study.now()
    )
    codes = {place[name] for place in drawn.places for name in ("case", "companion")}
    cases = {case.code: case for case in Case.objects.filter(code__in=codes)}
    Reading.objects.bulk_create(
        Reading(
            session=session,
            position=position,
            case=cases[place["case"]],
            modality=place["modality"],
            aided=place["aided"],
            reread=place["reread"],
            companion=cases.get(place["companion"]),
        )
        for position, place in enumerate(drawn.places, start=1)
    )
    audit.record(
        actor=actor, verb="reading.started", target=f"study:{reader.study.slug}",
        reader=reader.code, phase=phase.name, attempt=attempt,
    )  # fmt: skip
    return session


@transaction.atomic
def submit_judgement(
    *, session: ReadingSession, position: int, key: UUID, submission: Submission
) -> tuple[Judgement, bool]:
    """Store a judgement, exactly once; of a case that was opened again, as a further revision.

    Parameters
    ----------
    key : UUID
        Made by the browser before it sends; a replay with the same key gives the stored judgement again.

    Returns
    -------
    (Judgement, bool)
        The judgement, and whether it was stored now rather than found.

    Raises
    ------
    KeyReusedError
        The key was used for something else.
    NotCurrentError
        The case at this position is not the one to judge now.
    StudyEndedError
        The study does not run any more.
    UnfitError
        It does not answer what the phase asks.
    """
    _hold_session(session)
    _require_running(session.reader.study)
    found = Judgement.objects.filter(idempotency_key=key).select_related("reading").first()
    if found:
        return _replay(found, session, position, submission), False
    place = place_of(session)
    if not gates.judgement_is_open(position, current=place.current):
        raise NotCurrentError(_judged_already())
    require_fit(submission, session.phase, case_questions(session.phase))
    try:
        with transaction.atomic():
            judgement = _store(session, position, key, submission)
    except IntegrityError:  # another session stored a judgement with this key since we looked
        raise KeyReusedError(_reused()) from None
    _go_on(session, place, position)
    return judgement, True


def _judged_already() -> str:
    return _("This case is judged already, perhaps in another window. The page goes on where you are.")


def _replay(found: Judgement, session: ReadingSession, position: int, submission: Submission) -> Judgement:
    same_place = found.reading.session_id == session.pk and found.reading.position == position
    if not same_place or found.request_digest != submission.digest():
        raise KeyReusedError(_reused())
    return found


def _store(session: ReadingSession, position: int, key: UUID, submission: Submission) -> Judgement:
    reading = session.readings.get(position=position)
    call, confidence = submission.call, submission.confidence
    judgement = Judgement.objects.create(
        reading=reading,
        revision=reading.judgements.count() + 1,
        call=call,
        confidence=confidence,
        rating=None if call is None or confidence is None else rating_of(call, confidence),
        answers=submission.answers,
        seconds=submission.seconds,
        paused_seconds=submission.paused_seconds,
        hidden_seconds=submission.hidden_seconds,
        timed_out=submission.timed_out,
        view_log=submission.view_log,
        shown_at=submission.shown_at,
        submitted_at=submission.submitted_at,
        idempotency_key=key,
        request_digest=submission.digest(),
    )
    _store_marks(judgement, submission, session.phase)
    Draft.objects.filter(reading=reading).delete()
    return judgement


def _store_marks(judgement: Judgement, submission: Submission, phase: Phase) -> None:
    questions = {question.name: question for question in case_questions(phase)}
    Mark.objects.bulk_create(
        Mark(judgement=judgement, number=number, **{**asdict(mark), "question": questions[mark.question]})
        for number, mark in enumerate(submission.marks, start=1)
    )


def _go_on(session: ReadingSession, place: Place, judged: int | None) -> None:
    """Close what was reopened, and end the session where nothing is left of it."""
    was_reopened, session.reopened = session.reopened_id is not None, None
    is_last = place.frontier is None or (judged == place.frontier == place.cases)
    if is_last and not end_questions(session.phase):
        _finish(session)
    elif was_reopened:
        session.save(update_fields=["reopened"])


def _finish(session: ReadingSession) -> None:
    session.finished_at = session.reader.study.now()
    session.save(update_fields=["reopened", "finished_at"])
    audit.record(actor=session.reader.user, verb="reading.finished", target=f"session:{session.code}")


@transaction.atomic
def reopen_reading(*, session: ReadingSession, position: int, actor: User) -> None:
    """Open a judgement again: the last one within its undo window, or an earlier one where the phase allows it.

    Nothing is changed by that: the judgement stands until a revision is submitted.

    Raises
    ------
    NotReopenedError
        The phase does not allow it, time is over, or something was told of the case since.
    StudyEndedError
        The study does not run any more.
    """
    _hold_session(session)
    _require_running(session.reader.study)
    place = place_of(session)
    if place.reopened == position:
        return
    reading = session.readings.filter(position=position).first()
    if reading is None or not states.may_be_revised(session, reading, place, states.seconds_left(session, reading)):
        raise NotReopenedError(_("This judgement cannot be changed any more. The page goes on where you are."))
    session.reopened, session.finished_at = reading, None
    session.save(update_fields=["reopened", "finished_at"])
    audit.record(actor=actor, verb="reading.reopened", target=f"session:{session.code}", position=position)


@transaction.atomic
def leave_reopened(*, session: ReadingSession, position: int, actor: User) -> None:
    """Let the judgement stand that was opened again, and go on; where it is not open, nothing happens.

    Raises
    ------
    StudyEndedError
        The study does not run any more.
    """
    _hold_session(session)
    _require_running(session.reader.study)
    place = place_of(session)
    if place.reopened != position:
        return
    Draft.objects.filter(reading=session.reopened_id).delete()
    _go_on(session, place, None)
    audit.record(actor=actor, verb="reading.left_as_it_was", target=f"session:{session.code}", position=position)


@transaction.atomic
def seal_reading(*, reading: Reading) -> None:
    """Close the judged readings of a case for good, as aid or an answer on it is being told.

    That which is being revised stays open: its revision is made with the aid in sight, as the judgement was.
    """
    session = reading.session
    _hold_session(session)
    of_case = session.readings.filter(case=reading.case_id, sealed_at=None, judgements__isnull=False)
    judged = of_case.exclude(pk=session.reopened_id or 0).values_list("pk", flat=True)
    Reading.objects.filter(pk__in=list(judged)).update(sealed_at=timezone.now())


@transaction.atomic
def set_qualified(*, session: ReadingSession, passed: bool) -> None:
    """Note whether a finished practice was good enough to go on; what was noted first stands."""
    _hold_session(session)
    if session.qualified is None and session.finished_at is not None:
        session.qualified = passed
        session.save(update_fields=["qualified"])


@transaction.atomic
def save_draft(
    *, session: ReadingSession, position: int, body: Mapping[str, object], seconds: float, version: int
) -> Draft:
    """Keep what was entered for the current case so far.

    Parameters
    ----------
    version : int
        The draft's version that the window has seen last; 0 for none.

    Raises
    ------
    DraftConflictError
        There is a newer one.
    NotCurrentError
        The case is not the one to judge now.
    """
    _hold_session(session)
    reading = session.readings.select_related("draft").filter(position=position).first()
    if reading is None or not gates.judgement_is_open(position, current=place_of(session).current):
        raise NotCurrentError(_judged_already())
    draft: Draft | None = getattr(reading, "draft", None)
    if draft is None:
        return Draft.objects.create(reading=reading, body=dict(body), seconds=seconds)
    if draft.body == body and draft.seconds == seconds:  # a replay
        return draft
    if draft.version != version:
        raise DraftConflictError(draft)
    draft.body, draft.seconds, draft.version = dict(body), seconds, draft.version + 1
    draft.save()
    return draft


@transaction.atomic
def answer_end_questions(*, session: ReadingSession, key: UUID, answers: dict[str, Answer]) -> bool:
    """Store the answers to the questions at the end, exactly once, and finish the session.

    Returns
    -------
    bool
        Whether they were stored now rather than found.

    Raises
    ------
    KeyReusedError
        The key was used for other answers.
    NotCurrentError
        There are no such questions, they were answered before, or cases are left.
    StudyEndedError
        The study does not run any more.
    UnfitError
        The answers do not fit the questions.
    """
    _hold_session(session)
    _require_running(session.reader.study)
    digest = digest_of(answers)
    found = PhaseAnswers.objects.filter(idempotency_key=key).first()
    if found:
        if found.session_id != session.pk or found.request_digest != digest:
            raise KeyReusedError(_reused())
        return False
    if states.stage_of(session, place_of(session)) != "end-questions":
        raise NotCurrentError(_("There is nothing to answer at the end now. The page goes on where you are."))
    asked = asked_now(end_questions(session.phase), None, answers)
    if faults := answer_faults(answers, asked):
        raise UnfitError({"answers": faults})
    PhaseAnswers.objects.create(session=session, answers=answers, idempotency_key=key, request_digest=digest)
    _finish(session)
    return True


@transaction.atomic
def record_display(
    *, reader: Reader, actor: User, width: int, height: int, pixel_ratio: float, colour_depth: int, confirmed: bool
) -> DisplayCheck:
    """Keep what display a reader reads on, in CSS pixels, and whether its test pattern was seen in full."""
    check = DisplayCheck.objects.create(
        reader=reader, width=width, height=height, pixel_ratio=pixel_ratio, colour_depth=colour_depth,
        confirmed=confirmed,
    )  # fmt: skip
    audit.record(
        actor=actor, verb="reading.display", target=f"study:{reader.study.slug}",
        reader=reader.code, width=width, height=height, confirmed=confirmed,
    )  # fmt: skip
    return check

"""A session is hung once, as it was drawn at the lock; the display that it is read on is kept."""

from __future__ import annotations

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.cohorts.models import Case
from readerstudy.reading.models import DisplayCheck, Reading, ReadingSession
from readerstudy.reading.queries import NextStep, next_step
from readerstudy.reading.services.refusing import ReadingError, require_running
from readerstudy.studies.models import Phase, Reader


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
        The study does not run, the reader has withdrawn, consent is missing, a pause is not over, the practice was not
        passed, or everything is read.
    """
    require_running(reader.study)
    reader = Reader.objects.select_for_update(of=("self",)).select_related("study", "consent").get(pk=reader.pk)
    if reader.is_withdrawn:
        raise ReadingError(_("You have withdrawn from this study."))
    if not reader.has_agreed:
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

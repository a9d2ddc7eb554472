"""The readers' places: offered, offered anew, and taken, by an invitation or by the link for everybody."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from readerstudy.accounts import services as accounts
from readerstudy.accounts.models import Invitation, User
from readerstudy.audit import services as audit
from readerstudy.studies.default_plans import current_plan
from readerstudy.studies.models import Reader, Study
from readerstudy.studies.services.consenting import note_consent
from readerstudy.studies.services.hanging import prepare
from readerstudy.studies.services.recruiting import fitting_answers, recruitment_of
from readerstudy.studies.services.refusing import StudyError, held


@transaction.atomic
def invite_reader(*, study: Study, actor: User | None, simulated: bool = False, email: str = "") -> Reader:
    """Add a place for a reader, with a link that one person (or one simulated reader) can take it by.

    In a study that is locked, the place is in an arm and its hanging lists are drawn at once.

    Parameters
    ----------
    email : str
        Where the link is to be sent; sending it is the caller's, once all is stored.

    Raises
    ------
    StudyError
        The study takes no more readers, or no more than are planned.
    """
    study = held(study)
    invitation = Invitation.objects.create(created_by=actor, email=email)
    reader = _new_place(study, invitation=invitation, is_simulated=simulated)
    by_mail = {"by_mail": True} if email else {}
    audit.record(
        actor=actor, verb="studies.reader_invited", target=f"study:{study.slug}", reader=reader.code, **by_mail
    )
    return reader


def _new_place(study: Study, *, invitation: Invitation | None, is_simulated: bool = False) -> Reader:
    if not study.takes_readers:
        words = _("The study %(study)s is %(state)s: it takes no more readers.")
        state = _("archived") if study.is_archived else study.get_status_display().lower()
        raise StudyError(words % {"study": study.slug, "state": state})
    _require_room(study)
    last = study.readers.order_by("-number").first()
    number = last.number + 1 if last else 1
    reader = Reader.objects.create(
        study=study, code=f"R{number:02d}", number=number, invitation=invitation, is_simulated=is_simulated
    )
    if not study.is_draft:
        prepare(study, [reader])
    return reader


def _require_room(study: Study) -> None:
    """Refuse more readers than the plan of a locked study speaks of; a pilot tries things out and is free."""
    plan = None if study.is_draft or study.is_pilot else current_plan(study)
    taken = study.readers.filter(withdrawn_at=None).count()
    if plan is not None and plan.readers is not None and taken >= plan.readers:
        words = _("The plan of the study %(study)s speaks of %(n)s readers: amend it first, with the reason for more.")
        raise StudyError(words % {"study": study.slug, "n": plan.readers})


@transaction.atomic
def renew_invitation(*, reader: Reader, actor: User | None) -> Reader:
    """Give an open place another link; the one before leads nowhere any more.

    Raises
    ------
    StudyError
        Somebody has taken the place, it was given up, or the study takes no more readers.
    """
    study = held(reader.study)
    reader = study.readers.select_related("invitation").get(pk=reader.pk)
    if reader.user_id or reader.is_withdrawn or not study.takes_readers:
        raise StudyError(_("%(reader)s is no open place: no link leads there.") % {"reader": reader.code})
    email = reader.invitation.email if reader.invitation else ""
    reader.invitation = Invitation.objects.create(created_by=actor, email=email)
    reader.save(update_fields=["invitation"])
    audit.record(actor=actor, verb="studies.invitation_renewed", target=f"study:{study.slug}", reader=reader.code)
    return reader


@transaction.atomic
def join_study(*, reader: Reader, user: User, years: int | None, subspecialty: str, country: str) -> None:
    """Give an invited place to a user.

    Raises
    ------
    StudyError
        The study takes no more readers, the link was used or has ended, the user is in the study already, or did not
        tell what the study asks for.
    """
    study = held(reader.study)
    if not study.takes_readers:
        raise StudyError(_("Reading in this study has ended."))
    _require_new(study, user)
    if reader.invitation is None:
        raise StudyError(_("This place has no invitation."))
    _require_kind(study, is_simulated=reader.is_simulated)
    try:
        accounts.accept_invitation(invitation=reader.invitation, user=user)
    except accounts.InvitationEndedError:
        words = _("This link was used before, or it has ended. Ask the coordinator for a new one.")
        raise StudyError(words) from None
    _seat(reader, user, years=years, subspecialty=subspecialty, country=country)
    audit.record(actor=user, verb="studies.reader_joined", target=f"study:{study.slug}", reader=reader.code)


@transaction.atomic
def register_reader(
    *, study: Study, user: User, years: int | None, subspecialty: str, country: str, shown: str = ""
) -> Reader:
    """Give a user who came by the link for everybody a place of their own, with their consent.

    Parameters
    ----------
    shown : str
        The digest of the text that was agreed to, as for `give_consent`.

    Raises
    ------
    StudyError
        The link is closed or the study full, the user is in it already, did not tell what it asks for, or agreed to
        a text that is another one by now.
    """
    study = held(study)
    recruitment = recruitment_of(study)
    if not recruitment.is_open or not study.takes_readers:
        raise StudyError(_("This study takes no more readers by this link."))
    registered = study.readers.filter(invitation=None, withdrawn_at=None)
    if recruitment.limit is not None and registered.count() >= recruitment.limit:
        raise StudyError(_("All places of this study are taken."))
    _require_new(study, user)
    _require_kind(study, is_simulated=False)
    reader = _new_place(study, invitation=None)
    _seat(reader, user, years=years, subspecialty=subspecialty, country=country)
    audit.record(actor=user, verb="studies.reader_registered", target=f"study:{study.slug}", reader=reader.code)
    note_consent(reader, user, shown)
    return reader


def _require_new(study: Study, user: User) -> None:
    """Refuse who reads here already, and who may see more of a study than its readers must."""
    if user.is_at_a_desk:
        raise StudyError(_("This account runs studies or watches over them: it reads in none."))
    if study.readers.filter(user=user).exists():
        raise StudyError(_("You are in this study already: you find it under My studies."))


def _require_kind(study: Study, *, is_simulated: bool) -> None:
    if study.readers.exclude(user=None).exclude(is_simulated=is_simulated).exists():
        raise StudyError(_("People and simulated readers cannot read in one study: their judgements must not mix."))


def _seat(reader: Reader, user: User, *, years: int | None, subspecialty: str, country: str) -> None:
    told = {"years": years, "subspecialty": subspecialty, "country": country}
    for name, answer in fitting_answers(reader, told).items():
        setattr(reader, name, answer)
    reader.user = user
    reader.save(update_fields=["user", *told])


@transaction.atomic
def withdraw_reader(*, reader: Reader, reason: str, actor: User | None) -> None:
    """Let a reader read no more, and leave what they have read out of every result; nothing is deleted.

    An open place is given up so, and its link ends.

    Raises
    ------
    StudyError
        The study is unblinded or archived, or the reader has withdrawn already.
    """
    study = held(reader.study)
    reader = study.readers.select_for_update(of=("self",)).get(pk=reader.pk)
    if study.unblinded_at:
        raise StudyError(_("The results of this study have been seen: nobody can be left out of them any more."))
    if study.is_archived:
        raise StudyError(_("The study is archived: nothing of it changes any more."))
    if reader.is_withdrawn:
        raise StudyError(_("%(reader)s has withdrawn already.") % {"reader": reader.code})
    reader.withdrawn_at, reader.withdrawn_because = timezone.now(), reason.strip()[:300]
    reader.save(update_fields=["withdrawn_at", "withdrawn_because"])
    if reader.invitation_id and not reader.user_id:
        Invitation.objects.filter(pk=reader.invitation_id).update(ends_at=timezone.now())
    said = {"reason": reader.withdrawn_because} if reader.withdrawn_because else {}
    audit.record(
        actor=actor, verb="studies.reader_withdrawn", target=f"study:{study.slug}", reader=reader.code,
        by_themselves=actor is not None and actor.pk == reader.user_id, **said,
    )  # fmt: skip

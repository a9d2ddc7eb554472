"""Who runs a study and who watches over it: invited, joined, removed."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from readerstudy.accounts import services as accounts
from readerstudy.accounts.models import Invitation, Role, User
from readerstudy.audit import services as audit
from readerstudy.studies.models import Member, Study, TeamRole
from readerstudy.studies.services.refusing import StudyError, held


@transaction.atomic
def invite_member(*, study: Study, role: str, actor: User | None) -> Member:
    """Offer a place in a study's team, with a link that one person can take it by."""
    member = Member.objects.create(study=study, role=role, invitation=Invitation.objects.create(created_by=actor))
    audit.record(actor=actor, verb="studies.member_invited", target=f"study:{study.slug}", member=member.pk, role=role)
    return member


@transaction.atomic
def join_team(*, member: Member, user: User) -> None:
    """Give an invited place in a team to a user.

    Raises
    ------
    StudyError
        The account may not have this role, the user is in the team already, or the link was used or has ended.
    """
    study = held(member.study)
    _require_fitting(user, member.role)
    if study.members.filter(user=user).exists():
        raise StudyError(_("You are in the team of this study already: you find it under Studies."))
    if member.invitation is None:
        raise StudyError(_("This place has no invitation."))
    try:
        accounts.accept_invitation(invitation=member.invitation, user=user)
    except accounts.InvitationEndedError:
        words = _("This link was used before, or it has ended. Ask the coordinator for a new one.")
        raise StudyError(words) from None
    member.user = user
    member.save(update_fields=["user"])
    audit.record(
        actor=user, verb="studies.member_joined", target=f"study:{study.slug}", member=member.pk, role=member.role
    )


def _require_fitting(user: User, role: str) -> None:
    """Refuse an account that may see too little for a role, or too much: coordinators may open the truth of cohorts."""
    if role == TeamRole.COORDINATOR and not user.is_coordinator:
        raise StudyError(
            _("This link is for a coordinator: log in with a coordinator's account, then follow it again.")
        )
    if role != TeamRole.COORDINATOR and user.role != Role.OBSERVER:
        words = _(
            "This link makes an account of its own, which can see no truth and reads in no study: log out, then "
            "follow it again."
        )
        raise StudyError(words)


@transaction.atomic
def remove_member(*, member: Member, actor: User | None) -> None:
    """Take somebody out of a study's team, or an invitation back; the account stays.

    Raises
    ------
    StudyError
        It is the last coordinator.
    """
    study = held(member.study)
    coordinators = study.members.filter(role=TeamRole.COORDINATOR).exclude(user=None)
    if member.user and member.role == TeamRole.COORDINATOR and not coordinators.exclude(pk=member.pk).exists():
        raise StudyError(_("A study keeps one coordinator at least: invite another one first."))
    number = member.pk
    member.delete()
    audit.record(
        actor=actor, verb="studies.member_removed", target=f"study:{study.slug}", member=number, role=member.role
    )

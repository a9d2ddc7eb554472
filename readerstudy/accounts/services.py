"""Writes about people."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from readerstudy.accounts.models import Invitation, User
from readerstudy.audit import services as audit


class InvitationEndedError(Exception):
    """The link was used before, or its thirty days are over."""


@transaction.atomic
def create_user(
    *,
    username: str,
    password: str | None,
    role: str,
    actor: User | None = None,
    email: str = "",
    is_operator: bool = False,
) -> User:
    """Make an account; without a password nobody can log in to it yet. An operator coordinates every study."""
    user = User(username=username, role=role, email=email, is_superuser=is_operator)
    user.set_password(password)
    user.full_clean()
    user.save()
    operator = {"operator": True} if is_operator else {}
    audit.record(actor=actor, verb="accounts.created", target=f"user:{user.pk}", role=role, **operator)
    return user


@transaction.atomic
def accept_invitation(*, invitation: Invitation, user: User) -> None:
    """Use up an invitation.

    Raises
    ------
    InvitationEndedError
        Somebody used the link before, or it ended.
    """
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not locked.is_open:
        raise InvitationEndedError
    locked.accepted_by, locked.accepted_at = user, timezone.now()
    locked.save(update_fields=["accepted_by", "accepted_at"])
    audit.record(actor=user, verb="accounts.invitation_accepted", target=f"invitation:{locked.pk}")


@transaction.atomic
def change_preferences(*, user: User, **changes: object) -> User:
    """Keep with an account what its person prefers; what is not named stays, and what is empty is forgotten."""
    held = User.objects.select_for_update().get(pk=user.pk)
    preferences = {**held.preferences, **changes}
    held.preferences = {name: value for name, value in preferences.items() if value}
    held.save(update_fields=["preferences"])
    return held


@transaction.atomic
def change_account(*, user: User, email: str | None = None, password: str = "") -> None:
    """Change where a person gets mail, or their password; that it was changed is audited, not what it is.

    Parameters
    ----------
    email : str or None
        Empty for no mail; None leaves it as it is.
    password : str
        Empty leaves it as it is.
    """
    changed = []
    if email is not None and email != user.email:
        user.email = email
        changed.append("email")
    if password:
        user.set_password(password)
        changed.append("password")
    if changed:
        user.save(update_fields=changed)
        audit.record(actor=user, verb="accounts.changed", target=f"user:{user.pk}", what=changed)


def prefer_language(*, user: User, language: str) -> None:
    """Keep with an account the language that its person is answered in; other preferences stay."""
    change_preferences(user=user, language=language)

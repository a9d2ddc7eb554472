"""Who logs in, and who makes an account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, BaseUserCreationForm
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.accounts.throttling import WINDOW, Throttle


class LoginForm(AuthenticationForm):
    """Name and password; used by the login page and by the login in place alike."""

    def clean(self) -> dict[str, Any]:
        """Check the password, unless it was wrong too often.

        Raises
        ------
        forms.ValidationError
            It is wrong (`invalid_login`), or was so too often (`too_many`).
        """
        username = self.cleaned_data.get("username")
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        if username is None or not self.cleaned_data.get("password"):
            return super().clean()
        throttle = Throttle(username, address)
        if not throttle.count():
            raise forms.ValidationError(_too_many(), code="too_many")
        cleaned = super().clean()
        throttle.forget()
        return cleaned


def _too_many() -> str:
    minutes = int(WINDOW.total_seconds() // 60)
    return _("There were too many wrong passwords. Wait %(n)s minutes, then try again.") % {"n": minutes}


class NewAccountForm(BaseUserCreationForm):  # type: ignore[type-arg]
    """An account for somebody who followed an invitation."""

    class Meta:
        model = User
        fields = ["username"]

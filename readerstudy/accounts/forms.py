"""Who logs in, and who makes an account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, BaseUserCreationForm
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readerstudy.accounts.models import User
from readerstudy.accounts.permissions import user_of
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


class PasswordAgainForm(forms.Form):
    """One's own password once more, before an act that cannot be taken back; wrong ones count as at the login."""

    password = forms.CharField(
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        label=gettext_lazy("Your password"),
        help_text=gettext_lazy("Once more, so that nobody does this at a screen that you left open."),
    )

    def __init__(self, data: Any, *, request: HttpRequest, **options: Any) -> None:
        super().__init__(data, label_suffix="", **options)
        self.request = request

    def clean_password(self) -> str:
        """Refuse another password, and any after too many wrong ones."""
        password: str = self.cleaned_data["password"]
        user = user_of(self.request)
        throttle = Throttle(user.get_username(), self.request.META.get("REMOTE_ADDR", ""))
        if not throttle.count():
            raise forms.ValidationError(_too_many(), code="too_many")
        if not user.check_password(password):
            raise forms.ValidationError(_("This is not your password."), code="invalid_login")
        throttle.forget()
        return password


class AccountForm(PasswordAgainForm):
    """Where one gets mail, and another password; both only with the present one."""

    email = forms.EmailField(
        required=False,
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("For reminders and messages of your studies. Empty: no mail."),
    )
    new_password = forms.CharField(
        required=False,
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        label=gettext_lazy("New password"),
        help_text=gettext_lazy("At least 10 characters. Empty: it stays as it is."),
    )
    again = forms.CharField(
        required=False,
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        label=gettext_lazy("New password, once more"),
    )

    field_order = ["email", "new_password", "again", "password"]

    def clean_new_password(self) -> str:
        """Refuse one that is easily guessed."""
        password: str = self.cleaned_data["new_password"]
        if password:
            validate_password(password, user_of(self.request))
        return password

    def clean(self) -> dict[str, Any]:
        """Refuse two that differ."""
        data = super().clean() or {}
        if data.get("new_password", "") != data.get("again", "") and "new_password" in data:
            self.add_error("again", _("The two passwords differ."))
        return data


def _too_many() -> str:
    minutes = int(WINDOW.total_seconds() // 60)
    return _("There were too many wrong passwords. Wait %(n)s minutes, then try again.") % {"n": minutes}


class NewAccountForm(BaseUserCreationForm):  # type: ignore[type-arg]
    """An account for somebody who followed an invitation."""

    class Meta:
        model = User
        fields = ["username"]

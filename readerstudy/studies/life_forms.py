"""Forms of the acts on a whole study."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from readerstudy.accounts.forms import PasswordAgainForm
from readerstudy.studies.services.refusing import LONGEST_REASON

AT_ONCE, WAITS, PLANNED = "at-once", "waits", "planned"
OPENINGS = [
    (AT_ONCE, gettext_lazy("At once: readers can begin")),
    (WAITS, gettext_lazy("Not yet: readers can be invited, and you open it later")),
    (PLANNED, gettext_lazy("By itself, at this time:")),
]


def reason_field(placeholder: Any, **options: Any) -> forms.CharField:
    """Make the field of a reason that is kept."""
    return forms.CharField(
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"placeholder": placeholder}),
        **{"label": gettext_lazy("Reason"), **options},
    )


def time_field(**options: Any) -> forms.DateTimeField:
    """Make the field of a time to come, in UTC as all times of a study."""
    return forms.DateTimeField(
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        label=gettext_lazy("Time (UTC)"),
        **options,
    )


class LockForm(forms.Form):
    """Locking: when the study opens, and why without a blinding audit where one is missing."""

    opening = forms.ChoiceField(
        choices=OPENINGS, widget=forms.RadioSelect, required=False, label=gettext_lazy("When readers can begin")
    )
    opens_at = time_field(required=False)
    reason = reason_field(
        gettext_lazy("for example: a pilot, whose figures will not be published"),
        required=False,
        label=gettext_lazy("Reason to lock without it"),
    )

    def __init__(self, data: Any = None, *, unaudited: bool = False) -> None:
        super().__init__(data, initial={"opening": AT_ONCE}, label_suffix="")
        self.fields["reason"].widget.attrs["required"] = unaudited

    def clean(self) -> dict[str, Any]:
        """Ask for a time where the study is to open by itself."""
        data = super().clean() or {}
        if data.get("opening") == PLANNED and not data.get("opens_at") and "opens_at" not in self.errors:
            self.add_error("opens_at", gettext_lazy("Say when the study is to open."))
        return data

    @property
    def waits(self) -> bool:
        """Whether the study is left locked; a form without the choice opens it at once."""
        return bool(self.cleaned_data["opening"] == WAITS)

    @property
    def chosen_time(self) -> datetime | None:
        """When it opens by itself."""
        found: datetime | None = self.cleaned_data["opens_at"] if self.cleaned_data["opening"] == PLANNED else None
        return found


class ScheduleForm(forms.Form):
    """When a locked study opens by itself; empty where it waits."""

    opens_at = time_field(required=False)


class ActForm(PasswordAgainForm):
    """An act with a reason, confirmed by one's password."""

    field_order = ["reason", "password"]
    reason = reason_field("")

    def __init__(self, data: Any, *, example: Any = "", **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["reason"].widget.attrs["placeholder"] = example

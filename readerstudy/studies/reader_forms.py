"""Forms by which readers come into a study, and those of the coordinator's pages about them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazily

from readerstudy.accounts.forms import NewAccountForm
from readerstudy.studies.models import Recruitment, Study
from readerstudy.studies.wording import telling_words

# What stands for all readers where one can be chosen.
ALL = "all"


class AboutReaderForm(forms.Form):
    """What a reader tells of themselves, as the study asks for it."""

    email = forms.EmailField(
        required=False, label=_lazily("E-mail"), help_text=_lazily("For reminders and messages of your studies.")
    )
    years = forms.IntegerField(label=_lazily("Years of experience in radiology"), min_value=0, max_value=70)
    subspecialty = forms.CharField(max_length=100, label=_lazily("Subspecialty"))
    country = forms.CharField(max_length=100, label=_lazily("Country"))

    def __init__(self, data: Any, *, recruitment: Recruitment, has_email: bool = False, **options: Any) -> None:
        super().__init__(data, label_suffix="", **options)
        asked = recruitment.asked()
        for name in Recruitment.ASKED:
            if name in asked:
                self.fields[name].required = asked[name]
                self.fields[name].label = _optional(self.fields[name].label, asked[name])
            else:
                del self.fields[name]
        if has_email:
            del self.fields["email"]
        else:
            self.fields["email"].label = _optional(self.fields["email"].label, False)

    def about(self) -> dict[str, Any]:
        """Give what was told, as the services take it."""
        told = self.cleaned_data
        return {
            "years": told.get("years"),
            "subspecialty": told.get("subspecialty", ""),
            "country": told.get("country", ""),
        }


def _optional(label: Any, is_required: bool) -> Any:
    return label if is_required else _("%(label)s (optional)") % {"label": label}


class NewReaderForm(AboutReaderForm, NewAccountForm):
    """An account for a reader who followed an invitation."""

    field_order = ["username", "password1", "password2", "email", *Recruitment.ASKED]


class _Agreeing(forms.Form):
    agree = forms.BooleanField(
        label=_lazily("I have read this and agree to take part."),
        error_messages={"required": _lazily("Tick the box if you agree to take part. Without it there is no reading.")},
    )


class RegistrationForm(_Agreeing, AboutReaderForm):
    """Somebody with an account who comes by the link for everybody."""

    field_order = ["email", *Recruitment.ASKED, "agree"]


class NewRegistrationForm(_Agreeing, NewReaderForm):
    """Somebody without an account who comes by the link for everybody."""

    field_order = [*NewReaderForm.field_order, "agree"]


class InviteReaderForm(forms.Form):
    """A place for a reader, with a link to send on or to have sent."""

    email = forms.EmailField(
        required=False,
        label=_lazily("E-mail (optional)"),
        help_text=_lazily("Without one you get the link and send it yourself."),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


class RecruitmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whether readers may register by themselves, and what they are asked."""

    class Meta:
        model = Recruitment
        fields = ["is_open", "limit", *Recruitment.ASKED]
        labels = {
            "is_open": _lazily("Readers may register by this link"),
            "limit": _lazily("At most so many"),
            "years": _lazily("Years of experience"),
            "subspecialty": _lazily("Subspecialty"),
            "country": _lazily("Country"),
        }
        help_texts = {"limit": _lazily("Empty: as many as come.")}
        widgets = dict.fromkeys(Recruitment.ASKED, forms.RadioSelect)

    def __init__(self, data: Any, *, instance: Recruitment) -> None:
        super().__init__(data, instance=instance, label_suffix="", use_required_attribute=False)

    def asked_fields(self) -> list[forms.BoundField]:
        """Give the fields of what readers are asked."""
        return [self[name] for name in Recruitment.ASKED]


class WithdrawForm(forms.Form):
    """Why a reader leaves a study."""

    reason = forms.CharField(max_length=300, label=_lazily("Reason"))

    def __init__(self, data: Any, *, by_themselves: bool = False) -> None:
        super().__init__(data, label_suffix="")
        if by_themselves:
            self.fields["reason"].required = False
            self.fields["reason"].label = _("Reason (optional)")


class NoteForm(forms.Form):
    """A message to readers; words that may tell a purpose that is hidden from them are asked about once."""

    text = forms.CharField(max_length=4000, label=_lazily("Message"), widget=forms.Textarea(attrs={"rows": 6}))
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, study: Study) -> None:
        super().__init__(data, label_suffix="")
        self.study = study
        readers = study.readers.filter(withdrawn_at=None).exclude(user=None).order_by("number")
        codes = readers.values_list("code", flat=True)
        to = [(ALL, _("All readers")), *((code, code) for code in codes)]
        self.fields["to"] = forms.ChoiceField(label=_("To"), choices=to)
        self.order_fields(["to", "text"])

    def clean(self) -> dict[str, Any]:
        """Ask once about words that may tell too much."""
        data = super().clean() or {}
        found = telling_words(data.get("text", ""))
        hides = self.study.phases.filter(purpose="purpose-blinded").exists()
        if found and hides and not data.get("sure"):
            self.data = {**self.data, "to": data.get("to"), "text": data["text"], "sure": "on"}
            words = _(
                "This says “%(words)s”, and a phase of this study hides its purpose. If it tells nothing to those who "
                "must not know yet, send it once more."
            )
            self.add_error("text", words % {"words": "”, “".join(found)})
        return data

"""Forms of a draft's phases and of its own texts. Each becomes a part of the protocol, or says what is wrong where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readerstudy.cohorts.models import Cohort
from readerstudy.studies.editing import CALL, Plan, free_name, with_cohort, with_phase
from readerstudy.studies.models import Aid, Allocation, Feedback, Order, Purpose, TimeLimit
from readerstudy.studies.plans import Fault, PhasePlan, Protocol
from readerstudy.studies.rules import faults_of, phase_faults


class PlainText(forms.CharField):
    """Lines as the protocol has them: browsers send two characters at the end of each."""

    def to_python(self, value: Any) -> str:
        """Give the text with plain ends of lines."""
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")


def several_lines(rows: int, **options: Any) -> PlainText:
    """Make a field of several lines."""
    return PlainText(widget=forms.Textarea(attrs={"rows": rows}), strip=False, required=False, **options)


def choice(choices: Iterable[tuple[Any, Any]], **options: Any) -> forms.ChoiceField:
    """Make a field of radio buttons, each with its sentence."""
    return forms.ChoiceField(choices=list(choices), widget=forms.RadioSelect, **options)


def add_faults(form: forms.Form, faults: Iterable[Fault], names: dict[str, str] | None = None) -> None:
    """Put each fault at the field it speaks of; above the form where that is none of its fields.

    Parameters
    ----------
    names : dict, optional
        The field of a place where it has another name.
    """
    for fault in faults:
        place = re.split(r"[.\[]", fault.place)[0]
        name = (names or {}).get(place, place)
        words = fault.words[:1].upper() + fault.words[1:]
        form.add_error(name if name in form.fields else None, words if name in form.fields else str(fault))


PURPOSES = [
    (Purpose.PRACTICE, gettext_lazy("Practice: to get used to the page; nothing of it enters the results")),
    (
        Purpose.PURPOSE_BLINDED,
        gettext_lazy("Purpose-blinded: readers do not know that some images may be synthetic; no call is asked"),
    ),
    (Purpose.INFORMED, gettext_lazy("Informed: readers know, and call each case authentic or synthetic")),
    (Purpose.AIDED, gettext_lazy("Aided: informed, and a detector's verdict is shown")),
    (Purpose.TRAINING, gettext_lazy("Training: readers learn from the answers; nothing of it enters the results")),
]
ALLOCATIONS = [
    (Allocation.CROSSED, gettext_lazy("Crossed: every reader reads every case")),
    (
        Allocation.SPLIT_PLOT,
        gettext_lazy("Split-plot: the cases are divided into parts, and readers go to the parts in turn"),
    ),
    (
        Allocation.LATIN_SQUARE,
        gettext_lazy("Latin square: in each phase over the same cases, each arm reads another part of them"),
    ),
]
ORDERS = [
    (Order.RANDOM, gettext_lazy("Random, another for every reader")),
    (Order.BLOCKED, gettext_lazy("Random in blocks, in each of which the kinds of cases are balanced")),
    (Order.SAME, gettext_lazy("Random, but the same for all readers")),
]
AIDS = [
    (Aid.NONE, gettext_lazy("None")),
    (Aid.CONCURRENT, gettext_lazy("With the case, from the beginning")),
    (
        Aid.SEQUENTIAL,
        gettext_lazy("After the reader's own judgement, which is sealed; then a second judgement is asked for"),
    ),
]
FEEDBACKS = [
    (Feedback.NONE, gettext_lazy("Never")),
    (Feedback.AFTER_EACH, gettext_lazy("After each case")),
    (Feedback.AT_END, gettext_lazy("At the end of the phase, for all cases")),
]
TIME_LIMITS = [
    (TimeLimit.NONE, gettext_lazy("No limit")),
    (TimeLimit.SOFT, gettext_lazy("Soft: the reader is told that the time is over, and goes on")),
    (TimeLimit.HARD, gettext_lazy("Hard: the image goes, and what was entered is sent")),
]

_NEUTRAL = gettext_lazy(
    "Markdown: **bold**, lists with “- ”. Readers see it before they begin, and can call it up while they read."
)


class PhaseForm(forms.Form):
    """The settings of one phase, in the groups in which they are shown."""

    title = forms.CharField(max_length=100, label=gettext_lazy("Title"), help_text=gettext_lazy("Readers see it."))
    purpose = choice(PURPOSES, label=gettext_lazy("What the phase is for"))
    told = several_lines(9, max_length=20_000, label=gettext_lazy("What readers are told"), help_text=_NEUTRAL)
    disclosed_prevalence = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=100,
        label=gettext_lazy("Share of synthetic cases that is told, in per cent"),
        help_text=gettext_lazy("Leave it empty to tell none: a share that is known moves where readers draw the line."),
    )
    cohort = forms.ModelChoiceField(Cohort.objects.all(), label=gettext_lazy("Cohort"))
    case_count = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=100_000,
        label=gettext_lazy("Only so many of its cases"),
        help_text=gettext_lazy("Drawn once at the lock, balanced, the same for every reader. Empty: all of them."),
    )
    companions = forms.ModelChoiceField(
        Cohort.objects.all(),
        required=False,
        empty_label=gettext_lazy("none"),
        label=gettext_lazy("Reference pictures beside each case"),
        help_text=gettext_lazy("Another cohort, of which one picture is shown beside each case."),
    )
    order = choice(ORDERS, label=gettext_lazy("Order of the cases"))
    block_size = forms.IntegerField(
        min_value=2, max_value=1000, label=gettext_lazy("Cases in a block"), help_text=gettext_lazy("With blocks only.")
    )
    allocation = choice(ALLOCATIONS, label=gettext_lazy("Who reads which cases"))
    parts = forms.IntegerField(
        min_value=1,
        max_value=100,
        label=gettext_lazy("Parts"),
        help_text=gettext_lazy("Of split-plot and Latin square; 1 for crossed."),
    )
    anchors = forms.IntegerField(
        min_value=0,
        max_value=100_000,
        label=gettext_lazy("Anchor cases"),
        help_text=gettext_lazy("So many cases that all readers read, whatever their part."),
    )
    reread_percent = forms.IntegerField(
        min_value=0,
        max_value=50,
        label=gettext_lazy("Cases shown again, in per cent"),
        help_text=gettext_lazy("Later in the same phase, to see how far readers agree with themselves. 0: none."),
    )
    aid = choice(AIDS, label=gettext_lazy("A detector's verdict is shown"))
    modality = forms.SlugField(
        max_length=40,
        label=gettext_lazy("Modality"),
        help_text=gettext_lazy("The reading condition that the results compare, such as unaided or aided."),
    )
    feedback = choice(
        FEEDBACKS,
        label=gettext_lazy("Readers are told the answer"),
        help_text=gettext_lazy("In practice and training only: in a test it would change what is measured."),
    )
    qualification_percent = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=100,
        label=gettext_lazy("Correct calls needed to go on, in per cent"),
        help_text=gettext_lazy("In practice and training only. Empty: everybody goes on."),
    )
    attempts = forms.IntegerField(
        min_value=1,
        max_value=100,
        label=gettext_lazy("Attempts"),
        help_text=gettext_lazy("How often the practice may be taken until enough calls are correct."),
    )
    washout_days = forms.IntegerField(
        min_value=0,
        max_value=3650,
        label=gettext_lazy("Washout before it, in days"),
        help_text=gettext_lazy(
            "From the end of the reader's previous phase. Four weeks are usual between two readings of the same cases."
        ),
    )
    time_limit = choice(TIME_LIMITS, label=gettext_lazy("Time for a case"))
    time_limit_seconds = forms.IntegerField(
        required=False, min_value=5, max_value=86_400, label=gettext_lazy("Seconds for a case")
    )
    break_after_minutes = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1440,
        label=gettext_lazy("Remind of a break after so many minutes"),
        help_text=gettext_lazy("Empty: never."),
    )
    undo_seconds = forms.IntegerField(
        min_value=0,
        max_value=3600,
        label=gettext_lazy("The last judgement can be undone for so many seconds"),
        help_text=gettext_lazy("0: not at all. Purpose-blinded phases allow none."),
    )
    revisit = forms.BooleanField(
        required=False, label=gettext_lazy("Earlier cases may be changed until the end of the phase")
    )

    GROUPS = (
        (gettext_lazy("Purpose, and what readers are told"), ("title", "purpose", "told", "disclosed_prevalence")),
        (
            gettext_lazy("Cases and their order"),
            ("cohort", "case_count", "order", "block_size", "reread_percent", "companions"),
        ),
        (gettext_lazy("Who reads what"), ("allocation", "parts", "anchors")),
        (
            gettext_lazy("Aid and feedback"),
            ("aid", "modality", "feedback", "qualification_percent", "attempts"),
        ),
        (
            gettext_lazy("Time"),
            ("washout_days", "time_limit", "time_limit_seconds", "break_after_minutes", "undo_seconds", "revisit"),
        ),
    )

    def __init__(self, data: Any, *, plan: Plan, phase: PhasePlan | None) -> None:
        self.plan, self.phase = plan, phase
        super().__init__(data, initial=_initial(plan, phase), use_required_attribute=False, label_suffix="")
        self.changed_protocol: Plan | None = None

    def groups(self) -> Iterator[tuple[str, list[BoundField]]]:
        """Give the titles and fields of the groups."""
        for title, names in self.GROUPS:
            yield str(title), [self[name] for name in names]

    def clean(self) -> dict[str, Any]:
        """Make the phase, and hold it against the rest of the protocol."""
        data = super().clean() or {}
        if self.errors:
            return data
        plan = with_cohort(self.plan, data["cohort"])
        if data["companions"]:
            plan = with_cohort(plan, data["companions"])
        phase = self._phase(plan, data)
        changed = with_phase(plan, phase)
        faults = phase_faults(phase) or faults_of(changed.protocol)
        add_faults(self, faults)
        self.changed_protocol = changed
        return data

    def _phase(self, plan: Plan, data: dict[str, Any]) -> PhasePlan:
        values = {one.name: data[one.name] for one in fields(PhasePlan) if one.name in data}
        values["cohort"] = plan.slot_of(data["cohort"])
        values["companions"] = plan.slot_of(data["companions"]) if data["companions"] else None
        if self.phase is not None:
            return replace(self.phase, **values)
        taken = [phase.name for phase in plan.protocol.phases]
        wish = "practice" if data["purpose"] == Purpose.PRACTICE else f"phase-{len(taken) + 1}"
        questions = () if data["purpose"] == Purpose.PURPOSE_BLINDED else (CALL,)
        return PhasePlan(name=free_name(wish, taken), questions=questions, **values)


def _initial(plan: Plan, phase: PhasePlan | None) -> dict[str, Any]:
    if phase is None:
        new = PhasePlan(name="", title="", purpose=Purpose.INFORMED, cohort="")
        return {one.name: getattr(new, one.name) for one in fields(PhasePlan) if one.name != "cohort"}
    values = {one.name: getattr(phase, one.name) for one in fields(PhasePlan)}
    companions = plan.cohorts[phase.companions] if phase.companions else None
    return {**values, "cohort": plan.cohorts[phase.cohort], "companions": companions}


class TextsForm(forms.Form):
    """The texts of the study itself."""

    title = forms.CharField(max_length=200, label=gettext_lazy("Title"), help_text=gettext_lazy("For coordinators."))
    shown_title = forms.CharField(
        required=False,
        max_length=200,
        label=gettext_lazy("Title that readers see"),
        help_text=gettext_lazy("Empty: the title. It must not tell the purpose where a phase hides it."),
    )
    summary = forms.CharField(
        required=False, max_length=500, label=gettext_lazy("Question"), help_text=gettext_lazy("For coordinators.")
    )
    consent = several_lines(
        12,
        max_length=20_000,
        label=gettext_lazy("Consent"),
        help_text=gettext_lazy("Readers agree to it before they begin. Markdown."),
    )
    pilot = forms.BooleanField(
        required=False,
        label=gettext_lazy("A pilot: a trial run, whose clock may be moved and whose judgements are no evidence"),
    )

    def clean_consent(self) -> str:
        """Refuse a consent that says nothing."""
        consent: str = self.cleaned_data["consent"]
        if not consent.strip():
            raise forms.ValidationError(_("Say what readers agree to."))
        return consent

    def changed(self, protocol: Protocol) -> Protocol:
        """Give the protocol with these texts."""
        data = self.cleaned_data
        return replace(
            protocol,
            title=data["title"],
            shown_title=data["shown_title"],
            summary=data["summary"],
            consent=data["consent"],
        )

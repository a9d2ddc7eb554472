"""Forms of a draft's questions and arms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from readerstudy.studies.editing import Plan, free_name, with_arms
from readerstudy.studies.models import Asked, QuestionKind
from readerstudy.studies.plans import ArmPlan, Condition, PhasePlan, QuestionPlan
from readerstudy.studies.protocol_forms import add_faults, choice, several_lines
from readerstudy.studies.rules import faults_of, question_faults

# What a new question of each kind begins with.
BEGINNINGS: dict[str, dict[str, Any]] = {
    "call": {
        "text": gettext_lazy("Is this X-ray authentic or synthetic?"),
        "help": gettext_lazy("Decide even if you are not sure, then say how sure you are."),
    },
    "quality": {
        "text": gettext_lazy("How good is the technical quality of this radiograph?"),
        "options": gettext_lazy("Not diagnostic\nPoor\nAcceptable\nGood\nExcellent"),
    },
    "diagnosis": {"text": gettext_lazy("What is your main diagnosis?")},
    "open": {"text": gettext_lazy("Did you notice anything unusual?"), "required": False},
    "marks": {
        "text": gettext_lazy("Mark what looks wrong"),
        "required": False,
        "tools": ["point", "box"],
        "options": gettext_lazy("Unnatural texture\nUniform grain or noise\nBoth sides too much alike\nSomething else"),
    },
}
KINDS = {
    "call": gettext_lazy("Authentic or synthetic, and how sure the reader is"),
    "quality": gettext_lazy("A scale whose steps have names"),
    "diagnosis": gettext_lazy("A diagnosis, written freely or picked from a list"),
    "open": gettext_lazy("An open question"),
    "marks": gettext_lazy("Places on the image, each with a reason"),
}
POINTS = [(0, gettext_lazy("A slider from 1 to 100"))] + [
    (points, gettext_lazy("%(n)s steps") % {"n": points}) for points in range(2, 11)
]
TOOLS = [
    ("point", gettext_lazy("Point")),
    ("box", gettext_lazy("Box")),
    ("freehand", gettext_lazy("Freehand line")),
]
_OPTIONS = {
    "quality": (gettext_lazy("Steps of the scale"), gettext_lazy("One a line, from the worst to the best: 2 to 10.")),
    "diagnosis": (
        gettext_lazy("Diagnoses to pick from"),
        gettext_lazy("One a line. Empty: readers write freely; only picked diagnoses are counted as correct or not."),
    ),
    "marks": (gettext_lazy("Reasons to pick from"), gettext_lazy("One a line. Empty: marks without a reason.")),
}
_SEPARATOR = "="


class QuestionForm(forms.Form):
    """One question; it has the fields that its kind has settings for."""

    text = forms.CharField(max_length=300, label=gettext_lazy("Question"))
    help = forms.CharField(
        required=False,
        max_length=500,
        label=gettext_lazy("Help"),
        help_text=gettext_lazy("A sentence below the question; may be empty."),
    )
    options = several_lines(8, max_length=20_000)
    points = forms.TypedChoiceField(choices=POINTS, coerce=int, label=gettext_lazy("Scale of confidence"))
    forced = forms.BooleanField(
        required=False,
        label=gettext_lazy("Readers must decide"),
        help_text=gettext_lazy("Otherwise “cannot tell” is offered: a judgement without a rating."),
    )
    tools = forms.MultipleChoiceField(
        choices=TOOLS, widget=forms.CheckboxSelectMultiple, label=gettext_lazy("How places are marked")
    )
    asked = choice(Asked.choices, label=gettext_lazy("When it is asked"))
    required = forms.BooleanField(required=False, label=gettext_lazy("An answer is required"))
    condition = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Ask it only after one of these answers"),
        help_text=gettext_lazy("None ticked: it is always asked."),
    )

    def __init__(self, data: Any, *, phase: PhasePlan, kind: str, question: QuestionPlan | None) -> None:
        self.phase, self.kind, self.question = phase, kind, question
        super().__init__(data, initial=_initial(kind, question), use_required_attribute=False, label_suffix="")
        self._leave_out()
        if "options" in self.fields:
            self.fields["options"].label, self.fields["options"].help_text = _OPTIONS[kind]
        if "condition" in self.fields:
            self.fields["condition"].choices = list(_answers(self.earlier()))  # type: ignore[attr-defined]

    def _leave_out(self) -> None:
        """Leave out the fields that mean nothing for this kind of question."""
        useless = {"points", "forced"} if self.kind != "call" else {"required"}
        useless |= {"tools"} if self.kind != "marks" else set()
        useless |= {"options"} if self.kind not in _OPTIONS else set()
        useless |= {"asked"} if self.kind in ("call", "marks") else set()
        useless |= {"condition"} if not list(_answers(self.earlier())) else set()
        for name in useless:
            del self.fields[name]

    def earlier(self) -> Sequence[QuestionPlan]:
        """Give the questions that are asked before this one."""
        names = [one.name for one in self.phase.questions]
        return self.phase.questions[: names.index(self.question.name)] if self.question else self.phase.questions

    def clean(self) -> dict[str, Any]:
        """Make the question, and say what it contradicts."""
        data = super().clean() or {}
        if not self.errors:
            self.plan = self._made(data)
            add_faults(self, question_faults(self.plan, self.earlier()))
            if self.question is None and self.kind == "call" and self.phase.call():
                self.add_error(None, _("This phase asks for a call already: a case has one."))
        return data

    def _made(self, data: dict[str, Any]) -> QuestionPlan:
        before = self.question or QuestionPlan(
            name=free_name(self.kind, [one.name for one in self.phase.questions]), kind=self.kind, text=""
        )
        values: dict[str, Any] = {
            name: data[name] for name in ("text", "help", "points", "forced", "asked", "required") if name in data
        }
        if "options" in data:
            values["options"] = tuple(line.strip() for line in data["options"].splitlines() if line.strip())
        if "tools" in data:
            values["tools"] = tuple(data["tools"])
        return replace(before, **values, condition=self._condition(data.get("condition", [])))

    def _condition(self, chosen: Sequence[str]) -> Condition | None:
        if not chosen:
            return None
        pairs = [one.split(_SEPARATOR, 1) for one in chosen]
        name = pairs[0][0]
        if any(question != name for question, _answer in pairs):
            self.add_error("condition", _("Choose answers to one question only."))
        kinds = {one.name: one.kind for one in self.earlier()}
        answers = (int(answer) if kinds.get(question) == "quality" else answer for question, answer in pairs)
        return Condition(name, tuple(answers))


def _initial(kind: str, question: QuestionPlan | None) -> dict[str, Any]:
    if question is None:
        return {"required": True, "forced": True, "asked": Asked.CASE, **BEGINNINGS[kind]}
    values = {name: getattr(question, name) for name in ("text", "help", "points", "forced", "asked", "required")}
    condition = question.condition
    ticked = [f"{condition.question}{_SEPARATOR}{answer}" for answer in condition.answers] if condition else []
    return {**values, "options": "\n".join(question.options), "tools": list(question.tools), "condition": ticked}


def _answers(questions: Sequence[QuestionPlan]) -> Iterator[tuple[str, str]]:
    """Give every answer of the questions that a condition can ask for."""
    for question in questions:
        if question.asked == Asked.CASE:
            for answer in question.answers():
                words = question.options[int(answer) - 1] if question.kind == "quality" else _named(str(answer))
                yield f"{question.name}{_SEPARATOR}{answer}", f"{question.text} – {words}"


def _named(answer: str) -> str:
    return {"synthetic": _("synthetic"), "authentic": _("authentic"), "cannot-tell": _("cannot tell")}.get(
        answer, answer
    )


def kinds_to_add(phase: PhasePlan) -> list[tuple[str, str, str]]:
    """Give the kinds of questions that may be added to a phase: kind, name, what it is."""
    refused = {"call"} if phase.call() or phase.purpose == "purpose-blinded" else set()
    return [(kind, str(QuestionKind(kind).label), str(words)) for kind, words in KINDS.items() if kind not in refused]


class ArmsForm(forms.Form):
    """The arms as a table: each cell says at which place the arm's readers come to the phase."""

    def __init__(self, data: Any, *, plan: Plan, more: int = 0) -> None:
        self.plan = plan
        super().__init__(data, use_required_attribute=False, label_suffix="")
        count = len(plan.protocol.arms) + more
        if data is not None and str(data.get("count", "")).isdigit():
            count = min(int(data["count"]), 20)
        self.fields["count"] = forms.IntegerField(widget=forms.HiddenInput, initial=count)
        for index in range(count):
            self._add_arm(index, plan.protocol.arms[index] if index < len(plan.protocol.arms) else None)
        self.count = count

    def _add_arm(self, index: int, arm: ArmPlan | None) -> None:
        phases = [phase.name for phase in self.plan.protocol.phases]
        steps = arm.phases if arm else tuple(phases)
        letter = chr(ord("A") + index)
        self.fields[f"name-{index}"] = forms.SlugField(
            max_length=20,
            required=False,
            initial=arm.name if arm else letter,
            label=_("Name of arm %(n)s") % {"n": index + 1},
        )
        self.fields[f"title-{index}"] = forms.CharField(
            max_length=100,
            required=False,
            initial=arm.title if arm else "",
            label=_("Title of arm %(n)s") % {"n": index + 1},
        )
        for phase in self.plan.protocol.phases:
            self.fields[f"place-{index}-{phase.name}"] = forms.IntegerField(
                min_value=1,
                max_value=50,
                required=False,
                initial=steps.index(phase.name) + 1 if phase.name in steps else None,
                label=_("Place of “%(phase)s” in arm %(n)s") % {"phase": phase.title, "n": index + 1},
            )

    def heads(self) -> list[tuple[Any, Any]]:
        """Give the fields of each arm's name and title."""
        return [(self[f"name-{index}"], self[f"title-{index}"]) for index in range(self.count)]

    def rows(self) -> list[tuple[PhasePlan, list[Any]]]:
        """Give each phase with its places in the arms."""
        return [
            (phase, [self[f"place-{index}-{phase.name}"] for index in range(self.count)])
            for phase in self.plan.protocol.phases
        ]

    def clean(self) -> dict[str, Any]:
        """Make the arms; one whose name was emptied is left out."""
        data = super().clean() or {}
        if self.errors:
            return data
        arms = [self._arm(index, data) for index in range(self.count) if data[f"name-{index}"]]
        self.changed = with_arms(self.plan, arms)
        for fault in faults_of(self.changed.protocol):
            self.add_error(None, str(fault))
        return data

    def _arm(self, index: int, data: dict[str, Any]) -> ArmPlan:
        places = [(data[f"place-{index}-{phase.name}"], phase.name) for phase in self.plan.protocol.phases]
        taken = [place for place, _name in places if place]
        if len(set(taken)) < len(taken):
            words = _("In arm %(arm)s two phases have the same place: number them one after the other.")
            self.add_error(None, words % {"arm": data[f"name-{index}"]})
        steps = tuple(name for _place, name in sorted((place, name) for place, name in places if place))
        return ArmPlan(name=data[f"name-{index}"], title=data[f"title-{index}"], phases=steps)

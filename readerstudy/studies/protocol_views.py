"""The coordinator's pages on which a draft is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from readerstudy.accounts.permissions import coordinator_required, user_of
from readerstudy.cohorts.models import Cohort
from readerstudy.studies import editing, services
from readerstudy.studies.forms import CohortsForm, ProtocolTextForm
from readerstudy.studies.models import QuestionKind, Study
from readerstudy.studies.plans import PhasePlan, Protocol, QuestionPlan
from readerstudy.studies.protocol import write_protocol
from readerstudy.studies.protocol_forms import PhaseForm, TextsForm
from readerstudy.studies.question_forms import KINDS, ArmsForm, QuestionForm, kinds_to_add
from readerstudy.studies.scope import study_or_404


def _draft(request: HttpRequest, slug: str) -> Study:
    """Give a draft, or 404: what is locked has no page on which it could be changed."""
    study = study_or_404(request, slug)
    if not study.is_draft or study.is_archived:
        raise Http404
    return study


def _phase_of(plan: editing.Plan, name: str) -> PhasePlan:
    phase = plan.protocol.phase(name)
    if phase is None:
        raise Http404
    return phase


def _question_of(phase: PhasePlan, name: str) -> QuestionPlan:
    question = next((one for one in phase.questions if one.name == name), None)
    if question is None:
        raise Http404
    return question


def _is_sound(request: HttpRequest, plan: editing.Plan, form: forms.Form) -> bool:
    """Say whether a form was sent, fits, and was opened on the protocol as it is still.

    Where it changed meanwhile the form comes back as it was filled in, and can be saved over the change knowingly.
    """
    if not form.is_bound or not form.is_valid():
        return False
    opened = request.POST.get("opened")
    if opened and opened != services.document_digest(plan.protocol):
        words = _(
            "The protocol was changed since you opened this page, by somebody else or in another window. Look at it "
            "there; saving again keeps what you have entered here."
        )
        form.add_error(None, words)
        return False
    return True


def _edit_page(request: HttpRequest, template: str, study: Study, plan: editing.Plan, **context: Any) -> HttpResponse:
    """Show a form, with a mark of the protocol that it was opened on."""
    opened = services.document_digest(plan.protocol)
    return render(request, f"studies/{template}.html", {"study": study, "opened": opened, **context})


def _saved(
    request: HttpRequest,
    study: Study,
    plan: editing.Plan,
    protocol: Protocol,
    cohorts: Mapping[str, Cohort],
    change: str,
) -> HttpResponse:
    """Write a change of a plan, and go back to the protocol; a refusal becomes a message there."""
    try:
        changed = services.replace_protocol(
            study=study, protocol=protocol, cohorts=cohorts, actor=user_of(request), change=change,
            opened=services.document_digest(plan.protocol),
        )  # fmt: skip
    except services.StudyError as error:
        messages.error(request, str(error))
    else:
        if changed:
            messages.success(request, _("Saved: %(change)s.") % {"change": change})
    return redirect("studies:protocol", study.slug)


@coordinator_required
def edit_texts(request: HttpRequest, slug: str) -> HttpResponse:
    """Change the study's title, what readers see of it, and the consent."""
    study = _draft(request, slug)
    plan = editing.plan_of(study)
    names = ("title", "shown_title", "summary", "consent")
    initial = {name: getattr(plan.protocol, name) for name in names} | {"pilot": study.is_pilot}
    form = TextsForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        use_required_attribute=False,
        label_suffix="",
    )
    if _is_sound(request, plan, form):
        services.mark_as_pilot(study=study, pilot=form.cleaned_data["pilot"], actor=user_of(request))
        return _saved(request, study, plan, form.changed(plan.protocol), plan.cohorts, _("titles and consent"))
    return _edit_page(request, "edit_texts", study, plan, form=form)


@coordinator_required
def edit_phase(request: HttpRequest, slug: str, phase: str = "") -> HttpResponse:
    """Change the settings of a phase, or add one."""
    study = _draft(request, slug)
    plan = editing.plan_of(study)
    old = _phase_of(plan, phase) if phase else None
    form = PhaseForm(request.POST if request.method == "POST" else None, plan=plan, phase=old)
    if _is_sound(request, plan, form) and form.changed_protocol:
        change = _("settings of “%(phase)s”") if old else _("a new phase “%(phase)s”")
        changed = form.changed_protocol
        return _saved(
            request, study, plan, changed.protocol, changed.cohorts, change % {"phase": form.cleaned_data["title"]}
        )
    return _edit_page(request, "edit_phase", study, plan, form=form, phase=old)


@coordinator_required
@require_POST
def remove_phase(request: HttpRequest, slug: str, phase: str) -> HttpResponse:
    """Take a phase out of the protocol."""
    study = _draft(request, slug)
    plan = editing.plan_of(study)
    title = _phase_of(plan, phase).title
    changed = editing.without_phase(plan, phase)
    return _saved(request, study, plan, changed.protocol, plan.cohorts, _("“%(phase)s” removed") % {"phase": title})


@coordinator_required
def edit_question(request: HttpRequest, slug: str, phase: str, question: str) -> HttpResponse:
    """Change a question."""
    study = _draft(request, slug)
    plan = editing.plan_of(study)
    asking = _phase_of(plan, phase)
    old = _question_of(asking, question)
    return _question_page(request, study, plan, asking, old.kind, old)


@coordinator_required
def new_question(request: HttpRequest, slug: str, phase: str) -> HttpResponse:
    """Choose what is to be asked, then say how."""
    study = _draft(request, slug)
    plan = editing.plan_of(study)
    asking = _phase_of(plan, phase)
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        return render(
            request, "studies/new_question.html", {"study": study, "phase": asking, "kinds": kinds_to_add(asking)}
        )
    return _question_page(request, study, plan, asking, kind, None)


def _question_page(
    request: HttpRequest, study: Study, plan: editing.Plan, phase: PhasePlan, kind: str, old: QuestionPlan | None
) -> HttpResponse:
    form = QuestionForm(request.POST if request.method == "POST" else None, phase=phase, kind=kind, question=old)
    if _is_sound(request, plan, form):
        changed = editing.with_question(phase, form.plan, instead_of=old.name if old else "")
        return _saved_phase(request, study, plan, changed, _("a question of “%(phase)s”"))
    words = {"kind": QuestionKind(kind).label, "sentence": KINDS[kind]}
    return _edit_page(request, "edit_question", study, plan, form=form, phase=phase, question=old, **words)


def _saved_phase(request: HttpRequest, study: Study, plan: editing.Plan, phase: PhasePlan, change: str) -> HttpResponse:
    changed = editing.with_phase(plan, phase)
    answer = _saved(request, study, plan, changed.protocol, changed.cohorts, change % {"phase": phase.title})
    answer["Location"] += f"#{phase.name}"
    return answer


@coordinator_required
@require_POST
def move_question(request: HttpRequest, slug: str, phase: str, question: str) -> HttpResponse:
    """Move a question up or down among those of its phase."""
    study = _draft(request, slug)
    plan = editing.plan_of(study)
    asking = _phase_of(plan, phase)
    _question_of(asking, question)
    by = 1 if request.POST.get("to") == "down" else -1
    changed = editing.with_question_moved(asking, question, by)
    return _saved_phase(request, study, plan, changed, _("order of the questions of “%(phase)s”"))


@coordinator_required
@require_POST
def remove_question(request: HttpRequest, slug: str, phase: str, question: str) -> HttpResponse:
    """Take a question out of its phase."""
    study = _draft(request, slug)
    plan = editing.plan_of(study)
    asking = _phase_of(plan, phase)
    _question_of(asking, question)
    changed = editing.without_question(asking, question)
    return _saved_phase(request, study, plan, changed, _("a question of “%(phase)s” removed"))


@coordinator_required
def edit_arms(request: HttpRequest, slug: str) -> HttpResponse:
    """Change who goes through which phases in which order."""
    study = _draft(request, slug)
    plan = editing.plan_of(study)
    form = ArmsForm(request.POST if request.method == "POST" else None, plan=plan, more=_one_more(request))
    if _is_sound(request, plan, form):
        return _saved(request, study, plan, form.changed.protocol, plan.cohorts, _("arms"))
    return _edit_page(request, "edit_arms", study, plan, form=form)


def _one_more(request: HttpRequest) -> int:
    return 1 if request.method == "GET" and "more" in request.GET else 0


@coordinator_required
@require_POST
def undo(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the last change back."""
    study = _draft(request, slug)
    try:
        change = services.undo_change(study=study, actor=user_of(request))
    except services.StudyError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Undone: %(change)s.") % {"change": change})
    return redirect("studies:protocol", study.slug)


@coordinator_required
def edit_text(request: HttpRequest, slug: str) -> HttpResponse:
    """Change the whole protocol as YAML."""
    study = _draft(request, slug)
    plan = editing.plan_of(study)
    posted = request.method == "POST"
    form = ProtocolTextForm(
        request.POST if posted else None, request.FILES if posted else None,
        initial={"document": write_protocol(plan.protocol)}, use_required_attribute=False, label_suffix="",
    )  # fmt: skip
    cohorts_form = None
    if _is_sound(request, plan, form):
        read: Protocol = form.protocol
        cohorts_form = CohortsForm(_with_cohorts(request, read, plan), slots=read.cohorts, cohorts=plan.cohorts)
        if cohorts_form.is_valid():
            protocol = replace(read, name=plan.protocol.name)
            return _saved(request, study, plan, protocol, cohorts_form.chosen_cohorts(), _("the protocol as text"))
    slots = plan.cohorts.items()
    return _edit_page(request, "edit_text", study, plan, form=form, cohorts_form=cohorts_form, slots=slots)


def _with_cohorts(request: HttpRequest, protocol: Protocol, plan: editing.Plan) -> dict[str, Any]:
    """Take the cohorts that the protocol has already for those that the form did not ask for yet."""
    had = {f"cohort-{slot}": cohort.pk for slot, cohort in plan.cohorts.items()}
    asked = {name: value for name, value in request.POST.items() if name.startswith("cohort-")}
    return {**had, **asked}


@coordinator_required
def download(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the protocol as a YAML file."""
    study = study_or_404(request, slug)
    text = write_protocol(editing.plan_of(study).protocol)
    headers = {"Content-Disposition": f'attachment; filename="{study.slug}.yaml"'}
    return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers=headers)

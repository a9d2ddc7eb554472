"""The coordinator's pages of the analysis plan, of amendments, and of what was locked."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from readerstudy.accounts.permissions import coordinator_required, desk_required, user_of
from readerstudy.studies import plan_words, services
from readerstudy.studies.analysis_plan import AnalysisPlan
from readerstudy.studies.default_plans import current_plan
from readerstudy.studies.models import Kind, Study, TeamRole
from readerstudy.studies.plan_forms import AmendTextsForm, PlanForm
from readerstudy.studies.protocol import protocol_of
from readerstudy.studies.scope import WHOLE_TEAM, study_or_404
from readerstudy.studies.services.amending import AMENDED_WHILE


def can_be_amended(study: Study) -> bool:
    """Whether the study is locked, and nobody has seen its results."""
    return study.status in AMENDED_WHILE and not study.is_archived


@desk_required
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    """What the study will be judged by; for the whole team, and for its coordinators to change."""
    study = study_or_404(request, slug, *WHOLE_TEAM)
    may_change = study.opened_as == TeamRole.COORDINATOR
    context: dict[str, Any] = {
        "study": study,
        "is_draft": study.is_draft and not study.is_archived,
        "may_change": may_change,
        "can_be_amended": may_change and can_be_amended(study),
        "versions": list(study.versions.filter(kind=Kind.PLAN).order_by("-number").select_related("made_by")),
    }
    found = current_plan(study)
    if found is not None:
        context |= _in_words(study, found)
    return render(request, "studies/plan.html", context)


def _in_words(study: Study, found: AnalysisPlan) -> dict[str, Any]:
    protocol = protocol_of(study)
    return {
        "plan": found,
        "groups": [
            (words, plan_words.endpoints_in_words(found, protocol, role))
            for role, words in plan_words.ROLE_WORDS.items()
        ],
        "multiplicity": plan_words.MULTIPLICITY_WORDS[found.multiplicity],
        "random": plan_words.RANDOM_WORDS[found.random],
        "covariance": plan_words.COVARIANCE_WORDS[found.covariance],
        "ends_on": date.fromisoformat(found.ends_on) if found.ends_on else None,
        "covariates": [plan_words.COVARIATE_WORDS[name] for name in found.covariates],
    }


@coordinator_required
def edit_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Write the plan of a draft, or amend that of a locked study."""
    study = study_or_404(request, slug)
    amends = can_be_amended(study)
    if not (study.is_draft or amends) or study.is_archived:
        messages.error(request, _("The plan of this study does not change any more."))
        return redirect("studies:plan", slug)
    before = current_plan(study) or AnalysisPlan()
    data = request.POST if request.method == "POST" else None
    form = PlanForm(data, plan=before, protocol=protocol_of(study), amends=amends)
    if form.is_bound and form.is_valid() and _is_kept(request, study, form):
        return redirect("studies:plan", slug)
    opened = request.POST.get("opened") or services.plan_digest(before)
    return render(request, "studies/edit_plan.html", {"study": study, "form": form, "amends": amends, "opened": opened})


def _is_kept(request: HttpRequest, study: Study, form: PlanForm) -> bool:
    """Save or amend; say what came of it."""
    assert form.plan is not None  # noqa: S101 - a valid form has one
    actor, opened = user_of(request), request.POST.get("opened", "")
    try:
        if study.is_draft:
            services.save_plan(study=study, plan=form.plan, actor=actor, opened=opened)
        else:
            services.amend_plan(study=study, plan=form.plan, reason=form.cleaned_data["reason"], actor=actor)
    except services.StudyError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("The plan is saved.") if study.is_draft else _("The plan is amended."))
    return True


@coordinator_required
def amend(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what readers of a locked study are told."""
    study = study_or_404(request, slug)
    if not can_be_amended(study):
        messages.error(request, _("Amendments are made after the lock and before unblinding."))
        return redirect("studies:protocol", slug)
    titles = dict(study.phases.order_by("position").values_list("name", "title"))
    form = AmendTextsForm(
        request.POST if request.method == "POST" else None, texts=services.texts_of(study), titles=titles
    )
    if form.is_bound and form.is_valid():
        reason, actor = form.cleaned_data["reason"], user_of(request)
        try:
            version = services.amend_texts(study=study, texts=form.texts(), reason=reason, actor=actor)
        except services.StudyError as error:
            form.add_error(None, str(error))
        else:
            if version:
                messages.success(request, _("Amended: %(change)s.") % {"change": version.change})
            return redirect("studies:protocol", slug)
    return render(request, "studies/amend.html", {"study": study, "form": form})


@desk_required
def version(request: HttpRequest, slug: str, kind: str, number: int) -> HttpResponse:
    """Give a document as it was at a time: the very characters that its SHA-256 is of."""
    study = study_or_404(request, slug, *WHOLE_TEAM)
    one = get_object_or_404(study.versions, kind=kind, number=number)
    form = "json" if kind == Kind.PLAN else "yaml"
    headers = {"Content-Disposition": f'attachment; filename="{slug}-{kind}-{number}.{form}"'}
    return HttpResponse(one.document, content_type=f"application/{form}; charset=utf-8", headers=headers)

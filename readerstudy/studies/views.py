"""The list of studies, and the page of one: what it is, where it stands, and what comes next."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from readerstudy.accounts.permissions import coordinator_required, desk_required, user_of
from readerstudy.studies import services
from readerstudy.studies.checklist import checklist, worst
from readerstudy.studies.default_plans import current_plan
from readerstudy.studies.describing import described
from readerstudy.studies.life_forms import LockForm
from readerstudy.studies.models import UNTESTED, Study
from readerstudy.studies.plan_views import can_be_amended
from readerstudy.studies.recounting import record_of, stations
from readerstudy.studies.scope import note_roles, study_or_404

STUDIES_PER_PAGE = 50


@desk_required
def study_list(request: HttpRequest) -> HttpResponse:
    """The studies of one's own, newest first; those that were put away only where they are asked for."""
    services.open_what_is_due()
    away = "archived" in request.GET
    user = user_of(request)
    mine = Study.objects.for_user(user)
    shown = mine.filter(archived_at__isnull=not away).select_related("pilot_of")
    page = Paginator(shown, STUDIES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "studies": note_roles(user, page.object_list),
        "away": away,
        "query": "archived=1" if away else "",
        "put_away": mine.exclude(archived_at=None).count(),
    }
    return render(request, "studies/list.html", context)


@coordinator_required
def protocol(request: HttpRequest, slug: str) -> HttpResponse:
    """What the study is, where it stands, and what comes next."""
    services.open_what_is_due()
    study = study_or_404(request, slug)
    context: dict[str, Any] = {
        "study": study,
        "is_draft": study.is_draft and not study.is_archived,
        "is_audit_asked": study.phases.exclude(purpose__in=UNTESTED).exists(),
        "life": stations(study),
        "record": record_of(study),
        "can_be_amended": can_be_amended(study),
        **described(study),
    }
    if context["is_draft"]:
        context |= _readiness(study)
    if study.is_running:
        context |= _planned_end(study)
    return render(request, "studies/protocol.html", context)


def _planned_end(study: Study) -> dict[str, Any]:
    plan = current_plan(study)
    if plan is None or not plan.ends_on:
        return {}
    day = date.fromisoformat(plan.ends_on)
    return {"plan_ends_on": day, "is_overdue": study.now().date() > day}


def _readiness(study: Study) -> dict[str, Any]:
    checks = checklist(study)
    state = worst(checks)
    return {
        "checks": checks,
        "can_be_locked": state != "missing",
        "is_unaudited": state == "excuse",
        "lock_form": LockForm(unaudited=state == "excuse"),
        "last_change": study.revisions.order_by("-number").first(),
    }

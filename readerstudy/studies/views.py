"""The coordinator's pages of a study, and the page behind an invitation."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from readerstudy.accounts import services as accounts
from readerstudy.accounts.models import Role, User
from readerstudy.accounts.permissions import coordinator_required, desk_required, user_of
from readerstudy.studies import services
from readerstudy.studies.checklist import checklist, worst
from readerstudy.studies.default_plans import current_plan
from readerstudy.studies.describing import described
from readerstudy.studies.forms import AboutReaderForm, NewReaderForm
from readerstudy.studies.life_forms import LockForm
from readerstudy.studies.life_views import attempt
from readerstudy.studies.models import UNTESTED, Reader, Study
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


@coordinator_required
def readers(request: HttpRequest, slug: str) -> HttpResponse:
    """Who reads, and the links of those who were invited."""
    study = study_or_404(request, slug)
    people = study.readers.order_by("number").select_related("user", "invitation", "arm")
    rows = [
        (reader, request.build_absolute_uri(reader.join_path) if reader.user_id is None else "")
        for reader in people.annotate(lists=Count("hanging_lists"))
    ]
    arms = study.arms.order_by("position").annotate(places=Count("readers"))
    return render(request, "studies/readers.html", {"study": study, "rows": rows, "arms": arms})


@coordinator_required
@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a place with a link."""
    study = study_or_404(request, slug)
    return attempt(request, study, lambda: services.invite_reader(study=study, actor=user_of(request)), to="readers")


def join(request: HttpRequest, token: str) -> HttpResponse:
    """Take the place that an invitation offers, as oneself or with a new account."""
    reader = get_object_or_404(Reader.objects.select_related("study", "invitation"), invitation__token=token)
    if request.user.is_authenticated and reader.user_id == request.user.pk:
        return redirect("home")  # a second click on one's own link
    if reader.invitation is None or not reader.invitation.is_open or not reader.study.takes_readers:
        return render(request, "studies/join_ended.html", status=410)
    if request.user.is_authenticated and user_of(request).is_coordinator:
        messages.info(request, _("This link is for a reader. Log out to see what a reader sees, or send it on."))
        return redirect("studies:readers", reader.study.slug)
    form_class = AboutReaderForm if request.user.is_authenticated else NewReaderForm
    form = form_class(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _take_place(request, reader, form)
    return render(request, "studies/join.html", {"form": form, "study": reader.study})


def _take_place(request: HttpRequest, reader: Reader, form: AboutReaderForm) -> HttpResponse:
    about = {name: form.cleaned_data[name] for name in ("years", "subspecialty", "country")}
    try:
        with transaction.atomic():  # a refusal leaves no half-made account behind
            user = _new_reader(form) if isinstance(form, NewReaderForm) else user_of(request)
            services.join_study(reader=reader, user=user, **about)
    except services.StudyError as error:
        messages.error(request, str(error))
        return redirect("home")
    except ValidationError as error:  # the name was taken while the form was being filled in
        form.add_error(None, error.messages)
        return render(request, "studies/join.html", {"form": form, "study": reader.study})
    if not request.user.is_authenticated:
        login(request, user)
    return redirect("home")


def _new_reader(form: NewReaderForm) -> User:
    data = form.cleaned_data
    return accounts.create_user(username=data["username"], password=data["password1"], role=Role.READER)

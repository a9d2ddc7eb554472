"""The coordinator's pages of a study, and the page behind an invitation."""

from __future__ import annotations

from collections.abc import Callable
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
from readerstudy.studies.describing import described
from readerstudy.studies.forms import AboutReaderForm, NewReaderForm
from readerstudy.studies.models import UNTESTED, Reader, Status, Study
from readerstudy.studies.scope import note_roles, study_or_404

STUDIES_PER_PAGE = 50


@desk_required
def study_list(request: HttpRequest) -> HttpResponse:
    """The studies of one's own, newest first."""
    user = user_of(request)
    page = Paginator(Study.objects.for_user(user), STUDIES_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "studies/list.html", {"page": page, "studies": note_roles(user, page.object_list)})


@coordinator_required
def protocol(request: HttpRequest, slug: str) -> HttpResponse:
    """What the study is, where it stands, and what comes next."""
    study = study_or_404(request, slug)
    context: dict[str, Any] = {
        "study": study,
        "is_draft": study.status == Status.DRAFT,
        "is_audit_asked": study.phases.exclude(purpose__in=UNTESTED).exists(),
        **described(study),
    }
    if study.status == Status.DRAFT:
        context["missing"] = services.what_locking_misses(study)
        context["unaudited"] = services.what_the_audit_misses(study)
        context["doubts"] = services.what_may_tell_the_purpose(study)
        context["last_change"] = study.revisions.order_by("-number").first()
    return render(request, "studies/protocol.html", context)


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
    return _act(request, study, lambda: services.invite_reader(study=study, actor=user_of(request)), to="readers")


@coordinator_required
@require_POST
def lock(request: HttpRequest, slug: str) -> HttpResponse:
    """Fix the protocol; reading begins."""
    study = study_or_404(request, slug)
    reason, actor = _reason(request), user_of(request)
    return _act(request, study, lambda: services.lock_study(study=study, actor=actor, unaudited_because=reason))


@coordinator_required
@require_POST
def close(request: HttpRequest, slug: str) -> HttpResponse:
    """End the reading."""
    study = study_or_404(request, slug)
    return _act(request, study, lambda: services.close_study(study=study, actor=user_of(request)))


@coordinator_required
@require_POST
def unblind(request: HttpRequest, slug: str) -> HttpResponse:
    """Put judgements next to the truth, for a reason."""
    study = study_or_404(request, slug)
    reason, actor = _reason(request), user_of(request)
    return _act(request, study, lambda: services.unblind_study(study=study, reason=reason, actor=actor))


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").replace("\0", "")  # which PostgreSQL cannot store


def _act(request: HttpRequest, study: Study, act: Callable[[], object], to: str = "protocol") -> HttpResponse:
    """Do one act on a study; a refusal becomes a message on the page."""
    try:
        act()
    except services.StudyError as error:
        messages.error(request, str(error))
    return redirect(f"studies:{to}", study.slug)


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

"""The reader's pages."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST

from readerstudy.accounts.permissions import user_of
from readerstudy.reading import enrolments, queries, services
from readerstudy.rich_text import as_html
from readerstudy.studies import services as studies
from readerstudy.studies.models import Status
from readerstudy.studies.reader_forms import WithdrawForm


@login_required
def my_studies(request: HttpRequest) -> HttpResponse:
    """The reader's front door."""
    rows = [enrolments.enrolment(reader) for reader in queries.enrolments(user_of(request))]
    return render(request, "reading/studies.html", {"enrolments": rows})


@login_required
def consent(request: HttpRequest, slug: str) -> HttpResponse:
    """What the study is about, and the reader's agreement."""
    reader = get_object_or_404(queries.enrolments(user_of(request)), study__slug=slug, study__status=Status.RUNNING)
    if request.method == "POST":
        if request.POST.get("agree") == "yes":
            try:
                studies.give_consent(reader=reader, actor=user_of(request), shown=request.POST.get("text", ""))
            except studies.StudyError as error:  # it was closed since the page was opened
                messages.error(request, str(error))
            return redirect("reading:studies")
        messages.error(request, _("Tick the box if you agree to take part. Without it there is no reading."))
    context = {"study": reader.study, "reader": reader, "consent": as_html(reader.study.consent)}
    return render(request, "reading/consent.html", context)


@login_required
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave a study, whatever the reason."""
    reader = get_object_or_404(queries.enrolments(user_of(request)), study__slug=slug)
    form = WithdrawForm(request.POST if request.method == "POST" else None, by_themselves=True)
    if request.method == "POST" and form.is_valid():
        try:
            studies.withdraw_reader(reader=reader, reason=form.cleaned_data["reason"], actor=user_of(request))
        except studies.StudyError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("You have withdrawn. Nothing that you have judged is used."))
        return redirect("reading:studies")
    return render(request, "reading/withdraw.html", {"study": reader.study, "reader": reader, "form": form})


@login_required
@require_POST
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Start or resume, and go to the reading page."""
    reader = get_object_or_404(queries.enrolments(user_of(request)), study__slug=slug)
    try:
        session, _ = services.start_session(reader=reader, actor=user_of(request))
    except services.ReadingError as error:
        messages.error(request, str(error))
        return redirect("reading:studies")
    return redirect("reading:session", session.code)


@login_required
@ensure_csrf_cookie
def session(request: HttpRequest, code: str) -> HttpResponse:
    """The reading page: the front end takes over from here."""
    get_object_or_404(queries.open_sessions(user_of(request)), code=code)
    place = {"code": code, "home": reverse("reading:studies"), "reads_as": user_of(request).username}
    return render(request, "reading/session.html", place)

"""The coordinator's preview of a study as any of its readers meets it, and of its phases on the reading page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie

from readerstudy.accounts.permissions import coordinator_required
from readerstudy.cohorts import wado
from readerstudy.reading.estimating import BREAK_MINUTES
from readerstudy.reading.previewing import SHOWN, lists_of, preview_of
from readerstudy.reading.rehearsing import CODE, Rehearsal, rehearsal_of
from readerstudy.rich_text import as_html
from readerstudy.studies.scope import study_or_404
from readerstudy.studies.services.readiness import what_the_orders_miss

MOST = 999


@coordinator_required
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """What the reader of a number sees, in the order in which they see it, and how long it takes them."""
    study = study_or_404(request, slug)
    number = _number(request.GET.get("reader", ""))
    context: dict[str, Any] = {
        "study": study,
        "number": number,
        "consent": as_html(study.consent),
        "missing": what_the_orders_miss(study),
        "shown": SHOWN,
        "break_minutes": BREAK_MINUTES,
        "most": MOST,
        "has_arms": study.arms.count() > 1,
    }
    if not context["missing"]:
        context["preview"] = preview_of(study, number)
    return render(request, "reading/preview.html", context)


@coordinator_required
@ensure_csrf_cookie
def rehearsal(request: HttpRequest, slug: str, number: int, phase: str) -> HttpResponse:
    """The reading page itself, played in the browser alone."""
    _rehearsal(request, slug, number, phase)
    here = [slug, number, phase]
    place = {
        "code": CODE,
        "home": f"{reverse('preview', args=[slug])}?reader={number}",
        "reads_as": CODE,
        "script": reverse("preview-script", args=here),
        "images": f"{reverse('preview-phase', args=here)}dicomweb",
    }
    return render(request, "reading/session.html", place)


@coordinator_required
def script(request: HttpRequest, slug: str, number: int, phase: str) -> HttpResponse:
    """What the browser plays."""
    return JsonResponse(_rehearsal(request, slug, number, phase).script())


@coordinator_required
def pictures(request: HttpRequest, slug: str, number: int, phase: str, resource: str) -> HttpResponseBase:
    """The pictures of what is played, as a reader gets them."""
    return wado.respond(request, _rehearsal(request, slug, number, phase).instances(), resource)


def _rehearsal(request: HttpRequest, slug: str, number: int, phase: str) -> Rehearsal:
    """Give what is played, or 404 where there is no such phase in the reader's arm, or no order yet."""
    study = study_or_404(request, slug)
    if not 1 <= number <= MOST or what_the_orders_miss(study):
        raise Http404
    _arm, lists = lists_of(study, number)
    drawn = next((one for one in lists if one.phase.name == phase), None)
    if drawn is None:
        raise Http404
    return rehearsal_of(study, drawn)


def _number(text: str) -> int:
    """Read a reader's number; what is none is the first."""
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST else 1

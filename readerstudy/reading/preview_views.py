"""The coordinator's preview of a study as any of its readers meets it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from readerstudy.accounts.permissions import coordinator_required
from readerstudy.reading.estimating import BREAK_MINUTES
from readerstudy.reading.previewing import SHOWN, preview_of
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


def _number(text: str) -> int:
    """Read a reader's number; what is none is the first."""
    return int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST else 1

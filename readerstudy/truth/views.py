"""The coordinator's gallery of a cohort, with the truth on request."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from readerstudy.accounts.permissions import coordinator_required, user_of
from readerstudy.cohorts import frames
from readerstudy.cohorts.models import Case, Cohort, Image
from readerstudy.truth import services
from readerstudy.truth.models import Truth

CASES_PER_PAGE = 60
THUMBNAIL_SIDE = 320


@coordinator_required
def cohorts(request: HttpRequest) -> HttpResponse:
    """All cohorts."""
    rows = Cohort.objects.annotate(case_count=Count("cases"))
    return render(request, "cohorts/list.html", {"rows": rows})


@coordinator_required
def gallery(request: HttpRequest, slug: str) -> HttpResponse:
    """What the cases look like to a reader; the truth only after it was asked for."""
    cohort = get_object_or_404(Cohort, slug=slug)
    page = Paginator(cohort.cases.all(), CASES_PER_PAGE).get_page(request.GET.get("page"))
    with_truth = slug in request.session.get("revealed", [])
    truths = Truth.objects.filter(case__in=list(page.object_list)) if with_truth else Truth.objects.none()
    by_case = {truth.case_id: truth for truth in truths}
    context = {
        "cohort": cohort,
        "page": page,
        "tiles": [(case, by_case.get(case.pk)) for case in page.object_list],
        "case_count": page.paginator.count,
        "with_truth": with_truth,
        "profile": Image.objects.filter(case__cohort=cohort).values_list("profile", flat=True).first(),
    }
    return render(request, "cohorts/gallery.html", context)


@coordinator_required
@require_POST
def reveal(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the truth of a cohort's cases to this login from now on; it is noted."""
    cohort = get_object_or_404(Cohort, slug=slug)
    services.note_reveal(cohort=cohort, actor=user_of(request))
    request.session["revealed"] = sorted({*request.session.get("revealed", []), slug})
    return redirect("truth:gallery", slug)


@coordinator_required
@require_POST
def hide(request: HttpRequest, slug: str) -> HttpResponse:
    """Hide it again."""
    request.session["revealed"] = [shown for shown in request.session.get("revealed", []) if shown != slug]
    return redirect("truth:gallery", slug)


@coordinator_required
def thumbnail(request: HttpRequest, code: str) -> HttpResponse:
    """A small picture of a case's presentation image."""
    case = get_object_or_404(Case.objects.select_related("image"), code=code)
    try:
        return HttpResponse(frames.thumbnail(case.image, side=THUMBNAIL_SIDE), content_type="image/png")
    except FileNotFoundError:
        raise Http404 from None

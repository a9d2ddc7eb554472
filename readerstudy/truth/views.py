"""The coordinator's gallery of a cohort, with the truth on request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from readerstudy.accounts.permissions import coordinator_required, user_of
from readerstudy.cohorts import frames, near_duplicates
from readerstudy.cohorts.blackouts import is_flagged
from readerstudy.cohorts.models import Case, Cohort, Source, state_digests
from readerstudy.cohorts.profiles import PresentationProfile
from readerstudy.truth import revealing, services
from readerstudy.truth.gallery import FilterForm, filtered, flagged
from readerstudy.truth.models import Sample, Truth

CASES_PER_PAGE = 60
COHORTS_PER_PAGE = 20  # of those that were audited, every image is looked at
THUMBNAIL_SIDE = 320


@coordinator_required
def cohorts(request: HttpRequest) -> HttpResponse:
    """All cohorts."""
    included = Count("cases", filter=Q(cases__excluded_at=None))
    counted = Cohort.objects.annotate(case_count=included).order_by("-pk")
    page = Paginator(counted, COHORTS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "cohorts/list.html", {"page": page, "rows": _rows(list(page.object_list))})


def _rows(counted: list[Cohort]) -> list[dict[str, Any]]:
    """Give cohorts with what else asks the database for each of them."""
    states = state_digests([cohort for cohort in counted if cohort.audit_verdict])
    return [
        {
            "cohort": cohort,
            "case_count": (count := cohort.case_count),  # type: ignore[attr-defined]
            "is_sealed": bool(cohort.sealed_digest) and cohort.sealed_cases == count,
            "is_audited": states.get(cohort.pk) == cohort.audit_state,
        }
        for cohort in counted
    ]


@coordinator_required
def gallery(request: HttpRequest, slug: str) -> HttpResponse:
    """What the cases look like to a reader; the truth only after it was asked for."""
    cohort = get_object_or_404(Cohort, slug=slug)
    with_truth = revealing.is_revealed(request, slug)
    form = FilterForm(cohort, request.GET, with_truth=with_truth)
    chosen = form.chosen()
    page = Paginator(filtered(cohort, chosen), CASES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "cohort": cohort,
        "page": page,
        "tiles": _tiles(page.object_list, with_truth=with_truth),
        "case_count": cohort.cases.count(),
        "waiting": flagged(cohort).count(),
        "undecided": near_duplicates.undecided(cohort),
        "with_truth": with_truth,
        "form": form,
        "chosen": chosen,
        "query": urlencode(chosen),
        "profile": PresentationProfile.from_recipe(cohort.recipe).name,
        "sample": Sample.objects.filter(cohort=cohort).select_related("pool").first(),
    }
    return render(request, "cohorts/gallery.html", context)


def _tiles(cases: Iterable[Case], *, with_truth: bool) -> list[dict[str, Any]]:
    """Give what stands below each picture."""
    cases = list(cases)
    truths = {one.case_id: one for one in Truth.objects.filter(case__in=cases)} if with_truth else {}
    sources = {source.case_id: source for source in Source.objects.filter(case__in=cases)}
    return [
        {
            "case": case,
            "truth": truths.get(case.pk),
            "is_flagged": case.pk in sources and is_flagged(sources[case.pk]),
        }
        for case in cases
    ]


@coordinator_required
@require_POST
def reveal(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the truth of a cohort's cases to this login from now on; it is noted."""
    cohort = get_object_or_404(Cohort, slug=slug)
    services.note_reveal(cohort=cohort, actor=user_of(request))
    revealing.reveal(request, slug)
    return redirect(_where_asked(request, slug))


@coordinator_required
@require_POST
def hide(request: HttpRequest, slug: str) -> HttpResponse:
    """Hide it again."""
    revealing.hide(request, slug)
    return redirect(_where_asked(request, slug))


def _where_asked(request: HttpRequest, slug: str) -> str:
    """Give the page of the cohort from which the truth was shown or hidden."""
    gallery, asked = reverse("truth:gallery", args=[slug]), request.POST.get("back", "")
    is_within = asked.startswith(gallery) and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_within else gallery


@coordinator_required
def thumbnail(request: HttpRequest, code: str) -> HttpResponse:
    """A small picture of a case's presentation image."""
    case = get_object_or_404(Case.with_excluded.select_related("image"), code=code, image__isnull=False)
    try:
        return HttpResponse(frames.thumbnail(case.image, side=THUMBNAIL_SIDE), content_type="image/png")
    except FileNotFoundError:
        raise Http404 from None

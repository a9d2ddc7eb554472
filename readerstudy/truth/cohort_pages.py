"""The coordinator's pages of a whole cohort: near duplicates, presentation, sampling."""

from __future__ import annotations

import base64
import random
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from readerstudy.accounts.permissions import coordinator_required, user_of
from readerstudy.cohorts import masters, near_duplicates, pictures, presenting_jobs
from readerstudy.cohorts.masters import DamagedMasterError
from readerstudy.cohorts.models import Blackout, Case, Cohort, NearDuplicate, Source
from readerstudy.cohorts.presenting import PresentingError
from readerstudy.cohorts.profiles import PresentationProfile, ProfileError, profile_named
from readerstudy.cohorts.services import CohortNameError
from readerstudy.cohorts.source_image import RejectedImageError
from readerstudy.jobs.services import newest_job, open_job
from readerstudy.truth import revealing
from readerstudy.truth.case_pages import case_of, do_and_seal
from readerstudy.truth.design import Design, SamplingError
from readerstudy.truth.drawing import draw_cohort, new_seed, pool_cases
from readerstudy.truth.forms import ProfileForm, SampleForm
from readerstudy.truth.models import Sample, Truth
from readerstudy.truth.sampling import count_strata, draw

PAIRS_PER_PAGE = 20
PREVIEWED = 4
HASH_BITS = 256


@coordinator_required
def duplicates(request: HttpRequest, slug: str) -> HttpResponse:
    """Pairs of cases that look alike: those to decide first, then those that were."""
    cohort = get_object_or_404(Cohort, slug=slug)
    pairs = NearDuplicate.objects.filter(cohort=cohort).select_related("first", "second", "decided_by")
    # "open" comes after "exclude" and "keep" in the alphabet, and is what there is to do.
    page = Paginator(pairs.order_by("-decision", "distance", "pk"), PAIRS_PER_PAGE).get_page(request.GET.get("page"))
    with_truth = revealing.is_revealed(request, slug)
    context = {
        "cohort": cohort,
        "page": page,
        "pairs": _with_truths(list(page.object_list), with_truth=with_truth),
        "undecided": near_duplicates.undecided(cohort),
        "bits": HASH_BITS,
        "with_truth": with_truth,
    }
    return render(request, "cohorts/duplicates.html", context)


def _with_truths(
    pairs: list[NearDuplicate], *, with_truth: bool
) -> list[tuple[NearDuplicate, list[tuple[Case, Truth | None]]]]:
    cases = [pk for pair in pairs for pk in (pair.first_id, pair.second_id)]
    truths = {truth.case_id: truth for truth in Truth.objects.filter(case__in=cases)} if with_truth else {}
    return [(pair, [(case, truths.get(case.pk)) for case in (pair.first, pair.second)]) for pair in pairs]


@coordinator_required
@require_POST
def decide(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Keep both of a pair, exclude one, or take that back."""
    cohort = get_object_or_404(Cohort, slug=slug)
    pair = get_object_or_404(NearDuplicate.objects.select_related("first", "second"), cohort=cohort, pk=pk)
    decision, actor = request.POST.get("decision", ""), user_of(request)
    acts = {
        "keep": lambda: near_duplicates.decide_keep(pair=pair, actor=actor),
        "first": lambda: near_duplicates.decide_exclude(pair=pair, which=pair.first, actor=actor),
        "second": lambda: near_duplicates.decide_exclude(pair=pair, which=pair.second, actor=actor),
        "undo": lambda: near_duplicates.undo(pair=pair, actor=actor),
    }
    if decision in acts:
        do_and_seal(request, cohort, acts[decision], _("Decided.") if decision != "undo" else _("Taken back."))
    return redirect("truth:duplicates", slug)


@coordinator_required
def presentation(request: HttpRequest, slug: str) -> HttpResponse:
    """The profile of a cohort, and what another one would make of its cases."""
    cohort = get_object_or_404(Cohort, slug=slug)
    current = PresentationProfile.from_recipe(cohort.recipe)
    form = ProfileForm(request.GET) if "profile" in request.GET else ProfileForm(initial={"profile": current.base})
    context = {
        "cohort": cohort,
        "current": current,
        "form": form,
        "case_count": cohort.cases.count(),
        "job": newest_job(kind=presenting_jobs.KIND, target=f"cohort:{slug}"),
    }
    if form.is_bound and form.is_valid():
        chosen = form.cleaned_data["made"]
        codes = list(cohort.cases.values_list("code", flat=True))
        shown = random.SystemRandom().sample(codes, min(PREVIEWED, len(codes)))
        context |= {"chosen": chosen, "chosen_text": form.as_text(), "shown": shown}
    return render(request, "cohorts/presentation.html", context)


@coordinator_required
@require_POST
def present_anew(request: HttpRequest, slug: str) -> HttpResponse:
    """Put it into the queue to present all cases by the profile that was previewed."""
    cohort = get_object_or_404(Cohort, slug=slug)
    page = reverse("truth:presentation", args=[slug])
    try:
        if cohort.is_locked:
            raise PresentingError(
                _("The cohort %(slug)s is part of a locked study: its images stay as they are.") % {"slug": slug}
            )
        if open_job(kind=presenting_jobs.KIND, target=f"cohort:{slug}"):
            raise PresentingError(_("The cohort is being presented anew already: wait until that has ended."))
        profile = profile_named(request.POST.get("profile", ""))
        presenting_jobs.enqueue_presenting(cohort=cohort, profile=profile, page=page, actor=user_of(request))
    except (ProfileError, PresentingError) as error:
        messages.error(request, str(error))
    return redirect(page)


@coordinator_required
def preview(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """What a profile would make of one case: rendered now, kept nowhere."""
    case = case_of(slug, code)
    source = get_object_or_404(Source, case=case)
    rectangles = [(one.x, one.y, one.width, one.height) for one in Blackout.objects.filter(case=case)]
    context: dict[str, Any] = {"code": code}
    try:
        profile = profile_named(request.GET.get("profile", ""))
        drawn = pictures.preview_picture(masters.read(source.master), profile, rectangles)
        context["picture"] = base64.b64encode(drawn).decode()
    except ProfileError as error:
        context["words"] = str(error)
    except (RejectedImageError, DamagedMasterError) as error:
        context["words"] = f"This case cannot be presented so: it {error}."
    return render(request, "cohorts/preview.html", context)


@coordinator_required
def sample(request: HttpRequest, slug: str) -> HttpResponse:
    """How the cohort was drawn, if it was; and drawing another one from it."""
    cohort = get_object_or_404(Cohort, slug=slug)
    form = SampleForm(request.POST or (request.GET if "size" in request.GET else None))
    if request.method == "POST" and form.is_valid():
        made = _draw(request, cohort, form)
        if made:
            return redirect("truth:sample", made.cohort.slug)
    context = {"cohort": cohort, "form": form, **_would_draw(cohort, form)}
    if request.headers.get("HX-Request"):
        return render(request, "cohorts/sample_strata.html", context)
    context["sample"] = Sample.objects.filter(cohort=cohort).select_related("pool", "created_by").first()
    return render(request, "cohorts/sample.html", context)


def _draw(request: HttpRequest, pool: Cohort, form: SampleForm) -> Sample | None:
    data = form.cleaned_data
    if not data["title"].strip():
        form.add_error("title", _("Give the new cohort a name."))
        return None
    try:
        return draw_cohort(
            pool=pool, name=data["title"], design=data["design"], seed=data["seed"], actor=user_of(request)
        )
    except CohortNameError as error:
        form.add_error("title", str(error))
    except SamplingError as error:
        form.add_error(None, str(error))
    return None


def _would_draw(pool: Cohort, form: SampleForm) -> dict[str, Any]:
    """Count the strata of a pool, and say what would be drawn of each or what is short."""
    cases = pool_cases(pool)
    design = form.cleaned_data.get("design") if form.is_bound and form.is_valid() else None
    without = pool.cases.count() - len(cases)
    context: dict[str, Any] = {"pool_count": len(cases), "without_truth": without, "design": design}
    if design is None:
        return context | {"rows": count_strata(cases, Design(2)), "strata": ()}
    try:
        drawn = draw(cases, design, form.cleaned_data["seed"] or new_seed())
        return context | {"rows": drawn.table, "strata": design.shared, "would_draw": True, "is_even": drawn.is_even}
    except SamplingError as error:
        return context | {"rows": count_strata(cases, design), "strata": design.shared, "short": str(error)}

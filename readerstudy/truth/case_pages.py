"""The coordinator's page of one case: before and after, black-outs, exclusion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from readerstudy.accounts.permissions import coordinator_required, user_of
from readerstudy.cohorts import blackouts, frames, masters, near_duplicates, pictures
from readerstudy.cohorts import services as cohorts
from readerstudy.cohorts.masters import DamagedMasterError
from readerstudy.cohorts.models import Blackout, Case, Cohort, Image, NearDuplicate, Source
from readerstudy.cohorts.presenting import PresentingError
from readerstudy.truth import gallery, revealing, services
from readerstudy.truth.forms import BlackoutForm
from readerstudy.truth.models import Truth

# Larger than any matrix that readers get by the ready-made square profiles.
PRESENTED_SIDE = 1024
REFUSALS = (cohorts.CaseError, PresentingError, near_duplicates.NearDuplicateError)


@coordinator_required
def case_page(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Before and after side by side, and what can be done about it; what tells the truth only when it is shown."""
    case = case_of(slug, code)
    source = Source.objects.filter(case=case).first()
    context: dict[str, Any] = {
        "case": case,
        "cohort": case.cohort,
        "source": source,
        "image": Image.objects.filter(case=case).first(),
        "candidates": blackouts.candidates_of(source) if source else [],
        "is_flagged": source is not None and blackouts.is_flagged(source),
        "blackouts": Blackout.objects.filter(case=case).select_related("made_by"),
        "pairs": _pairs_of(case),
        "go": gallery.neighbours(case),
        "form": BlackoutForm(),
        "with_truth": revealing.is_revealed(request, slug),
    }
    if context["with_truth"]:
        context |= {"truth": Truth.objects.filter(case=case).first(), "evidence": revealing.evidence_of(source)}
    return render(request, "cohorts/case.html", context)


def case_of(slug: str, code: str) -> Case:
    """Give a case of a cohort, excluded or not; 404 where there is none."""
    return get_object_or_404(Case.with_excluded.select_related("cohort"), cohort__slug=slug, code=code)


def _pairs_of(case: Case) -> list[dict[str, Any]]:
    pairs = NearDuplicate.objects.filter(Q(first=case) | Q(second=case)).select_related("first", "second")
    return [{"other": pair.second if pair.first_id == case.pk else pair.first, "pair": pair} for pair in pairs]


@coordinator_required
def source_picture(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The source as a picture drawn from its master; the file itself is not kept."""
    source = get_object_or_404(Source, case=case_of(slug, code))
    try:
        return HttpResponse(pictures.source_picture(masters.read(source.master)), content_type="image/png")
    except DamagedMasterError:
        raise Http404 from None


@coordinator_required
def presented_picture(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """The presentation image, as a picture."""
    image = get_object_or_404(Image, case=case_of(slug, code))
    try:
        return HttpResponse(frames.thumbnail(image, side=PRESENTED_SIDE), content_type="image/png")
    except FileNotFoundError:
        raise Http404 from None


@coordinator_required
@require_POST
def black_out(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Black a rectangle out."""
    case, form = case_of(slug, code), BlackoutForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the rectangle in whole pixels, and a width and height of 1 or more."))
        return _back(case)
    return act(
        request,
        case,
        lambda: blackouts.add_blackout(case=case, actor=user_of(request), **form.cleaned_data),
        _("Blacked out. Readers get the new picture."),
    )


@coordinator_required
@require_POST
def remove_blackout(request: HttpRequest, slug: str, code: str, pk: int) -> HttpResponse:
    """Take a black-out back."""
    case = case_of(slug, code)
    blackout = get_object_or_404(Blackout.objects.select_related("case__cohort"), case=case, pk=pk)
    return act(
        request,
        case,
        lambda: blackouts.remove_blackout(blackout=blackout, actor=user_of(request)),
        _("The black-out is taken back."),
    )


@coordinator_required
@require_POST
def judge_text(request: HttpRequest, slug: str, code: str, number: int) -> HttpResponse:
    """Black a text candidate out, or say that it is none."""
    case, is_text = case_of(slug, code), request.POST.get("is") == "text"
    return act(
        request,
        case,
        lambda: blackouts.judge_candidate(case=case, number=number, is_text=is_text, actor=user_of(request)),
        _("Blacked out. Readers get the new picture.") if is_text else _("Noted: no text there."),
    )


@coordinator_required
@require_POST
def check_text(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Say that the picture was looked at for text, or take that back."""
    case, checked = case_of(slug, code), request.POST.get("checked") == "yes"
    return act(
        request,
        case,
        lambda: blackouts.mark_text_checked(case=case, actor=user_of(request), checked=checked),
        _("Noted: checked for text.") if checked else _("Noted: to be checked for text."),
    )


@coordinator_required
@require_POST
def exclude(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Take the case out of the cohort."""
    case, reason = case_of(slug, code), request.POST.get("reason", "")
    return act(
        request,
        case,
        lambda: cohorts.exclude_case(case=case, reason=reason, actor=user_of(request)),
        _("The case %(code)s is excluded.") % {"code": code},
    )


@coordinator_required
@require_POST
def include(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """Take the case back in."""
    case = case_of(slug, code)
    return act(
        request,
        case,
        lambda: cohorts.include_case(case=case, actor=user_of(request)),
        _("The case %(code)s is back in the cohort.") % {"code": code},
    )


def act(request: HttpRequest, case: Case, do: Callable[[], object], done: str) -> HttpResponse:
    """Do something to a case, say what came of it, and go back to its page."""
    do_and_seal(request, case.cohort, do, done)
    return _back(case)


def do_and_seal(request: HttpRequest, cohort: Cohort, do: Callable[[], object], done: str) -> None:
    """Do something to a cohort's cases; where that broke the seal, seal anew, or say why that cannot be."""
    was_sealed, lacks = cohort.is_sealed, ""
    try:
        with transaction.atomic():
            do()
            cohort.refresh_from_db()
            if not cohort.is_sealed:
                lacks = services.seal_anew(cohort=cohort, actor=user_of(request))
    except REFUSALS as error:
        messages.error(request, str(error))
        return
    messages.success(request, done)
    if was_sealed and lacks:
        messages.warning(request, _("The truth is not sealed any more. %(lacks)s") % {"lacks": lacks})


def _back(case: Case) -> HttpResponse:
    return redirect("truth:case", case.cohort.slug, case.code)

"""The page where open answers are coded."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from readerstudy.accounts.permissions import desk_required, user_of
from readerstudy.reports import coding
from readerstudy.studies.models import TeamRole
from readerstudy.studies.scope import study_or_404

CODERS = (TeamRole.COORDINATOR, TeamRole.STATISTICIAN)
_WORDS = {"yes": True, "no": False}


@desk_required
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Answers to code, those coded, and how far the coders agree."""
    study = study_or_404(request, slug, *CODERS)
    readers = coding.coded_readers(study, user_of(request))
    decided = [one.unprompted for one in readers if one.unprompted is not None]
    context = {
        "study": study,
        "is_open": study.status in coding.CODED_WHEN,
        "has_questions": bool(coding.open_questions(study)),
        "to_code": [one for one in readers if one.state == "to code"],
        "differing": [one for one in readers if one.state in ("differs", "settled")],
        "coded": [one for one in readers if one.state in ("waiting", "agreed")],
        "agreement": coding.agreement(study),
        "decided": len(decided),
        "unprompted": sum(decided),
        "readers": len(readers),
    }
    return render(request, "reports/coding.html", context)


@desk_required
@require_POST
def code(request: HttpRequest, slug: str, reader: str) -> HttpResponse:
    """Store one code, or what both coders settled on."""
    study = study_or_404(request, slug, *CODERS)
    about = get_object_or_404(study.readers, code=reader)
    said = _WORDS.get(request.POST.get("unprompted", ""))
    if said is None:
        messages.error(request, _("Choose yes or no for %(reader)s.") % {"reader": about.code})
        return redirect("reports:coding", slug)
    try:
        coding.code_answers(
            reader=about, unprompted=said, coder=user_of(request), is_consensus="consensus" in request.POST
        )
    except coding.CodingError as error:
        messages.error(request, str(error))
    return redirect("reports:coding", slug)

"""The page of a study's detectors: who has scored its cases, and which of them aids its readers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from readerstudy.accounts.permissions import coordinator_required, user_of
from readerstudy.cohorts.csv_table import TableError
from readerstudy.detectors import queries, services
from readerstudy.detectors.aiding import SHOWN, AidError, choose_aid
from readerstudy.detectors.forms import AidForm, DescriptionForm, ScoresForm
from readerstudy.detectors.models import Detector
from readerstudy.detectors.score_report import ScoreReport
from readerstudy.studies.models import Phase, Status, Study
from readerstudy.studies.scope import study_or_404

_MOST_PROBLEMS = 100
Found = TypeVar("Found")


@coordinator_required
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Scores and aid of a study."""
    study = study_or_404(request, slug)
    return _page(request, study, ScoresForm(study))


@coordinator_required
@require_POST
def scores(request: HttpRequest, slug: str) -> HttpResponse:
    """Take in a file of scores: all of it, or nothing and every problem."""
    study = study_or_404(request, slug)
    form = ScoresForm(study, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, study, form)
    try:
        if "check" in request.POST:
            return _page(request, study, form, report=_handed_in(form, services.check_scores))
        detector, count = _handed_in(form, partial(services.import_scores, actor=user_of(request)))
    except TableError as error:
        return _page(request, study, form, problems=error.problems)
    words = ngettext("%(detector)s: %(count)s case scored.", "%(detector)s: %(count)s cases scored.", count)
    messages.success(request, words % {"detector": detector, "count": count})
    return redirect("detectors:page", slug)


@coordinator_required
def describe(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Say what a detector was given, and its threshold."""
    study = study_or_404(request, slug)
    of_study = Detector.objects.filter(scores__case__cohort__in=study.phases.values("cohort")).distinct()
    detector = get_object_or_404(of_study, pk=number)
    form = DescriptionForm(request.POST if request.method == "POST" else None, instance=detector)
    if request.method == "POST" and form.is_valid():
        try:
            services.describe_detector(detector=detector, **form.cleaned_data, actor=user_of(request))
        except services.DetectorError as error:
            form.add_error("threshold", str(error))
        else:
            messages.success(request, _("%(detector)s is described.") % {"detector": detector})
            return redirect("detectors:page", slug)
    return render(request, "detectors/describe.html", {"study": study, "detector": detector, "form": form})


@coordinator_required
@require_POST
def aid(request: HttpRequest, slug: str, phase: str) -> HttpResponse:
    """Choose the aid of a phase."""
    study = study_or_404(request, slug)
    chosen = get_object_or_404(Phase.objects.select_related("cohort"), study=study, name=phase)
    form = AidForm(chosen.cohort, request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(words) for errors in form.errors.values() for words in errors))
        return redirect("detectors:page", slug)
    detector, shows = form.cleaned_data["detector"], form.cleaned_data["shows"]
    try:
        choose_aid(phase=chosen, detector=detector, shows=shows, actor=user_of(request))
    except AidError as error:
        messages.error(request, str(error))
    else:
        words = _("%(detector)s aids in %(phase)s.")
        messages.success(request, words % {"detector": detector, "phase": chosen.title})
    return redirect("detectors:page", slug)


def _page(
    request: HttpRequest,
    study: Study,
    form: ScoresForm,
    *,
    problems: list[str] | None = None,
    report: ScoreReport | None = None,
) -> HttpResponse:
    found = problems or []
    context = {
        "study": study,
        "form": form,
        "report": report,
        "problems": found[:_MOST_PROBLEMS],
        "more_problems": len(found[_MOST_PROBLEMS:]),
        "cohorts": queries.scored_cohorts(study),
        "aids": [(one, _aid_form(one)) for one in queries.aided_phases(study)],
        "is_draft": study.status == Status.DRAFT,
    }
    return render(request, "detectors/page.html", context)


def _aid_form(aided: queries.AidedPhase) -> AidForm:
    chosen = aided.chosen
    initial: dict[str, Any] = {"shows": ["score"]}
    if chosen:
        shows = [name for name in SHOWN if getattr(chosen, f"shows_{name}")]
        initial = {"detector": chosen.detector_id, "shows": shows}
    return AidForm(aided.phase.cohort, initial=initial, prefix=None, auto_id=f"id_{aided.phase.name}_%s")


def _handed_in(form: ScoresForm, use: Callable[..., Found]) -> Found:
    """Let a service read the upload from a file that keeps its name, by which problems are named."""
    data = form.cleaned_data
    upload: UploadedFile[bytes] = data["file"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(upload.name or "").name or "scores.csv")
        with path.open("wb") as copy:
            copy.writelines(upload.chunks())
        return use(name=data["name"], version=data["version"], file=path, cohort=data["cohort"])

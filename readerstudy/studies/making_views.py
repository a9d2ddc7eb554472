"""The coordinator's pages on which a draft is made: of a preset, of a protocol of one's own, of another study."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from readerstudy.accounts.permissions import coordinator_required, user_of
from readerstudy.cohorts.models import Cohort
from readerstudy.studies import editing, services
from readerstudy.studies.describing import course_of
from readerstudy.studies.forms import CopyForm, NewStudyForm, ProtocolTextForm
from readerstudy.studies.presets import PRESETS, preset
from readerstudy.studies.scope import study_or_404

OWN = "own"


@coordinator_required
def new_study(request: HttpRequest) -> HttpResponse:
    """Choose a protocol."""
    presets = [(preset(name), course_of(preset(name))) for name in PRESETS]
    return render(request, "studies/new.html", {"presets": presets})


@coordinator_required
def new_from(request: HttpRequest, preset_name: str) -> HttpResponse:
    """Make a draft of a preset, or of a protocol of one's own, which is read first."""
    if preset_name == OWN:
        return _new_from_text(request)
    if preset_name not in PRESETS:
        raise Http404
    form = NewStudyForm(request.POST if request.method == "POST" else None, protocol=preset(preset_name))
    return _new_study(request, form)


def _new_from_text(request: HttpRequest) -> HttpResponse:
    text_form = ProtocolTextForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not text_form.is_valid():
        return render(request, "studies/new_own.html", {"form": text_form})
    # The first time there is only the text; then the form about it comes back with the text in it.
    form = NewStudyForm(request.POST if "slug" in request.POST else None, protocol=text_form.protocol)
    return _new_study(request, form, document=text_form.document_text)


@coordinator_required
def copy(request: HttpRequest, slug: str) -> HttpResponse:
    """Make another draft that says what this study says."""
    study = study_or_404(request, slug)
    plan = editing.plan_of(study)
    form = CopyForm(request.POST if request.method == "POST" else None, study=study, plan=plan)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            made = services.copy_study(
                study=study, slug=data["slug"], title=data["title"], cohorts=form.chosen_cohorts(),
                pilot=data["pilot"], actor=user_of(request),
            )  # fmt: skip
        except services.StudyError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The copy is made: a draft of its own, without readers."))
            return redirect("studies:protocol", made.slug)
    return render(request, "studies/copy.html", {"study": study, "form": form})


@coordinator_required
@require_POST
def pilot(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a trial run of a draft, and go to it."""
    study = study_or_404(request, slug)
    try:
        made = services.make_pilot(study=study, actor=user_of(request))
    except services.StudyError as error:
        messages.error(request, str(error))
        return redirect("studies:protocol", slug)
    messages.success(request, _("This is the pilot: a study of its own. Lock it, and try it out."))
    return redirect("studies:protocol", made.slug)


def _new_study(request: HttpRequest, form: NewStudyForm, document: str = "") -> HttpResponse:
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            study = services.create_study(
                slug=data["slug"],
                title=data["title"],
                protocol=form.protocol,
                cohorts=form.chosen_cohorts(),
                pilot=data["pilot"],
                actor=user_of(request),
            )
        except services.StudyError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The draft is made. Look through it, change what you like, then lock it."))
            return redirect("studies:protocol", study.slug)
    context = {"form": form, "protocol": form.protocol, "document": document, "has_cohorts": Cohort.objects.exists()}
    return render(request, "studies/new_from.html", context)

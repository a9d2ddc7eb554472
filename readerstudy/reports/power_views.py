"""The page on which a study is planned: how many readers and cases it needs."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from analysis.errors import RatingsError
from readerstudy.accounts.permissions import coordinator_required, desk_required, user_of
from readerstudy.reports.power import Planned, pilots_for, planned, write_sample_size
from readerstudy.reports.power_forms import PowerForm
from readerstudy.studies.default_plans import current_plan
from readerstudy.studies.models import UNTESTED, Study, TeamRole
from readerstudy.studies.scope import study_or_404
from readerstudy.studies.services import StudyError


@desk_required
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The power of many sizes and of a chosen one."""
    study = study_or_404(request, slug, TeamRole.COORDINATOR, TeamRole.STATISTICIAN)
    form = _form(request, study, request.GET)
    return _answer(request, study, form, _planned(form))


@coordinator_required
@require_POST
def write(request: HttpRequest, slug: str) -> HttpResponse:
    """Write the paragraph of what was computed into the plan of a draft."""
    study = study_or_404(request, slug)
    if not _may_be_written(study):
        raise Http404
    form = _form(request, study, request.POST)
    found = _planned(form)
    if found and _is_written(request, study, found):
        return redirect("studies:plan", slug)
    return _answer(request, study, form, found)


def _form(request: HttpRequest, study: Study, asked: QueryDict) -> PowerForm:
    pilots = pilots_for(study, user_of(request))
    return PowerForm(asked, plan=current_plan(study), pilots=pilots, cases=cases_of(study), study=study)


def _answer(request: HttpRequest, study: Study, form: PowerForm, found: Planned | None) -> HttpResponse:
    context = {"study": study, "form": form, "found": found, "may_write": _may_be_written(study)}
    return render(request, "reports/power.html", context)


def _may_be_written(study: Study) -> bool:
    return study.opened_as == TeamRole.COORDINATOR and study.is_draft and not study.is_archived


def cases_of(study: Study) -> int:
    """Give the number of cases of the study's largest test."""
    phases = study.phases.exclude(purpose__in=UNTESTED).select_related("cohort")
    sizes = [min(phase.case_count or there, there) for phase in phases if (there := phase.cohort.cases.count())]
    return max(sizes, default=100)


def _planned(form: PowerForm) -> Planned | None:
    """Compute the plan; what does not allow it is said above the form."""
    if not form.is_bound or not form.is_valid():
        return None
    data = form.cleaned_data
    try:
        return planned(
            form.chosen_source(), form.aim(), readers=data["many_readers"], cases=data["many_cases"],
            chosen=(data["readers"], data["cases"]),
        )  # fmt: skip
    except RatingsError as error:
        form.add_error(None, str(error))
        return None


def _is_written(request: HttpRequest, study: Study, found: Planned) -> bool:
    try:
        write_sample_size(study=study, plan=found.chosen, actor=user_of(request))
    except StudyError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, _("The sample size and the number of readers are in the plan."))
    return True

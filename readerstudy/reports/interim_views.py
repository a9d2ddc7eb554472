"""The page of interim looks."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy

from readerstudy.accounts.permissions import coordinator_required, user_of
from readerstudy.jobs.models import Status as JobStatus
from readerstudy.reports import interim
from readerstudy.reports.computing import NoResultsError
from readerstudy.reports.models import InterimReport
from readerstudy.studies.life_forms import ActForm
from readerstudy.studies.models import Status
from readerstudy.studies.scope import study_or_404
from readerstudy.studies.services import StudyError

_EXAMPLE = gettext_lazy("for example: the interim analysis that the plan foresees after half of the readers")


@coordinator_required
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """What was seen before, and another look for a reason and the password."""
    study = study_or_404(request, slug)
    job = interim.newest_job(study)
    is_computing = job is not None and not job.is_over
    form = ActForm(request.POST if request.method == "POST" else None, request=request, example=_EXAMPLE)
    if form.is_bound and not is_computing and form.is_valid():
        try:
            reason, there = form.cleaned_data["reason"], reverse("reports:interim", args=[slug])
            interim.ask_for_look(study=study, reason=reason, page=there, actor=user_of(request))
        except (StudyError, NoResultsError) as error:
            form.add_error(None, str(error))
        else:
            return redirect("reports:interim", slug)
    seen = InterimReport.objects.filter(look__study=study).select_related("look__made_by").order_by("-look")
    context = {
        "study": study,
        "form": form,
        # A finished job has nothing to say beside what it found.
        "job": job if job and job.status != JobStatus.DONE else None,
        "is_computing": is_computing,
        "may_look": study.status in (Status.RUNNING, Status.CLOSED) and not study.is_archived and not is_computing,
        "seen": list(seen.defer("ratings_csv", "results")),
    }
    return render(request, "reports/interim.html", context)

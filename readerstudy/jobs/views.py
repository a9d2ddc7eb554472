"""What runs in the background, for coordinators."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from readerstudy.accounts.permissions import coordinator_required, user_of
from readerstudy.jobs import services
from readerstudy.jobs.scoping import jobs_of

JOBS_PER_PAGE = 50


@coordinator_required
def job_list(request: HttpRequest) -> HttpResponse:
    """All jobs that one may see, newest first."""
    page = Paginator(jobs_of(user_of(request)).select_related("created_by"), JOBS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "jobs/list.html", {"page": page})


@coordinator_required
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a job is; for htmx the part that renews itself, and at the end the whole page around it."""
    found = get_object_or_404(jobs_of(user_of(request)).select_related("created_by"), pk=pk)
    if not request.headers.get("HX-Request"):
        return render(request, "jobs/job.html", {"job": found})
    if found.is_over:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "jobs/progress_part.html", {"job": found})


@coordinator_required
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a stop; what was done by then is kept."""
    found = get_object_or_404(jobs_of(user_of(request)), pk=pk)
    services.request_stop(job=found, actor=user_of(request))
    return redirect(found.page) if found.page else redirect("jobs:job", pk)

"""Results: the page, its charts, and the files to take away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from readerstudy.accounts.permissions import coordinator_required, desk_required, user_of
from readerstudy.reports import charts, exports, making
from readerstudy.reports.models import Report
from readerstudy.reports.pictures import pictured
from readerstudy.reports.ratings_table import StillBlindedError, require_unblinded
from readerstudy.studies.models import Study, TeamRole
from readerstudy.studies.scope import study_or_404


def study_with_results(request: HttpRequest, slug: str) -> Study:
    """Give the study of a page with results: to a statistician only once it is unblinded."""
    study = study_or_404(request, slug, TeamRole.COORDINATOR, TeamRole.STATISTICIAN)
    if study.opened_as == TeamRole.STATISTICIAN and not study.is_unblinded:
        raise Http404
    return study


def may_see_pictures(study: Study) -> bool:
    """Whether the study was opened by a coordinator: statisticians see figures, and no picture of a case."""
    return study.opened_as == TeamRole.COORDINATOR


@desk_required
def results(request: HttpRequest, slug: str) -> HttpResponse:
    """The latest report of a study, or what is needed to make one."""
    study = study_with_results(request, slug)
    report = study.reports.defer("ratings_csv", "readers_csv", "cases_csv", "plan_json", "results").first()
    job = making.newest_job(study)
    context: dict[str, Any] = {
        "study": study,
        "report": report,
        "document": report.document if report else {},
        **(pictured(report) if report and may_see_pictures(study) else {}),
        # A finished job has nothing to say beside the report that it made.
        "job": job if job and job.status != "done" and study.opened_as == TeamRole.COORDINATOR else None,
    }
    return render(request, "reports/results.html", context | exports.caveats(study))


@coordinator_required
@require_POST
def make(request: HttpRequest, slug: str) -> HttpResponse:
    """Let a worker compute a new report."""
    study = study_or_404(request, slug)
    try:
        require_unblinded(study)
    except StillBlindedError as error:
        messages.error(request, str(error))
        return redirect("reports:results", slug)
    if study.is_archived:
        messages.error(request, _("The study is archived: take it out of the archive to make another report."))
    else:
        making.ask_for_report(study=study, page=reverse("reports:results", args=[slug]), actor=user_of(request))
    return redirect("reports:results", slug)


@desk_required
def figure(request: HttpRequest, slug: str, name: str, form: str) -> HttpResponse:
    """A figure of the latest report: for the page's script, or as SVG or PNG."""
    report, theme = _latest(request, slug), request.GET.get("theme", "print")
    if form not in charts.FORMATS or theme not in charts.THEMES:
        raise Http404
    try:
        content = charts.draw(report, name=name, form=form, theme=theme)
    except charts.UnknownFigureError:
        raise Http404 from None
    return _file(content, charts.FORMATS[form], f"{slug}-{name}.{form}", inline=form == "json")


def _latest(request: HttpRequest, slug: str) -> Report:
    return get_object_or_404(Report.objects.filter(study=study_with_results(request, slug)).order_by("-pk")[:1])


def _file(content: bytes, content_type: str, name: str, *, inline: bool = False) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    return response

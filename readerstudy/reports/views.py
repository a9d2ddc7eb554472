"""Results: the page, its charts, and the files to take away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from readerstudy.accounts.permissions import coordinator_required, desk_required, user_of
from readerstudy.reports import charts, exports, services
from readerstudy.reports.models import Report
from readerstudy.reports.ratings_table import StillBlindedError
from readerstudy.reports.results import NoResultsError
from readerstudy.studies.models import Study, TeamRole
from readerstudy.studies.scope import study_or_404


def study_with_results(request: HttpRequest, slug: str) -> Study:
    """Give the study of a page with results: to a statistician only once it is unblinded."""
    study = study_or_404(request, slug, TeamRole.COORDINATOR, TeamRole.STATISTICIAN)
    if study.opened_as == TeamRole.STATISTICIAN and not study.is_unblinded:
        raise Http404
    return study


@desk_required
def results(request: HttpRequest, slug: str) -> HttpResponse:
    """The latest report of a study, or what is needed to make one."""
    study = study_with_results(request, slug)
    report = study.reports.first()
    found = report.results if report else {"phases": []}
    context: dict[str, Any] = {"study": study, "report": report, **found}
    return render(request, "reports/results.html", context | exports.caveats(study))


@coordinator_required
@require_POST
def make(request: HttpRequest, slug: str) -> HttpResponse:
    """Compute a new report."""
    study = study_or_404(request, slug)
    try:
        services.make_report(study=study, actor=user_of(request))
    except (StillBlindedError, NoResultsError) as error:
        messages.error(request, str(error))
    return redirect("reports:results", slug)


@desk_required
def chart(request: HttpRequest, slug: str, phase: str, name: str, form: str) -> HttpResponse:
    """A chart of the latest report: Vega-Lite for the page, SVG and PNG for paper."""
    report, modality = _latest(request, slug), request.GET.get("modality", "")
    if not report.has(phase, modality) or name not in charts.NAMES or form not in charts.FORMATS:
        raise Http404
    theme = request.GET.get("theme", "print")
    if theme not in charts.THEMES:
        raise Http404
    try:
        content = charts.draw(report, phase=phase, modality=modality, name=name, form=form, theme=theme)
    except charts.NoChartError as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    return _file(
        content,
        charts.FORMATS[form],
        f"{'-'.join(filter(None, [slug, phase, modality, name]))}.{form}",
        inline=form == "json",
    )


def _latest(request: HttpRequest, slug: str) -> Report:
    return get_object_or_404(Report.objects.filter(study=study_with_results(request, slug)).order_by("-pk")[:1])


def _file(content: bytes, content_type: str, name: str, *, inline: bool = False) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    return response

"""What can be taken away of the latest report."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from analysis.table.files import FORMATS
from readerstudy.accounts.permissions import desk_required, user_of
from readerstudy.jobs.models import Status
from readerstudy.reports import exports, printing
from readerstudy.reports.export_formats import FORMS, NoExportError, in_format, rated_phases
from readerstudy.reports.made_files import FILES, MadeFile
from readerstudy.reports.models import Report
from readerstudy.reports.views import may_see_pictures, study_with_results
from readerstudy.studies.models import TeamRole


@desk_required
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Every file, with what it is for."""
    study = study_with_results(request, slug)
    report = study.reports.first()
    context: dict[str, object] = {
        "study": study,
        "report": report,
        "files": exports.described() if report else [],
        "phases": rated_phases(report) if report else [],
        "programs": [(form, FORMATS[form].words, ending) for form, ending in FORMS.items()],
    }
    if report:
        context |= {
            "can_print": printing.browser() is not None,
            "may_see_job": study.opened_as == TeamRole.COORDINATOR,
        }
        context |= {name: _state(file, report) for name, file in FILES.items()}
    return render(request, "reports/exports.html", context)


def _state(file: MadeFile, report: Report) -> dict[str, object]:
    """What the page says of a file: since when it is there, whether it is being made, or why it was not."""
    job = file.newest_job(report)
    return {
        "made_at": file.made_at(report),
        "job": job if job and job.status != Status.DONE else None,
    }


@desk_required
@require_POST
def make(request: HttpRequest, slug: str, which: str) -> HttpResponse:
    """Let a worker make a file of the latest report; its page tells when it is there."""
    report, there = _latest(request, slug), reverse("reports:exports", args=[slug]) + f"#{which}"
    FILES[which].ask_for(report=report, page=there, actor=user_of(request))
    return redirect(there)


@desk_required
def made(request: HttpRequest, slug: str, which: str) -> HttpResponse:
    """A file of the latest report, once it is made."""
    file = FILES[which]
    content = file.content_of(_latest(request, slug))
    if content is None:
        raise Http404
    return _file(content, file.content_type, f"{slug}{file.ending}")


@desk_required
def export(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """One of the files of the latest report."""
    report = _latest(request, slug)
    if name not in exports.FILES:
        raise Http404
    file = exports.FILES[name]
    if name == "report.html" and may_see_pictures(report.study):
        return _file(exports.report_html(report, with_pictures=True).encode(), file.content_type, f"{slug}-{name}")
    return _file(file.bytes_of(report), file.content_type, f"{slug}-{name}")


@desk_required
def of_phase(request: HttpRequest, slug: str, phase: str, form: str) -> HttpResponse:
    """The reads of one phase in the format of another program."""
    report = _latest(request, slug)
    if form not in FORMS or phase not in rated_phases(report):
        raise Http404
    try:
        exported = in_format(report, phase, form)
    except NoExportError as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    return _file(exported.content, "application/octet-stream", f"{slug}-{phase}-{form}.{FORMS[form]}")


def _latest(request: HttpRequest, slug: str) -> Report:
    """Give the latest report, whose study knows the role in which it was opened."""
    return get_object_or_404(study_with_results(request, slug).reports.order_by("-pk")[:1])


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

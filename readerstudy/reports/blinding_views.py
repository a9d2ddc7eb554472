"""The page of a cohort's blinding audit."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from readerstudy.accounts.permissions import coordinator_required, user_of
from readerstudy.cohorts.models import Cohort
from readerstudy.reports import blinding_audit, blinding_chart, blinding_jobs, charts
from readerstudy.reports.models import BlindingAudit


@coordinator_required
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest audit of a cohort, what may be done now, and the audits before it."""
    cohort = get_object_or_404(Cohort, slug=slug)
    audit = blinding_audit.newest_audit(cohort)
    job = blinding_jobs.newest_job(cohort)
    context = {
        "cohort": cohort,
        "audit": audit,
        "result": audit.result if audit else None,
        "rows": blinding_chart.rows(audit.result) if audit else [],
        "is_current": cohort.is_audited,
        "earlier": BlindingAudit.objects.filter(cohort=cohort).select_related("created_by")[1:],
        # A finished job has nothing to say beside the audit that it made.
        "job": job if job and job.status != "done" else None,
    }
    return render(request, "reports/blinding.html", context)


@coordinator_required
@require_POST
def run(request: HttpRequest, slug: str) -> HttpResponse:
    """Let a worker audit the cohort."""
    cohort = get_object_or_404(Cohort, slug=slug)
    if cohort.cases.exists():
        blinding_jobs.ask_for_audit(cohort=cohort, page=reverse("blinding:page", args=[slug]), actor=user_of(request))
    else:
        messages.error(request, _("There is nothing to audit yet: import some cases first."))
    return redirect("blinding:page", slug)


@coordinator_required
@require_POST
def acknowledge(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Note that the coordinator has read the confound report."""
    try:
        blinding_audit.acknowledge(audit=_audit(slug, number), actor=user_of(request))
    except blinding_audit.BlindingAuditError as error:
        messages.error(request, str(error))
    return redirect("blinding:page", slug)


@coordinator_required
def summary(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """The summary of an audit, as a file."""
    text = json.dumps(_audit(slug, number).result, indent=2) + "\n"
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{slug}-blinding-audit-{number}.json"'
    return response


@coordinator_required
def chart(request: HttpRequest, slug: str, number: int, form: str) -> HttpResponse:
    """The chart of an audit: Vega-Lite for the page, SVG and PNG for paper."""
    audit, theme = _audit(slug, number), request.GET.get("theme", "print")
    if form not in charts.FORMATS or theme not in charts.THEMES or not blinding_chart.rows(audit.result):
        raise Http404
    response = HttpResponse(
        blinding_chart.draw(audit.result, form=form, theme=theme), content_type=charts.FORMATS[form]
    )
    where = "inline" if form == "json" else "attachment"
    response["Content-Disposition"] = f'{where}; filename="{slug}-blinding-audit-{number}.{form}"'
    return response


def _audit(slug: str, number: int) -> BlindingAudit:
    return get_object_or_404(BlindingAudit, cohort__slug=slug, pk=number)

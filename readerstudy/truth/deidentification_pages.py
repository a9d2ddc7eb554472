"""The de-identification report of a cohort: as a page to print, and to take away."""

from __future__ import annotations

import csv

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from readerstudy.accounts.permissions import coordinator_required
from readerstudy.audit.spreadsheets import harmless
from readerstudy.cohorts import deidentify
from readerstudy.cohorts.models import Cohort

_EVIDENCE = {
    "c2pa": _("Content credentials (C2PA)"),
    "dicom_signature": _("DICOM digital signatures"),
    "traces": _("Traces of generators"),
}
_COLUMNS = ("path", "name", "vr", "private", "kind", "action", "files", "times")


@coordinator_required
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """What was removed, what remains, what readers get."""
    cohort = get_object_or_404(Cohort, slug=slug)
    report = deidentify.report(cohort)
    evidence = [(_EVIDENCE.get(name, name), states) for name, states in report.provenance.items()]
    context = {"cohort": cohort, "report": report, "evidence": evidence}
    return render(request, "cohorts/deidentification.html", context)


@coordinator_required
def as_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The report for machines."""
    report = deidentify.report(get_object_or_404(Cohort, slug=slug))
    return JsonResponse(report.as_json(), json_dumps_params={"indent": 2}, headers=_attached(slug, "json"))


@coordinator_required
def as_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """What was removed, as a table."""
    report = deidentify.report(get_object_or_404(Cohort, slug=slug))
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers=_attached(slug, "csv"))
    table = csv.writer(response)
    table.writerow(_COLUMNS)
    table.writerows([harmless(str(getattr(part, name))) for name in _COLUMNS] for part in report.removed)
    return response


def _attached(slug: str, suffix: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{slug}-deidentification.{suffix}"'}

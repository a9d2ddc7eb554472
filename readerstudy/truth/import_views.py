"""The pages that bring images in: a new cohort, its import tab with the upload, and the archive."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from readerstudy.accounts.permissions import coordinator_required, user_of
from readerstudy.cohorts import dicomweb
from readerstudy.cohorts.models import Cohort
from readerstudy.cohorts.services import CohortNameError, create_cohort
from readerstudy.cohorts.sources import SourceUnavailableError
from readerstudy.truth import bringing_in
from readerstudy.truth.import_forms import CohortForm, StudySearchForm
from readerstudy.truth.readiness import readiness
from readerstudy.truth.staging import MAX_CHUNK, Staging, UploadError

_PIECE = 2**16


@coordinator_required
def new_cohort(request: HttpRequest) -> HttpResponse:
    """Make an empty cohort."""
    form = CohortForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            cohort = create_cohort(
                name=data["name"], title=data["title"], profile=data["made"], actor=user_of(request)
            )  # fmt: skip
        except CohortNameError as error:  # taken while the form was being filled in
            form.add_error("name", str(error))
        else:
            return redirect("truth:import", cohort.slug)
    return render(request, "cohorts/new.html", {"form": form})


@coordinator_required
@require_GET
def import_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Upload files, see what lies ready, start, watch, and read what came of it."""
    cohort = get_object_or_404(Cohort, slug=slug)
    job = bringing_in.newest_import(cohort)
    context = {
        "cohort": cohort,
        "job": job,
        "busy": job is not None and not job.is_over,
        "ready": readiness(cohort),
        "max_chunk": MAX_CHUNK,
    }
    return render(request, "cohorts/import.html", context)


@coordinator_required
@require_GET
def import_readiness(request: HttpRequest, slug: str) -> HttpResponse:
    """The part of the page that tells what lies ready."""
    cohort = get_object_or_404(Cohort, slug=slug)
    return render(request, "cohorts/import_ready.html", {"cohort": cohort, "ready": readiness(cohort)})


@coordinator_required
@require_POST
def import_start(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin to import what lies ready."""
    cohort = get_object_or_404(Cohort, slug=slug)
    try:
        bringing_in.start_staged(cohort=cohort, actor=user_of(request))
    except bringing_in.NotReadyError as error:
        messages.error(request, str(error))
    return redirect("truth:import", slug)


@coordinator_required
@require_http_methods(["GET", "PUT", "DELETE"])
def uploads(request: HttpRequest, slug: str) -> HttpResponse:
    """List what is here, take the next piece of a file (its body, as it is), or remove a file or all."""
    cohort = get_object_or_404(Cohort, slug=slug)
    staging = Staging(cohort.slug)
    if request.method == "GET":
        files = [{"name": file.name, "size": file.size, "received": file.received, "stamp": file.stamp}
                 for file in staging.files()]  # fmt: skip
        return JsonResponse({"files": files})
    try:
        _refuse_while_imported(cohort)
        if request.method == "PUT":
            return JsonResponse({"received": _receive(request, staging)})
        if name := request.GET.get("name"):
            staging.remove(name)
        else:
            staging.clear()
    except UploadError as error:
        return JsonResponse({"detail": str(error), "received": error.received}, status=error.status)
    return HttpResponse(status=204)


def _receive(request: HttpRequest, staging: Staging) -> int:
    try:
        size, stamp, offset = (int(request.GET.get(key, "")) for key in ("size", "stamp", "offset"))
        length = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        raise UploadError(_("has no size, date or offset that is a number")) from None
    if length > MAX_CHUNK:
        raise UploadError(
            _("comes in pieces that are too large: send at most %(most)s bytes at once") % {"most": MAX_CHUNK},
            413,
        )
    name = request.GET.get("name", "")
    try:
        return staging.receive(name=name, size=size, stamp=stamp, offset=offset, pieces=_pieces(request))
    except (UnreadablePostError, RequestDataTooBig):
        raise UploadError(_("broke off on the way"), 400) from None


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    """Read the body as it comes, never all of it into memory."""
    while piece := request.read(_PIECE):
        yield piece


def _refuse_while_imported(cohort: Cohort) -> None:
    if bringing_in.open_import(cohort):
        raise UploadError(_("cannot be taken while an import into this cohort runs: wait for its end"), 423)
    if cohort.is_locked:
        raise UploadError(_("cannot be taken: a locked study reads this cohort. Make a new one."), 423)


@coordinator_required
@require_GET
def archive(request: HttpRequest, slug: str) -> HttpResponse:
    """Search the operator's archive, and choose studies."""
    cohort = get_object_or_404(Cohort, slug=slug)
    asked = any(name in request.GET for name in StudySearchForm.base_fields)
    form = StudySearchForm(request.GET if asked else None)
    context = {
        "cohort": cohort, "form": form, "has_archive": bool(settings.DICOMWEB_URL),
        "job": bringing_in.open_import(cohort),
    }  # fmt: skip
    if asked and settings.DICOMWEB_URL and form.is_valid():
        context["page_number"] = page = _page_of(request)
        try:
            context["found"] = dicomweb.search_studies(form.query(), page=page)
        except SourceUnavailableError as error:
            context["failure"] = str(error)
    query = request.GET.copy()
    query.pop("page", None)
    context["query"] = query.urlencode()
    return render(request, "cohorts/archive.html", context)


def _page_of(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1


@coordinator_required
@require_POST
def archive_retrieve(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin to fetch and import the chosen studies."""
    cohort = get_object_or_404(Cohort, slug=slug)
    try:
        bringing_in.start_archive(
            cohort=cohort,
            studies=request.POST.getlist("study"),
            truth=request.POST.get("truth", ""),
            actor=user_of(request),
        )
    except bringing_in.NotReadyError as error:
        messages.error(request, str(error))
        return redirect("truth:archive", slug)
    return redirect("truth:import", slug)

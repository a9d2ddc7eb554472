"""Where every address leads."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from readerstudy import api_docs
from readerstudy.accounts import views as accounts
from readerstudy.operations import health
from readerstudy.reading import monitor_views as reading
from readerstudy.reading import preview_views

_PLAYED = "studies/<slug:slug>/preview/<int:number>/<slug:phase>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", accounts.home, name="home"),
    path("healthz", health.health, name="health"),
    path("accounts/", include("readerstudy.accounts.urls")),
    path("reading/", include("readerstudy.reading.urls")),
    path("jobs/", include("readerstudy.jobs.urls")),
    path("cohorts/", include("readerstudy.reports.blinding_urls")),
    path("cohorts/", include("readerstudy.truth.urls")),
    path("studies/<slug:slug>/monitor/", reading.monitor, name="monitor"),
    path("studies/<slug:slug>/preview/", preview_views.preview, name="preview"),
    path(_PLAYED, preview_views.rehearsal, name="preview-phase"),
    path(f"{_PLAYED}script.json", preview_views.script, name="preview-script"),
    path(f"{_PLAYED}dicomweb/<path:resource>", preview_views.pictures, name="preview-pictures"),
    path("studies/", include("readerstudy.reading.team_urls")),
    path("studies/", include("readerstudy.detectors.urls")),
    path("studies/", include("readerstudy.reports.urls")),
    path("studies/", include("readerstudy.studies.urls")),
    path("api/v1/", include("readerstudy.detectors.api_urls")),
    path("api/v1/", include("readerstudy.training.api_urls")),
    path("api/v1/", include("readerstudy.reading.api_urls")),
    path("api/v1/", include("readerstudy.accounts.api_urls")),
    path("api/schema/", api_docs.Schema.as_view(), name="schema"),
    path("api/docs/", api_docs.page, name="api-docs"),
]

handler500 = "readerstudy.outages.answer"

"""Addresses under /cohorts/ that this room answers."""

from django.urls import include, path

from readerstudy.truth import import_views, views

app_name = "truth"
urlpatterns = [
    path("", views.cohorts, name="cohorts"),
    path("new/", import_views.new_cohort, name="new"),
    path("cases/<slug:code>/thumbnail/", views.thumbnail, name="thumbnail"),
    path("<slug:slug>/", views.gallery, name="gallery"),
    path("<slug:slug>/import/", import_views.import_page, name="import"),
    path("<slug:slug>/import/ready/", import_views.import_readiness, name="import-ready"),
    path("<slug:slug>/import/start/", import_views.import_start, name="import-start"),
    path("<slug:slug>/uploads/", import_views.uploads, name="uploads"),
    path("<slug:slug>/archive/", import_views.archive, name="archive"),
    path("<slug:slug>/archive/retrieve/", import_views.archive_retrieve, name="archive-retrieve"),
    path("<slug:slug>/reveal/", views.reveal, name="reveal"),
    path("<slug:slug>/hide/", views.hide, name="hide"),
    path("", include("readerstudy.truth.case_urls")),
]

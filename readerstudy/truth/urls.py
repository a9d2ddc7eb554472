"""Addresses under /cohorts/ that this room answers."""

from django.urls import path

from readerstudy.truth import views

app_name = "truth"
urlpatterns = [
    path("", views.cohorts, name="cohorts"),
    path("cases/<slug:code>/thumbnail/", views.thumbnail, name="thumbnail"),
    path("<slug:slug>/", views.gallery, name="gallery"),
    path("<slug:slug>/reveal/", views.reveal, name="reveal"),
    path("<slug:slug>/hide/", views.hide, name="hide"),
]

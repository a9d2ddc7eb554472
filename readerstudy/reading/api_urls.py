"""Addresses under /api/v1/ that this room answers."""

from django.urls import path

from readerstudy.reading import api

app_name = "api"
urlpatterns = [
    path("studies/", api.StudiesView.as_view(), name="studies"),
    path("studies/<slug:slug>/consent/", api.ConsentView.as_view(), name="consent"),
    path("studies/<slug:slug>/sessions/", api.SessionsView.as_view(), name="sessions"),
    path("studies/<slug:slug>/display/", api.DisplayView.as_view(), name="display"),
    path("sessions/<slug:code>/", api.SessionView.as_view(), name="session"),
    path("sessions/<slug:code>/readings/<int:position>/judgements/", api.JudgementsView.as_view(), name="judgements"),
    path("sessions/<slug:code>/readings/<int:position>/draft/", api.DraftView.as_view(), name="draft"),
    path("sessions/<slug:code>/readings/<int:position>/reopen/", api.ReopenView.as_view(), name="reopen"),
    path("sessions/<slug:code>/end/", api.EndView.as_view(), name="end"),
    path("sessions/<slug:code>/dicomweb/<path:resource>", api.dicomweb, name="dicomweb"),
]

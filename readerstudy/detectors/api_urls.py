"""Addresses under /api/v1/ that this room answers."""

from django.urls import path

from readerstudy.detectors.api import AidView

app_name = "detectors_api"
urlpatterns = [
    path("sessions/<slug:code>/readings/<int:position>/aid/", AidView.as_view(), name="aid"),
]

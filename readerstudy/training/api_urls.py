"""Addresses under /api/v1/ that this room answers."""

from django.urls import path

from readerstudy.training import api

app_name = "training_api"
urlpatterns = [
    path("sessions/<slug:code>/readings/<int:position>/feedback/", api.FeedbackView.as_view(), name="feedback"),
    path("sessions/<slug:code>/feedback/", api.FeedbackAtEndView.as_view(), name="feedback-at-end"),
    path("sessions/<slug:code>/qualification/", api.QualificationView.as_view(), name="qualification"),
]

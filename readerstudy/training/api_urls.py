"""Addresses under /api/v1/ that this room answers."""

from django.urls import path

from readerstudy.training.api import FeedbackView

app_name = "training_api"
urlpatterns = [
    path("sessions/<slug:code>/readings/<int:position>/feedback/", FeedbackView.as_view(), name="feedback"),
]

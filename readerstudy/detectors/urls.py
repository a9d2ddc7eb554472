"""Addresses under /studies/<slug>/ that this room answers."""

from django.urls import path

from readerstudy.detectors import views

app_name = "detectors"
urlpatterns = [
    path("<slug:slug>/detectors/", views.page, name="page"),
    path("<slug:slug>/detectors/scores/", views.scores, name="scores"),
    path("<slug:slug>/detectors/<int:number>/", views.describe, name="describe"),
    path("<slug:slug>/detectors/aid/<slug:phase>/", views.aid, name="aid"),
]

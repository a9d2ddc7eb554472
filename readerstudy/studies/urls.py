"""Addresses under /studies/ that this room answers."""

from django.urls import path

from readerstudy.studies import views

app_name = "studies"
urlpatterns = [
    path("", views.study_list, name="list"),
    path("new/", views.new_study, name="new"),
    path("<slug:slug>/protocol/", views.protocol, name="protocol"),
    path("<slug:slug>/readers/", views.readers, name="readers"),
    path("<slug:slug>/readers/invite/", views.invite, name="invite"),
    path("<slug:slug>/lock/", views.lock, name="lock"),
    path("<slug:slug>/close/", views.close, name="close"),
    path("<slug:slug>/unblind/", views.unblind, name="unblind"),
    # Last, or it would hide the pages of a study named "join".
    path("join/<slug:token>/", views.join, name="join"),
]

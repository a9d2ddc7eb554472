"""Addresses under /reading/."""

from django.urls import path

from readerstudy.reading import views

app_name = "reading"
urlpatterns = [
    path("", views.my_studies, name="studies"),
    path("<slug:slug>/consent/", views.consent, name="consent"),
    path("<slug:slug>/withdraw/", views.withdraw, name="withdraw"),
    path("<slug:slug>/start/", views.start, name="start"),
    path("sessions/<slug:code>/", views.session, name="session"),
]

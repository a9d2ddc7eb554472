"""Addresses under /studies/ that this room answers, for the team of a study."""

from django.urls import path

from readerstudy.reading import monitor_views as monitor
from readerstudy.reading import trail_views as trail

app_name = "watching"
urlpatterns = [
    path("<slug:slug>/readers/remind/", monitor.remind, name="remind"),
    path("<slug:slug>/audit/", trail.audit_trail, name="audit"),
    path("<slug:slug>/audit/trail.<slug:form>", trail.export_trail, name="export-audit"),
]

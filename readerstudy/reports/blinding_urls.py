"""Addresses under /cohorts/<slug>/blinding/: the blinding audit of a cohort."""

from django.urls import path

from readerstudy.reports import blinding_views

app_name = "blinding"
urlpatterns = [
    path("<slug:slug>/blinding/", blinding_views.page, name="page"),
    path("<slug:slug>/blinding/run/", blinding_views.run, name="run"),
    path("<slug:slug>/blinding/<int:number>/acknowledge/", blinding_views.acknowledge, name="acknowledge"),
    path("<slug:slug>/blinding/<int:number>/audit.json", blinding_views.summary, name="summary"),
    path("<slug:slug>/blinding/<int:number>/chart.<slug:form>", blinding_views.chart, name="chart"),
]

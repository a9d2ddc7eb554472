"""Addresses under /studies/<slug>/ that this room answers."""

from django.urls import path

from readerstudy.reports import coding_views, export_views, interim_views, power_views, views

app_name = "reports"
urlpatterns = [
    path("<slug:slug>/results/", views.results, name="results"),
    path("<slug:slug>/results/make/", views.make, name="make"),
    path("<slug:slug>/results/figures/<slug:name>.<slug:form>", views.figure, name="figure"),
    path("<slug:slug>/plan/power/", power_views.page, name="power"),
    path("<slug:slug>/plan/power/write/", power_views.write, name="write-power"),
    path("<slug:slug>/interim/", interim_views.page, name="interim"),
    path("<slug:slug>/coding/", coding_views.page, name="coding"),
    path("<slug:slug>/coding/<slug:reader>/", coding_views.code, name="code"),
    path("<slug:slug>/export/", export_views.page, name="exports"),
    path("<slug:slug>/export/capsule/", export_views.made, {"which": "capsule"}, name="capsule"),
    path("<slug:slug>/export/capsule/make/", export_views.make, {"which": "capsule"}, name="make-capsule"),
    path("<slug:slug>/export/pdf/", export_views.made, {"which": "pdf"}, name="pdf"),
    path("<slug:slug>/export/pdf/make/", export_views.make, {"which": "pdf"}, name="make-pdf"),
    path("<slug:slug>/export/<str:name>", export_views.export, name="export"),
    path("<slug:slug>/export/<slug:phase>/<slug:form>/", export_views.of_phase, name="export-of-phase"),
]

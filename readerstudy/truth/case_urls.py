"""Addresses of the pages of a cohort and its cases, below /cohorts/."""

from django.urls import path

from readerstudy.truth import case_pages, cohort_pages, deidentification_pages

_CASE = "<slug:slug>/cases/<slug:code>/"
urlpatterns = [
    path(_CASE, case_pages.case_page, name="case"),
    path(f"{_CASE}source.png", case_pages.source_picture, name="source-picture"),
    path(f"{_CASE}presented.png", case_pages.presented_picture, name="presented-picture"),
    path(f"{_CASE}blackouts/", case_pages.black_out, name="black-out"),
    path(f"{_CASE}blackouts/<int:pk>/remove/", case_pages.remove_blackout, name="remove-blackout"),
    path(f"{_CASE}text/<int:number>/", case_pages.judge_text, name="judge-text"),
    path(f"{_CASE}text/", case_pages.check_text, name="check-text"),
    path(f"{_CASE}exclude/", case_pages.exclude, name="exclude"),
    path(f"{_CASE}include/", case_pages.include, name="include"),
    path(f"{_CASE}preview/", cohort_pages.preview, name="preview"),
    path("<slug:slug>/duplicates/", cohort_pages.duplicates, name="duplicates"),
    path("<slug:slug>/duplicates/<int:pk>/", cohort_pages.decide, name="decide"),
    path("<slug:slug>/deidentification/", deidentification_pages.page, name="deidentification"),
    path("<slug:slug>/deidentification.json", deidentification_pages.as_json, name="deidentification-json"),
    path("<slug:slug>/deidentification.csv", deidentification_pages.as_csv, name="deidentification-csv"),
    path("<slug:slug>/presentation/", cohort_pages.presentation, name="presentation"),
    path("<slug:slug>/presentation/apply/", cohort_pages.present_anew, name="present-anew"),
    path("<slug:slug>/sample/", cohort_pages.sample, name="sample"),
]

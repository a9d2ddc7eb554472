"""Addresses under /api/v1/ that this room answers."""

from django.urls import path

from readerstudy.accounts import api

app_name = "accounts_api"
urlpatterns = [
    path("login/", api.LoginView.as_view(), name="login"),
    path("preferences/", api.PreferencesView.as_view(), name="preferences"),
]

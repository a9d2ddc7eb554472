"""Addresses under /accounts/."""

from django.contrib.auth import views as auth_views
from django.urls import path

from readerstudy.accounts import views
from readerstudy.accounts.forms import LoginForm

app_name = "accounts"
urlpatterns = [
    path(
        "login/",
        auth_views.LoginView.as_view(
            template_name="accounts/login.html", authentication_form=LoginForm, redirect_authenticated_user=True
        ),
        name="login",
    ),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("me/", views.account, name="account"),
    path("language/", views.choose_language, name="language"),
]

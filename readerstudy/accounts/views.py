"""The front door: home by role, one's own account, and the language of the pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from readerstudy.accounts import services
from readerstudy.accounts.forms import AccountForm
from readerstudy.accounts.permissions import user_of


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Send each role to its own first page."""
    return redirect("studies:list" if user_of(request).is_at_a_desk else "reading:studies")


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: where one gets mail, and the password."""
    user = user_of(request)
    form = AccountForm(
        request.POST if request.method == "POST" else None, request=request, initial={"email": user.email}
    )
    if request.method == "POST" and form.is_valid():
        services.change_account(user=user, email=form.cleaned_data["email"], password=form.cleaned_data["new_password"])
        update_session_auth_hash(request, user)  # every other browser is logged out, this one is not
        messages.success(request, _("Saved."))
        return redirect("accounts:account")
    return render(request, "accounts/account.html", {"form": form})


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Answer in another language from now on: on this browser, and for a person with an account wherever they log in.

    The way back is the page that the browser says it came from, so that no page has to hold its own address.
    """
    response = redirect(_where_from(request))
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        services.prefer_language(user=user_of(request), language=language)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return response


def _where_from(request: HttpRequest) -> str:
    """Give path and query of the page that was left, if it is one of ours, else the first page."""
    left = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(left, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(left)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"

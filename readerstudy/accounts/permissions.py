"""Who may open which page. What you may not see is 404, so that nobody learns that it is there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from readerstudy.accounts.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def user_of(request: HttpRequest) -> User:
    """Give the logged-in user of a request that passed a login check."""
    return cast(User, request.user)


def coordinator_required(view: View[P]) -> View[P]:
    """Open a page to coordinators only."""
    return _open_to(lambda user: user.is_coordinator, view)


def desk_required(view: View[P]) -> View[P]:
    """Open a page to those who run studies or watch over them; which studies, the view asks."""
    return _open_to(lambda user: user.is_at_a_desk, view)


def _open_to(may: Callable[[User], bool], view: View[P]) -> View[P]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not may(user_of(request)):
            raise Http404
        return view(request, *args, **kwargs)

    return cast(View[P], _reload_when_logged_out(login_required(guarded)))


def _reload_when_logged_out(view: View[P]) -> View[P]:
    """Let a part of a page that renews itself reload the whole page, rather than show the login inside of it."""

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.headers.get("HX-Request") and not request.user.is_authenticated:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return view(request, *args, **kwargs)

    return cast(View[P], answer)

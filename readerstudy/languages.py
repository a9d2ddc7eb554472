"""In which language a person is answered: the one chosen, else the one that the browser asks for."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

Answer = Callable[[HttpRequest], HttpResponseBase]


def speak(get_response: Answer) -> Answer:
    """Answer in the language that is kept with the account, in the browser's cookie, or asked for by the browser.

    Unlike Django's own middleware it says nothing in the headers: no cache may keep an answer anyway, and the page
    names its language itself.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        with translation.override(language_of(request)):
            return get_response(request)

    return answer


def language_of(request: HttpRequest) -> str:
    """Give the code of the language to answer a request in."""
    user = request.user
    chosen = user.preferences.get("language") if user.is_authenticated else None
    return chosen if chosen in list(dict(settings.LANGUAGES)) else translation.get_language_from_request(request)

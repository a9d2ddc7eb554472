"""No browser and no proxy keeps what the application answered: the next person at that screen could look into it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

Answer = Callable[[HttpRequest], HttpResponseBase]


def keep_nothing(get_response: Answer) -> Answer:
    """Forbid caches to store an answer that does not say itself how it may be kept.

    Static files are served before this and are kept.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return answer

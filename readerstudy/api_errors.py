"""What is not there for somebody is refused in the same words, whatever it is that was looked for."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.views import exception_handler


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an error of an API view; the words of a failed lookup name tables, so they stay on the server."""
    return exception_handler(NotFound() if isinstance(error, Http404) else error, context)

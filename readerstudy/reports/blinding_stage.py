"""The stage of the blinding audit: cases are asked for as a reader's browser asks, through the whole request handling.

The addresses below are those of a session's DICOMweb root. They are never mounted: only a request that `ask` made
carries the instances that they serve.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import get_urlconf, path, set_urlconf

from readerstudy.cohorts import wado
from readerstudy.cohorts.wado import PresentedInstance

ROOT = "/api/v1/sessions/{code}/dicomweb/"


@dataclass(frozen=True)
class Received:
    """All that a browser gets for one request; cookies stand among the headers."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """Give the value of a header, or an empty string."""
        return next((value for found, value in self.headers if found.lower() == name.lower()), "")


class StagedRequest(WSGIRequest):
    """A request of the audit's own, with the instances that are open to it."""

    instances: Sequence[PresentedInstance]
    urlconf: str


def dicomweb(request: HttpRequest, code: str, resource: str) -> HttpResponseBase:
    """Answer as a session's DICOMweb root does once it has found its open readings."""
    # Looked at, as the session's own view does: whether a session was used shows in the headers.
    if not isinstance(request, StagedRequest) or request.user.is_authenticated:
        raise Http404
    return wado.respond(request, request.instances, resource)


urlpatterns = [path("api/v1/sessions/<slug:code>/dicomweb/<path:resource>", dicomweb)]


def ask(address: str, instances: Sequence[PresentedInstance], *, accept: str = "*/*", method: str = "GET") -> Received:
    """Send one request through all middleware and receive it whole.

    Parameters
    ----------
    address : str
        Path and query.
    instances : sequence of PresentedInstance
        What is open, as in a session.
    """
    request = StagedRequest(_environment(address, accept, method))
    request.instances, request.urlconf = instances, __name__
    urlconf = get_urlconf()
    try:
        response = _handler(tuple(settings.MIDDLEWARE)).get_response(request)
        body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
        cookies = [("Set-Cookie", morsel.OutputString()) for morsel in response.cookies.values()]
        # Not response.close(): it would tell the whole process that a request is over, and so close the audit's own
        # connection to the database.
        for close in response._resource_closers:  # type: ignore[attr-defined]
            close()
    finally:
        set_urlconf(urlconf)
    return Received(response.status_code, (*response.headers.items(), *cookies), body)


@cache
def _handler(middleware: tuple[str, ...]) -> BaseHandler:
    """Give the request handling of the server with this middleware; it serves any number of threads."""
    handler = BaseHandler()
    handler.load_middleware()
    return handler


def _environment(address: str, accept: str, method: str) -> dict[str, object]:
    """Describe a request as a server does (PEP 3333)."""
    parts = urlsplit(address)
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": quote(parts.path),
        "QUERY_STRING": parts.query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": _host(),
        "SERVER_PORT": "443" if settings.HTTPS else "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": _host(),
        "HTTP_ACCEPT": accept,
        "HTTP_X_FORWARDED_PROTO": "https" if settings.HTTPS else "http",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if settings.HTTPS else "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def _host() -> str:
    """Give a host name that the server answers to."""
    first = settings.ALLOWED_HOSTS[0] if settings.ALLOWED_HOSTS else "localhost"
    return "localhost" if first == "*" else f"www{first}" if first.startswith(".") else first

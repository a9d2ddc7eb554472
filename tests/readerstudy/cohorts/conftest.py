"""Presented instances and a real HTTP server around the DICOMweb protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import numpy as np
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import override_settings
from django.urls import path

from readerstudy.cohorts.deidentify import session_uid
from readerstudy.cohorts.wado import PresentedInstance, respond

ROOT = "api/v1/sessions/testsession/dicomweb/"


@pytest.fixture
def presented(tmp_path: Path) -> list[PresentedInstance]:
    """Three presentation images with contents as unlike each other as can be: black, a ramp, white noise."""
    side = 64
    ramp = np.tile(np.arange(side, dtype=np.uint8) * 4, (side, 1))
    noise = np.random.default_rng(1).integers(0, 256, (side, side), dtype=np.uint8)
    instances = []
    for code, pixels in {"BLACK": np.zeros((side, side), np.uint8), "RAMP": ramp, "NOISE": noise}.items():
        frame = tmp_path / f"{code}.raw"
        frame.write_bytes(pixels.tobytes())
        uids = [session_uid("secret", "session", code, level) for level in ("study", "series", "instance")]
        instances.append(PresentedInstance(*uids, frame=frame, rows=side, columns=side))
    return instances


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


class _Urls:
    """A URL configuration with one view: the protocol over the given instances."""

    def __init__(self, instances: Sequence[PresentedInstance]) -> None:
        self._instances = instances
        self.urlpatterns = [path(f"{ROOT}<path:resource>", self.view)]

    def view(self, request: HttpRequest, resource: str) -> HttpResponseBase:
        return respond(request, self._instances, resource)


@pytest.fixture
def dicomweb_root(presented: list[PresentedInstance], tmp_path: Path) -> Iterator[str]:
    """Serve the presented instances over real HTTP and give the root's address."""
    with override_settings(ROOT_URLCONF=_Urls(presented), STATIC_ROOT=tmp_path):
        server = make_server("127.0.0.1", 0, WSGIHandler(), handler_class=_QuietHandler)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{ROOT}".rstrip("/")
        server.shutdown()
        thread.join()
        server.server_close()

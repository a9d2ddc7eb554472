"""Presented instances behind a real HTTP server, and a real Orthanc."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import numpy as np
import pytest
import requests
from dicomweb_client import DICOMwebClient
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import override_settings
from django.urls import path
from pydicom.dataset import Dataset

from readerstudy.cohorts.deidentify import session_uid
from readerstudy.cohorts.harmonise import frame_bytes
from readerstudy.cohorts.profiles import PROFILES
from readerstudy.cohorts.wado import PresentedInstance, respond
from tests.conftest import missing

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
        study, series, instance = (
            session_uid("secret", "session", code, level) for level in ("study", "series", "instance")
        )
        instances.append(PresentedInstance(study, series, instance, frame, rows=side, columns=side))
    return instances


@pytest.fixture
def compressed(presented: list[PresentedInstance]) -> list[PresentedInstance]:
    """The same images as a cohort of compressed frames presents them, each padded to the length of the longest."""
    profile = PROFILES["square-1024-htj2k/1"]
    for one in presented:
        pixels = np.frombuffer(one.frame.read_bytes(), np.uint8).reshape(one.rows, one.columns)
        one.frame.write_bytes(frame_bytes(pixels, profile))
    longest = max(one.frame.stat().st_size for one in presented)
    return [replace(one, profile=profile, padded_length=longest) for one in presented]


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


@contextlib.contextmanager
def served(instances: Sequence[PresentedInstance], static: Path) -> Iterator[str]:
    """Serve instances over real HTTP and give the root's address."""
    with override_settings(ROOT_URLCONF=_Urls(instances), STATIC_ROOT=static):
        server = make_server("127.0.0.1", 0, WSGIHandler(), handler_class=_QuietHandler)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{ROOT}".rstrip("/")
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def dicomweb_root(presented: list[PresentedInstance], tmp_path: Path) -> Iterator[str]:
    """The address of a root that serves the presented instances."""
    with served(presented, tmp_path) as root:
        yield root


@dataclass(frozen=True)
class Orthanc:
    """A running Orthanc: the address of its DICOMweb root, and the login it asks for."""

    url: str
    user: str
    password: str

    def store(self, datasets: Sequence[Dataset]) -> None:
        """Send DICOM files by STOW-RS."""
        session = requests.Session()
        session.auth = (self.user, self.password)
        DICOMwebClient(self.url, session=session).store_instances(datasets)


@pytest.fixture(scope="session")
def orthanc_program() -> tuple[str, str]:
    """Give the program and its DICOMweb plugin, where this machine has them."""
    program = shutil.which("Orthanc", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    plugin = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
    if program is None or not plugin.exists():
        missing("Orthanc with its DICOMweb plugin")
    return str(program), str(plugin)


@pytest.fixture
def orthanc(orthanc_program: tuple[str, str], tmp_path: Path) -> Iterator[Orthanc]:
    """Start an empty Orthanc on loopback and give it until it answers."""
    program, plugin = orthanc_program
    store = tmp_path / "orthanc"
    store.mkdir()
    port = free_port()
    config = store / "orthanc.json"
    config.write_text(
        json.dumps(
            {
                "StorageDirectory": str(store), "IndexDirectory": str(store), "HttpPort": port,
                "DicomServerEnabled": False, "RemoteAccessAllowed": False, "HttpCompressionEnabled": False,
                "AuthenticationEnabled": True, "RegisteredUsers": {"archive": "secret"},
                "Plugins": [plugin], "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
            }
        )
    )  # fmt: skip
    running = Orthanc(f"http://127.0.0.1:{port}/dicom-web", "archive", "secret")
    with (store / "log").open("wb") as log:
        process = subprocess.Popen([program, str(config)], stdout=log, stderr=log)
        try:
            _wait_for(running, process, store / "log")
            yield running
        finally:
            process.kill()  # its store goes with the test, and an orderly stop takes seconds
            process.wait(timeout=20)


def _wait_for(orthanc: Orthanc, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        with contextlib.suppress(requests.ConnectionError):
            if requests.get(f"{orthanc.url}/studies", auth=(orthanc.user, orthanc.password), timeout=5).ok:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"Orthanc did not start: {log.read_text()}")


def free_port() -> int:
    """Give a port of loopback on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

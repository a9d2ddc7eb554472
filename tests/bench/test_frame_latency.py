"""How fast the blinded root gives a frame, as a ratio to Orthanc's own DICOMweb, asked in turns in one run."""

from __future__ import annotations

import contextlib
import os
import random
import re
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import numpy as np
import pytest
import requests
from django.conf import settings
from django.db import connection
from django.test import Client
from numpy.typing import NDArray

from fixtures.cohort import write_cohort
from readerstudy.accounts.models import Role
from readerstudy.accounts.services import create_user
from readerstudy.cohorts import presenting
from readerstudy.cohorts.profiles import profile_named
from readerstudy.reading.images import open_readings
from readerstudy.reading.models import ReadingSession
from readerstudy.studies import services as studies
from readerstudy.truth.importing import import_cases
from tests.readerstudy.cohorts.conftest import Orthanc, free_port, orthanc, orthanc_program
from tests.readerstudy.cohorts.samples import dicom_dataset
from tests.readerstudy.makers import enrol

__all__ = ["orthanc", "orthanc_program"]
pytestmark = [pytest.mark.bench, pytest.mark.orthanc]
ROUNDS, WARM_UP = 100, 10


@pytest.fixture
def gunicorn(transactional_db: None) -> Iterator[str]:
    """The application as `make run` serves it, on the database of the test."""
    port = free_port()
    environment = {
        **os.environ, "DATA_DIR": str(settings.DATA_DIR), "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
    }  # fmt: skip
    words = ["readerstudy.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--workers", "2"]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        *words,
        "--threads",
        "8",
        "--keep-alive",
        "60",
        "--log-level",
        "warning",
    ]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)
    try:
        for _ in range(100):
            with contextlib.suppress(requests.ConnectionError, requests.Timeout):
                requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5)
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


class Asker:
    """Asks for one thing over a connection that is kept, and reads it with little ado."""

    def __init__(self, url: str, accept: str, **headers: str) -> None:
        address = urlsplit(url)
        self._path, self._headers = address.path, {"Accept": accept, **headers}
        self._connection = HTTPConnection(str(address.hostname), address.port, timeout=20)
        self.close = self._connection.close

    def __call__(self) -> bytes:
        """Ask once."""
        try:
            answer = self._answer()
        except ConnectionError:  # a busy machine let the connection lie idle for longer than the server waits
            self.close()
            answer = self._answer()
        content = answer.read()
        assert answer.status == 200, content[:500]
        return content

    def _answer(self) -> HTTPResponse:
        self._connection.request("GET", self._path, headers=self._headers)
        return self._connection.getresponse()


def ours(server: str, folder: Path, profile: str) -> Asker:
    """A frame of a session whose cohort has this profile."""
    recipe = profile_named(profile)
    name = re.sub(r"[^a-z0-9]+", "-", profile)
    cohort = import_cases(source=str(folder), name=name, truth=folder / "truth.csv", actor=None).cohort
    presenting.represent_cohort(cohort=cohort, profile=recipe, actor=None)
    study = studies.create_study(slug=name, preset="single-phase", cohorts=[cohort])
    studies.lock_study(study=study, actor=None, unaudited_because="a measurement")
    study.refresh_from_db()
    user = create_user(username=name, password=None, role=Role.READER)
    enrol(study, user, consent=True)
    browser = Client()
    browser.force_login(user)
    code = browser.post(f"/api/v1/studies/{name}/sessions/").json()["code"]
    one = open_readings(ReadingSession.objects.get(code=code), 1)[0].instance
    cookie = f"sessionid={browser.cookies['sessionid'].value}"
    path = f"studies/{one.dicom_study_uid}/series/{one.dicom_series_uid}/instances/{one.sop_instance_uid}/frames/1"
    return Asker(f"{server}/api/v1/sessions/{code}/dicomweb/{path}", "*/*", Cookie=cookie)


def orthancs(orthanc: Orthanc, pixels: NDArray[np.generic]) -> Asker:
    """The same picture, as Orthanc's DICOMweb plugin gives its frame."""
    dataset = dicom_dataset(pixels)
    orthanc.store([dataset])
    login = b64encode(f"{orthanc.user}:{orthanc.password}".encode()).decode()
    path = f"studies/{dataset.StudyInstanceUID}/series/{dataset.SeriesInstanceUID}/instances/{dataset.SOPInstanceUID}"
    accept = 'multipart/related; type="application/octet-stream"'
    return Asker(f"{orthanc.url}/{path}/frames/1", accept, Authorization=f"Basic {login}")


def in_turns(askers: dict[str, Asker]) -> dict[str, list[float]]:
    """Ask all in one random order after another and give everybody's seconds."""
    took: dict[str, list[float]] = {name: [] for name in askers}
    for number in range(ROUNDS + WARM_UP):
        for name in random.sample(list(askers), len(askers)):
            start = time.perf_counter()
            askers[name]()
            if number >= WARM_UP:
                took[name].append(time.perf_counter() - start)
    return took


@pytest.mark.parametrize("setting", ["side=1024,bits=8", "side=2048,bits=12"])
def test_frame_latency_against_orthanc(
    gunicorn: str, orthanc: Orthanc, tmp_path: Path, capsys: pytest.CaptureFixture[str], setting: str
) -> None:
    write_cohort(tmp_path / "phantoms", cases=4)
    raw = ours(gunicorn, tmp_path / "phantoms", f"square-1024-8bit/2,{setting}")
    compressed = ours(gunicorn, tmp_path / "phantoms", f"square-1024-htj2k/1,{setting}")
    profile = profile_named(f"square-1024-8bit/2,{setting}")
    frame = np.frombuffer(raw(), np.uint8 if profile.bits == 8 else np.uint16).reshape(profile.side, profile.side)
    reference = orthancs(orthanc, frame)
    assert frame.nbytes <= len(reference())
    nothing = Asker(f"{gunicorn}/healthz", "*/*")
    askers = {"Orthanc": reference, "raw": raw, "HTJ2K": compressed, "no image (/healthz)": nothing}
    with contextlib.ExitStack() as closing:
        for one in askers.values():
            closing.callback(one.close)
        took = in_turns(askers)
    with capsys.disabled():
        print(f"\nframes of {frame.nbytes / 2**20:.0f} MiB ({setting}), median of {ROUNDS}, asked in turns:")  # noqa: T201
        for name, seconds in took.items():
            ratio = median(seconds) / median(took["Orthanc"])
            print(f"  {name}: {median(seconds) * 1000:.1f} ms, {ratio:.2f} of Orthanc's")  # noqa: T201

"""Fifty readers at once on this machine: how long a judgement takes to be stored, and a frame to come."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from statistics import quantiles
from threading import Lock
from typing import Any

import pytest

from tests.evidence.conftest import postgresql
from tests.evidence.killing import counted
from tests.evidence.served import PostgreSQL, serving
from tests.evidence.trials import Crowd

__all__ = ["postgresql"]
pytestmark = pytest.mark.bench
READERS, CASES = 50, 20
# Seconds between two cases of a reader: up to this, so half of it in the mean; far faster than people read.
PAUSE = 10.0


class Stopwatch:
    """Gathers what each kind of request took, in seconds."""

    def __init__(self) -> None:
        self.took: dict[str, list[float]] = defaultdict(list)
        self._lock = Lock()

    def __call__(self, kind: str, seconds: float) -> None:
        with self._lock:
            self.took[kind].append(seconds)

    def line(self, kind: str) -> str:
        """Say the median and the 99th percentile."""
        cuts = quantiles(self.took[kind], n=100)
        return f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms ({len(self.took[kind])} requests)"


def fetch_frame(line: Any, state: Any) -> None:
    """Fetch the frame of the case to judge now, as the viewer does."""
    one = state["readings"][0]
    series = f"studies/{one['dicom_study_uid']}/series/{one['dicom_series_uid']}"
    path = f"/api/v1/sessions/{state['code']}/dicomweb/{series}/instances/{one['sop_instance_uid']}/frames/1"
    answer = line.get(path)
    assert answer.status == 200, answer.body[:200]
    assert len(answer.body) >= 2**20


@pytest.mark.parametrize("kind", ["SQLite", "PostgreSQL"])
def test_fifty_readers_at_once(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    database: PostgreSQL | None = request.getfixturevalue("postgresql") if kind == "PostgreSQL" else None
    watch = Stopwatch()
    with serving(tmp_path, database.url if database else "") as server:
        logins = server.call("prepare", READERS, CASES)
        server.call("draw")
        server.start()
        crowd = Crowd(server.address, logins, seed=5, watch=watch, looks=fetch_frame, pause=PAUSE)
        crowd.start()
        crowd.wait()
        tallied = counted(crowd, server)
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{READERS} readers at once on {os.cpu_count()} cores, {kind}: submit {watch.line('judgements')}; "
            f"frame of 1 MiB {watch.line('frames')}; {len(crowd.errors)} errors"
        )
    assert (tallied.found, tallied.doubled) == (tallied.acknowledged, 0)

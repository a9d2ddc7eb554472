"""How many events of the audit log are verified in a second, and whether sixteen processes that write at once chain."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from readerstudy.audit.chain import check_chain
from readerstudy.audit.models import GENESIS, Event

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]
EVENTS, WRITERS, EACH = 200_000, 16, 50

WRITE = """
import django; django.setup()
from readerstudy.audit.services import record
for number in range({each}):
    record(actor=None, verb="bench.written", target="writer:{writer}", number=number)
"""


def write_log(events: int) -> None:
    """Chain events as those of a study look: half of them with a few words of detail."""
    previous, batch = GENESIS, []
    for number in range(events):
        detail = {"reader": f"R{number % 50:02d}", "phase": "phase-1", "number": number} if number % 2 else {}
        event = Event(
            at=timezone.now(), verb="reading.finished", target=f"session:{number:030x}", detail=detail,
            previous=previous,
        )  # fmt: skip
        event.digest = previous = event.compute_digest()
        batch.append(event)
        if len(batch) == 5000 or number == events - 1:
            Event.objects.bulk_create(batch)
            batch = []


def test_events_verified_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    write_log(EVENTS)
    wall, cpu = time.perf_counter(), time.process_time()
    verdict = check_chain()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert (verdict.broken, verdict.events) == (None, EVENTS)
    with capsys.disabled():
        print(  # noqa: T201
            f"\nverify_audit on {connection.vendor}: {EVENTS} events in {wall:.2f} s, {EVENTS / wall:,.0f} a second "
            f"({EVENTS / cpu:,.0f} per second of CPU time)"
        )


def test_sixteen_processes_that_write_at_once_leave_no_broken_link(capsys: pytest.CaptureFixture[str]) -> None:
    environment = {**os.environ, "DATABASE_URL": _address(), "DJANGO_SETTINGS_MODULE": "readerstudy.settings"}
    programs = [WRITE.format(each=EACH, writer=writer) for writer in range(WRITERS)]
    running = [
        subprocess.Popen([sys.executable, "-c", one], cwd=settings.BASE_DIR, env=environment) for one in programs
    ]
    assert [process.wait(timeout=300) for process in running] == [0] * WRITERS
    verdict = check_chain()
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{WRITERS} processes on {connection.vendor}: {verdict.events} events written, "
            f"{0 if verdict.broken is None else 1} broken links"
        )
    assert (verdict.broken, verdict.events) == (None, WRITERS * EACH)


def _address() -> str:
    """Name the test's own database as the settings take it."""
    of = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{Path(str(of['NAME']))}"
    return f"postgres://{of['USER']}@{str(of['HOST']).replace('/', '%2F')}/{of['NAME']}"

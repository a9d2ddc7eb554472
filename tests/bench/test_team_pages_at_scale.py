"""A study of 100,000 readings: how long its team's pages take, and with how many queries."""

from __future__ import annotations

import random
import time
import uuid
from datetime import timedelta
from statistics import median

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from readerstudy.accounts.models import Role
from readerstudy.audit.services import record
from readerstudy.reading.models import Judgement, Reading, ReadingSession, rating_of
from readerstudy.reading.tallies import Tally, with_judgement
from readerstudy.studies.models import Reader, Study
from tests.readerstudy.makers import enrol
from tests.readerstudy.protocols import a_draft, a_phase, run_with
from tests.readerstudy.reader_client import ReaderClient
from tests.readerstudy.unpictured import a_person

pytestmark = [pytest.mark.bench, pytest.mark.django_db]
READERS, CASES, EVENTS, TIMES = 50, 2_000, 20_000, 15
PAGES = ["monitor/", "readers/", "readers/joining/", "readers/notes/", "audit/", "team/"]


def judge_everything(reader: Reader, generator: random.Random) -> None:
    """Store a whole session as the services would have, in bulk."""
    phase, drawn = reader.study.phases.get(), reader.hanging_lists.get()
    begun = timezone.now() - timedelta(days=20)
    session = ReadingSession.objects.create(reader=reader, phase=phase, hanging_list=drawn, started_at=begun)
    cases = dict(phase.cohort.cases.values_list("code", "pk"))
    places = [Reading(session=session, position=n, case_id=cases[p["case"]]) for n, p in enumerate(drawn.places, 1)]
    readings = Reading.objects.bulk_create(places)
    judgements, tally = [], Tally()
    for number, reading in enumerate(readings):
        call, confidence = generator.choice(["synthetic", "authentic"]), generator.randint(1, 100)
        seconds = generator.lognormvariate(2, 0.5)
        judgements.append(
            Judgement(
                reading=reading, call=call, confidence=confidence, rating=rating_of(call, confidence), seconds=seconds,
                view_log=[[30 * step, "wl", step, 2 * step] for step in range(40)], shown_at=begun, submitted_at=begun,
                idempotency_key=uuid.uuid4(), request_digest="0" * 64,
            )
        )  # fmt: skip
        tally = with_judgement(
            tally, call=call, confidence=confidence, seconds=seconds, is_reread=False,
            received_at=begun + timedelta(minutes=10 * number),
        )  # fmt: skip
    Judgement.objects.bulk_create(judgements)
    ReadingSession.objects.filter(pk=session.pk).update(tally=tally.as_json())


def test_the_pages_of_a_study_of_100_000_readings(capsys: pytest.CaptureFixture[str]) -> None:
    generator = random.Random(1)
    study = run_with(a_draft(a_phase(), cases=CASES))
    for number in range(READERS):
        judge_everything(enrol(study, a_person(f"reader-{number}"), consent=True), generator)
    for number in range(EVENTS):
        record(actor=None, verb="tests.done", target="study:s", number=number)
    desk = ReaderClient(a_person("coordinator", Role.COORDINATOR))
    assert Judgement.objects.filter(reading__session__phase__study=Study.objects.get()).count() == READERS * CASES
    with capsys.disabled():
        print(f"\n{READERS * CASES} readings, {EVENTS} events, {connection.vendor}:")  # noqa: T201
        for page in PAGES:
            took = []
            for _ in range(TIMES):
                start = time.perf_counter()
                with CaptureQueriesContext(connection) as queries:
                    assert desk.get(f"/studies/s/{page}").status_code == 200
                took.append(1000 * (time.perf_counter() - start))
            print(f"  {page:16} median {median(took):.0f} ms, at most {max(took):.0f} ms, {len(queries)} queries")  # noqa: T201

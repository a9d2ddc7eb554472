"""What is counted of a session as its judgements come in is what counting them all would give."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import groupby
from statistics import median
from typing import Any

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from readerstudy.reading.models import Judgement, ReadingSession
from readerstudy.reading.quality import LONG_GAP, ONE_BUTTON, QUICK, STRAIGHT, Sign, signs_of
from readerstudy.reading.tallies import Tally, days_ago, tally_of, with_judgement
from readerstudy.studies.models import Study
from readerstudy.studies.services import invite_reader
from tests.readerstudy.protocols import a_draft, a_phase, run_with
from tests.readerstudy.reader_client import ReaderClient

NOON = datetime(2026, 3, 24, 12, tzinfo=UTC)
calls = st.sampled_from(["synthetic", "authentic", None])
judgements = st.fixed_dictionaries(
    {
        "call": calls,
        "confidence": st.integers(1, 3),
        "seconds": st.integers(0, 600).map(lambda tenths: tenths / 10),
        "received_at": st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 9), timezones=st.just(UTC)),
        "is_reread": st.booleans(),
    }
)


def counted(facts: list[dict[str, Any]]) -> Tally:
    tally = Tally()
    for one in facts:
        tally = tally_of(with_judgement(tally, **one).as_json())
    return tally


def alike(times: int, *, call: str | None = "synthetic", seconds: float = 5.0) -> list[dict[str, Any]]:
    """Judge so many cases alike, all of them at noon."""
    one = {"call": call, "confidence": 70, "seconds": seconds, "received_at": NOON, "is_reread": False}
    return [one] * times


@given(st.lists(judgements, max_size=40))
def test_a_count_is_that_of_all_judgements(facts: list[dict[str, Any]]) -> None:
    tally = counted(facts)
    called = [(one["call"], one["confidence"]) for one in facts if one["call"]]
    assert (tally.judged, tally.rereads) == (len(facts), sum(one["is_reread"] for one in facts))
    assert tally.quick == sum(one["seconds"] < 1 for one in facts)
    assert (tally.calls, tally.synthetic) == (len(called), sum(call == "synthetic" for call, _ in called))
    assert tally.longest_run == max((len(list(run)) for _, run in groupby(called)), default=0)
    assert tally.since(datetime(2026, 3, 5).date()) == sum(one["received_at"].day >= 5 for one in facts)
    assert tally.seen_at() == (facts[-1]["received_at"] if facts else None)


@given(st.lists(judgements, min_size=1, max_size=40))
def test_the_median_is_that_of_all_times(facts: list[dict[str, Any]]) -> None:
    assert counted(facts).median_seconds() == pytest.approx(median(one["seconds"] for one in facts))


def test_before_the_first_judgement_there_is_nothing_to_say() -> None:
    assert (Tally().median_seconds(), Tally().seen_at()) == (None, None)
    assert signs_of(Tally(), is_unfinished=True, now=NOON) == []


def test_seven_days_hold_today_and_six_before() -> None:
    assert days_ago(NOON, 7).isoformat() == "2026-03-18"
    assert days_ago(NOON, 1) == NOON.date()


varied = [{**one, "confidence": number} for number, one in enumerate(alike(10) + alike(10, call="authentic"), start=1)]


@pytest.mark.parametrize(
    ("facts", "seen"),
    [
        (varied, []),
        (alike(14), []),
        (alike(15) + varied, [STRAIGHT]),
        (varied + [{**one, "seconds": 0.9} for one in varied[:4]], []),
        (varied + [{**one, "seconds": 0.9} for one in varied[:5]], [QUICK]),
        (varied * 3 + [{**one, "seconds": 0.9} for one in varied[:6]], []),
        (varied[:10] * 2, [ONE_BUTTON]),
        (varied[:10] * 2 + varied[10:11], [ONE_BUTTON]),
        (varied[:10] * 2 + varied[10:12], []),
        (varied[:10] + varied[:9], []),
        (alike(30, call=None), []),
    ],
)
def test_signs_are_seen_where_their_threshold_is_met(facts: list[dict[str, Any]], seen: list[Sign]) -> None:
    assert signs_of(counted(facts), is_unfinished=True, now=NOON) == seen


@pytest.mark.parametrize(
    ("since", "is_unfinished", "seen"),
    [
        (timedelta(days=6, hours=23), True, []),
        (timedelta(days=7), True, [LONG_GAP]),
        (timedelta(days=70), False, []),
    ],
)
def test_a_silence_is_a_sign_while_a_phase_is_unfinished(
    since: timedelta, is_unfinished: bool, seen: list[Sign]
) -> None:
    assert signs_of(counted(alike(1)), is_unfinished=is_unfinished, now=NOON + since) == seen


def test_judging_counts_each_case_once_whatever_is_revised(study: Study, reader: ReaderClient, code: str) -> None:
    reader.judge(code, 1, seconds=4)
    reader.reopen(code, 1)
    reader.judge(code, 1, seconds=8, call="authentic")
    reader.judge(code, 2, seconds=9)
    tally = tally_of(ReadingSession.objects.get(code=code).tally)
    assert (tally.judged, tally.synthetic, tally.median_seconds()) == (2, 2, 6.5)
    assert tally.seen_at() == Judgement.objects.latest("pk").received_at


def test_a_judgement_that_is_sent_again_is_not_counted_again(study: Study, reader: ReaderClient, code: str) -> None:
    key = "7f0c3ac0-95a6-4a53-9e8d-2a2d8f3f7a11"
    assert [reader.judge(code, 1, key=key).status_code for _ in range(2)] == [201, 200]
    assert ReadingSession.objects.get(code=code).tally["judged"] == 1


def test_sessions_of_before_are_counted_by_the_migration_as_they_would_have_been(
    study: Study, reader: ReaderClient, code: str
) -> None:
    for position, call in enumerate(("synthetic", "synthetic", "authentic"), start=1):
        reader.judge(code, position, call=call, seconds=position)
    was = ReadingSession.objects.get(code=code).tally
    ReadingSession.objects.update(tally={})
    import_module("readerstudy.reading.migrations.0007_count_what_was_judged").count(apps, None)
    assert ReadingSession.objects.get(code=code).tally == was


def test_every_list_says_how_long_it_is(db: None) -> None:
    study = run_with(a_draft(a_phase(reread_percent=50), cases=6))
    drawn = invite_reader(study=study, actor=None).hanging_lists.get()
    assert (drawn.length, drawn.rereads) == (len(drawn.places), 3) == (9, 3)

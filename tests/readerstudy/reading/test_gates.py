"""The gates, through all that can come before them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readerstudy.reading import gates
from readerstudy.studies.models import Feedback

places = st.integers(1, 400)
frontiers = st.none() | places
seconds = st.floats(0, 10_000)
moments = st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1), max_value=datetime(2090, 1, 1))


@pytest.mark.parametrize("frontier", [1, 2, 3, 7])
def test_the_case_to_judge_and_two_ahead_are_open_and_no_other(frontier: int) -> None:
    opened = [position for position in range(-3, 15) if gates.image_is_open(position, frontier=frontier)]
    assert opened == [frontier, frontier + 1, frontier + 2]


@given(places, frontiers, places)
def test_a_revision_opens_its_own_image_and_leaves_the_others_as_they_were(
    position: int, frontier: int | None, reopened: int
) -> None:
    before = gates.image_is_open(position, frontier=frontier)
    now = gates.image_is_open(position, frontier=frontier, reopened=reopened)
    assert now == (before or position == reopened)


@given(places, frontiers, st.none() | places)
def test_one_case_alone_can_be_judged_and_that_to_revise_comes_first(
    position: int, frontier: int | None, reopened: int | None
) -> None:
    current = gates.current_place(frontier=frontier, reopened=reopened)
    assert gates.judgement_is_open(position, current=current) == (position == (reopened or frontier))


@pytest.mark.parametrize("position", range(-1, 5))
def test_nothing_is_open_once_all_is_judged(position: int) -> None:
    assert not gates.image_is_open(position, frontier=None)
    assert not gates.judgement_is_open(position, current=None)
    assert not gates.aid_is_open(position, current=None, aided=True)


@given(places, frontiers, st.booleans())
def test_aid_is_there_for_the_current_case_of_an_aided_place_alone(
    position: int, current: int | None, aided: bool
) -> None:
    assert gates.aid_is_open(position, current=current, aided=aided) == (aided and position == current)


def test_feedback_needs_a_phase_that_gives_it_and_a_judgement_that_is_not_being_revised() -> None:
    opened = [
        (feedback, judged, reopened)
        for feedback in [*Feedback.values, "", "after", "AFTER-EACH", "always"]
        for judged in (True, False)
        for reopened in (True, False)
        if gates.feedback_is_open(feedback=feedback, judged=judged, reopened=reopened)
    ]
    assert opened == [(Feedback.AFTER_EACH, True, False)]


@given(st.integers(0, 600), seconds, seconds)
def test_the_time_to_undo_runs_out_and_never_comes_back(window: int, since: float, later: float) -> None:
    left = gates.undo_seconds_left(window=window, since=since)
    assert 0 <= left <= window
    assert (left == 0) == (since >= window)
    assert gates.undo_seconds_left(window=window, since=since + later) <= left


def test_a_clock_that_was_set_back_gives_no_more_than_the_window() -> None:
    assert gates.undo_seconds_left(window=60, since=-3600) == 60


@given(places, frontiers, seconds, st.booleans(), st.booleans())
def test_what_was_sealed_or_not_judged_yet_is_never_revised(
    position: int, last: int | None, left: float, revisit: bool, over: bool
) -> None:
    settled = {"last": last, "seconds_left": left, "revisit": revisit, "over": over}
    assert not gates.revision_is_open(position, sealed=True, **settled)  # type: ignore[arg-type]
    if last is None or position > last:
        assert not gates.revision_is_open(position, sealed=False, **settled)  # type: ignore[arg-type]


@given(places, places, seconds)
def test_without_revisiting_the_last_judgement_alone_is_undone_and_in_its_time(
    position: int, last: int, left: float
) -> None:
    for over in (True, False):
        opened = gates.revision_is_open(position, last=last, sealed=False, seconds_left=left, revisit=False, over=over)
        assert opened == (position == last and left > 0)


@given(places, places)
def test_where_revisiting_is_allowed_every_judged_case_is_open_until_the_end(position: int, last: int) -> None:
    def opened(over: bool) -> bool:
        return gates.revision_is_open(position, last=last, sealed=False, seconds_left=0, revisit=True, over=over)

    assert opened(over=False) == (position <= last)
    assert not opened(over=True)


@given(moments, st.integers(1, 400), st.timedeltas(timedelta(0), timedelta(days=500)))
def test_a_phase_opens_when_its_washout_is_over_and_not_a_moment_before(
    finished: datetime, days: int, waited: timedelta
) -> None:
    opens = gates.opens_at(washout_days=days, last_finished=finished)
    assert opens == finished + timedelta(days=days)
    assert gates.phase_is_open(opens=opens, now=finished + waited) == (waited >= timedelta(days=days))


@given(st.none() | moments, moments)
def test_without_a_washout_or_a_phase_before_nothing_is_waited_for(finished: datetime | None, now: datetime) -> None:
    for days, last in ((0, finished), (28, None)):
        opens = gates.opens_at(washout_days=days, last_finished=last)
        assert opens is None
        assert gates.phase_is_open(opens=opens, now=now)


@given(st.none() | st.integers(1, 100), st.sampled_from([None, True, False]), st.integers(1, 5), st.integers(1, 5))
def test_a_practice_is_left_by_passing_it_alone(
    threshold: int | None, qualified: bool | None, attempt: int, attempts: int
) -> None:
    outcome = gates.outcome_of(threshold=threshold, qualified=qualified, attempt=attempt, attempts=attempts)
    assert (outcome == "passed") == (threshold is None or qualified is True)
    assert (outcome == "pending") == (threshold is not None and qualified is None)
    assert (outcome == "again") == (threshold is not None and qualified is False and attempt < attempts)
    assert (outcome == "failed") == (threshold is not None and qualified is False and attempt >= attempts)


@given(frontiers, st.booleans(), st.booleans())
def test_cases_come_before_the_questions_at_the_end_and_those_before_the_finish(
    current: int | None, asks: bool, answered: bool
) -> None:
    stage = gates.stage_of(current=current, asks_at_end=asks, answered=answered)
    assert (stage == "reading") == (current is not None)
    assert (stage == "end-questions") == (current is None and asks and not answered)

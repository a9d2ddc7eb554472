"""Phase after phase in the order of the reader's arm: washouts are waited for, a practice is passed or taken again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from readerstudy.accounts.models import User
from readerstudy.reading.models import Reading, ReadingSession
from readerstudy.reading.services import set_qualified
from readerstudy.studies.models import Reader, Study
from readerstudy.studies.services import mark_as_pilot, move_clock
from tests.readerstudy.protocols import CALL, a_draft, a_phase, run_with
from tests.readerstudy.reader_client import ReaderClient

DAY = timedelta(days=1)


def a_pilot(draft: Study, *users: User) -> Study:
    """Run a draft as a pilot, whose clock may be moved."""
    mark_as_pilot(study=draft, pilot=True, actor=None)
    draft.refresh_from_db()
    return run_with(draft, *users)


def read_a_phase(reader: ReaderClient) -> str:
    """Read all of what comes next, and give its session's code."""
    code = str(reader.start().json()["code"])
    reader.read_on(code)
    return code


def listed(reader: ReaderClient) -> tuple[str, str | None]:
    """Give what the list of studies says of the only one."""
    (row,) = reader.get("/api/v1/studies/").json()
    return row["state"], row["opens_at"]


@pytest.fixture
def two_phases(reader_user: User) -> Study:
    """The same cases twice, with 28 days between."""
    practice = a_phase("practice", purpose="practice", cohort="P", feedback="after-each")
    again = a_phase("second", modality="again", washout_days=28)
    return a_pilot(a_draft(practice, a_phase("first"), again, cases=2), reader_user)


def test_a_washout_is_waited_for_to_the_day(two_phases: Study, reader: ReaderClient) -> None:
    read_a_phase(reader)
    first = read_a_phase(reader)
    finished = ReadingSession.objects.get(code=first).finished_at
    assert finished
    refused = reader.start()
    assert refused.status_code == 409
    assert "opens on" in refused.json()["detail"]
    state, opens_at = listed(reader)
    assert state == "waiting"
    assert opens_at == (finished + 28 * DAY).isoformat().replace("+00:00", "Z")
    move_clock(study=two_phases, by=28 * DAY - timedelta(minutes=5), actor=None)
    assert reader.start().status_code == 409
    move_clock(study=two_phases, by=timedelta(minutes=5), actor=None)
    assert listed(reader)[0] == "resume"
    assert reader.start().json()["phase"]["name"] == "second"


def test_the_finished_session_says_when_the_next_one_opens(two_phases: Study, reader: ReaderClient) -> None:
    practice = reader.state(read_a_phase(reader))
    assert (practice["next_session"], practice["next_opens_at"]) == (True, None)
    first = reader.state(read_a_phase(reader))
    assert (first["next_session"], first["next_opens_at"]) == (True, listed(reader)[1])
    move_clock(study=two_phases, by=28 * DAY, actor=None)
    last = reader.state(read_a_phase(reader))
    assert (last["next_session"], last["next_opens_at"]) == (False, None)


def test_the_words_to_a_reader_in_a_pause_name_the_day(two_phases: Study, reader: ReaderClient) -> None:
    for _ in range(2):
        read_a_phase(reader)
    page = reader.get("/reading/").text
    assert "The next part opens on" in page
    assert "Start reading" not in page
    assert "Go on reading" not in page
    assert "Second" not in page


def test_no_washout_is_counted_from_a_practice_or_before_the_first_phase(
    reader_user: User, reader: ReaderClient
) -> None:
    practice = a_phase("practice", purpose="practice", cohort="P")
    run_with(a_draft(practice, a_phase("first", washout_days=28), cases=2), reader_user)
    read_a_phase(reader)
    assert reader.start().json()["phase"]["name"] == "first"


def test_each_arm_has_its_own_order_of_phases(
    reader_user: User, colleague_user: User, reader: ReaderClient, colleague: ReaderClient
) -> None:
    phases = [a_phase("one"), a_phase("two", modality="other")]
    run_with(a_draft(*phases, arms=[["one", "two"], ["two", "one"]], cases=2), reader_user, colleague_user)
    taken = []
    for client in (reader, colleague):
        first, second = (reader_phase(client) for _ in range(2))
        taken.append((first, second))
        assert client.start().status_code == 409
    assert sorted(taken) == [("one", "two"), ("two", "one")]


def reader_phase(client: ReaderClient) -> str:
    """Read a phase and give its name."""
    return str(client.state(read_a_phase(client))["phase"]["name"])


@pytest.fixture
def qualifying(reader_user: User) -> Study:
    """A practice that has to be passed, in two attempts, before the test."""
    practice = a_phase("practice", purpose="practice", cohort="P", qualification_percent=80, attempts=2)
    return run_with(a_draft(practice, a_phase("first"), cases=2), reader_user)


def judged(code: str, *, passed: bool) -> None:
    """Let the practice be judged, as the room above does."""
    set_qualified(session=ReadingSession.objects.get(code=code), passed=passed)


def test_before_the_practice_is_judged_its_session_is_what_one_goes_on_with(
    qualifying: Study, reader: ReaderClient
) -> None:
    code = read_a_phase(reader)
    assert reader.state(code)["next_session"] is True
    again = reader.start()
    assert (again.status_code, again.json()["code"], again.json()["finished"]) == (200, code, True)


def test_who_passed_goes_on_to_the_test(qualifying: Study, reader: ReaderClient) -> None:
    judged(read_a_phase(reader), passed=True)
    assert reader.start().json()["phase"]["name"] == "first"


def test_who_failed_practises_again_and_then_is_told_whom_to_ask(qualifying: Study, reader: ReaderClient) -> None:
    first = read_a_phase(reader)
    judged(first, passed=False)
    desk = reader.get("/reading/").text
    assert "attempt 2 of 2" in desk
    assert "0 of 2" in desk
    second = read_a_phase(reader)
    assert second != first
    sessions = ReadingSession.objects.order_by("attempt").values_list("attempt", "phase__name")
    assert list(sessions) == [(1, "practice"), (2, "practice")]
    judged(second, passed=False)
    assert listed(reader) == ("not-qualified", None)
    refused = reader.start()
    assert refused.status_code == 409
    assert "no attempt is left" in refused.json()["detail"]
    assert reader.state(second)["next_session"] is False
    assert "Practice not passed" in reader.get("/reading/").text


def test_what_was_judged_first_stands_and_an_unfinished_practice_is_not_judged(
    qualifying: Study, reader: ReaderClient
) -> None:
    code = str(reader.start().json()["code"])
    judged(code, passed=True)
    assert ReadingSession.objects.get().qualified is None
    reader.read_on(code)
    judged(code, passed=False)
    judged(code, passed=True)
    assert ReadingSession.objects.get().qualified is False


def test_a_session_hangs_what_was_drawn_at_the_lock(reader_user: User, reader: ReaderClient) -> None:
    run_with(a_draft(a_phase(reread_percent=50, companions="C"), a_phase("other", cohort="C")), reader_user)
    code = reader.start().json()["code"]
    drawn = Reader.objects.get().hanging_lists.get(phase__name="reading").places
    hung = Reading.objects.filter(session__code=code).order_by("position")
    assert [
        {
            "case": one.case.code, "modality": one.modality, "aided": one.aided, "reread": one.reread,
            "companion": one.companion.code if one.companion else "",
        }
        for one in hung
    ] == drawn  # fmt: skip
    assert len(drawn) == 9
    assert all(place["companion"] for place in drawn)


def test_a_case_that_comes_again_comes_under_other_identifiers(reader_user: User, reader: ReaderClient) -> None:
    run_with(a_draft(a_phase(reread_percent=50, undo_seconds=0)), reader_user)
    state = reader.start().json()
    seen, code = {}, state["code"]
    while state["readings"]:
        current = state["readings"][0]
        seen[current["position"]] = current["sop_instance_uid"]
        state = reader.judge(code, current["position"]).json()["session"]
    assert len(seen) == len(set(seen.values())) == 9


def test_the_reference_picture_beside_a_case_is_open_with_it_and_no_longer(
    reader_user: User, reader: ReaderClient
) -> None:
    paired = a_phase(companions="C", undo_seconds=0)
    run_with(a_draft(paired, a_phase("other", cohort="C")), reader_user)
    state = reader.start().json()
    assert state["phase"]["paired"] is True
    for number in (1, 2):
        current = state["readings"][0]
        assert current["position"] == number
        listed_now = reader.get(f"/api/v1/sessions/{state['code']}/dicomweb/instances").json()
        uids = {one["00080018"]["Value"][0] for one in listed_now}
        shown = [*state["readings"], *(one["companion"] for one in state["readings"])]
        assert uids == {one["sop_instance_uid"] for one in shown}
        state = reader.judge(state["code"], number).json()["session"]


def test_a_display_is_recorded_and_its_check_said_to_be_done_once_it_was_confirmed(
    reader_user: User, reader: ReaderClient, stranger: ReaderClient
) -> None:
    run_with(a_draft(a_phase()), reader_user)
    assert reader.start().json()["display_checked"] is False
    assert reader.check_display(confirmed=False).status_code == 201
    assert reader.start().json()["display_checked"] is False
    assert reader.check_display().status_code == 201
    assert reader.start().json()["display_checked"] is True
    kept = Reader.objects.get().display_checks.values_list("width", "height", "pixel_ratio", "colour_depth")
    assert set(kept) == {(1920, 1080, 1.25, 24)}
    assert stranger.check_display().status_code == 404


@pytest.mark.parametrize(
    "change", [{"width": 0}, {"height": -1}, {"pixel_ratio": "nan"}, {"colour_depth": 10**9}, {"confirmed": None}]
)
def test_a_display_that_cannot_be_is_refused(reader_user: User, reader: ReaderClient, change: object) -> None:
    run_with(a_draft(a_phase(questions=[CALL])), reader_user)
    answer = reader.check_display(**change)  # type: ignore[arg-type]
    assert answer.status_code == 400
    assert list(answer.json()) == list(change)  # type: ignore[call-overload]

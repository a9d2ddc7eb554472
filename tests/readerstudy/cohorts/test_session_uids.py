"""UIDs that a reader sees: valid, of one length, and without a thread that leads anywhere."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import UID

from readerstudy.cohorts.deidentify import Level, session_uid

LEVELS: list[Level] = ["study", "series", "instance"]


@given(
    secret=st.text(max_size=50), session=st.text(max_size=30), case=st.text(max_size=10), level=st.sampled_from(LEVELS)
)
def test_a_uid_is_valid_and_always_of_one_length(secret: str, session: str, case: str, level: Level) -> None:
    uid = session_uid(secret, session, case, level)
    assert UID(uid).is_valid
    assert len(uid) == len("2.25.") + 39
    assert int(uid.removeprefix("2.25.")) < 2**128


def test_the_same_case_has_the_same_uid_within_a_session_only() -> None:
    assert session_uid("k", "s1", "CASE", "study") == session_uid("k", "s1", "CASE", "study")
    different = {
        session_uid(secret, session, case, level)
        for secret in ("k", "l")
        for session in ("s1", "s2")
        for case in ("CASE", "CASF")
        for level in LEVELS
    }
    assert len(different) == 2 * 2 * 2 * 3


def test_session_and_case_cannot_be_shifted_into_each_other() -> None:
    assert session_uid("k", "ab", "c", "study") != session_uid("k", "a", "bc", "study")


def test_uids_sort_in_no_order_of_their_cases() -> None:
    cases = [f"{number:04}" for number in range(200)]
    ranks = sorted(cases, key=lambda case: session_uid("k", "s", case, "study"))
    inversions = sum(first > second for first, second in itertools.pairwise(ranks))
    assert 70 < inversions < 130  # 99.5 expected of a random order, standard deviation about 4

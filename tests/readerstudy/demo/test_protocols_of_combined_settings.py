"""Protocols of any settings can be played to their end by real HTTP, and give the ratings that were given.

Here a few of a covering set; `make bench` plays all of it.
"""

from __future__ import annotations

import pytest

from tests.readerstudy.demo.combinations import FACTORS, covering_rows, is_possible, pairs_of, possible_pairs
from tests.readerstudy.demo.played import play

ROWS = covering_rows(seed=1)


def test_every_two_settings_that_go_together_meet_in_some_protocol() -> None:
    met = set().union(*(pairs_of(row) for row in ROWS))
    assert met >= possible_pairs()
    assert all(is_possible(row) and set(row) == set(FACTORS) for row in ROWS)
    assert len(ROWS) < 60


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", range(4))
def test_a_protocol_is_played_to_its_end(number: int) -> None:
    row = ROWS[number]
    outcome = play("combined", row, seed=number)
    assert outcome.judgements > 0

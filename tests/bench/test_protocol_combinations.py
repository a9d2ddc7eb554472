"""Every two settings of a protocol, together in some protocol that is played from consent to the ratings table."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.readerstudy.demo.combinations import covering_rows, possible_pairs
from tests.readerstudy.demo.played import play

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]


def test_every_pair_of_settings(capsys: pytest.CaptureFixture[str]) -> None:
    rows, states, judgements, revisions = covering_rows(seed=1), Counter[str](), 0, 0
    for number, row in enumerate(rows):
        outcome = play(f"combined-{number}", row, seed=number)
        states.update(outcome.states.values())
        judgements, revisions = judgements + outcome.judgements, revisions + outcome.revisions
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{len(rows)} combinations of protocol settings with all {len(possible_pairs())} possible pairs, played "
            f"over HTTP: {judgements} judgements, {revisions} revisions, readers {dict(states)}"
        )

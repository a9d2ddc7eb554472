"""The gates, through all that can come before them."""

from __future__ import annotations

import pytest

from readerstudy.reading.gates import feedback_is_open, image_is_open, judgement_is_open
from readerstudy.studies.models import Feedback


@pytest.mark.parametrize("current", [1, 2, 3, 7])
def test_the_current_image_and_two_ahead_are_open_and_no_other(current: int) -> None:
    opened = [position for position in range(-3, 15) if image_is_open(position, current=current)]
    assert opened == [current, current + 1, current + 2]


@pytest.mark.parametrize("current", [1, 2, 3, 7])
def test_the_current_case_alone_can_be_judged(current: int) -> None:
    assert [position for position in range(-3, 15) if judgement_is_open(position, current=current)] == [current]


@pytest.mark.parametrize("position", range(-1, 5))
def test_nothing_is_open_once_all_is_judged(position: int) -> None:
    assert not image_is_open(position, current=None)
    assert not judgement_is_open(position, current=None)


def test_feedback_needs_both_a_phase_that_gives_it_and_a_judgement() -> None:
    opened = [
        (feedback, judged)
        for feedback in [*Feedback.values, "", "after", "AFTER-EACH", "always"]
        for judged in (True, False)
        if feedback_is_open(feedback=feedback, judged=judged)
    ]
    assert opened == [(Feedback.AFTER_EACH, True)]

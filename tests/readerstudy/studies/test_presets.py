"""The presets are sound protocols, whose texts tell readers what they should know and nothing else."""

from __future__ import annotations

import pytest

from readerstudy.rich_text import as_html
from readerstudy.studies.plans import PhasePlan
from readerstudy.studies.presets import PRESETS, preset, preset_text
from readerstudy.studies.protocol import read_protocol, write_protocol
from readerstudy.studies.rules import gaps_of
from readerstudy.studies.wording import doubts_of


def phase(name: str, of: str = "rsna2026") -> PhasePlan:
    found = preset(of).phase(name)
    assert found
    return found


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_lacks_nothing_and_tells_no_purpose_too_early(name: str) -> None:
    protocol = preset(name)
    assert protocol.name == name
    assert gaps_of(protocol) == []
    assert doubts_of(protocol, "any-study") == []


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_reads_back_the_same(name: str) -> None:
    assert read_protocol(write_protocol(preset(name))) == preset(name) == read_protocol(preset_text(name))


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_says_what_it_is_for_and_every_phase_what_is_to_be_done(name: str) -> None:
    protocol = preset(name)
    assert protocol.summary.endswith(("?", "."))
    assert "voluntary" in protocol.consent
    for one in protocol.phases:
        assert "<p>" in as_html(one.told)
        assert one.questions


def test_rsna2026_is_the_design_of_the_paper() -> None:
    """M. Tordjman et al., Radiology, 24 March 2026: unaware, then told on the same cases, then other cases."""
    protocol = preset("rsna2026")
    assert [arm.phases for arm in protocol.arms] == [("practice", "phase-1", "phase-2", "phase-3")]
    assert [one.purpose for one in protocol.phases] == ["practice", "purpose-blinded", "informed", "informed"]
    assert [one.cohort for one in protocol.phases] == ["P", "A", "A", "B"]
    assert [slot.slot for slot in protocol.needed_slots()] == ["A", "B"]
    first = phase("phase-1")
    assert [(one.kind, one.asked) for one in first.questions] == [
        ("quality", "case"), ("diagnosis", "case"), ("open", "end"),
    ]  # fmt: skip
    assert all(one.washout_days == 0 and one.order == "random" for one in protocol.phases)
    assert [one.kind for one in phase("phase-2").questions] == ["call"]


def test_rsna2026_discloses_before_phase_2_and_not_before() -> None:
    assert "synthetic" in phase("phase-2").told
    for told in (phase("practice").told, phase("phase-1").told, preset("rsna2026").consent):
        assert "synthetic" not in told


def test_nothing_before_the_disclosure_asks_for_a_call_or_tells_an_answer() -> None:
    for one in (phase("practice"), phase("phase-1")):
        assert one.call() is None
        assert one.feedback == "none"


def test_aided_vs_unaided_is_a_crossover_with_both_orders_and_four_weeks_between() -> None:
    protocol = preset("aided-vs-unaided")
    tested = {one.name: one for one in protocol.phases if one.is_tested}
    orders = [tuple(name for name in arm.phases if name in tested) for arm in protocol.arms]
    assert orders == [("unaided", "aided"), ("aided", "unaided")]
    assert {one.cohort for one in tested.values()} == {"A"}
    assert {(one.modality, one.aid, one.washout_days) for one in tested.values()} == {
        ("unaided", "none", 28), ("aided", "concurrent", 28),
    }  # fmt: skip


def test_training_tells_every_answer_and_asks_for_telltales_only_where_something_is_wrong() -> None:
    one = phase("training", of="training")
    assert (one.purpose, one.feedback) == ("training", "after-each")
    marks = one.questions[1]
    assert marks.condition
    assert (marks.condition.question, marks.condition.answers) == ("call", ("synthetic",))


def test_a_preset_that_is_not_there_is_no_file_of_somebody_elses() -> None:
    with pytest.raises(KeyError):
        preset_text("../../settings")

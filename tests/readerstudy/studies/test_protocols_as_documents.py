"""A protocol is a document: written and read back it is the same, and what cannot be is named with its place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from readerstudy.studies.plans import Condition, Protocol, ProtocolError
from readerstudy.studies.protocol import read_protocol, write_protocol
from readerstudy.studies.rules import faults_of
from tests.readerstudy.studies.protocols import CALL, a_phase, a_protocol, protocols


@settings(max_examples=50)
@given(protocol=protocols())
def test_what_is_written_reads_back_the_same(protocol: Protocol) -> None:
    assert faults_of(protocol) == []
    assert read_protocol(write_protocol(protocol)) == protocol


@settings(max_examples=50)
@given(protocol=protocols())
def test_the_document_is_plain_yaml_that_any_other_program_reads(protocol: Protocol) -> None:
    document = yaml.safe_load(write_protocol(protocol))
    assert document["name"] == protocol.name
    assert [phase["name"] for phase in document["phases"]] == [phase.name for phase in protocol.phases]


def test_what_is_as_it_is_by_itself_is_left_out() -> None:
    text = write_protocol(a_protocol())
    assert "block_size" not in text
    assert "required" not in text
    assert "purpose: informed" in text


def test_texts_of_several_lines_are_blocks_that_people_can_edit() -> None:
    text = write_protocol(a_protocol(a_phase(told="First.\n\nSecond.\n")))
    assert "told: |\n    First.\n\n    Second.\n" in text


def test_options_and_the_answers_that_ask_for_them_are_read_without_the_blanks_around_them() -> None:
    protocol = read_protocol(
        "name: ours\ntitle: Ours\ncohorts: [{slot: A}]\nphases:\n- name: one\n  title: One\n  purpose: informed\n"
        "  cohort: A\n  questions:\n"
        "  - {name: d, kind: diagnosis, text: What, options: [' Normal', \"A\\nfracture \"]}\n"
        "  - {name: o, kind: open, text: Why, condition: {question: d, is: ['Normal ']}}\n"
    )
    asked, then = protocol.phases[0].questions
    assert asked.options == ("Normal", "A fracture")
    assert then.condition == Condition("d", ("Normal",))


def test_an_option_of_blanks_alone_and_one_that_differs_in_blanks_alone_are_refused() -> None:
    option = (
        "name: ours\ntitle: Ours\ncohorts: [{slot: A}]\nphases:\n"
        "- {name: one, title: One, purpose: informed, cohort: A, "
        "questions: [{name: d, kind: diagnosis, text: What, options: [Normal, '%s']}]}\n"
    )
    assert faults(option % " ") == ["phases[0].questions[0].options[1]: must not be empty"]
    assert "stands there twice" in faults(option % " Normal")[0]


def test_a_short_document_means_what_it_leaves_out() -> None:
    protocol = read_protocol(
        "name: ours\ntitle: Ours\ncohorts: [{slot: A}]\n"
        "phases: [{name: one, title: One, purpose: purpose-blinded, cohort: A}, "
        "{name: two, title: Two, purpose: informed, cohort: A}]\n"
    )
    assert [(arm.name, arm.phases) for arm in protocol.arms] == [("A", ("one", "two"))]
    assert [phase.undo_seconds for phase in protocol.phases] == [0, 60]
    assert [phase.order for phase in protocol.phases] == ["random", "random"]


def faults(text: str) -> list[str]:
    with pytest.raises(ProtocolError) as refusal:
        read_protocol(text)
    assert str(refusal.value) == "\n".join(map(str, refusal.value.faults))
    return [str(fault) for fault in refusal.value.faults]


def test_every_fault_is_named_with_its_place_and_the_cure() -> None:
    assert faults(
        "name: two words\ntitle: ''\ncohorts: [{slot: A, titel: x}]\n"
        "phases:\n"
        "- {name: one, title: One, purpose: informd, cohort: A, undo_seconds: 1.5, revisit: perhaps}\n"
        "- {title: 12, purpose: informed, cohort: A, told: [x], questions: [{name: q, kind: cal, text: x}]}\n"
        "arms: [{name: A, phases: one}]\n"
    ) == [
        "name: must be a short name of letters, digits, - and _, and not “two words”",
        "title: must not be empty",
        "cohorts[0].titel: there is no such setting; did you mean title?",
        "phases[0].purpose: must be one of practice, purpose-blinded, informed, aided, training, and not “informd”; "
        "did you mean informed?",
        "phases[0].revisit: must be true or false, and not “perhaps”",
        "phases[0].undo_seconds: must be a whole number from 0 to 3600, and not 1.5",
        "phases[1].name: is missing",
        "phases[1].title: must be text: put it in quotes, as “12” is not",
        "phases[1].told: must be text: put it in quotes, as “a list” is not",
        "phases[1].questions[0].kind: must be one of call, quality, diagnosis, open, marks, and not “cal”; "
        "did you mean call?",
        "arms[0].phases: must be a list, and not “one”",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must be settings (name, title, summary …), and not nothing"),
        ("just words", "must be settings"),
        ("- a\n- b", "and not a list"),
        ("name: [", "The YAML cannot be read"),
        ("a: b: c", "line 1, column 5: The YAML cannot be read"),
        ("name: x\nname: y", "line 2, column 1: The YAML cannot be read: “name” stands there twice"),
        ("!!python/object/apply:os.system ['true']", "The YAML cannot be read"),
        ("when: 2026-13-45", "This is no YAML that can be read"),
        ("n: " + "9" * 5000, "This is no YAML that can be read"),
        ("[" * 5000, "This is no YAML that can be read"),
        ("? {a: 1}\n: 2", "The YAML cannot be read"),
        ("&a [*a]", "and not a list"),
        ("title: \"\\0\"", "holds a character that cannot be stored"),
        ("title: \"\\uD800\"", "holds a character that cannot be stored"),
        ("x" * 400_001, "The document has 400001 characters; at most 400000 fit."),
    ],
)  # fmt: skip
def test_what_is_no_protocol_at_all_is_refused_in_words(text: str, said: str) -> None:
    assert said in "\n".join(faults(text))


def test_a_document_that_names_itself_a_million_times_is_refused_at_once() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefg", "bcdefgh", strict=True)
    )
    said = faults(bomb + "phases: *h\n")
    assert any("phases[0]: must be settings" in one for one in said)


@given(text=st.text(max_size=200))
def test_rubbish_is_refused_and_never_breaks_anything(text: str) -> None:
    faults(text)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.integers(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=50)
@given(protocol=protocols(), place=st.data(), value=PLAIN)
def test_a_value_of_the_wrong_kind_anywhere_is_refused_or_read_and_never_breaks_anything(
    protocol: Protocol, place: st.DataObject, value: Any
) -> None:
    document = yaml.safe_load(write_protocol(protocol))
    at = document
    for _ in range(place.draw(st.integers(0, 5))):
        inner = [one for one in (at.values() if isinstance(at, dict) else at) if isinstance(one, dict | list) and one]
        if not inner:
            break
        at = place.draw(st.sampled_from(inner))
    at[place.draw(st.sampled_from(list(at) if isinstance(at, dict) else range(len(at))))] = value
    text = yaml.safe_dump(document, allow_unicode=True)
    try:
        read = read_protocol(text)
    except ProtocolError:
        assert all(faults(text))
    else:
        assert read_protocol(write_protocol(read)) == read


CONTRADICTIONS: dict[str, Protocol] = {
    "cohorts: is empty": a_protocol(cohorts=()),
    "phases: is empty": a_protocol(phases=()),
    "arms: is empty": a_protocol(arms=()),
    "phases[1].name: “reading” stands there twice": a_protocol(a_phase(), a_phase()),
    "phases[0].cohort: there is no cohort B among the cohorts: A": a_protocol(phases=(a_phase(cohort="B"),)),
    "phases[0].companions: must be another cohort": a_protocol(a_phase(companions="A")),
    "phases[0].undo_seconds: must be 0": a_protocol(a_phase(purpose="purpose-blinded", questions=())),
    "phases[0].aid: must be none in a purpose-blinded": a_protocol(
        a_phase(purpose="purpose-blinded", aid="concurrent")
    ),
    "phases[0].questions: asks authentic or synthetic": a_protocol(a_phase(purpose="purpose-blinded", undo_seconds=0)),
    "phases[0].feedback: is for practice and training only": a_protocol(a_phase(feedback="after-each")),
    "phases[0].qualification_percent: is for practice": a_protocol(a_phase(qualification_percent=80)),
    "phases[0].attempts: more than one asks": a_protocol(a_phase(purpose="practice", attempts=2)),
    "phases[0].revisit: cannot go with feedback": a_protocol(
        a_phase(purpose="training", revisit=True, feedback="at-end")
    ),
    "phases[0].revisit: cannot go with sequential aid": a_protocol(
        a_phase(purpose="aided", aid="sequential", modality="aided", revisit=True)
    ),
    "phases[0].feedback: cannot be after-each with sequential aid": a_protocol(
        a_phase(purpose="training", aid="sequential", modality="aided", feedback="after-each")
    ),
    "phases[0].reread_percent: must be 0 with feedback after each case": a_protocol(
        a_phase(purpose="training", reread_percent=20, feedback="after-each")
    ),
    "phases[0].reread_percent: must be 50 or less": a_protocol(a_phase(reread_percent=51)),
    "phases[0].modality: names the readings with aid": a_protocol(a_phase(purpose="aided", aid="sequential")),
    "phases[0].aid: makes this an aided phase": a_protocol(a_phase(aid="concurrent")),
    "phases[0].parts: must be 2 or more": a_protocol(a_phase(allocation="split-plot")),
    "phases[0].parts: is for split-plot": a_protocol(a_phase(parts=3)),
    "phases[0].parts: is more than there are cases": a_protocol(
        a_phase(allocation="split-plot", parts=4, case_count=5, anchors=2)
    ),
    "phases[0].anchors: is for split-plot": a_protocol(a_phase(anchors=3)),
    "phases[0].time_limit_seconds: is missing": a_protocol(a_phase(time_limit="hard")),
    "phases[0].time_limit_seconds: has no effect": a_protocol(a_phase(time_limit_seconds=30)),
    "phases[0].questions: has more than one call": a_protocol(a_phase(questions=(CALL, replace(CALL, name="again")))),
    "phases[0].questions[1].name: “call” stands there twice": a_protocol(
        a_phase(questions=(CALL, replace(CALL, kind="open")))
    ),
    "phases[0].questions[0].asked: must be case": a_protocol(a_phase(questions=(replace(CALL, asked="end"),))),
    "phases[0].questions[0].points: must be 0 for a slider": a_protocol(a_phase(questions=(replace(CALL, points=1),))),
    "arms[0].phases[1]: there is no phase gone; known: reading": a_protocol(
        arms=(replace(a_protocol().arms[0], phases=("reading", "gone")),)
    ),
    "arms[0].phases: is empty": a_protocol(arms=(replace(a_protocol().arms[0], phases=()),)),
    "arms[0].phases[1]: “reading” stands there twice": a_protocol(
        arms=(replace(a_protocol().arms[0], phases=("reading", "reading")),)
    ),
}


@pytest.mark.parametrize("fault", CONTRADICTIONS)
def test_settings_that_contradict_each_other_are_named(fault: str) -> None:
    said = [str(one) for one in faults_of(CONTRADICTIONS[fault])]
    assert any(one.startswith(fault) for one in said), said
    with pytest.raises(ProtocolError):
        read_protocol(write_protocol(CONTRADICTIONS[fault]))

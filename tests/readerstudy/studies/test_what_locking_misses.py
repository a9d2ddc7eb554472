"""What keeps a draft from being locked is said in words, each with its cure; what may tell the purpose is a warning."""

from __future__ import annotations

from dataclasses import replace

import pytest

from readerstudy.cohorts.services import create_cohort
from readerstudy.studies.models import Phase, Status, Study
from readerstudy.studies.plans import ArmPlan, PhasePlan, Protocol, QuestionPlan
from readerstudy.studies.services import (
    StudyError,
    create_study,
    lock_study,
    what_locking_misses,
    what_may_tell_the_purpose,
)
from readerstudy.studies.wording import telling_words
from tests.readerstudy.studies.protocols import CALL, a_phase, a_protocol
from tests.readerstudy.unpictured import an_unpictured_cohort

OPEN = QuestionPlan(name="open", kind="open", text="What do you see?")
BLINDED = a_phase(name="hidden", title="Hidden", purpose="purpose-blinded", undo_seconds=0, questions=(OPEN,))

SQUARE = a_phase(allocation="latin-square", parts=2)
BOTH = tuple(ArmPlan(name, ("reading", "second")) for name in "AB")

pytestmark = pytest.mark.django_db


def a_draft(protocol: Protocol, slug: str = "s") -> Study:
    cohorts = {slot.slot: an_unpictured_cohort(f"{slug}-{slot.slot.lower()}", cases=6) for slot in protocol.cohorts}
    return create_study(slug=slug, protocol=protocol, cohorts=cohorts)


GAPS: dict[str, Protocol] = {
    "The study has no consent: say what readers agree to.": a_protocol(consent="  "),
    "The phase “Reading” asks nothing of its cases: add a question.": a_protocol(a_phase(questions=())),
    "The phase “Reading” asks for no call (authentic or synthetic): add that question.": a_protocol(
        a_phase(questions=(OPEN,))
    ),
    "tells or counts correct calls, but asks for none: add a call.": a_protocol(
        a_phase(purpose="practice", feedback="after-each", questions=(OPEN,))
    ),
    "The phase “Reading” is aided, but shows no aid": a_protocol(a_phase(purpose="aided")),
    "shows a detector's verdict, but none was chosen: choose a detector": a_protocol(
        a_phase(purpose="aided", aid="concurrent", modality="aided")
    ),
    "wants 7 cases, but the cohort s-a has 6: choose fewer.": a_protocol(a_phase(case_count=7)),
    "divides its cases into 4 parts, but there are only 3 to divide": a_protocol(
        a_phase(allocation="split-plot", parts=4, anchors=3)
    ),
    "No arm goes through the phase “Second”": a_protocol(
        a_phase(), a_phase(name="second", title="Second"), arms=(ArmPlan("A", ("reading",)),)
    ),
    "is a Latin square of 3 parts, but there are 1 arms": a_protocol(a_phase(allocation="latin-square", parts=3)),
    "is a Latin square, but not every arm goes through it (B): add it": a_protocol(
        SQUARE, a_phase(name="other", cohort="B"), arms=(ArmPlan("A", ("reading",)), ArmPlan("B", ("other",)))
    ),
    "“Reading” and “Second” are Latin squares over the same cases: give them the same": a_protocol(
        SQUARE, replace(SQUARE, name="second", title="Second", anchors=2), arms=BOTH
    ),
    "There are 3 Latin squares over the cases of “Reading”, but only 2 parts": a_protocol(
        SQUARE,
        replace(SQUARE, name="second"),
        replace(SQUARE, name="third"),
        arms=tuple(ArmPlan(name, ("reading", "second", "third")) for name in "AB"),
    ),
    "In arm A the phase “Hidden” hides its purpose, but “Reading” before it tells it": a_protocol(a_phase(), BLINDED),
}


@pytest.mark.parametrize("gap", GAPS)
def test_a_gap_is_named_with_its_cure_and_nothing_is_locked(gap: str) -> None:
    study = a_draft(GAPS[gap])
    missing = what_locking_misses(study)
    assert [words for words in missing if gap in words], missing
    with pytest.raises(StudyError):
        lock_study(study=study, actor=None, unaudited_because="a test")
    assert Study.objects.get().status == Status.DRAFT


def test_a_whole_protocol_lacks_nothing() -> None:
    assert what_locking_misses(a_draft(a_protocol(BLINDED, a_phase()))) == []


def test_a_phase_may_be_only_looked_at_and_asked_about_at_its_end() -> None:
    looked_at = replace(BLINDED, questions=(replace(OPEN, asked="end"),))
    assert what_locking_misses(a_draft(a_protocol(looked_at))) == []


def test_a_study_without_a_phase_cannot_be_locked() -> None:
    study = Study.objects.create(slug="bare", title="Bare", consent="Yes.", preset="none")
    assert what_locking_misses(study) == ["The study has no phases: add one."]


def test_reference_pictures_must_be_there() -> None:
    protocol = a_protocol(a_phase(companions="B"))
    main, empty = an_unpictured_cohort("main", cases=2), create_cohort(name="empty", actor=None)
    study = create_study(slug="s", protocol=protocol, cohorts=[main, empty])
    assert what_locking_misses(study) == [
        "The cohort empty of reference pictures has no cases: import some (import_cases)."
    ]


def test_what_the_rows_contradict_in_another_way_than_by_a_page_is_found_too() -> None:
    study = a_draft(a_protocol())
    Phase.objects.update(parts=3)
    assert any(words.startswith("phases[0].parts: is for split-plot") for words in what_locking_misses(study))


def test_an_arm_may_tell_the_purpose_as_long_as_no_arm_hides_it_afterwards() -> None:
    phases = (BLINDED, a_phase())
    crossed = a_protocol(*phases, arms=(ArmPlan("A", ("hidden", "reading")), ArmPlan("B", ("reading", "hidden"))))
    missing = what_locking_misses(a_draft(crossed))
    assert len(missing) == 1
    assert missing[0].startswith("In arm B")


def test_latin_squares_that_balance_lack_nothing() -> None:
    balanced = a_protocol(SQUARE, replace(SQUARE, name="second"), arms=BOTH)
    assert what_locking_misses(a_draft(balanced)) == []


PRACTICE = a_phase(name="practice", title="Practice", purpose="practice", cohort="P", questions=(OPEN,))


@pytest.mark.parametrize(
    ("practice", "tells"),
    [
        (PRACTICE, False),
        (replace(PRACTICE, questions=(CALL,)), True),
        (replace(PRACTICE, feedback="at-end"), True),
        (replace(PRACTICE, aid="concurrent", modality="aided"), True),
        (replace(PRACTICE, disclosed_prevalence=30), True),
    ],
)
def test_a_practice_before_a_hidden_purpose_must_not_tell_it(practice: PhasePlan, tells: bool) -> None:
    missing = what_locking_misses(a_draft(a_protocol(practice, BLINDED)))
    assert any("hides its purpose" in words for words in missing) is tells


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"shown_title": "Deepfake study"}, "The title that readers see says “deepfake”"),
        ({"shown_title": ""}, "Readers see the study's own title: give it a neutral one"),
        ({"consent": "Some images are AI-generated."}, "The consent says “ai-generated”"),
    ],
)
def test_texts_that_may_tell_the_purpose_are_a_warning(texts: dict[str, str], said: str) -> None:
    study = a_draft(a_protocol(BLINDED, **texts))
    doubts = what_may_tell_the_purpose(study)
    assert [words for words in doubts if said in words], doubts
    assert what_locking_misses(study) == []


def test_phases_before_the_disclosure_are_looked_at_and_those_after_it_are_not() -> None:
    hidden = replace(BLINDED, told="Is it real or fake?", questions=(replace(OPEN, help="Synthetic?"),))
    doubts = what_may_tell_the_purpose(a_draft(a_protocol(hidden, a_phase(told="Some are synthetic."))))
    assert doubts == [
        "The phase “Hidden” says “real or”, “fake”, which may tell readers the purpose of a phase that hides it.",
        "A question of “Hidden” says “synthetic”, which may tell readers the purpose of a phase that hides it.",
    ]


def test_the_short_name_stands_in_addresses_and_is_looked_at() -> None:
    study = a_draft(a_protocol(BLINDED), slug="deepfake-trial")
    assert what_may_tell_the_purpose(study)[0].startswith("The short name of the study says “deepfake”")


def test_where_nothing_is_hidden_every_word_may_be_said() -> None:
    study = a_draft(a_protocol(a_phase(told="Some are synthetic."), shown_title="Deepfakes"))
    assert what_may_tell_the_purpose(study) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("AI, and ai again", ["ai"]),
        ("Maintain the air in Ghana and await Kiel", []),
        ("künstliche Intelligenz (KI)", ["künstliche", "ki"]),
        ("really realistic forged Deep-Fakes", ["forged", "deep-fakes"]),
        ("A detector of the CR plate", ["detector"]),
        ("Diagnostik von Röntgenaufnahmen", []),
    ],
)
def test_telling_words_are_whole_words(text: str, words: list[str]) -> None:
    assert telling_words(text) == words

"""A detector aids in a phase once it has judged every case; the phase bears the mark by which the lock goes."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from readerstudy.audit.models import Event
from readerstudy.cohorts.models import Case, Image
from readerstudy.detectors.aiding import AidError, choose_aid
from readerstudy.detectors.models import Detector, DetectorScore, PhaseAid
from readerstudy.studies.models import Phase, Study
from readerstudy.studies.services import StudyError
from tests.readerstudy.detectors.conftest import EVERYTHING, an_aided_draft, score_all
from tests.readerstudy.makers import lock_without_audit
from tests.readerstudy.protocols import a_draft, a_phase
from tests.readerstudy.unpictured import an_unpictured_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Study:
    """A draft of one aided phase, for which nothing is chosen."""
    return a_draft(a_phase(purpose="aided", modality="aided", aid="concurrent"))


@pytest.fixture
def phase(draft: Study) -> Phase:
    """Its phase."""
    return draft.phases.get()


@pytest.fixture
def detector(phase: Phase, tmp_path: Path) -> Detector:
    """A detector that says everything of every case."""
    return score_all(phase.cohort, tmp_path)


def run(**options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("choose_aid", "s", "reading", "Spectrum", detector_version="1", json=True, stdout=out, **options)
    said: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return said


def test_the_command_chooses_a_detector_and_what_of_it_is_shown(detector: Detector, phase: Phase) -> None:
    said = run(show="call, region")
    assert (said["detector"], said["phase"], said["shows"]) == ("Spectrum 1", "reading", ["call", "region"])
    chosen = PhaseAid.objects.get(phase=phase)
    assert (chosen.shows_score, chosen.shows_call, chosen.shows_region) == (False, True, True)


def test_the_score_alone_is_shown_unless_said_otherwise(detector: Detector, phase: Phase) -> None:
    run()
    chosen = PhaseAid.objects.get(phase=phase)
    assert (chosen.shows_score, chosen.shows_call, chosen.shows_region) == (True, False, False)


def test_without_aid_the_study_is_not_locked_and_with_it_it_is(draft: Study, detector: Detector, phase: Phase) -> None:
    with pytest.raises(StudyError, match="shows a detector's verdict, but none was chosen"):
        lock_without_audit(draft)
    choose_aid(phase=phase, detector=detector, shows=["score"], actor=None)
    assert lock_without_audit(draft).is_running


def test_a_case_that_comes_later_makes_the_choice_void(draft: Study, detector: Detector, phase: Phase) -> None:
    choose_aid(phase=phase, detector=detector, shows=["score"], actor=None)
    case = phase.cohort.cases.all()[0]
    image = Image.objects.get(case=case)
    image.pk, image.case, image.file = None, Case.objects.create(cohort=phase.cohort, code="ZZZZZZZZ"), "later"
    image.save()
    phase.refresh_from_db()
    assert not phase.is_aid_current
    with pytest.raises(AidError, match=r"gives no score for 1 of the 7 cases of s-a \(ZZZZZZZZ\)"):
        choose_aid(phase=phase, detector=detector, shows=["score"], actor=None)


def test_a_choice_is_void_for_the_lock_once_the_pictures_changed(
    draft: Study, detector: Detector, phase: Phase
) -> None:
    choose_aid(phase=phase, detector=detector, shows=["score"], actor=None)
    Image.objects.filter(case__cohort=phase.cohort).update(sha256="f" * 64)
    with pytest.raises(StudyError, match=r"have changed since the aid of the phase .* was chosen: choose it again"):
        lock_without_audit(draft)


def test_another_choice_replaces_the_first(detector: Detector, phase: Phase, tmp_path: Path) -> None:
    other = score_all(phase.cohort, tmp_path, name="Other")
    choose_aid(phase=phase, detector=detector, shows=["score"], actor=None)
    choose_aid(phase=phase, detector=other, shows=["call"], actor=None)
    chosen = PhaseAid.objects.get(phase=phase)
    assert (chosen.detector, chosen.shows_score, chosen.shows_call) == (other, False, True)


def test_the_mark_is_of_what_readers_see_and_not_of_the_detectors_name(
    detector: Detector, phase: Phase, tmp_path: Path
) -> None:
    alike = score_all(phase.cohort, tmp_path, name="Alike")
    marks = []
    for one, shows in ((detector, ["score"]), (detector, ["score", "call"]), (alike, ["score"])):
        choose_aid(phase=phase, detector=one, shows=shows, actor=None)
        phase.refresh_from_db()
        marks.append(phase.aid_digest)
    assert marks[0] == marks[2] != marks[1]
    assert {len(mark) for mark in marks} == {64}


@pytest.mark.parametrize("shown", EVERYTHING)
def test_what_is_shown_must_be_there_for_every_case(detector: Detector, phase: Phase, shown: str) -> None:
    empty = DetectorScore.objects.filter(detector=detector)[0]
    codes = DetectorScore.objects.filter(pk=empty.pk).values_list("case__code", flat=True)
    DetectorScore.objects.filter(pk=empty.pk).update(**{shown: None})
    others = [name for name in EVERYTHING if name != shown]
    choose_aid(phase=phase, detector=detector, shows=others, actor=None)
    with pytest.raises(AidError, match=rf"Spectrum 1 gives no {shown} for 1 of the 6 cases of s-a \({codes[0]}\)"):
        choose_aid(phase=phase, detector=detector, shows=[shown], actor=None)


def test_many_missing_cases_are_counted_and_the_first_named(phase: Phase) -> None:
    with pytest.raises(AidError, match=r"for 6 of the 6 cases of s-a \((\w{8}, ){4}\w{8} …\): import them"):
        choose_aid(phase=phase, detector=Detector.objects.create(name="Idle"), shows=["score"], actor=None)


def test_a_locked_study_keeps_its_aid(tmp_path: Path) -> None:
    study = an_aided_draft(tmp_path)
    lock_without_audit(study)
    with pytest.raises(CommandError, match="The study s is locked: the aid of a phase can be chosen in a draft only"):
        run()


def test_a_phase_without_aid_takes_none(tmp_path: Path) -> None:
    study = an_unpictured_study("plain", locked=False)
    phase = study.phases.get()
    with pytest.raises(AidError, match="The phase phase-1 gives no aid"):
        choose_aid(phase=phase, detector=score_all(phase.cohort, tmp_path), shows=["score"], actor=None)


@pytest.mark.parametrize(
    ("shown", "words"), [("name", "name cannot be shown. Known: score, call, region"), (",", "Choose what readers see")]
)
def test_nothing_but_score_call_and_region_can_be_shown(detector: Detector, shown: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(show=shown)
    assert not PhaseAid.objects.exists()


def test_names_that_are_not_known_are_answered_with_those_that_are(draft: Study, phase: Phase) -> None:
    with pytest.raises(CommandError, match=r"There is no detector 'Spectrum 1'. Known: none yet"):
        run()
    with pytest.raises(CommandError, match=r"The study s has no phase 'phase-9'. Its phases: reading."):
        call_command("choose_aid", "s", "phase-9", "Spectrum")


def test_the_choice_is_audited_without_any_score(detector: Detector, phase: Phase) -> None:
    choose_aid(phase=phase, detector=detector, shows=["call", "score"], actor=None)
    event = Event.objects.latest("pk")
    phase.refresh_from_db()
    assert (event.verb, event.target) == ("detectors.aid_chosen", "study:s")
    assert event.detail == {
        "phase": "reading", "detector": detector.pk, "shows": ["score", "call"], "aid": phase.aid_digest,
    }  # fmt: skip


def test_the_database_holds_no_aid_that_shows_nothing(detector: Detector, phase: Phase) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PhaseAid.objects.create(phase=phase, detector=detector, shows_score=False)

"""A detector is described before the truth is known: what it was given, and from which score on it calls synthetic."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.detectors.models import Detector, DetectorScore, Saw
from readerstudy.reports.ratings_table import ratings_table
from readerstudy.studies.models import Study
from tests.readerstudy.detectors.conftest import score_all
from tests.readerstudy.makers import close_and_unblind, lock_without_audit
from tests.readerstudy.protocols import a_draft, a_phase

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(db: None) -> Study:
    """A draft of one phase on six cases."""
    return a_draft(a_phase())


@pytest.fixture
def detector(study: Study, tmp_path: Path) -> Detector:
    """One that gives the scores 0.25, 1.25, … 5.25 and no calls."""
    return score_all(study.phases.get().cohort, tmp_path, columns=["score"])


def describe(desk: Client, detector: Detector, threshold: str = "3", saw: str = "presentation") -> str:
    data = {"saw": saw, "threshold": threshold, "note": " from a colleague "}
    return unescape(desk.post(f"/studies/s/detectors/{detector.pk}/", data, follow=True).content.decode())


def test_what_was_said_is_kept_shown_and_audited(desk: Client, detector: Detector, coordinator: User) -> None:
    page = describe(desk, detector)
    assert "Spectrum 1 is described." in page
    assert "The images that readers see" in page
    detector.refresh_from_db()
    assert (detector.saw, detector.threshold, detector.note) == (Saw.PRESENTATION, 3.0, "from a colleague")
    event = Event.objects.latest("pk")
    assert (event.verb, event.detail) == ("detectors.described", {"saw": "presentation", "threshold": "3.0"})


def test_a_threshold_makes_calls_of_scores(detector: Detector) -> None:
    detector.threshold = 2.25
    said = [DetectorScore(detector=detector, score=score).said for score in (1.25, 2.25, 3.25)]
    assert said == [False, True, True]
    assert DetectorScore(detector=detector, score=9, call=False).said is False
    assert DetectorScore(detector=detector, call=True).said is True
    detector.threshold = None
    assert DetectorScore(detector=detector, score=9).said is None


def test_its_calls_are_in_the_ratings(study: Study, desk: Client, detector: Detector, reader_user: User) -> None:
    describe(desk, detector)
    lock_without_audit(study)
    table = ratings_table(close_and_unblind(study))
    found = table[table["kind"] == "detector"]
    assert found["call"].tolist() == (found["rating"] >= 3).astype(int).tolist()


def test_after_unblinding_no_threshold_is_chosen_by_the_truth(
    study: Study, desk: Client, detector: Detector, reader_user: User
) -> None:
    describe(desk, detector)
    lock_without_audit(study)
    close_and_unblind(study)
    assert "The study s is unblinded: a threshold that is chosen now" in describe(desk, detector, threshold="1")
    detector.refresh_from_db()
    assert detector.threshold == 3.0
    assert "is described." in describe(desk, detector, saw="source")


@pytest.mark.parametrize("rubbish", ["high", "inf", "nan", "0,5"])
def test_a_threshold_that_is_no_number_is_refused_in_words(desk: Client, detector: Detector, rubbish: str) -> None:
    page = describe(desk, detector, threshold=rubbish)
    assert "Enter a number." in page
    detector.refresh_from_db()
    assert detector.threshold is None


def test_a_detector_of_other_cases_is_not_there(desk: Client, study: Study) -> None:
    other = Detector.objects.create(name="elsewhere")
    assert desk.get(f"/studies/s/detectors/{other.pk}/").status_code == 404


def test_the_database_knows_what_a_detector_can_have_seen(db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Detector.objects.create(name="x", saw="tea leaves")

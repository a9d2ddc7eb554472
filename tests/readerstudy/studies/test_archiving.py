"""An archived study is read-only and out of the lists; it can be taken out again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.detectors.aiding import AidError, choose_aid
from readerstudy.detectors.models import Detector
from readerstudy.reading.queries import enrolments
from readerstudy.studies.models import Study
from readerstudy.studies.protocol import protocol_of
from readerstudy.studies.rows import slots_of
from readerstudy.studies.services import (
    StudyError,
    amend_texts,
    archive_study,
    close_study,
    invite_reader,
    lock_study,
    mark_as_pilot,
    record_interim_look,
    replace_protocol,
    texts_of,
    unarchive_study,
    unblind_study,
)
from tests.readerstudy.detectors.conftest import an_aided_draft
from tests.readerstudy.makers import close_and_unblind
from tests.readerstudy.unpictured import an_unpictured_study

pytestmark = pytest.mark.django_db


def archived(study: Study) -> Study:
    archive_study(study=study, actor=None)
    study.refresh_from_db()
    return study


def test_it_is_put_away_and_comes_back_as_it_was() -> None:
    study = archived(close_and_unblind(an_unpictured_study(cases=2)))
    assert (study.status, study.is_archived, study.is_unblinded) == ("unblinded", True, True)
    unarchive_study(study=study, actor=None)
    study.refresh_from_db()
    assert (study.status, study.is_archived) == ("unblinded", False)
    assert [one.verb for one in Event.objects.order_by("-pk")[:2]] == ["studies.unarchived", "studies.archived"]


def test_a_running_study_cannot_be_put_away() -> None:
    study = an_unpictured_study(cases=2)
    with pytest.raises(StudyError, match="The study s is running: close it before it is archived"):
        archive_study(study=study, actor=None)


def test_what_is_put_away_cannot_be_put_away_again_nor_taken_out_twice() -> None:
    study = archived(an_unpictured_study(locked=False, cases=2))
    with pytest.raises(StudyError, match="The study s is archived already"):
        archive_study(study=study, actor=None)
    unarchive_study(study=study, actor=None)
    with pytest.raises(StudyError, match="The study s is not archived"):
        unarchive_study(study=study, actor=None)


def change_the_protocol(study: Study) -> None:
    cohorts = {slot.slot: cohort for slot, cohort in slots_of(study)}
    replace_protocol(study=study, protocol=protocol_of(study), cohorts=cohorts, actor=None)


ON_A_DRAFT: list[Callable[[Study], object]] = [
    lambda study: lock_study(study=study, actor=None, unaudited_because="a test"),
    lambda study: invite_reader(study=study, actor=None),
    lambda study: mark_as_pilot(study=study, pilot=True, actor=None),
    change_the_protocol,
]
ON_A_CLOSED_STUDY: list[Callable[[Study], object]] = [
    lambda study: unblind_study(study=study, reason="all have read", actor=None),
    lambda study: record_interim_look(study=study, reason="a look", actor=None),
    lambda study: amend_texts(study=study, texts=texts_of(study), reason="a word", actor=None),
]


@pytest.mark.parametrize("act", ON_A_DRAFT)
def test_nothing_of_an_archived_draft_changes(act: Callable[[Study], object]) -> None:
    study = archived(an_unpictured_study(locked=False, cases=2))
    with pytest.raises(StudyError, match="The study s is archived"):
        act(study)


@pytest.mark.parametrize("act", ON_A_CLOSED_STUDY)
def test_nothing_of_an_archived_closed_study_changes(act: Callable[[Study], object]) -> None:
    study = an_unpictured_study(cases=2)
    close_study(study=study, actor=None)
    archived(study)
    with pytest.raises(StudyError, match="The study s is archived"):
        act(study)


def test_its_readers_do_not_find_it_any_more(reader_user: User) -> None:
    study = an_unpictured_study(cases=2, readers=[reader_user])
    close_study(study=study, actor=None)
    assert enrolments(reader_user).exists()
    archived(study)
    assert not enrolments(reader_user).exists()


def test_no_aid_is_chosen_for_an_archived_draft(tmp_path: Path) -> None:
    study = archived(an_aided_draft(tmp_path, slug="s"))
    with pytest.raises(AidError, match="The study s is archived: nothing of it changes"):
        choose_aid(phase=study.phases.get(), detector=Detector.objects.get(), shows=["score"], actor=None)


def test_an_archived_study_keeps_its_reports_and_makes_no_other(client: Client, coordinator: User) -> None:
    archived(close_and_unblind(an_unpictured_study(cases=2)))
    client.force_login(coordinator)
    text = client.post("/studies/s/results/make/", follow=True).content.decode()
    assert "take it out of the archive to make another report" in text
    assert "Make the report" not in text

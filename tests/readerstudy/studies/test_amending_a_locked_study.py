"""After the lock there are amendments: a new version with who, when and why; nothing that was locked is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import DatabaseError

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.studies.analysis_plan import AnalysisPlan, read_plan
from readerstudy.studies.default_plans import current_plan, plan_of
from readerstudy.studies.models import HangingList, Phase, Study, Version
from readerstudy.studies.protocol import protocol_of, read_protocol
from readerstudy.studies.services import (
    StudyError,
    amend_plan,
    amend_texts,
    close_study,
    invite_reader,
    save_plan,
    texts_of,
    unblind_study,
)
from tests.readerstudy.makers import lock_without_audit
from tests.readerstudy.unpictured import an_unpictured_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    """A running study of two readers' places."""
    study = an_unpictured_study(cases=4)
    for _ in range(2):
        invite_reader(study=study, actor=None)
    return study


def the_plan(study: Study) -> AnalysisPlan:
    plan = current_plan(study)
    assert plan
    return plan


def test_a_text_is_amended_and_what_was_locked_stays_readable(study: Study, coordinator: User) -> None:
    locked = protocol_of(study)
    texts = replace(texts_of(study), consent="Please agree.", told={"phase-1": "Look twice."})
    amend_texts(study=study, texts=texts, reason=" A misprint. ", actor=coordinator)
    study.refresh_from_db()
    first, second = study.versions.filter(kind="protocol").order_by("number")
    assert read_protocol(first.document) == locked
    assert read_protocol(second.document) == protocol_of(study)
    assert (study.consent, Phase.objects.get().instructions) == ("Please agree.", "Look twice.")
    assert (second.reason, second.made_by, second.is_amendment) == ("A misprint.", coordinator, True)
    assert second.change == "consent; what is told before “Reading”"
    assert Event.objects.latest("pk").detail == {
        "document": "protocol", "version": 2, "digest": second.digest, "reason": "A misprint.",
        "change": "consent; what is told before “Reading”",
    }  # fmt: skip


def test_what_was_locked_keeps_its_digest_and_its_orders(study: Study) -> None:
    before, lists = study.protocol_digest, list(HangingList.objects.values_list("places", flat=True))
    amend_texts(study=study, texts=replace(texts_of(study), title="Another"), reason="A name.", actor=None)
    study.refresh_from_db()
    assert study.protocol_digest == before
    assert list(HangingList.objects.values_list("places", flat=True)) == lists


def test_a_text_of_a_phase_that_is_not_there_is_not_kept(study: Study) -> None:
    texts = replace(texts_of(study), title="Another", told={"gone": "x"})
    amend_texts(study=study, texts=texts, reason="A name.", actor=None)
    assert Version.objects.latest("pk").change == "title"


def test_an_amendment_that_changes_nothing_is_none(study: Study) -> None:
    assert amend_texts(study=study, texts=texts_of(study), reason="", actor=None) is None
    assert amend_plan(study=study, plan=the_plan(study), reason="", actor=None) is None
    assert Version.objects.count() == 2


def test_an_amendment_asks_for_a_reason(study: Study) -> None:
    with pytest.raises(StudyError, match="An amendment asks for a reason"):
        amend_texts(study=study, texts=replace(texts_of(study), title="Another"), reason="  ", actor=None)
    with pytest.raises(StudyError, match="An amendment asks for a reason"):
        amend_plan(study=study, plan=replace(the_plan(study), readers=9), reason="", actor=None)
    assert Version.objects.count() == 2


def test_the_plan_is_amended_and_those_who_report_can_say_so(study: Study) -> None:
    plan = replace(the_plan(study), readers=9, ends_on="2030-01-31")
    version = amend_plan(study=study, plan=plan, reason="Two readers fell ill.", actor=None)
    assert version
    assert the_plan(study) == plan
    told = plan_of(study)
    assert told
    assert (told["version"], told["readers"]) == (2, 9)
    assert [(one["change"], one["reason"]) for one in told["amendments"]] == [
        ("number of readers; end of the reading", "Two readers fell ill.")
    ]
    study.refresh_from_db()
    assert study.plan_digest == study.versions.get(kind="plan", number=1).digest


def test_an_amended_plan_must_fit_the_protocol(study: Study) -> None:
    plan = the_plan(study)
    lost = replace(plan, endpoints=(replace(plan.endpoints[0], reading="gone/unaided"),))
    with pytest.raises(StudyError, match="the protocol has no reading gone/unaided any more"):
        amend_plan(study=study, plan=lost, reason="A change of mind.", actor=None)


def test_more_readers_than_planned_ask_for_an_amendment() -> None:
    study = an_unpictured_study(locked=False, cases=4)
    save_plan(study=study, plan=replace(the_plan(study), readers=1), actor=None)
    study.refresh_from_db()
    invite_reader(study=study, actor=None)
    lock_without_audit(study)
    with pytest.raises(StudyError, match="The plan of the study s speaks of 1 readers: amend it first"):
        invite_reader(study=study, actor=None)
    amend_plan(study=study, plan=replace(the_plan(study), readers=2), reason="A second reader.", actor=None)
    assert invite_reader(study=study, actor=None).code == "R02"


def test_a_pilot_takes_as_many_readers_as_it_likes() -> None:
    study = an_unpictured_study(locked=False, cases=4)
    save_plan(study=study, plan=replace(the_plan(study), readers=1), actor=None)
    Study.objects.update(is_pilot=True)
    study.refresh_from_db()
    lock_without_audit(study)
    assert [invite_reader(study=study, actor=None).code for _ in range(2)] == ["R01", "R02"]


@pytest.mark.parametrize("state", ["draft", "unblinded"])
def test_there_are_no_amendments_before_the_lock_nor_after_the_unblinding(state: str) -> None:
    study = an_unpictured_study(locked=state != "draft", cases=4)
    if state == "unblinded":
        close_study(study=study, actor=None)
        unblind_study(study=study, reason="all have read", actor=None)
    words = f"The study s is {state}: amendments are made after the lock and before unblinding"
    with pytest.raises(StudyError, match=words):
        amend_texts(study=study, texts=replace(texts_of(study), title="Another"), reason="A name.", actor=None)
    with pytest.raises(StudyError, match=words):
        amend_plan(study=study, plan=AnalysisPlan(), reason="A change of mind.", actor=None)


def test_a_study_of_before_the_versions_keeps_what_it_was_with_its_first_amendment() -> None:
    study = an_unpictured_study(locked=False, cases=4)
    proposed = the_plan(study)
    Study.objects.update(status="running")
    study.refresh_from_db()
    locked = protocol_of(study)
    amend_texts(study=study, texts=replace(texts_of(study), title="Another"), reason="A name.", actor=None)
    amend_plan(study=study, plan=proposed, reason="There was none.", actor=None)
    of_protocol, of_plan = (study.versions.filter(kind=kind).order_by("number") for kind in ("protocol", "plan"))
    assert read_protocol(of_protocol[0].document) == locked
    assert [read_plan(one.document) for one in of_plan] == [AnalysisPlan(), proposed]


def test_a_version_cannot_be_written_over(study: Study) -> None:
    version = Version.objects.filter(study=study)[0]
    with pytest.raises(DatabaseError, match="append-only"):
        Version.objects.filter(pk=version.pk).update(document="{}")

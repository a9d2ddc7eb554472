"""Simulated readers play a study through real HTTP, from consent to the last case; the report finds their ability."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from readerstudy.accounts.models import User
from readerstudy.cohorts.models import Source
from readerstudy.demo import services
from readerstudy.demo.playing import SimulatedReader
from readerstudy.demo.profiles import ReaderProfile, drawn_profiles
from readerstudy.demo.services import simulate_readers
from readerstudy.demo.simulation import Ability
from readerstudy.reading.models import Judgement
from readerstudy.reports.services import make_report
from readerstudy.studies.models import Reader, Study
from readerstudy.studies.services import StudyError, create_study
from tests.readerstudy.makers import MakeStudy, close_and_unblind, lock_without_audit

pytestmark = pytest.mark.django_db(transaction=True)  # the server answers from threads of its own

TWO = drawn_profiles(2, seed=5, auc=0.8)


def said(study: Study) -> dict[tuple[str, str], tuple[str | None, int | None, float]]:
    """What each reader says of each picture, whatever codes and orders were drawn."""
    names = dict(Source.objects.values_list("case", "name"))
    rows = Judgement.objects.filter(reading__session__reader__study=study).select_related("reading__session__reader")
    return {
        (row.reading.session.reader.code, names[row.reading.case_id]): (row.call, row.confidence, row.seconds)
        for row in rows
    }


def command(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("simulate_readers", "s", *arguments, json=True, stdout=out)
    summary: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return summary


def test_the_report_finds_the_auc_that_the_readers_were_given(make_study: MakeStudy) -> None:
    """The whole system in one seeded trial: 6 readers of AUC 0.85, 40 cases.

    One trial shows that nothing on the way turns, drops or mixes up ratings; it does not show the interval's coverage,
    which `test_simulated_judgements` counts over 100 trials.
    """
    study = make_study(cases=40)
    profiles: Sequence[ReaderProfile] = [ReaderProfile(Ability(0.85)) for _ in range(6)]
    assert simulate_readers(study=study, profiles=profiles, seed=2026).judgements == 6 * 40
    (phase,) = make_report(study=close_and_unblind(study), actor=None).results["phases"]
    assert (phase["summary"]["readers"], phase["summary"]["reads"]) == (6, 240)
    low, high = phase["means"]["auc"]["modalities"][0]["ci"]
    assert low <= 0.85 <= high
    assert low > 0.5
    assert high - low < 0.3


def test_the_command_reads_practice_and_test_and_says_how_much(make_study: MakeStudy) -> None:
    make_study(practice=True, cases=4)
    said = command("--readers", "2", "--seed", "5")
    assert said.pop("revisions") == Judgement.objects.filter(revision=2).count()
    assert said == {
        "study": "s", "status": "running", "readers": 2, "judgements": 2 * (2 + 4), "finished": 2, "left": 0,
        "waits_until": None,
    }  # fmt: skip
    assert all(reader.is_simulated and reader.consented_at for reader in Reader.objects.all())


def test_the_same_seed_gives_the_same_judgements_whatever_codes_were_drawn(make_study: MakeStudy) -> None:
    first = make_study("s", cases=4)
    command("--readers", "2", "--seed", "5")
    twin = make_twin(first)
    simulate_readers(study=twin, profiles=TWO, seed=5)
    assert said(first) == said(twin)
    assert len(said(first)) == 8


def make_twin(study: Study) -> Study:
    """Make another study on the same pictures, with another seed and so other orders."""
    twin = create_study(slug="twin", preset="single-phase", cohorts=[study.phases.get().cohort])
    lock_without_audit(twin)
    assert twin.seed != study.seed
    return twin


def test_another_seed_gives_other_judgements(make_study: MakeStudy) -> None:
    first = make_study("s", cases=6)
    twin = make_twin(first)
    for study, seed in ((first, 5), (twin, 6)):
        simulate_readers(study=study, profiles=TWO, seed=seed)
    assert said(first) != said(twin)


def test_after_a_break_the_same_call_goes_on_and_ends_with_the_same_judgements(
    make_study: MakeStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = make_study("s", cases=4)
    unbroken = make_twin(study)
    send = SimulatedReader._submit
    sent: list[int] = []

    def break_off(self: SimulatedReader, *arguments: Any) -> dict[str, Any]:
        if len(sent) == 6:
            raise ConnectionError("the power went out")
        sent.append(1)
        return send(self, *arguments)

    with monkeypatch.context() as broken:
        broken.setattr(SimulatedReader, "_submit", break_off)
        with pytest.raises(ConnectionError):
            simulate_readers(study=study, profiles=TWO, seed=5)
    assert Judgement.objects.count() == 6
    assert simulate_readers(study=study, profiles=TWO, seed=5).judgements == 2
    simulate_readers(study=unbroken, profiles=TWO, seed=5)
    assert said(study) == said(unbroken)
    assert simulate_readers(study=study, profiles=TWO, seed=5).judgements == 0


def test_a_study_that_people_read_in_is_refused(make_study: MakeStudy, reader_user: User) -> None:
    make_study(readers=[reader_user], cases=2)
    with pytest.raises(CommandError, match="People read in s: simulated judgements must not mix with theirs"):
        command("--readers", "1")
    assert Reader.objects.count() == 1


def test_nobody_plays_as_a_person(make_study: MakeStudy, reader_user: User) -> None:
    study = make_study(readers=[reader_user], cases=2)
    password = reader_user.password
    with pytest.raises(StudyError, match="R01 is not a simulated reader"):
        services.let_read([study.readers.get()], profiles=TWO[:1], seed=1)
    reader_user.refresh_from_db()
    assert reader_user.password == password


def test_a_study_that_does_not_run_is_refused(make_study: MakeStudy) -> None:
    make_study(cases=2, locked=False)
    with pytest.raises(CommandError, match="The study s is draft: lock it first"):
        command("--readers", "1")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--readers", "0"], "--readers must be at least 1"),
        (["--readers", "2", "--auc", "1.2"], "--auc must lie between 0.5 and 0.99"),
        (["--readers", "2", "--auc", "nan"], "--auc must lie between 0.5 and 0.99"),
        (["--readers", "2", "--seed", "-1"], "--seed must not be negative"),
        (["--readers", "many"], "invalid int value"),
    ],
)
def test_what_cannot_be_simulated_is_refused_before_anyone_is_enrolled(
    make_study: MakeStudy, arguments: list[str], message: str
) -> None:
    make_study(cases=2)
    with pytest.raises(CommandError, match=message):
        command(*arguments)
    assert not Reader.objects.exists()

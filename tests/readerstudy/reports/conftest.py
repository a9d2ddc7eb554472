"""Studies that were read, without pictures: reports look at judgements alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from analysis.leakage import joint
from readerstudy.accounts.models import User
from readerstudy.cohorts.models import Cohort
from readerstudy.detectors.services import import_scores
from readerstudy.reading.models import Reading
from readerstudy.studies.models import Study
from readerstudy.truth.models import Truth
from tests.readerstudy.makers import close_and_unblind, read, write_table
from tests.readerstudy.unpictured import a_person, an_unpictured_study


def by_habit(reading: Reading) -> tuple[str, int]:
    """Judge every fourth case of one's list wrongly, more or less surely."""
    number = int(reading.session.reader.code[1:])
    slips = (reading.position + number) % 4 == 0
    is_synthetic = Truth.objects.get(case=reading.case_id).is_synthetic
    call = "synthetic" if is_synthetic != slips else "authentic"
    return call, 15 + (reading.position * 13 + 5 * number) % 80


def score_by_code(cohort: Cohort, folder: Path, *, name: str = "Spectrum", calls_only: bool = False) -> None:
    """Import scores of a detector that goes by the alphabet."""
    codes = sorted(cohort.cases.values_list("code", flat=True))
    column = "call" if calls_only else "score"
    values = [n % 2 if calls_only else n / len(codes) for n in range(len(codes))]
    file = write_table(folder / f"{name}.csv", [{"case": c, column: v} for c, v in zip(codes, values, strict=True)])
    import_scores(name=name, version="1", file=file, cohort=cohort, actor=None)


@pytest.fixture(autouse=True)
def _one_round_of_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an audit learn from its cues once and not five times; what that gives is tested with the statistics."""
    monkeypatch.setattr(joint, "REPEATS", 1)


@pytest.fixture
def running(db: None) -> Study:
    """Three readers in a study with practice, none of whom has read."""
    people = [a_person(f"reader-{number}") for number in range(3)]
    return an_unpictured_study("s", practice=True, readers=people, consent=True, cases=12)


@pytest.fixture
def finished(running: Study) -> Study:
    """The same, read by all, closed and unblinded."""
    for reader in running.readers.all():
        read(reader, by_habit)
    return close_and_unblind(running)


@pytest.fixture
def one_reader(db: None) -> Study:
    """A study that one reader has read, unblinded."""
    study = an_unpictured_study("s", readers=[a_person("only")], consent=True, cases=8)
    read(study.readers.get(), by_habit)
    return close_and_unblind(study)


@pytest.fixture
def unread(db: None) -> Study:
    """A study in which nobody judged a case, unblinded."""
    return close_and_unblind(an_unpictured_study("s", readers=[a_person("idle")], consent=True, cases=2))


@pytest.fixture
def desk(client: Client, coordinator: User) -> Client:
    """The coordinator's browser."""
    client.force_login(coordinator)
    return client

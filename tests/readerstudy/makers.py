"""Cohorts, studies and judgements for tests, made by the services that people's own come through."""

from __future__ import annotations

import csv
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import numpy as np
from django.utils import timezone
from PIL import Image

from readerstudy.accounts.models import User
from readerstudy.cohorts.models import Cohort
from readerstudy.reading.models import Reading
from readerstudy.reading.queries import next_phase
from readerstudy.reading.services import Submission, start_session, submit_judgement
from readerstudy.studies import services as studies
from readerstudy.studies.models import Reader, Study
from readerstudy.truth.importing import import_cases
from readerstudy.truth.models import Truth

JudgeCase = Callable[[Reading], tuple[str, int]]


class MakeCohort(Protocol):
    """What the fixture `make_cohort` gives."""

    def __call__(self, slug: str = "cohort", *, cases: int = 6) -> Cohort:
        """Import so many drawn cases, every second one synthetic, and seal their truth."""
        ...


class MakeStudy(Protocol):
    """What the fixture `make_study` gives."""

    def __call__(
        self,
        slug: str = "s",
        *,
        practice: bool = False,
        readers: Sequence[User] = (),
        consent: bool = False,
        cases: int = 6,
        locked: bool = True,
    ) -> Study:
        """Make a study (with two practice cases before it), lock it, and let the users join as R01, R02, …"""
        ...


def draw_picture(path: Path, *, seed: Sequence[int], side: int = 64) -> None:
    """Draw random texture that belongs to this seed alone."""
    pixels = np.random.default_rng(list(seed)).integers(0, 256, (side, side), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


def write_table(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    """Write a CSV table with the columns of its first row."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def draw_folder(folder: Path, *, cases: int, seed: int = 0) -> Path:
    """Draw `case-00.png`, `case-01.png`, …, every second one synthetic, and give the truth table of the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(cases):
        name = f"case-{number:02d}.png"
        draw_picture(folder / name, seed=(seed, number))
        rows.append({"file": name, "truth": ("authentic", "synthetic")[number % 2]})
    return write_table(folder / "truth.csv", rows)


def a_sealed_cohort(slug: str = "cohort", *, cases: int = 6) -> Cohort:
    """Import a drawn folder with its truth; cohorts of other slugs hold other pictures."""
    with tempfile.TemporaryDirectory() as name:
        truth = draw_folder(Path(name), cases=cases, seed=int.from_bytes(slug.encode()))
        imported = import_cases(source=name, name=slug, truth=truth, actor=None)
    assert imported.sealed, imported.problems
    imported.cohort.refresh_from_db()
    return imported.cohort


def a_study(
    slug: str = "s",
    *,
    practice: bool = False,
    readers: Sequence[User] = (),
    consent: bool = False,
    cases: int = 6,
    locked: bool = True,
    make_cohort: MakeCohort = a_sealed_cohort,
) -> Study:
    """Make a study of one phase on a cohort of its own, `<slug>-cases` (practice: `<slug>-practice`)."""
    cohorts = [make_cohort(f"{slug}-cases", cases=cases)]
    if practice:
        cohorts.append(make_cohort(f"{slug}-practice", cases=2))
    study = studies.create_study(slug=slug, preset="single-phase", cohorts=cohorts)
    if locked:
        lock_without_audit(study)
    for user in readers:
        enrol(study, user, consent=consent)
    return study


def lock_without_audit(study: Study) -> Study:
    """Lock a study whose cohorts no blinding audit has looked at."""
    studies.lock_study(study=study, actor=None, unaudited_because="a test of something else")
    study.refresh_from_db()
    return study


def enrol(study: Study, user: User, *, consent: bool = False) -> Reader:
    """Give a user the next place in a study."""
    reader = studies.invite_reader(study=study, actor=None)
    studies.join_study(reader=reader, user=user, years=None, subspecialty="", country="")
    if consent:
        studies.give_consent(reader=reader, actor=user)
    reader.refresh_from_db()
    return reader


def by_truth(reading: Reading) -> tuple[str, int]:
    """Judge without a mistake, more or less surely."""
    return Truth.objects.get(case=reading.case_id).value, 20 + 10 * (reading.position % 8)


def always_authentic(reading: Reading) -> tuple[str, int]:
    """Take every case for authentic."""
    return "authentic", 60


def read(reader: Reader, judge_case: JudgeCase = by_truth, *, at_most: int | None = None) -> int:
    """Let a reader judge what is left of all phases, or the next few cases, and give the number of judgements."""
    assert reader.user is not None
    sent = 0
    while next_phase(reader) and sent != at_most:
        session, _ = start_session(reader=reader, actor=reader.user)
        for reading in session.readings.filter(judgements=None).order_by("position"):
            if sent == at_most:
                break
            submission = a_submission(*judge_case(reading))
            submit_judgement(session=session, position=reading.position, key=uuid.uuid4(), submission=submission)
            sent += 1
    return sent


def a_submission(call: str = "synthetic", confidence: int = 70, *, seconds: float = 4.5) -> Submission:
    """Say what a browser would have sent just now."""
    now = timezone.now()
    return Submission(call, confidence, seconds, shown_at=now - timedelta(seconds=seconds), submitted_at=now)


def close_and_unblind(study: Study) -> Study:
    """End a running study and open its truth."""
    studies.close_study(study=study, actor=None)
    studies.unblind_study(study=study, reason="all have read", actor=None)
    study.refresh_from_db()
    return study

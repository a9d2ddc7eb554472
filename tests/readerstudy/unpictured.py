"""Studies for tests that look at no picture: made in milliseconds, as no file is decoded and no password hashed."""

from __future__ import annotations

import hashlib
from functools import partial

from readerstudy.accounts.models import Role, User
from readerstudy.accounts.services import create_user
from readerstudy.cohorts import frames
from readerstudy.cohorts.models import Case, Cohort, Image, Source
from readerstudy.cohorts.profiles import DEFAULT_PROFILE
from readerstudy.studies.models import Study
from readerstudy.truth.models import Truth, Value
from readerstudy.truth.services import seal_truth, write_truth
from readerstudy.truth.table import TruthRow
from tests.readerstudy.makers import a_study


def a_person(username: str, role: Role = Role.READER) -> User:
    """Make a user who can be logged in by the test alone."""
    return create_user(username=username, password=None, role=role)


def an_unpictured_cohort(slug: str = "cohort", *, cases: int = 6) -> Cohort:
    """Make a sealed cohort, every second case synthetic, whose frames lie nowhere."""
    cohort = Cohort.objects.create(slug=slug, title=slug)
    rows = {}
    for number in range(cases):
        case = Case.objects.create(cohort=cohort)
        side = DEFAULT_PROFILE.side
        name = f"{slug}-{number}"
        digest = hashlib.sha256(name.encode()).hexdigest()
        Image.objects.create(
            case=case, file=name, sha256=digest, rows=side, columns=side, length=side * side,
            profile=DEFAULT_PROFILE.name,
        )  # fmt: skip
        telltales = {"telltales": "grain; spine"} if number % 2 else {}
        rows[case] = TruthRow(f"{number}.png", (Value.AUTHENTIC, Value.SYNTHETIC)[number % 2], telltales)
    write_truth(cohort=cohort, rows=rows, actor=None)
    seal_truth(cohort=cohort, actor=None)
    cohort.refresh_from_db()
    return cohort


# What `makers.a_study` makes, on cohorts without pictures.
an_unpictured_study = partial(a_study, make_cohort=an_unpictured_cohort)


def a_pool(slug: str = "pool", *, cases: int = 12) -> Cohort:
    """Make a sealed cohort of black pictures from two anatomies, of three patients who are in both classes."""
    cohort = an_unpictured_cohort(slug, cases=cases)
    draw_frames_of(cohort)
    for number, truth in enumerate(Truth.objects.filter(case__cohort=cohort).order_by("value", "pk")):
        truth.anatomy, truth.patient = ("chest", "hand")[number % 2], f"P{number % 6 // 2}"
        truth.save()
        Source.objects.create(
            case=truth.case, cohort=cohort, name=f"{number}.png", format="PNG", rows=64, columns=64, bits=8,
            pixel_digest=f"{slug}-{number}",
        )  # fmt: skip
    return cohort


def draw_frames(study: Study) -> None:
    """Give the cases of a study black pictures after all."""
    for phase in study.phases.select_related("cohort"):
        draw_frames_of(phase.cohort)


def draw_frames_of(cohort: Cohort) -> None:
    """Give the cases of a cohort black pictures after all."""
    frames.folder().mkdir(parents=True, exist_ok=True)
    for image in Image.objects.filter(case__cohort=cohort):
        frames.path_of(image).write_bytes(bytes(image.rows * image.columns))

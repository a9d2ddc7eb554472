"""Studies with aid, without pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.cohorts.models import Cohort
from readerstudy.detectors.aiding import choose_aid
from readerstudy.detectors.models import Detector
from readerstudy.detectors.services import import_scores
from readerstudy.studies.models import Study
from tests.readerstudy.makers import write_table
from tests.readerstudy.protocols import a_draft, a_phase

EVERYTHING = ("score", "call", "region")


def score_all(cohort: Cohort, folder: Path, *, name: str = "Spectrum", columns: Sequence[str] = EVERYTHING) -> Detector:
    """Let a detector judge every case of a cohort, by the alphabet."""
    codes = sorted(cohort.cases.values_list("code", flat=True))
    said: list[dict[str, Any]] = [
        {"case": code, "score": n + 0.25, "call": n % 2, "region": f"0.{n % 7} 0.1 0.25 0.5"}
        for n, code in enumerate(codes)
    ]
    rows = [{column: row[column] for column in ("case", *columns)} for row in said]
    file = write_table(folder / f"{name}-{cohort.slug}.csv", rows)
    detector, _ = import_scores(name=name, version="1", file=file, cohort=cohort, actor=None)
    return detector


def an_aided_draft(folder: Path, *, shows: Sequence[str] = EVERYTHING, slug: str = "s", **settings: Any) -> Study:
    """Make a draft of one aided phase whose aid is chosen."""
    usual = {"purpose": "aided", "modality": "aided", "aid": "concurrent"}
    study = a_draft(a_phase(**{**usual, **settings}), slug=slug)
    phase = study.phases.get()
    choose_aid(phase=phase, detector=score_all(phase.cohort, folder), shows=shows, actor=None)
    return study


@pytest.fixture
def desk(client: Client, coordinator: User) -> Client:
    """The coordinator's browser."""
    client.force_login(coordinator)
    return client

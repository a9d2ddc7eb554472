"""No page asks the database more often because a study has more cases, more readers or more judgements."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from readerstudy.cohorts.models import Cohort
from tests.blinding.site import a_site
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = pytest.mark.django_db


def test_every_page_asks_the_database_alike_for_few_and_for_many(tmp_path: Path, subtests: pytest.Subtests) -> None:
    few = queries_of_every_page(tmp_path / "few", cases=6, readers=1)
    many = queries_of_every_page(tmp_path / "many", cases=15, readers=5)
    assert len(few) == len(many) > 100
    for (page, asked), (_, asked_of_many) in zip(few, many, strict=True):
        with subtests.test(page):
            assert len(asked_of_many) <= len(asked), most_often(asked_of_many)


def most_often(asked: list[str]) -> list[tuple[str, int]]:
    """Give the questions that were asked most often, without what was asked about."""
    return Counter(re.sub(r"\d+|'[^']*'", "…", one) for one in asked).most_common(3)


def queries_of_every_page(folder: Path, *, cases: int, readers: int) -> list[tuple[str, list[str]]]:
    """Make a site, open all that its roles may open, and take it back."""
    folder.mkdir()
    asked = []
    with override_settings(DATA_DIR=folder / "var"), transaction.atomic():
        site = a_site(folder, cases=cases, readers=readers)
        for page in site.pages():
            with CaptureQueriesContext(connection) as queries:
                page.open()
            asked.append((f"{page.row} as {page.role}", [one["sql"] for one in queries]))
        transaction.set_rollback(True)
    return asked


def test_the_list_of_cohorts_asks_alike_for_few_and_for_many(desk: Client) -> None:
    def asked() -> int:
        Cohort.objects.update(audit_verdict="pass", audit_state="of before")
        with CaptureQueriesContext(connection) as queries:
            assert desk.get("/cohorts/").content.count(b"Out of date") == Cohort.objects.count()
        return len(queries)

    an_unpictured_cohort("first")
    few = asked()
    for number in range(5):
        an_unpictured_cohort(f"another-{number}")
    assert asked() == few

"""Studies of 100,000 readings: how long every page and file takes, beside those of small studies in the same run."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from readerstudy.audit.services import record
from tests.blinding.site import Page, Site, a_site

pytestmark = [pytest.mark.bench, pytest.mark.django_db]
READERS, CASES, EVENTS, TIMES = 50, 2_000, 20_000, 5
LIMIT_MS = 300
# What else a page may be asked, beside the addresses of the endpoint table.
FILTERED = [
    ("/studies/running/audit/?verb=tests.done", "monitor"),
    ("/studies/running/audit/?page=100", "coordinator"),
    ("/cohorts/running-cases/?text=unchecked&page=30", "coordinator"),
    ("/cohorts/running-cases/?state=all", "coordinator"),
]


def took(page: Page) -> tuple[float, int]:
    """Give the median time in ms, the first time left out, and how often the database was asked.

    Large files are made twice and not more often.
    """
    start = time.perf_counter()
    page.open()
    is_long = time.perf_counter() - start > 3
    times = []
    for _ in range(1 if is_long else TIMES):
        with CaptureQueriesContext(connection) as queries:
            start = time.perf_counter()
            page.open()
            times.append(1000 * (time.perf_counter() - start))
    return median(times), len(queries)


def all_pages(site: Site) -> dict[str, Page]:
    filtered = [Page(path, role, site.browser(role)) for path, role in FILTERED]
    return {f"{page.row or page.path} {page.role}": page for page in [*site.pages(), *filtered]}


def measured(folder: Path, **size: int) -> dict[str, tuple[float, int]]:
    """Make a site, measure its pages and take it back."""
    folder.mkdir()
    with override_settings(DATA_DIR=folder / "var"), transaction.atomic():
        site = a_site(folder, **size)
        for number in range(EVENTS if size["readers"] == READERS else 200):
            record(actor=None, verb="tests.done", target="study:running", number=number)
        found = {name: took(page) for name, page in all_pages(site).items()}
        transaction.set_rollback(True)
    return found


def test_every_page_of_studies_of_100_000_readings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = measured(tmp_path / "small", cases=12, readers=2)
    large = measured(tmp_path / "large", cases=CASES, readers=READERS)
    with capsys.disabled():
        size = f"{READERS * CASES:,} readings a study, {EVENTS:,} events, {connection.vendor}"
        print(f"\n{size} (in brackets: 24 readings; *: more than {LIMIT_MS} ms):")  # noqa: T201
        for name, (milliseconds, queries) in sorted(large.items(), key=lambda one: -one[1][0]):
            before, asked = small[name]
            over = " *" if milliseconds > LIMIT_MS else ""
            print(f"  {milliseconds:7.0f} ms ({before:4.0f}), {queries:3} queries ({asked:3})  {name}{over}")  # noqa: T201
    assert small.keys() == large.keys()

"""In a real browser a coordinator reads a draft's phase to its end, and nothing is kept, here or on the server."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from readerstudy.accounts.models import Role
from readerstudy.accounts.services import create_user
from readerstudy.reading.models import Judgement, ReadingSession
from readerstudy.studies import services as studies
from tests.browser.conftest import PASSWORD, LogIn
from tests.browser.reading import begin
from tests.readerstudy.makers import a_sealed_cohort


def test_a_draft_is_read_to_its_end_and_nothing_is_kept(log_in: LogIn, tmp_path: Path) -> None:
    coordinator = create_user(username="coordinator", password=PASSWORD, role=Role.COORDINATOR)
    studies.create_study(
        slug="s", title="A trial", preset="single-phase", cohorts=[a_sealed_cohort("main", cases=4)], actor=coordinator
    )
    page = log_in("coordinator")
    page.get_by_role("link", name="A trial").click()
    page.get_by_role("link", name="Preview and time").click()
    page.get_by_role("link", name="Try it on the reading page").click()
    expect(page.get_by_text("nothing of this is kept")).to_be_visible()
    begin(page)
    for position in range(1, 5):
        expect(page.locator(f"[data-rendered='{position}']")).to_be_visible()
        page.keyboard.press("as"[position % 2])
        page.keyboard.press("7")
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="All 4 cases read")).to_be_visible()
    assert page.evaluate("indexedDB.databases()") == []
    page.locator("a[data-part=leave]").click()
    expect(page.get_by_role("heading", name="Preview as a reader")).to_be_visible()
    assert not Judgement.objects.exists()
    assert not ReadingSession.objects.exists()

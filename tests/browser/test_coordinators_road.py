"""A coordinator's whole road by clicks: from an empty database to the PDF, and a capsule that verifies elsewhere.

With ALBUM=folder every station is photographed there, wide and light, narrow and dark.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from analysis.leakage import joint
from fixtures.cohort import write_cohort
from readerstudy.jobs.services import work_off
from readerstudy.reading.models import Reading
from readerstudy.studies.models import Study
from readerstudy.truth.models import Truth
from tests.browser.conftest import PASSWORD, LogIn
from tests.readerstudy.makers import read

CASES = 12
ALBUM = os.environ.get("ALBUM")
_station = iter(range(1, 1000))


def show(page: Page, name: str) -> None:
    """Photograph a station of the road, where somebody wants to look at it."""
    if not ALBUM:
        return
    number = next(_station)
    for width, scheme in ((1440, "light"), (820, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_timeout(300)
        page.screenshot(path=Path(ALBUM) / f"{number:02d}-{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 720})


def a_zip(folder: Path) -> Path:
    """Phantoms with their truth table, as an archive."""
    write_cohort(folder, cases=CASES, seed=3, long_side=256)
    return Path(shutil.make_archive(str(folder), "zip", folder))


def mostly_right(reading: Reading) -> tuple[str, int]:
    """Err at every fourth case, each reader at others."""
    number = int(reading.session.reader.code[1:])
    slips = (reading.position + number) % 4 == 0
    is_synthetic = Truth.objects.get(case=reading.case_id).is_synthetic
    return "synthetic" if is_synthetic != slips else "authentic", 10 + (17 * reading.position + 5 * number) % 90


def bring_in_a_cohort(page: Page, archive: Path) -> None:
    expect(page.get_by_role("heading", name="No study yet")).to_be_visible()
    show(page, "empty")
    page.get_by_role("link", name="Go to the cohorts").click()
    page.get_by_role("link", name="New cohort").first.click()
    page.get_by_label("Title").fill("Chests and hands")
    page.get_by_role("button", name="Make the cohort").click()
    show(page, "import-empty")
    page.locator("input[data-pick]").first.set_input_files(archive)
    expect(page.get_by_role("button", name="Start the import")).to_be_enabled()
    show(page, "import-ready")
    page.get_by_role("button", name="Start the import").click()
    work_off()
    expect(page.get_by_role("heading", name="The last import")).to_be_visible()
    show(page, "import-done")
    page.get_by_role("link", name="See the cases").click()
    expect(page.locator(".gallery img")).to_have_count(CASES)
    show(page, "gallery")


def audit_the_blinding(page: Page) -> None:
    page.get_by_role("link", name="Blinding", exact=True).click()
    page.get_by_role("button", name="Run the audit").click()
    work_off()
    page.get_by_role("button", name="Acknowledge the confound report").click()
    page.get_by_role("dialog").get_by_role("button", name="Acknowledge the confound report").click()
    expect(page.get_by_text("Acknowledged", exact=False).first).to_be_visible()
    show(page, "blinding")


def draft_a_study(page: Page) -> None:
    page.get_by_role("link", name="Studies", exact=True).click()
    page.get_by_role("link", name="New study").click()
    show(page, "presets")
    page.get_by_role("link", name="Single phase: call and confidence").click()
    page.get_by_label("Title").fill("Our first study")
    expect(page.get_by_label("Short name")).to_have_value("our-first-study")
    page.get_by_label("Cohort: cases to read").select_option(label="Chests and hands")
    show(page, "names")
    page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_role("heading", name="What comes next")).to_be_visible()
    show(page, "draft")


def change_the_protocol(page: Page) -> None:
    """The reading gets a title of its own in the builder."""
    page.get_by_role("link", name="Change Reading", exact=True).click()
    page.get_by_label("Title").fill("Reading of chests and hands")
    show(page, "edit-phase")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Change Reading of chests and hands")).to_be_visible()


def fix_the_plan(page: Page) -> None:
    page.locator(".checklist").get_by_role("link", name="Analysis plan").click()
    show(page, "plan")
    page.get_by_role("link", name="Look through and save").click()
    page.get_by_label("Readers planned").fill("3")
    show(page, "edit-plan")
    page.get_by_role("button", name="Save the plan").click()
    expect(page.get_by_text("fixed when the study is locked").first).to_be_visible()


def offer_places(page: Page) -> tuple[str, str]:
    """Give a link for one reader, and the one by which anybody registers."""
    page.get_by_role("link", name="Readers", exact=True).click()
    page.get_by_role("button", name="Invite", exact=True).click()
    single = page.get_by_label("Invitation link of R01").input_value()
    show(page, "places")
    page.get_by_role("link", name="Joining").click()
    page.get_by_label("Readers may register by this link").check()
    page.get_by_role("button", name="Save").click()
    everybody = page.get_by_label("Invitation link of Our first study").input_value()
    show(page, "joining")
    return single, everybody


def lock(page: Page) -> None:
    page.get_by_role("link", name="Protocol", exact=True).click()
    expect(page.get_by_text("Everything is in place.")).to_be_visible()
    show(page, "ready")
    page.get_by_role("button", name="Lock the study").click()
    page.get_by_role("dialog").get_by_role("button", name="Lock the study").click()
    expect(page.locator("h1 .badge")).to_have_text(re.compile("Running|Locked"))
    show(page, "locked")


def join(browser: Browser, server: str, link: str, username: str) -> None:
    """Make an account by a link in a browser of one's own, and agree to take part, now or afterwards."""
    context = browser.new_context(base_url=server)
    page = context.new_page()
    page.goto(link)
    show(page, f"join-{username}")
    page.get_by_label("Username").fill(username)
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    for name, value in (("years", "7"), ("subspecialty", "chest"), ("country", "Austria")):
        if page.locator(f"[name={name}]").count():
            page.locator(f"[name={name}]").fill(value)
    if page.get_by_label("I have read this and agree").count():
        page.get_by_label("I have read this and agree").check()
    page.locator("main button.primary").click()
    expect(page.get_by_role("heading", name="My studies")).to_be_visible()
    agree = page.get_by_role("link", name="Read the information and agree")
    if agree.count():  # the study runs, and this link did not ask
        agree.click()
        page.get_by_label("I have read this and agree").check()
        page.get_by_role("button", name="Agree").click()
        expect(page.get_by_role("button", name="Start reading")).to_be_visible()
    else:
        expect(page.get_by_text("You have a place in “Our first study”.")).to_be_visible()
    show(page, f"joined-{username}")
    context.close()


def watch(page: Page) -> None:
    page.get_by_role("link", name="Monitor", exact=True).click()
    for code in ("R01", "R02", "R03"):
        expect(page.get_by_role("row", name=code)).to_contain_text(f"{CASES}/{CASES}")
    show(page, "monitor")


def end(page: Page) -> None:
    """Close, then unblind: each by password, with a reason."""
    page.get_by_role("link", name="Protocol", exact=True).click()
    for act in ("Close the study", "Unblind"):
        page.get_by_role("link", name=act).click()
        page.get_by_label("Reason").fill("all three have read everything")
        page.get_by_label("Your password").fill(PASSWORD)
        show(page, act.split()[0].lower())
        page.get_by_role("button", name=act).click()
        show(page, f"{act.split()[0].lower()}-done")


def make_the_report(page: Page) -> None:
    page.get_by_role("link", name="See the results").click()
    show(page, "no-report")
    page.get_by_role("button", name="Make the report").click()
    expect(page.get_by_role("heading", name="Report of Our first study")).to_be_visible()
    show(page, "report-waits")
    work_off()
    expect(page.locator("figure[data-chart-url*='/phase-1-roc.json'] svg")).to_be_visible()
    expect(page.locator("figure[data-chart-url*='/phase-1-forest-auc.json'] svg")).to_be_visible()
    show(page, "results")


def downloaded(page: Page, click: Callable[[], None]) -> bytes:
    with page.expect_download() as download:
        click()
    return Path(download.value.path()).read_bytes()


def expect_files(page: Page, folder: Path) -> None:
    page.get_by_role("link", name="All files").click()
    show(page, "files")

    def file(name: str) -> bytes:
        return downloaded(page, page.get_by_role("link", name=name, exact=True).click)

    ratings = pd.read_csv(io.BytesIO(file("ratings.csv")))
    assert sorted(ratings["reader"].value_counts().items()) == [(f"R0{n}", CASES) for n in (1, 2, 3)]
    assert set(pd.read_excel(io.BytesIO(file("tables.xlsx")), sheet_name=None)) >= {"ratings", "readers", "cases"}
    assert r"\toprule" in file("tables.tex").decode()
    page.get_by_role("button", name="Make the capsule").click()
    work_off()
    ready = page.get_by_role("link", name="Download the capsule")
    expect(ready).to_be_visible(timeout=30_000)
    (folder / "capsule.zip").write_bytes(downloaded(page, ready.click))
    expect_a_pdf(page)


def expect_a_pdf(page: Page) -> None:
    page.get_by_role("button", name="Make the PDF").click()
    show(page, "pdf-waits")
    work_off()
    content = downloaded(page, page.get_by_role("link", name="Download the PDF").click)
    show(page, "pdf-made")
    if ALBUM:
        (Path(ALBUM) / "report.pdf").write_bytes(content)
    text = " ".join(leaf.extract_text() for leaf in PdfReader(io.BytesIO(content)).pages)
    for words in ("Our first study", "R03", "Obuchowski"):
        assert words in text


def verify_elsewhere(folder: Path) -> None:
    """The capsule is computed again by a process that has neither server nor database."""
    assert "ratings.csv" in zipfile.ZipFile(folder / "capsule.zip").namelist()
    command = [sys.executable, "-m", "analysis", "verify", str(folder / "capsule.zip")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_from_an_empty_database_to_the_pdf(
    server: str, log_in: LogIn, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joint, "REPEATS", 1)  # an audit's learning is tested with the statistics
    monkeypatch.setenv("PASSWORD", PASSWORD)
    call_command("create_coordinator", "coordinator")
    page: Any = log_in("coordinator")

    bring_in_a_cohort(page, a_zip(tmp_path / "phantoms"))
    audit_the_blinding(page)
    draft_a_study(page)
    change_the_protocol(page)
    fix_the_plan(page)
    single, everybody = offer_places(page)
    for username in ("bela", "cleo"):
        join(browser, server, everybody, username)
    lock(page)
    join(browser, server, single, "ada")
    for reader in Study.objects.get(slug="our-first-study").readers.all():
        read(reader, mostly_right)
    watch(page)
    end(page)
    make_the_report(page)
    expect_files(page, tmp_path)
    verify_elsewhere(tmp_path)

"""The whole main job in the browser: a reader reads, the coordinator closes, unblinds and sees the results."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from playwright.sync_api import Page, expect

from fixtures.cohort import write_cohort
from readerstudy.accounts.models import Role, User
from readerstudy.accounts.services import create_user
from readerstudy.jobs.services import work_off
from readerstudy.reading.models import Judgement
from readerstudy.studies import services as studies
from readerstudy.studies.models import Study
from readerstudy.truth.importing import import_cases
from tests.browser.conftest import PASSWORD, LogIn
from tests.browser.reading import begin, saved
from tests.readerstudy.makers import enrol, lock_without_audit, read

CASES = 6


def a_phantom_study(folder: Path) -> Study:
    """A running study of small phantoms, with two to practise on."""
    cohorts = []
    for name, cases, seed in (("phantoms", CASES, 1), ("practice", 2, 2)):
        write_cohort(folder / name, cases=cases, seed=seed, long_side=256)
        done = import_cases(source=str(folder / name), name=name, truth=folder / name / "truth.csv", actor=None)
        assert done.sealed, done.problems
        cohorts.append(done.cohort)
    study = studies.create_study(slug="trial", title="A trial", preset="single-phase", cohorts=cohorts)
    return lock_without_audit(study)


def people() -> tuple[User, User, User]:
    """A coordinator, the reader at the browser, and a colleague who reads by the services."""
    return (
        create_user(username="coordinator", password=PASSWORD, role=Role.COORDINATOR),
        create_user(username="reader", password=PASSWORD, role=Role.READER),
        create_user(username="colleague", password=PASSWORD, role=Role.READER),
    )


def judge(page: Page, position: int, call: str, digit: str) -> None:
    """Judge the case that is on the screen, by keyboard alone."""
    expect(page.locator(f"[data-rendered='{position}']")).to_be_visible()
    page.keyboard.press(call)
    page.keyboard.press(digit)
    page.keyboard.press("Enter")


def agree_and_start(page: Page) -> None:
    page.get_by_role("link", name="Read the information and agree").click()
    page.get_by_label("I have read this and agree").check()
    page.get_by_role("button", name="Agree").click()
    page.get_by_role("button", name="Start reading").click()
    begin(page)


def practise(page: Page) -> None:
    """Judge the two practice cases; each time the answer is shown before the next one comes."""
    for position in (1, 2):
        judge(page, position, "s", "7")
        verdict = page.locator("[data-part=verdict]")
        expect(verdict).to_contain_text("This X-ray is")
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Practice finished")).to_be_visible()
    # An Enter so soon after the last one would be taken for its echo.
    with page.expect_navigation():
        page.locator("[data-go]").click()


def test_a_reader_reads_a_session_and_the_coordinator_sees_the_report(
    server: str, log_in: LogIn, tmp_path: Path
) -> None:
    study = a_phantom_study(tmp_path)
    _, reader, colleague = people()
    enrol(study, reader)
    read(enrol(study, colleague, consent=True))

    page = log_in("reader")
    expect(page.get_by_role("heading", name="A trial")).to_be_visible()
    agree_and_start(page)
    practise(page)
    begin(page)
    for position in range(1, CASES + 1):
        expect(page.locator("[data-part=count]")).to_have_text(f"{position} of {CASES}")
        judge(page, position, "as"[position % 2], str(position))
    expect(page.get_by_role("heading", name=f"All {CASES} cases read")).to_be_visible()
    saved(page)

    stored = Judgement.objects.filter(reading__session__reader__user=reader, reading__session__phase__name="phase-1")
    said = [(j.reading.position, j.call, j.confidence) for j in stored.order_by("reading__position")]
    assert said == [(n, ("authentic", "synthetic")[n % 2], 10 * n) for n in range(1, CASES + 1)]

    desk = log_in("coordinator")
    desk.get_by_role("link", name="A trial").click()
    desk.get_by_role("link", name="Monitor", exact=True).click()
    expect(desk.get_by_role("row", name="R01")).to_contain_text(f"{CASES}/{CASES}")
    desk.get_by_role("link", name="Protocol").click()
    close_and_unblind(desk)
    desk.get_by_role("link", name="See the results").click()
    desk.get_by_role("button", name="Make the report").click()
    expect(desk.get_by_role("heading", name="Report of A trial")).to_be_visible()
    work_off()
    expect_results(desk, tmp_path)


def close_and_unblind(desk: Page) -> None:
    for act in ("Close the study", "Unblind"):
        desk.get_by_role("link", name=act).click()
        desk.get_by_label("Reason").fill("both have read")
        desk.get_by_label("Your password").fill(PASSWORD)
        desk.get_by_role("button", name=act).click()


def expect_results(desk: Page, folder: Path) -> None:
    """Two charts, a row for each reader and their mean; and ratings.csv to take away."""
    for chart in ("phase-1-roc", "phase-1-forest-auc"):
        expect(desk.locator(f"figure[data-chart-url*='/{chart}.json'] svg")).to_be_visible()
    expect(desk.locator("figure[data-chart-url*='/phase-1-flow.json'] img")).to_be_visible()
    table = desk.get_by_role("table", name="Readers and their mean")
    for name in ("R01", "R02", "Mean"):
        expect(table.get_by_role("rowheader", name=name, exact=True)).to_be_visible()
    desk.get_by_role("link", name="All files").click()
    with desk.expect_download() as download:
        desk.get_by_role("link", name="ratings.csv").click()
    download.value.save_as(folder / "ratings.csv")
    ratings = pd.read_csv(folder / "ratings.csv")
    assert sorted(ratings["reader"].value_counts().items()) == [("R01", CASES), ("R02", CASES)]
    mine = ratings[ratings["reader"] == "R01"].sort_values("position")
    assert list(mine["rating"]) == [50 + 10 * n / 2 * (1 if n % 2 else -1) for n in range(1, CASES + 1)]

"""A coordinator makes a cohort, drops files onto its page, starts the import and sees the cases."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from readerstudy.accounts.models import Role
from readerstudy.accounts.services import create_user
from readerstudy.cohorts.models import Cohort, Source
from readerstudy.cohorts.services import create_cohort
from readerstudy.jobs.models import Job, Status
from readerstudy.jobs.services import work_off
from readerstudy.truth.staging import Staging
from tests.browser.conftest import PASSWORD, LogIn
from tests.readerstudy.makers import draw_folder

DROP = """([zone, files]) => {
  const transfer = new DataTransfer();
  for (const [name, content] of files) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { lastModified: 1 }));
  }
  for (const type of ['dragover', 'drop'])
    document.querySelector(zone).dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true }));
}"""


def coordinators_page(log_in: LogIn) -> Page:
    create_user(username="coordinator", password=PASSWORD, role=Role.COORDINATOR)
    return log_in("coordinator")


def drop(page: Page, *paths: Path) -> None:
    page.wait_for_load_state()  # the script of the page listens by then; a person is never as quick
    files = [[path.name, base64.b64encode(path.read_bytes()).decode()] for path in paths]
    page.evaluate(DROP, [".drop-zone", files])


def test_from_dropped_files_to_a_sealed_cohort(log_in: LogIn, tmp_path: Path) -> None:
    folder = draw_folder(tmp_path / "drawn", cases=4).parent
    page = coordinators_page(log_in)
    page.goto("/cohorts/")
    page.get_by_role("link", name="New cohort").click()
    page.get_by_label("Title").fill("Chests, Spring")
    expect(page.get_by_label("Short name")).to_have_value("chests-spring")
    page.get_by_role("button", name="Make the cohort").click()
    expect(page.get_by_role("button", name="Start the import")).to_be_disabled()
    drop(page, *sorted(folder.glob("*.png")))
    expect(page.get_by_text("There is no truth table")).to_be_visible()
    drop(page, folder / "truth.csv")
    expect(page.get_by_text("truth.csv, 4 rows")).to_be_visible()
    expect(page.get_by_text("There is no truth table")).to_have_count(0)
    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    work_off()
    expect(page.get_by_role("heading", name="The last import")).to_be_visible()
    page.get_by_role("link", name="See the cases").click()
    expect(page.locator(".gallery img")).to_have_count(4)
    cohort = Cohort.objects.get(slug="chests-spring")
    assert cohort.is_sealed
    assert set(Source.objects.values_list("name", flat=True)) == {f"case-0{number}.png" for number in range(4)}


def test_a_chosen_folder_counts_from_within_and_can_be_taken_back(log_in: LogIn, tmp_path: Path) -> None:
    folder = draw_folder(tmp_path / "drawn", cases=2).parent
    (folder / ".DS_Store").write_bytes(b"left behind")
    create_cohort(name="mine", actor=None)
    page = coordinators_page(log_in)
    page.goto("/cohorts/mine/import/")
    page.locator("input[webkitdirectory]").set_input_files(folder)
    expect(page.get_by_text("truth.csv, 2 rows")).to_be_visible()
    assert [file.name for file in Staging("mine").files()] == ["case-00.png", "case-01.png", "truth.csv"]
    page.locator(".staged summary").click()
    page.get_by_role("button", name="Remove truth.csv").click()
    expect(page.get_by_text("There is no truth table")).to_be_visible()
    page.get_by_role("button", name="Remove all").click()
    expect(page.get_by_role("button", name="Start the import")).to_be_disabled()
    assert Staging("mine").files() == []


def test_after_a_reload_an_upload_goes_on_where_it_was_cut_off(log_in: LogIn, tmp_path: Path) -> None:
    folder = draw_folder(tmp_path / "drawn", cases=2).parent
    path = folder / "case-00.png"
    data, stamp = path.read_bytes(), path.stat().st_mtime_ns // 10**6
    create_cohort(name="mine", actor=None)
    Staging("mine").receive(name=path.name, size=len(data), stamp=stamp, offset=0, pieces=[data[:1000]])
    page = coordinators_page(log_in)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "PUT" else None)
    page.goto("/cohorts/mine/import/")
    expect(page.get_by_text("1 file not whole yet")).to_be_visible()
    page.locator(".staged summary").click()
    expect(page.get_by_text(re.compile("Cut off: add it again"))).to_be_visible()
    page.locator("input[data-pick]").first.set_input_files(path)
    expect(page.get_by_text("There is no truth table")).to_be_visible()
    assert [url.rpartition("offset=")[2] for url in sent] == ["1000"]
    assert (Staging("mine").folder / path.name).read_bytes() == data


def test_a_job_can_be_stopped_however_long_a_person_thinks_about_it(log_in: LogIn, tmp_path: Path) -> None:
    folder = draw_folder(tmp_path / "drawn", cases=2).parent
    create_cohort(name="mine", actor=None)
    page = coordinators_page(log_in)
    page.goto("/cohorts/mine/import/")
    page.locator("input[webkitdirectory]").set_input_files(folder)
    page.get_by_role("button", name="Start the import").click()
    page.get_by_role("button", name="Stop").click()
    with page.expect_response("**/jobs/*/"):  # the page renews itself behind the question
        pass
    page.get_by_role("dialog").get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Start the import")).to_be_enabled()
    assert Job.objects.get().status == Status.STOPPED

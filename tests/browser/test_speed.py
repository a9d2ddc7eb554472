"""First image and next image, as the reading page itself marks them, and what the page holds in memory."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from readerstudy.accounts.models import Role, User
from readerstudy.accounts.services import create_user
from readerstudy.cohorts import presenting
from readerstudy.cohorts.profiles import PROFILES
from readerstudy.studies import services as studies
from readerstudy.studies.models import Study
from readerstudy.truth.importing import import_cases
from tests.browser.conftest import PASSWORD, LogIn
from tests.browser.reading import begin, saved, start
from tests.readerstudy.cohorts.samples import dicom_file
from tests.readerstudy.makers import a_study, enrol, lock_without_audit, write_table

CASES = 20
#: Of so many large radiographs, at 9 MB each, far fewer fit into the page's memory than are read.
MANY, ROWS, COLUMNS = 100, 2048, 2304
MEGABYTE = 2**20


def judge(page: Page, position: int) -> None:
    """Wait for a case, and judge it as a quick reader would: in time enough to fetch ahead."""
    expect(page.locator(f"[data-rendered='{position}']")).to_be_visible(timeout=15_000)
    for key in ("a", "5"):
        page.keyboard.press(key)
    page.wait_for_timeout(700)


@pytest.mark.bench
def test_first_image_and_next_image(server: str, log_in: LogIn, capsys: pytest.CaptureFixture[str]) -> None:
    user = create_user(username="reader", password=PASSWORD, role=Role.READER)
    a_study(readers=[user], consent=True, cases=CASES)
    page = log_in("reader")
    start(page)
    page.reload()  # as for a reader who comes back: the screen is checked
    begin(page)
    for position in range(1, CASES + 1):
        judge(page, position)
        page.keyboard.press("Enter")
    saved(page)
    first = page.evaluate("performance.getEntriesByName('first-image')[0].startTime")
    following = page.evaluate("performance.getEntriesByName('next-image').map(entry => entry.duration)")
    assert len(following) == CASES - 1
    with capsys.disabled():
        print(  # noqa: T201
            f"\nbrowser: first image {first:.0f} ms after navigation; "
            f"next image median {median(following):.0f} ms, slowest {max(following):.0f} ms of {len(following)}"
        )


@pytest.mark.bench
def test_memory_after_a_hundred_large_cases(
    server: str, log_in: LogIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    enrol(a_study_of_large_pictures(tmp_path / "large"), a_reader(), consent=True)
    page = log_in("reader")
    start(page)
    held = {}
    for position in range(1, MANY + 1):
        judge(page, position)
        if position in (10, 30, 50, 75, MANY):
            held[position] = heap(page)
        page.keyboard.press("Enter")
    saved(page)
    with capsys.disabled():
        sizes = ", ".join(f"{size / MEGABYTE:.0f} MB at case {position}" for position, size in held.items())
        print(f"\nbrowser: memory of the page {sizes}; images of {2 * ROWS * COLUMNS / MEGABYTE:.0f} MB")  # noqa: T201
    assert held[MANY] < 1.2 * held[50], "it grows with every case"


def a_reader() -> User:
    return create_user(username="reader", password=PASSWORD, role=Role.READER)


def a_study_of_large_pictures(folder: Path) -> Study:
    """Lock a study of deep pictures, shown as they were acquired."""
    folder.mkdir()
    for number in range(MANY):
        content = dicom_file(large_picture(number), PixelSpacing=[0.2, 0.2])
        (folder / f"{number:03d}.dcm").write_bytes(content)
    rows = [{"file": f"{n:03d}.dcm", "truth": ("authentic", "synthetic")[n % 2]} for n in range(MANY)]
    truth = write_table(folder.parent / "truth.csv", rows)
    cohort = import_cases(source=str(folder), name="large", truth=truth, actor=None).cohort
    presenting.represent_cohort(cohort=cohort, profile=PROFILES["as-acquired-16bit/1"], actor=None)
    return lock_without_audit(studies.create_study(slug="large", preset="single-phase", cohorts=[cohort]))


def large_picture(number: int) -> NDArray[np.uint16]:
    """Draw coarse grain, which is quickly made and unlike that of any other number."""
    coarse = np.random.default_rng(number).integers(0, 4096, (ROWS // 64, COLUMNS // 64), dtype=np.uint16)
    return np.kron(coarse, np.ones((64, 64), np.uint16))


def heap(page: Page) -> int:
    """Bytes that the page's scripts hold, pixels included, once what is no longer used is swept away."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    return int(usage["usedSize"] + usage.get("backingStorageSize", 0))

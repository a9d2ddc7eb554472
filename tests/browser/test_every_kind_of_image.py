"""The reading page shows images of every profile: deep, compressed and padded, calibrated, as acquired."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

from readerstudy.accounts.models import Role
from readerstudy.accounts.services import create_user
from readerstudy.cohorts import presenting
from readerstudy.cohorts.profiles import PROFILES
from readerstudy.studies import services as studies
from readerstudy.truth.importing import import_cases
from tests.browser.conftest import PASSWORD, LogIn
from tests.browser.reading import start
from tests.readerstudy.cohorts.samples import dicom_file
from tests.readerstudy.makers import enrol, write_table

# Unlike in shape, depth and range; each is dark on its left and bright on its right half.
SHAPES = [(300, 200), (180, 400)]
KINDS = {
    "square-1024-8bit/2": "W 256 L 128",
    "square-1024-12bit/1": "W 4096 L 2048",
    "square-1024-htj2k/1": "W 256 L 128",
    "calibrated-1024-8bit/1": "W 256 L 128",
    "as-acquired-16bit/1": "",  # each has a window of its own, found by the viewer
}


def halves(rows: int, columns: int, low: int) -> NDArray[np.uint16]:
    """A picture whose left half is dark and whose right half is bright, with more grain than a border has."""
    grain = np.random.default_rng(rows).integers(0, 240, (rows, columns))
    bright = (np.arange(columns) >= columns // 2) * 2000
    return (low + grain + bright).astype(np.uint16)


def a_study_of(folder: Path, profile: str) -> None:
    """A study of two such pictures, presented by a profile, with a reader who has agreed."""
    folder.mkdir()
    for number, (rows, columns) in enumerate(SHAPES):
        content = dicom_file(halves(rows, columns, 100 + 900 * number), PixelSpacing=[0.3, 0.3])
        (folder / f"{number}.dcm").write_bytes(content)
    truth = write_table(
        folder.parent / "truth.csv",
        [{"file": f"{n}.dcm", "truth": word} for n, word in enumerate(["authentic", "synthetic"])],
    )
    cohort = import_cases(source=str(folder), name="halves", truth=truth, actor=None).cohort
    presenting.represent_cohort(cohort=cohort, profile=PROFILES[profile], actor=None)
    study = studies.create_study(slug="kinds", preset="single-phase", cohorts=[cohort])
    studies.lock_study(study=study, actor=None, unaudited_because="a test")
    study.refresh_from_db()
    enrol(study, create_user(username="reader", password=PASSWORD, role=Role.READER), consent=True)


def greys(page: Page) -> tuple[float, float]:
    """The mean grey of what the screen shows a little left and right of the image's middle."""
    box = page.locator("[data-part=viewport]").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2 - 60, box["y"] + box["height"] / 2 - 30
    shot = page.screenshot(clip={"x": x, "y": y, "width": 120, "height": 60})
    pixels = np.asarray(Image.open(BytesIO(shot)).convert("L"), float)
    return float(pixels[:, :40].mean()), float(pixels[:, 80:].mean())


@pytest.mark.parametrize("profile", KINDS)
def test_a_reader_sees_and_judges_it(server: str, log_in: LogIn, tmp_path: Path, profile: str) -> None:
    a_study_of(tmp_path / "pictures", profile)
    page = log_in("reader")
    start(page)
    for position in (1, 2):
        expect(page.locator(f"[data-rendered='{position}']")).to_be_visible()
        dark, bright = greys(page)
        assert dark < 40
        assert bright > 215
        expect(page.locator("[data-part=cornerWindow]")).to_contain_text(KINDS[profile] or "W 22")
        for key in ("a", "5", "Enter"):
            page.keyboard.press(key)
    expect(page.get_by_role("heading", name="All 2 cases read")).to_be_visible()

"""The tools on the image: by mouse, by key and by touch, drawn by a graphics card or by the processor alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from readerstudy.accounts.models import Role
from readerstudy.accounts.services import create_user
from readerstudy.cohorts import presenting
from readerstudy.cohorts.models import Cohort
from readerstudy.cohorts.profiles import PROFILES
from readerstudy.detectors.aiding import choose_aid
from readerstudy.detectors.services import import_scores
from readerstudy.reading.models import Judgement, Mark
from readerstudy.studies.models import Study
from readerstudy.studies.protocol import read_protocol
from readerstudy.studies.services import create_study
from readerstudy.truth.importing import import_cases
from tests.browser.accessibility import violations
from tests.browser.conftest import PASSWORD, LogIn
from tests.browser.reading import CALL, a_phase, begin, on_case, open_session, start
from tests.readerstudy.cohorts.samples import dicom_file
from tests.readerstudy.makers import enrol, lock_without_audit, write_table

SIDE = 512
#: Rows and columns of a bright square on a dark picture, and its middle in fractions of the picture.
SQUARE = slice(80, 140), slice(320, 380)
MIDDLE = (350 / SIDE, 110 / SIDE)
#: Millimetres between pixels: such a picture is as wide as what the calibrated profile shows, 205 mm.
SPACING = 0.4
MARKS = {
    "name": "telltales", "kind": "marks", "text": "What gives it away?", "required": False,
    "tools": ["point", "box", "freehand"], "options": ["Grain"],
}  # fmt: skip
#: Chromium here has no graphics card, so that the page draws with the processor. This hides that it has none.
GRAPHICS_CARD = """
const ask = WebGL2RenderingContext.prototype.getParameter;
WebGL2RenderingContext.prototype.getParameter = function (name) {
  return name === 0x9246 ? 'A graphics card' : ask.call(this, name);
};
"""


def landmarks(number: int) -> NDArray[np.uint8]:
    """Draw dark grain with one bright square."""
    picture = np.random.default_rng(number).integers(0, 60, (SIDE, SIDE), dtype=np.uint8)
    picture[SQUARE] = 255
    return picture


def a_cohort(folder: Path, *, calibrated: bool = False) -> Cohort:
    """Two such pictures, whose pixels are so far apart where that is wanted."""
    folder.mkdir()
    for number in range(2):
        pixels = landmarks(number).astype(np.uint16)
        (folder / f"{number}.dcm").write_bytes(dicom_file(pixels, PixelSpacing=[SPACING, SPACING]))
    rows = [{"file": f"{number}.dcm", "truth": word} for number, word in enumerate(["authentic", "synthetic"])]
    truth = write_table(folder.parent / f"{folder.name}.csv", rows)
    cohort = import_cases(source=str(folder), name=folder.name, truth=truth, actor=None).cohort
    if calibrated:
        presenting.represent_cohort(cohort=cohort, profile=PROFILES["calibrated-1024-8bit/1"], actor=None)
    return cohort


def a_study(*cohorts: Cohort, before_lock: Callable[[Study], None] = lambda study: None, **settings: Any) -> None:
    """Enrol the reader in a study of these cohorts that asks for a call and for marks."""
    slots = ["A", "B"][: len(cohorts)]
    document = {
        "name": "of-tools", "title": "Tools", "summary": "A test.", "consent": "I agree.",
        "cohorts": [{"slot": slot, "title": slot} for slot in slots],
        "phases": [a_phase(questions=[CALL, MARKS], **settings)],
        "arms": [{"name": "A", "title": "", "phases": ["reading"]}],
    }  # fmt: skip
    protocol = read_protocol(yaml.safe_dump(document))
    study = create_study(slug="tools", protocol=protocol, cohorts=list(cohorts), title="Tools")
    before_lock(study)
    enrol(lock_without_audit(study), create_user(username="reader", password=PASSWORD, role=Role.READER), consent=True)


@dataclass(frozen=True)
class Bench:
    """The reading page with its first case on the screen."""

    page: Page

    @property
    def pane(self) -> Locator:
        return self.page.locator(".pane").first

    def box(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of the picture's place on the page."""
        box = self.pane.bounding_box()
        assert box is not None
        return box["x"], box["y"], box["width"], box["height"]

    def middle(self) -> tuple[float, float]:
        left, top, width, height = self.box()
        return left + width / 2, top + height / 2

    def greys(self, place: Locator | None = None) -> NDArray[np.float64]:
        """What the screen shows there."""
        self.page.wait_for_timeout(150)  # a frame and more
        shot = (place or self.pane).screenshot(scale="css")
        return np.asarray(Image.open(BytesIO(shot)).convert("L"), float)

    def square(self) -> tuple[float, float]:
        """Where on the page the middle of the bright square is."""
        rows, columns = np.nonzero(self.greys() > 200)
        left, top, _, _ = self.box()
        return left + float(columns.mean()) + 0.5, top + float(rows.mean()) + 0.5

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def drag(self, start: tuple[float, float], by: tuple[float, float], button: Any = "left") -> None:
        self.page.mouse.move(*start)
        self.page.mouse.down(button=button)
        self.page.mouse.move(start[0] + by[0], start[1] + by[1], steps=4)
        self.page.mouse.up(button=button)

    def window(self) -> tuple[int, int]:
        """Width and level as the corner tells them."""
        _, width, _, level = self.page.locator("[data-part=cornerWindow]").inner_text().split()
        return int(width), int(level)

    def zoom(self) -> float:
        return float(self.page.locator("[data-part=cornerZoom]").inner_text().split()[-1].rstrip("×"))

    def labels(self, kind: str) -> list[str]:
        """What the figures of a kind say on the image."""
        return self.page.locator(f".figure.{kind} text").all_text_contents()

    def judge(self) -> Judgement:
        """Call the case authentic, half sure, give each mark its reason, and give what was stored."""
        for reason in self.page.get_by_label("Reason of mark").all():
            reason.select_option("Grain")
        self.page.locator("[data-part=image]").focus()
        self.press("a", "5", "Enter")
        on_case(self.page, 2)
        for _ in range(50):
            if Judgement.objects.exists():
                break
            self.page.wait_for_timeout(100)
        return Judgement.objects.get()


def sit_down(log_in: LogIn, *, card: bool = False, **options: Any) -> Bench:
    """Log in and go on to the first case."""
    page = log_in("reader", **options)
    if card:
        page.context.add_init_script(GRAPHICS_CARD)
    start(page)
    return Bench(page)


@pytest.fixture(autouse=True)
def _slow_in_software(tolerated: list[str]) -> None:
    """Take the driver's word that without a real graphics card it is slow."""
    tolerated.append("GPU stall due to ReadPixels")


@pytest.fixture
def bench(server: str, log_in: LogIn, tmp_path: Path) -> Bench:
    """The page before a case whose pixels have no known size."""
    a_study(a_cohort(tmp_path / "squares"))
    return sit_down(log_in)


@pytest.mark.parametrize("lie", [(), ("h", "r", "r", "r"), ("v", "l", "z")], ids=["upright", "hrrr", "vlz"])
@pytest.mark.parametrize("card", [False, True], ids=["processor", "card"])
def test_a_mark_is_stored_where_it_was_put_however_the_image_lies(
    server: str, log_in: LogIn, tmp_path: Path, card: bool, lie: tuple[str, ...]
) -> None:
    a_study(a_cohort(tmp_path / "squares"))
    bench = sit_down(log_in, card=card, device_scale_factor=2)
    bench.press(*lie)
    square = bench.square()
    bench.page.mouse.move(*square)
    bench.page.mouse.wheel(0, -100)  # zooms about the pointer
    assert bench.square() == pytest.approx(square, abs=1.5)
    bench.drag(square, (30, -20), "middle")
    square = bench.square()
    bench.press("t")
    bench.page.mouse.click(*square)
    expect(bench.page.locator(".figure.point")).to_have_count(1)
    bench.judge()
    assert Mark.objects.get().points[0] == pytest.approx(MIDDLE, abs=0.003)


def test_boxes_and_lines_are_drawn_by_dragging_and_boxes_by_two_clicks(bench: Bench) -> None:
    x, y = bench.middle()
    _, _, _, side = bench.box()  # the picture fills the height
    bench.press("b")
    bench.drag((x - side / 4, y - side / 4), (side / 2, side / 4))
    bench.page.mouse.click(x, y)
    bench.page.mouse.click(x + side / 4, y + side / 4)
    bench.press("o")
    bench.drag((x - side / 4, y), (side / 2, side / 4))
    assert bench.labels("box") == ["1", "2"]
    assert bench.labels("freehand") == ["3"]
    bench.judge()
    stored = {mark.kind: mark.points for mark in Mark.objects.order_by("-pk")}
    assert stored["box"] == [pytest.approx(corner, abs=0.01) for corner in [(0.25, 0.25), (0.75, 0.5)]]
    assert [stored["freehand"][0], stored["freehand"][-1]] == [
        pytest.approx(end, abs=0.01) for end in [(0.25, 0.5), (0.75, 0.75)]
    ]
    expect(bench.page.locator(".figure")).to_have_count(0)  # nothing of it stays for the next case


def test_marks_can_be_set_by_the_keyboard_alone(bench: Bench) -> None:
    _, _, _, side = bench.box()
    bench.press("t", *["Shift+ArrowRight"] * 4)
    expect(bench.page.locator(".figure.crosshair")).to_have_count(1)
    bench.press("Enter", "b", "ArrowUp", "Enter", *["Shift+ArrowDown"] * 2, *["ArrowLeft"] * 3, "Enter")
    bench.press("b", "ArrowUp", "Enter", "Escape")  # half a box is given up
    expect(bench.page.locator(".figure.open")).to_have_count(0)
    bench.press("Escape")  # and the tool laid down: Enter submits again
    bench.judge()
    stored = {mark.kind: mark.points for mark in Mark.objects.all()}
    assert stored["point"] == [pytest.approx((0.5 + 100 / side, 0.5), abs=0.003)]
    first, second = stored["box"]
    assert first == pytest.approx((0.5, 0.5 - 5 / side), abs=0.003)
    assert second == pytest.approx((0.5 - 15 / side, 0.5 + 45 / side), abs=0.003)


def test_a_left_drag_windows_and_the_presets_bring_windows_back(bench: Bench) -> None:
    usual = bench.window()
    bench.drag(bench.middle(), (100, 50))
    bench.page.wait_for_timeout(150)
    width, level = bench.window()
    assert width == pytest.approx(usual[0] * 1.2, abs=2)
    assert level == pytest.approx(usual[1] + usual[0] * 0.1, abs=2)
    bench.press("u")
    expect(bench.page.locator("[data-part=cornerWindow]")).not_to_have_text(f"W {width}   L {level}")
    automatic = bench.window()
    bench.press("f")
    bench.page.wait_for_timeout(150)
    assert bench.window()[0] >= automatic[0]
    bench.press("k", "k", "y", "d")
    bench.page.wait_for_timeout(150)
    assert bench.window() == usual


def test_right_drags_zoom_and_tools_are_taken_by_keys_and_laid_down_by_them_or_by_escape(bench: Bench) -> None:
    bench.drag(bench.middle(), (0, 100), "right")
    bench.page.wait_for_timeout(150)
    assert bench.zoom() == pytest.approx(1.006**100, rel=0.02)
    bench.press("Space", "p")
    square, usual = bench.square(), bench.window()
    bench.drag(bench.middle(), (40, 60))
    assert bench.square() == pytest.approx((square[0] + 40, square[1] + 60), abs=1.5)
    bench.press("ArrowLeft", "Shift+ArrowUp")
    assert bench.square() == pytest.approx((square[0] + 35, square[1] + 35), abs=1.5)
    assert bench.window() == usual
    bench.press("p", "x")
    bench.drag(bench.middle(), (0, -50))
    bench.page.wait_for_timeout(150)
    assert bench.zoom() == pytest.approx(1.006**-50, rel=0.02)
    bench.press("Escape")
    bench.drag(bench.middle(), (40, 60))
    bench.page.wait_for_timeout(150)
    assert bench.window() != usual


@pytest.mark.parametrize("card", [False, True], ids=["processor", "card"])
def test_the_magnifier_follows_the_pointer_and_shows_what_is_under_it(
    server: str, log_in: LogIn, tmp_path: Path, card: bool
) -> None:
    a_study(a_cohort(tmp_path / "squares"))
    bench = sit_down(log_in, card=card)
    bench.press("r", "h")
    square = bench.square()
    small = (bench.greys() > 200).sum()
    lens = bench.page.locator(".lens")
    bench.press("m")
    expect(lens).not_to_be_visible()
    bench.page.mouse.move(*bench.middle())
    bench.page.mouse.move(*square, steps=3)
    expect(lens).to_be_visible()
    bright = bench.greys(lens) > 200
    inner = bright[10:-10, 10:-10] & ~ring(bright.shape)[10:-10, 10:-10]
    assert inner.sum() == pytest.approx(2.5**2 * small, rel=0.1)
    rows, columns = np.nonzero(inner)
    assert (rows.mean() + 10, columns.mean() + 10) == pytest.approx([side / 2 for side in bright.shape], abs=3)
    bench.press("m")
    expect(lens).not_to_be_visible()


def ring(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """What lies beyond the lens's glass."""
    rows, columns = np.indices(shape)
    from_middle = np.hypot(rows - shape[0] / 2, columns - shape[1] / 2)
    return np.asarray(from_middle > min(shape) / 2 - 8, dtype=np.bool_)


def test_a_held_key_lends_the_magnifier_only_as_long_as_it_is_held(bench: Bench) -> None:
    lens = bench.page.locator(".lens")
    bench.page.mouse.move(*bench.middle())
    bench.page.keyboard.down("m")
    bench.page.mouse.move(*bench.square())
    expect(lens).to_be_visible()
    bench.page.wait_for_timeout(450)
    bench.page.keyboard.up("m")
    expect(lens).not_to_be_visible()


def test_lengths_are_in_pixels_where_nobody_knows_how_large_a_pixel_is(bench: Bench) -> None:
    x, y = bench.middle()
    _, _, _, side = bench.box()
    bench.press("e")
    bench.drag((x - side / 4, y), (side / 2, 0))
    assert number(bench.labels("length")[0], "px") == pytest.approx(512, rel=0.02)  # half of 1024 presented columns
    bench.press("g")
    bench.drag((x + side / 4, y), (-side / 4, 0))
    bench.page.mouse.move(x, y + side / 4)
    bench.page.mouse.click(x, y + side / 4)
    assert number(bench.labels("angle")[0], "°") == pytest.approx(90, abs=1)
    bench.press("Delete")
    expect(bench.page.locator(".figure")).to_have_count(0)
    assert [change[2] for change in bench.judge().view_log if change[1] == "l"][-1] == 0


def test_lengths_are_in_millimetres_where_the_whole_cohort_has_one_spacing(
    server: str, log_in: LogIn, tmp_path: Path
) -> None:
    a_study(a_cohort(tmp_path / "squares", calibrated=True))
    bench = sit_down(log_in)
    bench.press("e", "z")
    columns = np.nonzero((bench.greys() > 200).any(axis=0))[0]
    square = bench.square()
    width = float(columns[-1] - columns[0] + 1)
    bench.drag((square[0] - width / 2, square[1]), (width, 0))
    assert number(bench.labels("length")[0], " mm") == pytest.approx(60 * SPACING, abs=0.6)


def number(label: str, unit: str) -> float:
    assert label.endswith(unit)
    return float(label.removesuffix(unit))


def test_one_finger_windows_and_two_zoom_and_move(server: str, log_in: LogIn, tmp_path: Path) -> None:
    a_study(a_cohort(tmp_path / "squares"))
    bench = sit_down(log_in, has_touch=True, viewport={"width": 820, "height": 1180})
    x, y = bench.middle()
    usual = bench.window()
    fingers = Fingers(bench.page)
    fingers.put((x, y))
    fingers.move((x + 60, y))
    fingers.lift()
    bench.page.wait_for_timeout(150)
    assert bench.window()[0] > usual[0]
    bench.press("Space")
    before = bench.square()
    fingers.put((x - 50, y))
    fingers.put((x - 50, y), (x + 50, y))
    for step in range(1, 6):
        fingers.move((x - 50 - 4 * step, y + 4 * step), (x + 50 + 4 * step, y + 4 * step))
    fingers.lift()
    bench.page.wait_for_timeout(150)
    assert bench.zoom() == pytest.approx(1.4, rel=0.02)
    assert bench.window() == usual, "the first finger began to window before the second came"
    expected = x + 1.4 * (before[0] - x), y + 20 + 1.4 * (before[1] - y)
    assert bench.square() == pytest.approx(expected, abs=4)


def test_after_a_quick_stroke_over_the_image_the_next_tap_counts(server: str, log_in: LogIn, tmp_path: Path) -> None:
    a_study(a_cohort(tmp_path / "squares"))
    bench = sit_down(log_in, has_touch=True, is_mobile=True, viewport={"width": 1024, "height": 768})
    x, y = bench.middle()
    fingers = Fingers(bench.page)
    fingers.put((x, y))
    fingers.move((x + 50, y + 50))
    fingers.lift()
    magnifier = bench.page.get_by_role("button", name="Magnifier")
    magnifier.tap()
    expect(magnifier).to_have_attribute("aria-pressed", "true")


class Fingers:
    """Touches, as a tablet's screen reports them."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)

    def put(self, *spots: tuple[float, float]) -> None:
        self._send("touchStart", *spots)

    def move(self, *spots: tuple[float, float]) -> None:
        self._send("touchMove", *spots)

    def lift(self) -> None:
        self._send("touchEnd")

    def _send(self, kind: str, *spots: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(spots)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_two_pictures_side_by_side_are_each_worked_on_their_own(server: str, log_in: LogIn, tmp_path: Path) -> None:
    a_study(a_cohort(tmp_path / "squares"), a_cohort(tmp_path / "references"), companions="B")
    bench = sit_down(log_in)
    panes = bench.page.locator(".pane")
    expect(panes).to_have_count(2)
    expect(panes.locator(".caption")).to_have_text(["Case", "Reference"])
    usual = bench.window()
    case, reference = bench.greys(panes.nth(0)), bench.greys(panes.nth(1))
    assert case.shape == pytest.approx(reference.shape, abs=2)
    box = panes.nth(1).bounding_box()
    assert box is not None
    bench.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    bench.page.mouse.wheel(0, -400)
    bench.drag((box["x"] + 100, box["y"] + 100), (0, -80))
    bench.press("i")  # keys work on the picture under the mouse
    assert bench.window() == usual
    assert np.abs(bench.greys(panes.nth(0)) - case).mean() < 0.5
    assert np.abs(bench.greys(panes.nth(1)) - reference).mean() > 5
    bench.press("t")
    bench.page.mouse.click(box["x"] + 100, box["y"] + 100)
    expect(bench.page.locator(".figure")).to_have_count(0)  # what is marked is the case


def test_an_aid_frames_the_part_of_the_image_that_it_points_at_in_dashes_and_in_words(
    server: str, log_in: LogIn, tmp_path: Path
) -> None:
    cohort = a_cohort(tmp_path / "squares")
    square = " ".join(str(edge / SIDE) for edge in (320, 80, 60, 60))
    rows = [{"case": case.code, "region": square, "score": 0.5} for case in cohort.cases.all()]
    scores = write_table(tmp_path / "scores.csv", rows)

    def aid(study: Study) -> None:
        detector, _ = import_scores(name="Spectrum", version="1", file=scores, cohort=cohort, actor=None)
        choose_aid(phase=study.phases.get(), detector=detector, shows=["region"], actor=None)

    a_study(cohort, before_lock=aid, purpose="aided", modality="aided", aid="concurrent")
    bench = sit_down(log_in)
    frame = bench.page.locator(".figure.region")
    for lie in [(), ("r", "h", "z")]:
        bench.press(*lie)
        expect(frame.locator("text")).to_have_text("Aid")
        assert frame.locator(".line").evaluate("line => getComputedStyle(line).strokeDasharray") != "none"
        box = frame.locator(".line").bounding_box()
        assert box is not None
        assert (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) == pytest.approx(bench.square(), abs=4)
        _, columns = np.nonzero(bench.greys() > 200)
        assert box["width"] == pytest.approx(np.ptp(columns), abs=8)
    assert violations(bench.page) == []


def test_the_second_judgement_has_the_aid_and_seals_the_first(server: str, log_in: LogIn, tmp_path: Path) -> None:
    cohort = a_cohort(tmp_path / "squares")
    scores = write_table(tmp_path / "scores.csv", [{"case": case.code, "score": 0.5} for case in cohort.cases.all()])

    def aid(study: Study) -> None:
        detector, _ = import_scores(name="Spectrum", version="1", file=scores, cohort=cohort, actor=None)
        choose_aid(phase=study.phases.get(), detector=detector, shows=["score"], actor=None)

    a_study(cohort, before_lock=aid, purpose="aided", modality="aided", aid="sequential")
    page = log_in("reader")
    open_session(page)
    page.get_by_role("button", name="I can see both").click()
    expect(page.get_by_text("Your own judgement is final once it is sent")).to_be_visible()
    begin(page)
    bench = Bench(page)
    expect(page.get_by_text("First your own judgement, without the aid")).to_be_visible()
    expect(page.get_by_text("0.5", exact=True)).to_have_count(0)
    bench.press("a", "5", "Enter")
    on_case(page, 2)
    expect(page.get_by_text("Now with the aid")).to_be_visible()
    expect(page.get_by_text("0.5", exact=True)).to_be_visible()
    expect(page.locator("[data-part=undo]")).to_be_hidden()
    bench.press("s", "8", "Enter")
    on_case(page, 3)
    expect(page.locator("[data-part=undo]")).to_be_visible()
    calls = Judgement.objects.order_by("reading__position").values_list("call", "reading__aided", "reading__modality")
    assert list(calls) == [("authentic", False, "unaided"), ("synthetic", True, "aided")]


def test_during_a_pause_the_image_is_nowhere_on_the_page_and_comes_back_as_it_was(bench: Bench) -> None:
    bench.press("z", "i")
    before, zoom = bench.greys(), bench.zoom()
    bench.press("Shift+P")
    expect(bench.page.locator("canvas")).to_have_count(0)
    bench.press("Enter")
    expect(bench.page.locator("canvas").first).to_be_visible()
    assert bench.zoom() == zoom
    assert np.abs(bench.greys() - before).mean() < 1


def test_a_picture_that_fits_still_fits_when_the_window_changes(bench: Bench) -> None:
    bench.page.set_viewport_size({"width": 900, "height": 500})
    bench.page.wait_for_timeout(300)
    _, top, _, height = bench.box()
    assert bench.zoom() == pytest.approx(1, abs=0.01)
    assert bench.square()[1] == pytest.approx(top + MIDDLE[1] * height, abs=3)


def test_what_was_done_to_the_view_is_kept_with_the_judgement(bench: Bench) -> None:
    bench.drag(bench.middle(), (50, 0))
    bench.press("z", "i", "r", "Space")
    bench.page.wait_for_timeout(400)
    codes = [change[1] for change in bench.judge().view_log]
    assert set("wzior") <= set(codes)
    assert codes.index("w") < codes.index("z") < codes.index("i") < codes.index("o") < codes.index("r")

"""WCAG 2.2 AA on every screen of the reading page, and a session without a mouse."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from readerstudy.accounts.models import Role, User
from readerstudy.accounts.services import create_user
from readerstudy.reading.models import Judgement, ReadingSession
from tests.browser.accessibility import violations
from tests.browser.conftest import PASSWORD, LogIn
from tests.browser.reading import (
    CALL,
    DIAGNOSIS,
    MARKS,
    NOTE,
    QUALITY,
    a_phase,
    a_running_study,
    begin,
    on_case,
    open_session,
    press,
    saved,
    start,
)

# Label, label elements and text of the element that has the focus.
NAMES_OF_THE_FOCUSED = """(() => {
  const focused = document.activeElement;
  if (focused === document.body) return '';
  const labels = [...(focused.labels ?? []), document.getElementById(focused.getAttribute('aria-labelledby'))];
  return [focused.ariaLabel, focused.innerText, ...labels.map((label) => label?.innerText)].join(' ');
})()"""
AT_THE_END = {**NOTE, "name": "unusual", "asked": "end"}
Visit = Callable[[str], None]


@pytest.fixture
def reader(server: str) -> User:
    """A reader who is in no study yet."""
    return create_user(username="reader", password=PASSWORD, role=Role.READER)


@pytest.fixture
def visit(capsys: pytest.CaptureFixture[str]) -> Callable[[Page], Visit]:
    """Give, for a page, what checks the screen that it shows, and prints how many violations there are."""

    def checking(page: Page) -> Visit:
        def check(screen: str) -> None:
            found = violations(page)
            with capsys.disabled():
                print(f"\naxe: {screen}: {len(found)} violations", end="")  # noqa: T201
            assert found == [], screen

        return check

    return checking


def test_every_screen_of_a_session_is_accessible(
    reader: User, log_in: LogIn, visit: Callable[[Page], Visit], tolerated: list[str]
) -> None:
    questions = [{**CALL, "points": 5, "forced": False}, QUALITY, DIAGNOSIS, NOTE, MARKS, AT_THE_END]
    limits: dict[str, Any] = {"time_limit": "soft", "time_limit_seconds": 600, "revisit": True}
    a_running_study(a_phase(questions=questions, told="Read **all** of it.", **limits), readers=[reader], cases=2)
    page = log_in("reader")
    check = visit(page)
    check("my studies")
    open_session(page)
    expect(page.get_by_role("heading", name="Check your screen")).to_be_visible()
    check("display check")
    page.get_by_role("button", name="I cannot see both").click()
    check("display check, with advice")
    page.get_by_role("button", name="I can see both").click()
    expect(page.get_by_role("heading", name="Before you start")).to_be_visible()
    check("before you start")
    begin(page)
    check("a case, nothing entered")
    press(page, "s", "4", "Enter")
    check("a case, told what is missing")
    page.get_by_role("button", name="Point").click()
    page.locator("[data-part=image]").click(position={"x": 300, "y": 300})
    check("a case with a mark")
    press(page, "?")
    check("keys")
    page.get_by_role("button", name="Change keys").click()
    check("changing keys")
    press(page, "Escape", "Shift+P")
    expect(page.get_by_role("heading", name="Paused")).to_be_visible()
    check("paused")
    press(page, "Enter")
    expire_and_enter(page, tolerated)
    check("log in again")
    page.get_by_role("dialog").get_by_label("Password").fill(PASSWORD)
    press(page, "Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_label("Reason of mark 1").select_option("Uniform grain")
    finish(page)
    check("a case, with the last one to undo")
    finish(page)
    expect(page.get_by_role("heading", name="Before you finish")).to_be_visible()
    check("questions at the end")
    page.locator("[data-part=screen] textarea").fill("No.")
    press(page, "Control+Enter")
    expect(page.get_by_role("heading", name="All 2 cases read")).to_be_visible()
    check("finished")


def test_a_fault_would_be_found(reader: User, log_in: LogIn) -> None:
    page = log_in("reader")
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert [violation.split()[0] for violation in violations(page)] == ["button-name"]


def expire_and_enter(page: Page, tolerated: list[str]) -> None:
    """Let the login expire, and type on."""
    tolerated += ["status of 403", "status of 404"]
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("Anything unusual?").fill("still here")
    expect(page.get_by_role("dialog", name="Log in again")).to_be_visible()


def finish(page: Page) -> None:
    """Answer what is still missing of a case, and send it."""
    before = page.locator("[data-part=count]").inner_text()
    if page.get_by_role("button", name="Synthetic").get_attribute("aria-pressed") == "false":
        press(page, "s", "2")
    page.get_by_role("radio", name="Fair").check()
    page.get_by_role("combobox", name="What do you see?").fill("normal")
    press(page, "Enter")
    page.locator("[data-part=submit]").click()
    expect(page.locator("[data-part=count]")).not_to_have_text(before)


def test_practice_with_answers_and_a_threshold_is_accessible(
    reader: User, log_in: LogIn, visit: Callable[[Page], Visit]
) -> None:
    practice: dict[str, Any] = {"purpose": "practice", "cohort": "P", "undo_seconds": 0, "qualification_percent": 100}
    phases = [a_phase("practice", **practice, feedback="after-each", attempts=2), a_phase("test")]
    a_running_study(*phases, readers=[reader], cases=2)
    page = log_in("reader")
    check = visit(page)
    start(page)
    for position in (1, 2):
        on_case(page, position)
        press(page, "s", "7", "Enter")
        expect(page.locator("[data-part=verdict]")).to_contain_text("This X-ray is")
        check(f"the answer of case {position}")
        press(page, "Enter")
    expect(page.get_by_text("Not yet: 1 of 2 calls right")).to_be_visible()
    check("practice not passed yet")


def test_what_comes_up_now_and_then_is_accessible_too(
    reader: User, log_in: LogIn, visit: Callable[[Page], Visit]
) -> None:
    told: dict[str, Any] = {"purpose": "practice", "undo_seconds": 0, "feedback": "at-end", "companions": "R"}
    limits: dict[str, Any] = {"time_limit": "hard", "time_limit_seconds": 6}
    a_running_study(a_phase(**told, **limits), readers=[reader], cases=2)
    page = log_in("reader")
    check = visit(page)
    start(page)
    check("a case beside a reference, with a limit")
    expect(page.locator("[data-part=noticeText]")).to_contain_text("Time is up, and nothing was entered")
    check("time is up")
    press(page, "Enter")
    on_case(page, 2)
    press(page, "s", "7", "Enter")
    expect(page.get_by_role("table")).to_be_visible()
    check("answers at the end")


def test_a_choice_between_two_windows_is_accessible(
    reader: User, log_in: LogIn, visit: Callable[[Page], Visit]
) -> None:
    a_running_study(a_phase(), readers=[reader])
    page, other = log_in("reader"), log_in("reader")
    start(page)
    start(other)
    press(page, "a", "3")
    saved(page)
    press(other, "s", "8")
    expect(other.get_by_role("dialog")).to_be_visible()
    visit(other)("a case filled in in two places")


def test_a_session_is_read_from_login_to_end_without_a_mouse(server: str, reader: User, browser: Browser) -> None:
    a_running_study(a_phase(questions=[CALL, NOTE, AT_THE_END]), readers=[reader], cases=2)
    page = browser.new_page()
    page.goto(server)
    tab_to(page, "Username")
    page.keyboard.type("reader")
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    expect(page.get_by_role("heading", name="My studies")).to_be_visible()
    tab_to(page, "Start reading")
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Check your screen")).to_be_visible()
    tab_to(page, "I can see both inner squares")
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Before you start")).to_be_focused()
    press(page, "Enter")
    for position in (1, 2):
        on_case(page, position)
        expect(page.get_by_role("img", name=f"X-ray of case {position}")).to_be_focused()
        tab_to(page, "Authentic")
        press(page, "Enter", "Tab", "Tab", "ArrowRight")
        tab_to(page, "Anything unusual?")
        page.keyboard.type("nothing")
        tab_to(page, "Submit")
        press(page, "Enter")
    expect(page.get_by_role("heading", name="Before you finish")).to_be_focused()
    tab_to(page, "Anything unusual?")
    page.keyboard.type("no")
    press(page, "Control+Enter")
    expect(page.get_by_role("heading", name="All 2 cases read")).to_be_focused()
    saved(page)
    assert [(j.call, j.confidence, j.answers) for j in Judgement.objects.all()] == [
        ("authentic", 51, {"note": "nothing"})
    ] * 2
    assert ReadingSession.objects.get().finished_at is not None


def tab_to(page: Page, name: str, most: int = 40) -> None:
    """Press Tab until the element of that name has the focus; it must be seen that it has."""
    for _ in range(most):
        if name in str(page.evaluate(NAMES_OF_THE_FOCUSED)):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"the focus on “{name}” cannot be seen"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not come to “{name}”")


def test_nothing_moves_for_who_asks_for_stillness(reader: User, log_in: LogIn) -> None:
    a_running_study(a_phase(questions=[CALL, MARKS]), readers=[reader])
    page = log_in("reader", reduced_motion="reduce")
    start(page)
    press(page, "s")
    expect(page.get_by_role("group", name="Mark what gave it away")).to_be_visible()
    assert page.evaluate("document.getAnimations().length") == 0


def test_in_forced_colours_the_scale_and_the_progress_are_still_to_be_seen(reader: User, log_in: LogIn) -> None:
    a_running_study(a_phase(), readers=[reader])
    page = log_in("reader", forced_colors="active", viewport={"width": 1400, "height": 800})
    start(page)
    press(page, "s", "7")
    for drawn in ("input[type=range]", ".bar progress"):
        assert np.ptp(greys(page, drawn)) > 100, f"{drawn} is of one colour"


def greys(page: Page, selector: str) -> NDArray[np.uint8]:
    """What the screen shows of an element."""
    shot = page.locator(selector).first.screenshot()
    return np.asarray(Image.open(BytesIO(shot)).convert("L"))


@pytest.mark.parametrize("size", [(820, 1180), (640, 400)], ids=["tablet", "twice the size on 1280 × 800"])
def test_everything_is_within_reach_on_a_tablet_and_magnified(
    reader: User, log_in: LogIn, tolerated: list[str], size: tuple[int, int]
) -> None:
    tolerated += ["ERR_INTERNET_DISCONNECTED"]
    a_running_study(a_phase(questions=[CALL, NOTE]), readers=[reader])
    width, height = size
    page = log_in("reader", viewport={"width": width, "height": height}, has_touch=True, is_mobile=True)
    start(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.evaluate(
        """[...document.querySelectorAll('button, select, .option, [type=text], textarea')]
             .filter((element) => element.checkVisibility({ visibilityProperty: true }) && element.tabIndex >= 0)
             .map((element) => [element.innerText || element.ariaLabel, element.getBoundingClientRect()])
             .filter(([, box]) => box.height < 44 || box.width < 44).map(([name]) => name)"""
    )
    assert small == []
    page.get_by_role("button", name="Synthetic").tap()
    page.get_by_role("button", name="60", exact=True).tap()
    page.locator("[data-part=submit]").tap()
    on_case(page, 2)
    saved(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Synthetic").tap()
    saved(page, "Kept on this computer – 1")
    for part in ("leave", "pause", "help"):
        box = page.locator(f"[data-part={part}]").bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width, part

"""What a reader does with the image and the page."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from readerstudy.accounts.models import Role, User
from readerstudy.accounts.services import create_user
from readerstudy.reading.models import Judgement
from tests.browser.conftest import PASSWORD, LogIn
from tests.readerstudy.makers import a_study


@pytest.fixture
def reader(server: str) -> User:
    """A reader of a study of six cases, who has agreed."""
    user = create_user(username="reader", password=PASSWORD, role=Role.READER)
    a_study(readers=[user], consent=True)
    return user


def start(page: Page) -> None:
    page.get_by_role("button", name="reading").click()
    expect(page.locator("[data-rendered]")).to_be_visible()


def corner(page: Page, name: str) -> str:
    return page.locator(f"[data-part=corner{name}]").inner_text()


def test_closing_the_browser_and_coming_back_resumes_at_the_same_case(reader: User, log_in: LogIn) -> None:
    page = log_in("reader")
    start(page)
    for key in ("a", "5", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("[data-rendered='2']")).to_be_visible()
    page.context.close()

    again = log_in("reader")
    expect(again.get_by_text("1 of 6")).to_be_visible()
    start(again)
    expect(again.locator("[data-rendered='2']")).to_be_visible()
    expect(again.locator("[data-part=count]")).to_have_text("Case 2 of 6")


def test_window_zoom_invert_and_reset_work_by_mouse_and_by_key(reader: User, log_in: LogIn) -> None:
    page = log_in("reader")
    start(page)
    before = corner(page, "Window"), corner(page, "Zoom")
    box = page.locator("[data-part=viewport]").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 80, y + 40, steps=5)
    page.mouse.up()
    expect(page.locator("[data-part=cornerWindow]")).not_to_have_text(before[0])
    page.mouse.wheel(0, -300)
    expect(page.locator("[data-part=cornerZoom]")).not_to_have_text(before[1])
    page.keyboard.press("Space")
    expect(page.locator("[data-part=cornerWindow]")).to_have_text(before[0])
    expect(page.locator("[data-part=cornerZoom]")).to_have_text(before[1])
    page.keyboard.press("z")
    expect(page.locator("[data-part=cornerZoom]")).not_to_have_text(before[1])


def test_invert_turns_the_picture_into_its_negative(reader: User, log_in: LogIn) -> None:
    page = log_in("reader")
    start(page)
    upright = mean_grey(page)
    page.keyboard.press("i")
    page.wait_for_timeout(300)
    assert mean_grey(page) == pytest.approx(255 - upright, abs=12)


def mean_grey(page: Page) -> float:
    """The mean grey of the middle of the image, as the screen shows it."""
    box = page.locator("[data-part=viewport]").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2 - 100, box["y"] + box["height"] / 2 - 100
    shot = page.screenshot(clip={"x": x, "y": y, "width": 200, "height": 200})
    return float(np.asarray(Image.open(BytesIO(shot)).convert("L")).mean())


def test_what_was_said_of_one_case_is_not_there_for_the_next(reader: User, log_in: LogIn) -> None:
    page = log_in("reader")
    start(page)
    for key in ("s", "9", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("[data-rendered='2']")).to_be_visible()
    for call in ("authentic", "synthetic"):
        expect(page.locator(f"[data-call={call}]")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Enter")
    expect(page.locator("[data-part=count]")).to_have_text("Case 2 of 6")
    assert Judgement.objects.count() == 1


def test_two_tabs_on_the_same_case_store_one_judgement_and_say_so(reader: User, log_in: LogIn) -> None:
    first = log_in("reader")
    start(first)
    second = first.context.new_page()
    second.goto(first.url)
    expect(second.locator("[data-rendered='1']")).to_be_visible()
    for key in ("s", "9", "Enter"):
        first.keyboard.press(key)
    expect(first.locator("[data-rendered='2']")).to_be_visible()
    for key in ("a", "2", "Enter"):
        second.keyboard.press(key)
    expect(second.locator("[data-rendered='2']")).to_be_visible()
    expect(second.get_by_text("already judged")).to_be_visible()
    assert [(j.call, j.confidence) for j in Judgement.objects.all()] == [("synthetic", 90)]


def test_the_next_image_is_fetched_before_it_is_asked_for(reader: User, log_in: LogIn) -> None:
    page = log_in("reader")
    frames: list[str] = []
    page.on("request", lambda request: frames.append(request.url) if "/frames/" in request.url else None)
    start(page)
    for _ in range(50):
        if len(frames) >= 3:
            break
        page.wait_for_timeout(100)
    assert len(set(frames)) == 3, "the current image and two ahead"


def test_the_help_lists_the_keys_and_closes_by_escape(reader: User, log_in: LogIn) -> None:
    page = log_in("reader")
    start(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Invert")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).not_to_be_visible()

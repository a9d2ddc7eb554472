"""A coordinator blacks text out on the picture: by mouse, by typing, at a click on a candidate; and takes it back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from readerstudy.accounts.models import Role
from readerstudy.accounts.services import create_user
from readerstudy.cohorts.models import Blackout, Case, Image, Source
from tests.browser.conftest import PASSWORD, LogIn
from tests.readerstudy.makers import a_sealed_cohort

SIDE = 64  # of the drawn sources


@pytest.fixture
def case(server: str) -> Case:
    """A case with one place that may hold text, in a cohort with other cases."""
    create_user(username="coordinator", password=PASSWORD, role=Role.COORDINATOR)
    case = a_sealed_cohort("mine", cases=4).cases.all()[1]
    Source.objects.filter(case=case).update(text_candidates=[[40, 40, 16, 8]])
    return case


@pytest.fixture
def page(case: Case, log_in: LogIn) -> Page:
    page = log_in("coordinator", viewport={"width": 1280, "height": 1100})
    page.goto(f"/cohorts/mine/cases/{case.code}/")
    return page


def drag(page: Page, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Draw from one source pixel to another with the mouse."""
    box = page.locator("svg.drawing").bounding_box()
    assert box
    scale = min(box["width"], box["height"]) / SIDE  # the picture lies in the middle of its place
    left, top = box["x"] + (box["width"] - SIDE * scale) / 2, box["y"] + (box["height"] - SIDE * scale) / 2
    page.mouse.move(left + start[0] * scale, top + start[1] * scale)
    page.mouse.down()
    page.mouse.move(left + end[0] * scale, top + end[1] * scale, steps=4)
    page.mouse.up()


def rectangle(page: Page) -> list[str]:
    return [page.get_by_label(label).input_value() for label in ("Left", "Top", "Width", "Height")]


def test_a_rectangle_is_drawn_blacked_out_and_taken_back(page: Page, case: Case) -> None:
    before = Image.objects.get(case=case).sha256
    drag(page, (30, 20), (10, 8))  # from the lower right to the upper left
    assert rectangle(page) == ["10", "8", "20", "12"]
    expect(page.locator(".draft")).to_be_visible()
    page.keyboard.press("Enter")  # the button has the focus
    expect(page.get_by_role("status")).to_contain_text("Readers get the new picture")
    expect(page.locator("rect.blackout")).to_have_count(1)
    assert str(Blackout.objects.get(case=case)) == "20 × 12 at 10, 8"
    assert Image.objects.get(case=case).sha256 != before

    page.get_by_role("button", name="Take back").click()
    page.locator("dialog").get_by_role("button", name="Take back").click()
    expect(page.locator("rect.blackout")).to_have_count(0)
    assert Image.objects.get(case=case).sha256 == before


def test_a_rectangle_that_leaves_the_picture_ends_at_its_edge(page: Page) -> None:
    drag(page, (50, 50), (90, 50 + 30))
    assert rectangle(page) == ["50", "50", "14", "14"]


def test_by_keyboard_alone(page: Page, case: Case) -> None:
    for label, value in (("Left", "3"), ("Top", "4"), ("Width", "10"), ("Height", "6")):
        page.get_by_label(label).fill(value)
    expect(page.locator(".draft")).to_have_attribute("width", "10")
    page.keyboard.press("Enter")
    expect(page.locator("rect.blackout")).to_have_count(1)
    assert str(Blackout.objects.get(case=case)) == "10 × 6 at 3, 4"


def test_a_candidate_is_seen_on_the_picture_and_blacked_out_at_a_click(page: Page, case: Case) -> None:
    expect(page.locator("rect.candidate")).to_have_count(1)
    page.get_by_role("listitem").get_by_role("button", name="Black out").click()
    expect(page.locator("rect.candidate")).to_have_count(0)
    expect(page.get_by_text("Checked for text")).to_be_visible()
    assert str(Blackout.objects.get(case=case)) == "16 × 8 at 40, 40"


def test_keys_lead_to_the_neighbours_but_not_while_one_types(page: Page, case: Case) -> None:
    following = case.cohort.cases.all()[2]
    page.get_by_label("Reason, for the report").press_sequentially("not sharp n p")
    expect(page.get_by_label("Reason, for the report")).to_have_value("not sharp n p")
    page.get_by_role("heading", name="Facts").click()
    page.keyboard.press("n")
    page.wait_for_url(f"**/cases/{following.code}/")
    page.keyboard.press("p")
    page.wait_for_url(f"**/cases/{case.code}/")


def test_another_presentation_is_previewed_on_four_cases(page: Page) -> None:
    page.get_by_role("link", name="Presentation").click()
    page.get_by_role("radio", name="square-512-8bit/1").check()
    page.get_by_role("button", name="Preview on four cases").click()
    expect(page.locator(".previews img[src^='data:image/png']")).to_have_count(4)
    page.get_by_role("button", name="Present all 4 cases so").click()
    expect(page.locator("dialog")).to_contain_text("A blinding audit of the cohort must be made again")
    page.locator("dialog").get_by_role("button", name="Present all 4 cases so").click()
    expect(page.get_by_role("heading", name="Present mine by square-512-8bit/1")).to_be_visible()


def test_the_table_of_strata_follows_the_form_of_a_sample(page: Page) -> None:
    page.get_by_role("link", name="Sample").click()
    expect(page.locator("#strata")).to_contain_text("cannot give 40")
    page.get_by_label("Cases", exact=False).first.fill("4")
    page.get_by_label("Name of the new cohort").fill("Drawn one")
    expect(page.locator("#strata")).to_contain_text("enough for even parts")
    page.get_by_role("button", name="Draw the cohort").click()
    expect(page.get_by_role("heading", name="How this cohort was drawn")).to_be_visible()

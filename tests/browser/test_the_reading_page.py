"""What a reader does with the image, the questions and the page."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from readerstudy.accounts.models import Role, User
from readerstudy.accounts.services import create_user
from readerstudy.reading.models import Judgement
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

UNTOLD: dict[str, Any] = {"purpose": "purpose-blinded", "undo_seconds": 0}


@pytest.fixture
def reader(server: str) -> User:
    """A reader who is in no study yet."""
    return create_user(username="reader", password=PASSWORD, role=Role.READER)


def reading_of(reader: User, log_in: LogIn, **settings: Any) -> Page:
    """Open the first case of a study of one phase with these settings."""
    a_running_study(a_phase(**settings), readers=[reader])
    page = log_in("reader")
    start(page)
    return page


def corner(page: Page, name: str) -> str:
    return page.locator(f"[data-part=corner{name}]").inner_text()


def mean_grey(page: Page) -> float:
    """The mean grey of the middle of the image, as the screen shows it."""
    box = page.locator("[data-part=viewport]").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2 - 100, box["y"] + box["height"] / 2 - 100
    shot = page.screenshot(clip={"x": x, "y": y, "width": 200, "height": 200})
    return float(np.asarray(Image.open(BytesIO(shot)).convert("L")).mean())


def the_judgement(page: Page) -> Judgement:
    """The only judgement, once the page says that it is saved."""
    saved(page)
    return Judgement.objects.get()


def hint(page: Page) -> Any:
    return expect(page.locator("[data-part=hint]"))


def test_closing_the_browser_and_coming_back_resumes_at_the_same_case(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in)
    press(page, "a", "5", "Enter")
    on_case(page, 2)
    page.context.close()

    again = log_in("reader")
    expect(again.get_by_text("1 of 4")).to_be_visible()
    start(again)
    on_case(again, 2)
    expect(again.locator("[data-part=count]")).to_have_text("2 of 4")


def test_what_was_entered_is_there_again_after_a_reload(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in, questions=[CALL, NOTE])
    press(page, "s", "7")
    page.get_by_label("Anything unusual?").fill("a ring on the left hand")
    expect(page.locator("[data-part=saveState]")).to_have_text("Saved")
    page.reload()
    begin(page)
    expect(page.get_by_label("Anything unusual?")).to_have_value("a ring on the left hand")
    expect(page.locator("[data-call=synthetic]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".scale .value")).to_have_text("70")


def test_invert_and_reset_change_the_picture_and_bring_it_back(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in)
    upright, window = mean_grey(page), corner(page, "Window")
    page.get_by_role("button", name="Invert").click()
    page.wait_for_timeout(300)
    assert mean_grey(page) == pytest.approx(255 - upright, abs=12)
    press(page, "z")
    expect(page.locator("[data-part=cornerZoom]")).not_to_have_text("Zoom 1.00×")
    press(page, "Space")
    expect(page.locator("[data-part=cornerZoom]")).to_have_text("Zoom 1.00×")
    assert corner(page, "Window") == window


def test_what_was_said_of_one_case_is_not_there_for_the_next(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in)
    press(page, "s", "9", "Enter")
    on_case(page, 2)
    for call in ("authentic", "synthetic"):
        expect(page.locator(f"[data-call={call}]")).to_have_attribute("aria-pressed", "false")
    press(page, "Enter")
    hint(page).to_have_text("Still needed: your call.")
    expect(page.locator("[data-part=count]")).to_have_text("2 of 4")
    assert the_judgement(page).confidence == 90


def test_the_corners_tell_case_window_and_zoom_and_nothing_else(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in)
    corners = " ".join(page.locator(".corner").all_inner_texts())
    assert re.fullmatch(r"Case 1 W \d+ +L \d+ Zoom 1\.00×", corners)


def test_quality_diagnosis_and_remark_are_answered_by_keyboard_alone(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in, **UNTOLD, questions=[QUALITY, DIAGNOSIS, NOTE])
    press(page, "3")
    hint(page).to_have_text("Still needed: “What do you see?”.")
    press(page, "q")
    page.keyboard.type("effus")
    expect(page.get_by_role("option")).to_have_count(1)
    press(page, "Enter", "Tab")
    page.keyboard.type("no marker")
    hint(page).to_have_text("")
    press(page, "Control+Enter")
    on_case(page, 2)
    assert the_judgement(page).answers == {"quality": 3, "diagnosis": "Pleural effusion", "note": "no marker"}
    assert the_judgement(page).call is None


def test_words_that_are_no_entry_of_the_list_are_no_answer(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in, **UNTOLD, questions=[DIAGNOSIS])
    field = page.get_by_role("combobox", name="What do you see?")
    field.fill("Pneumomia")
    expect(page.get_by_text("Nothing in the list fits.")).to_be_visible()
    press(page, "Escape")
    expect(field).to_have_value("")
    hint(page).to_have_text("Still needed: “What do you see?”.")


def test_digits_in_a_text_are_text(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in, questions=[CALL, NOTE])
    page.get_by_label("Anything unusual?").focus()
    page.keyboard.type("5 screws, Q")
    expect(page.get_by_label("Anything unusual?")).to_have_value("5 screws, Q")
    expect(page.locator(".scale .value")).to_have_text("–")


def test_where_the_purpose_is_not_told_nothing_on_the_page_names_it(reader: User, log_in: LogIn) -> None:
    at_the_end = {**NOTE, "asked": "end"}
    a_running_study(a_phase(**UNTOLD, questions=[QUALITY, at_the_end]), readers=[reader], cases=2)
    page = log_in("reader")
    open_session(page)
    expect(page.get_by_role("heading", name="Check your screen")).to_be_visible()
    seen = [whole(page)]
    page.get_by_role("button", name="I can see both").click()
    expect(page.get_by_role("heading", name="Before you start")).to_be_visible()
    seen.append(whole(page))
    press(page, "?")
    seen.append(whole(page))
    press(page, "Escape")
    begin(page)
    press(page, "a", "s", "c", "Enter", "?")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Change keys").click()
    dialog.get_by_role("button", name="Invert: I. Change").click()
    press(page, "s")
    expect(dialog.get_by_text("S has a fixed meaning")).to_be_visible()
    seen.append(whole(page))
    press(page, "Escape", "Escape", "3", "Enter")
    on_case(page, 2)
    press(page, "2", "Enter")
    expect(page.get_by_role("heading", name="Before you finish")).to_be_visible()
    seen.append(whole(page))
    page.locator("[data-part=screen] textarea").fill("No.")
    press(page, "Control+Enter")
    expect(page.get_by_role("heading", name="All 2 cases read")).to_be_visible()
    seen.append(whole(page))
    for words in seen:
        assert re.findall(r"(?i)authentic|synthetic|deepfake|fake|generated|confiden|detector", words) == []


def whole(page: Page) -> str:
    """The page as it stands, with what is hidden and every attribute; addresses of scripts are not told."""
    return f"{page.title()} {page.locator('body').evaluate('(body) => body.outerHTML')}"


def test_a_scale_of_points_is_answered_by_digits_and_stored_as_confidence(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in, questions=[{**CALL, "points": 5}])
    press(page, "a", "7", "4")
    expect(page.get_by_role("radio", name="4 of 5")).to_be_checked()
    press(page, "Enter")
    on_case(page, 2)
    judgement = the_judgement(page)
    assert (judgement.call, judgement.confidence) == ("authentic", 80)


def test_who_cannot_tell_gives_no_confidence(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in, questions=[{**CALL, "forced": False}])
    press(page, "c")
    expect(page.get_by_text("Without a call there is no confidence to give.")).to_be_visible()
    press(page, "Enter")
    on_case(page, 2)
    judgement = the_judgement(page)
    assert (judgement.call, judgement.confidence, judgement.rating) == (None, None, None)


def test_a_question_with_a_condition_comes_and_goes_with_its_condition(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in, questions=[CALL, MARKS])
    marks = page.get_by_role("group", name="Mark what gave it away")
    expect(marks).to_be_hidden()
    press(page, "s")
    expect(marks).to_be_visible()
    press(page, "a")
    expect(marks).to_be_hidden()


def test_marks_are_drawn_given_a_reason_removed_and_stored(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in, questions=[CALL, MARKS])
    press(page, "s", "8")
    box = page.locator("[data-part=viewport]").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.get_by_role("button", name="Point").click()
    page.mouse.click(x, y)
    page.mouse.click(x + 60, y)
    expect(page.get_by_role("button", name="Remove mark 2")).to_be_visible()
    page.get_by_role("button", name="Remove mark 2").click()
    expect(page.get_by_role("button", name="Remove mark 2")).to_have_count(0)
    hint(page).to_contain_text("each mark needs a reason")
    page.get_by_label("Reason of mark 1").select_option("Uniform grain")
    page.locator("[data-part=submit]").click()
    on_case(page, 2)
    mark = the_judgement(page).marks.get()
    assert (mark.question.name, mark.kind, mark.reason) == ("telltales", "point", "Uniform grain")
    assert mark.points == [pytest.approx([0.5, 0.5], abs=0.02)]


def test_the_last_judgement_can_be_undone_and_is_then_a_second_revision(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in)
    press(page, "s", "9", "Enter")
    on_case(page, 2)
    page.get_by_role("button", name="Undo last judgement").click()
    on_case(page, 1)
    expect(page.get_by_text("You are changing case 1")).to_be_visible()
    expect(page.locator("[data-call=synthetic]")).to_have_attribute("aria-pressed", "true")
    press(page, "a", "3", "Enter")
    on_case(page, 2)
    saved(page)
    assert [(j.call, j.confidence) for j in Judgement.objects.order_by("revision")] == [
        ("synthetic", 90),
        ("authentic", 30),
    ]


def test_the_last_judgement_of_a_session_can_be_undone_from_its_end(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in)
    for position in (1, 2, 3, 4):
        on_case(page, position)
        press(page, "s", "9", "Enter")
    page.get_by_role("button", name="Undo last judgement").click()
    on_case(page, 4)
    press(page, "a", "3", "Enter")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    saved(page)
    press(page, "Control+z")
    on_case(page, 4)
    page.get_by_role("button", name="Leave it as it was").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert [j.call for j in Judgement.objects.filter(reading__position=4).order_by("revision")] == [
        "synthetic",
        "authentic",
    ]


def test_nor_are_questions_at_the_end_in_the_way_of_that(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in, questions=[CALL, {**NOTE, "name": "unusual", "asked": "end"}])
    for position in (1, 2, 3, 4):
        on_case(page, position)
        press(page, "s", "9", "Enter")
    page.get_by_role("button", name="Undo last judgement").click()
    on_case(page, 4)
    expect(page.locator("[data-call=synthetic]")).to_have_attribute("aria-pressed", "true")


def test_a_reopened_judgement_may_stand_as_it_was(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in)
    press(page, "s", "9", "Enter")
    on_case(page, 2)
    saved(page)
    press(page, "Control+z")
    on_case(page, 1)
    page.get_by_role("button", name="Leave it as it was").click()
    on_case(page, 2)
    assert the_judgement(page).confidence == 90


def test_where_a_judgement_is_final_nothing_offers_to_undo_it(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in, undo_seconds=0)
    press(page, "s", "9", "Enter")
    on_case(page, 2)
    expect(page.get_by_role("button", name="Undo last judgement")).to_be_hidden()


def test_earlier_cases_can_be_opened_where_the_phase_allows_it(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in, revisit=True)
    for position in (1, 2):
        on_case(page, position)
        press(page, "s", "9", "Enter")
    on_case(page, 3)
    page.get_by_label("Earlier cases").select_option("1")
    page.get_by_role("button", name="Open").click()
    on_case(page, 1)
    press(page, "a", "Enter")
    on_case(page, 3)
    saved(page)
    assert [j.revision for j in Judgement.objects.filter(reading__position=1)] == [1, 2]


def test_each_case_begins_with_its_first_question_in_sight(reader: User, log_in: LogIn) -> None:
    a_running_study(a_phase(questions=[CALL, QUALITY, DIAGNOSIS, NOTE]), readers=[reader])
    page = log_in("reader", viewport={"width": 1024, "height": 600})
    start(page)
    press(page, "s", "9")
    page.get_by_role("radio", name="Fair").check()
    page.get_by_role("combobox", name="What do you see?").fill("normal")
    press(page, "Enter")
    page.get_by_label("Anything unusual?").fill("no")
    expect(page.locator("[data-call=synthetic]")).not_to_be_in_viewport()
    press(page, "Control+Enter")
    on_case(page, 2)
    expect(page.locator("[data-call=synthetic]")).to_be_in_viewport(ratio=1)


def test_questions_at_the_end_take_digits_and_name_what_is_missing(reader: User, log_in: LogIn) -> None:
    last = [{**QUALITY, "name": "ease", "asked": "end"}, {**NOTE, "name": "more", "asked": "end", "required": True}]
    page = reading_of(reader, log_in, questions=[CALL, *last])
    for position in (1, 2, 3, 4):
        on_case(page, position)
        press(page, "s", "9", "Enter")
    expect(page.get_by_role("heading", name="Before you finish")).to_be_visible()
    press(page, "2")
    expect(page.get_by_role("radio").nth(1)).to_be_checked()
    press(page, "Enter")
    expect(page.locator(".question.insist")).to_have_text(re.compile("Anything unusual"))
    expect(page.locator("#end-hint")).to_have_class(re.compile("insist"))
    page.locator("[data-part=screen] textarea").fill("No.")
    expect(page.locator(".question.insist")).to_have_count(0)
    press(page, "Control+Enter")
    expect(page.get_by_role("heading", name="All 4 cases read")).to_be_visible()


def test_a_pause_hides_the_image_and_stops_the_clock(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in)
    press(page, "Shift+P")
    expect(page.get_by_role("heading", name="Paused")).to_be_visible()
    expect(page.locator("[data-part=viewport]")).not_to_be_visible()
    elapsed = page.locator("[data-part=elapsed]").inner_text()
    page.wait_for_timeout(2_500)
    expect(page.locator("[data-part=elapsed]")).to_have_text(elapsed)
    press(page, "Space")
    expect(page.locator("[data-part=viewport]")).to_be_visible()
    press(page, "a", "5", "Enter")
    on_case(page, 2)
    assert the_judgement(page).paused_seconds >= 2.4


def test_a_soft_limit_says_so_in_words_and_lets_go_on(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in, time_limit="soft", time_limit_seconds=5)
    expect(page.locator("[data-part=clock]")).to_contain_text("is over. You may still finish it", timeout=15_000)
    press(page, "a", "5", "Enter")
    on_case(page, 2)
    assert the_judgement(page).timed_out is False


def test_a_hard_limit_counts_down_and_sends_what_is_there(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in, time_limit="hard", time_limit_seconds=5)
    expect(page.locator("[data-part=clock]")).to_contain_text("Time left: 0:0")
    press(page, "a", "5")
    on_case(page, 2)
    expect(page.locator("[data-part=noticeText]")).to_contain_text("Time is up")
    judgement = the_judgement(page)
    assert (judgement.timed_out, judgement.call) == (True, "authentic")


def test_the_next_image_is_fetched_before_it_is_asked_for(reader: User, log_in: LogIn) -> None:
    a_running_study(a_phase(), readers=[reader])
    page = log_in("reader")
    frames: list[str] = []
    page.on("request", lambda request: frames.append(request.url) if "/frames/" in request.url else None)
    start(page)
    for _ in range(50):
        if len(set(frames)) >= 3:
            break
        page.wait_for_timeout(100)
    assert len(set(frames)) == 3, "the current image and two ahead"


def test_the_help_lists_the_keys_and_closes_by_escape(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in)
    press(page, "?")
    expect(page.get_by_role("dialog")).to_contain_text("Invert")
    press(page, "Escape")
    expect(page.get_by_role("dialog")).not_to_be_visible()


def test_a_changed_key_works_is_kept_and_names_what_it_would_take(reader: User, log_in: LogIn) -> None:
    page = reading_of(reader, log_in)
    press(page, "?")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Change keys").click()
    dialog.get_by_role("button", name="Call it synthetic: S. Change").click()
    press(page, "a")
    expect(dialog.get_by_text("A already means “Call it authentic”")).to_be_visible()
    press(page, "9")
    expect(dialog.get_by_text("9 has a fixed meaning")).to_be_visible()
    press(page, ";")
    expect(dialog.get_by_text("“Call it synthetic” is now ;.")).to_be_visible()
    expect(dialog.get_by_text("Your keys are saved")).to_be_visible()
    page.reload()
    begin(page)
    synthetic = page.locator("[data-call=synthetic]")
    expect(synthetic.locator("kbd")).to_have_text(";")
    expect(synthetic).to_have_attribute("aria-keyshortcuts", ";")
    press(page, ";")
    expect(page.locator("[data-call=synthetic]")).to_have_attribute("aria-pressed", "true")


def test_an_expired_login_is_renewed_in_place_and_nothing_is_lost(
    reader: User, log_in: LogIn, tolerated: list[str]
) -> None:
    tolerated += ["status of 400", "status of 403", "status of 404", "XMLHttpRequest"]  # as asked without a login
    page = reading_of(reader, log_in, questions=[CALL, NOTE])
    press(page, "s", "6")
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("Anything unusual?").fill("typed after the login had expired")
    dialog = page.get_by_role("dialog", name="Log in again")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Password").fill("not this one")
    press(page, "Enter")
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("Password").fill(PASSWORD)
    press(page, "Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Anything unusual?")).to_have_value("typed after the login had expired")
    page.locator("[data-part=submit]").click()
    on_case(page, 2)
    assert the_judgement(page).answers == {"note": "typed after the login had expired"}


def test_where_the_next_case_needs_a_server_that_is_gone_the_page_says_so_and_goes_on_by_itself(
    reader: User, log_in: LogIn, tolerated: list[str]
) -> None:
    tolerated += ["ERR_INTERNET_DISCONNECTED"]
    page = reading_of(reader, log_in)
    saved(page, "")
    page.wait_for_load_state("networkidle")  # two images ahead
    page.context.set_offline(True)
    for position in (1, 2, 3):
        on_case(page, position)
        press(page, "a", "4", "Enter")
    saved(page, "Kept on this computer – 3")
    hint(page).to_contain_text("The next case needs the server")
    expect(page.locator("[data-part=submit]")).to_have_text(re.compile("Try again"))
    page.context.set_offline(False)
    on_case(page, 4)
    saved(page)
    assert Judgement.objects.count() == 3


@pytest.mark.parametrize(("choice", "call"), [("Keep what is in this window", "s"), ("Take what is in the other", "a")])
def test_a_case_filled_in_in_two_places_is_settled_by_a_clear_choice(
    reader: User, log_in: LogIn, choice: str, call: str
) -> None:
    here = reading_of(reader, log_in)
    elsewhere = log_in("reader")
    start(elsewhere)
    press(elsewhere, "a", "2")
    saved(elsewhere)
    press(here, "s", "9")
    dialog = here.get_by_role("dialog", name="Changed in another window")
    expect(dialog).to_contain_text("Synthetic")
    expect(dialog).to_contain_text("Authentic, Confidence 20")
    press(here, "Escape", "Enter", "Space")  # as they were meant for the case
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name=choice).click()
    expect(dialog).to_be_hidden()
    expect(here.locator("[data-call][aria-pressed=true]")).to_have_attribute("aria-keyshortcuts", call.upper())


def test_answers_at_the_end_come_as_a_table(reader: User, log_in: LogIn) -> None:
    practice = {"purpose": "practice", "undo_seconds": 0, "feedback": "at-end"}
    a_running_study(a_phase("warm-up", **practice, cohort="P"), a_phase("test"), readers=[reader], cases=2)
    page = log_in("reader")
    start(page)
    expect(page.get_by_text("Practice – these cases do not count")).to_be_visible()
    for position in (1, 2):
        on_case(page, position)
        press(page, "s", "9", "Enter")
    expect(page.get_by_role("heading", name="Your answers: 1 of 2 right")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(3)
    # An Enter so soon after the last one would be taken for its echo.
    with page.expect_navigation():
        page.locator("[data-go]").click()
    begin(page)
    expect(page.locator("[data-part=phase]")).to_have_text("Test")


@pytest.mark.parametrize("size", [(1280, 720), (1024, 768)], ids=["wide", "small"])
def test_a_reference_stands_beside_the_case_and_both_are_named(
    reader: User, log_in: LogIn, size: tuple[int, int]
) -> None:
    a_running_study(a_phase(companions="R"), readers=[reader])
    page = log_in("reader", viewport={"width": size[0], "height": size[1]})
    start(page)
    expect(page.locator(".caption")).to_have_text(["Case", "Reference"])
    first, second = (box for box in (page.locator(".pane").nth(index).bounding_box() for index in (0, 1)) if box)
    assert first["width"] == pytest.approx(second["width"], abs=2)
    assert first["x"] + first["width"] <= second["x"] + 1


def test_a_page_that_is_opened_and_left_judges_nothing(reader: User, log_in: LogIn) -> None:
    a_running_study(a_phase(), readers=[reader])
    page = log_in("reader")
    open_session(page)
    page.get_by_role("link", name="Leave").click()
    expect(page.get_by_role("heading", name="My studies")).to_be_visible()
    assert not Judgement.objects.exists()

"""Several readers at one browser: who logs out leaves nothing behind, and nobody is shown what is another's."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from readerstudy.accounts.models import Role, User
from readerstudy.accounts.services import create_user
from readerstudy.reading.models import Draft, Judgement
from tests.browser.conftest import PASSWORD, LogIn
from tests.browser.reading import CALL, NOTE, a_phase, a_running_study, press, saved, start

SECRET = "a ring on the left hand"
WHAT_IS_KEPT = """async () => {
  const answer = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  const database = await answer(indexedDB.open('readerstudy'));
  const kept = await Promise.all([...database.objectStoreNames].map(
    (name) => answer(database.transaction(name).objectStore(name).getAll())));
  database.close();
  return JSON.stringify([kept.flat(), { ...localStorage }]);
}"""


@pytest.fixture
def readers(server: str) -> list[User]:
    """Two readers of one study."""
    both = [create_user(username=name, password=PASSWORD, role=Role.READER) for name in ("anna", "ben")]
    a_running_study(a_phase(questions=[CALL, NOTE]), readers=both)
    return both


def type_something(page: Page) -> None:
    start(page)
    press(page, "s")
    page.get_by_label("Anything unusual?").fill(SECRET)


def enter(page: Page, username: str) -> None:
    """Log in by the form, and wait for one's studies."""
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Enter")
    expect(page.get_by_role("heading", name="My studies")).to_be_visible()


def log_out(page: Page) -> None:
    page.get_by_role("link", name="Leave").click()
    page.get_by_role("button", name="Log out").click()


@pytest.mark.usefixtures("readers")
def test_what_was_typed_is_on_the_server_after_the_logout_and_not_in_the_browser(log_in: LogIn) -> None:
    page = log_in("anna")
    type_something(page)
    assert SECRET in page.evaluate(WHAT_IS_KEPT)
    log_out(page)
    expect(page.get_by_label("Password")).to_be_visible()
    assert json.loads(page.evaluate(WHAT_IS_KEPT)) == [[], {}]
    assert Draft.objects.get().body["answers"] == {"note": SECRET}
    enter(page, "ben")
    start(page)
    expect(page.get_by_label("Anything unusual?")).to_have_value("")
    assert SECRET not in page.content()


@pytest.mark.usefixtures("readers")
def test_a_second_window_does_not_stay_open_for_the_next_person(log_in: LogIn) -> None:
    page = log_in("anna")
    type_something(page)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("[data-rendered], .told").first).to_be_visible()
    log_out(other)
    expect(page.get_by_label("Password")).to_be_visible()
    assert "sessions" not in page.url, "the next person would be sent to it"
    assert json.loads(page.evaluate(WHAT_IS_KEPT)) == [[], {}]


@pytest.mark.usefixtures("readers")
def test_what_cannot_be_sent_stays_for_its_reader_and_a_logout_says_so(log_in: LogIn, tolerated: list[str]) -> None:
    tolerated += ["ERR_FAILED", "status of 503"]
    page = log_in("anna")
    start(page)
    page.context.route("**/readings/**", lambda route: route.fulfill(status=503, body=""))
    press(page, "s")
    page.get_by_label("Anything unusual?").fill(SECRET)
    log_out(page)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It stays on this computer under your name")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("heading", name="My studies")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    dialog.get_by_role("button", name="Log out").click()
    page.context.unroute("**/readings/**")
    enter(page, "anna")
    start(page)
    expect(page.get_by_label("Anything unusual?")).to_have_value(SECRET)


@pytest.mark.usefixtures("readers")
def test_nothing_is_sent_under_another_login_and_the_page_says_where_it_is(log_in: LogIn, tolerated: list[str]) -> None:
    tolerated += ["status of 404", "XMLHttpRequest"]
    page = log_in("anna")
    start(page)
    page.context.clear_cookies(name="sessionid")
    other = page.context.new_page()
    other.goto("/")
    enter(other, "ben")
    press(page, "s", "7", "Enter")
    expect(page.get_by_text("It is kept on this computer")).to_be_visible()
    assert not Judgement.objects.exists()
    other.get_by_role("button", name="Log out").click()
    enter(other, "anna")
    press(page, "Enter")
    saved(page)
    assert Judgement.objects.get(reading__session__reader__user__username="anna")

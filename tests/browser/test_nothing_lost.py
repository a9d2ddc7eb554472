"""Each judgement exactly once, as it was entered, whatever happens to network, server, login, tabs and browser."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session as Login
from playwright.sync_api import Page, Playwright, expect

from readerstudy.accounts.models import Role
from readerstudy.accounts.services import create_user
from readerstudy.reading.models import Draft, Judgement
from readerstudy.reading.services import start_session
from tests.browser.bad_weather import PATIENCE_MS, POLL_MS, Desk, Person, Weather
from tests.browser.conftest import PASSWORD
from tests.readerstudy.makers import a_study

CASES = 10
# The page looks every five seconds for what a closed tab has left behind.
LOOKING_MS = 8_000
Sit = Callable[..., Person]


@pytest.fixture
def sit(server: str, playwright: Playwright, browser_type_launch_args: dict[str, Any], tmp_path: Path) -> Iterator[Sit]:
    """Give the function that seats a reader of a study of ten cases before a browser."""
    desks: list[Desk] = []

    def take_a_seat(*, seed: int = 0, share: float = 0.0) -> Person:
        user = create_user(username="reader", password=PASSWORD, role=Role.READER)
        study = a_study(readers=[user], consent=True, cases=CASES)
        session, _ = start_session(reader=study.readers.get(user=user), actor=user)
        weather = Weather(random.Random(seed), share)
        desk = Desk(playwright, browser_type_launch_args, address=server, profile=tmp_path / "profile", weather=weather)
        desks.append(desk)
        person = Person(desk, username="reader", session=session.code)
        person.go_to_session()
        return person

    yield take_a_seat
    for desk in desks:
        desk.close()


def on_record() -> dict[int, tuple[str, int]]:
    """What the database holds, by position; a second judgement of a case would be a failure by itself."""
    rows = list(Judgement.objects.values_list("reading__position", "call", "confidence"))
    assert len({position for position, *_ in rows}) == len(rows), rows
    return {position: (str(call), int(confidence or 0)) for position, call, confidence in rows}


def in_store(page: Page, store: str) -> list[dict[str, Any]]:
    """What the browser keeps of submissions (`entries`) or of cases in the making (`drafts`)."""
    rows: list[dict[str, Any]] = page.evaluate(
        """(store) => new Promise((done) => {
          const opening = indexedDB.open('readerstudy');
          opening.onsuccess = () => {
            const asked = opening.result.transaction(store).objectStore(store).getAll();
            asked.onsuccess = () => { opening.result.close(); done(asked.result); };
          };
        })""",
        store,
    )
    return rows


def wait_until_kept(page: Page, position: int, entered: tuple[str, int]) -> None:
    """Let the browser write what was just entered; a busy machine takes its time."""
    for _ in range(PATIENCE_MS // POLL_MS):
        bodies = [row["body"] for row in in_store(page, "drafts") if row["position"] == position]
        if [(body["call"], body["confidence"]) for body in bodies] == [entered]:
            return
        page.wait_for_timeout(POLL_MS)
    raise AssertionError(f"{entered} of case {position} was never kept")


def wait_until_delivered(page: Page) -> None:
    """Let the browser deliver what another tab, closed at once, has left behind."""
    for _ in range(PATIENCE_MS // POLL_MS):
        if not in_store(page, "entries"):
            return
        page.wait_for_timeout(POLL_MS)
    raise AssertionError(f"Never delivered: {in_store(page, 'entries')}")


class BadDay:
    """One reader's way through the session, with everything that can go wrong drawn from a seed."""

    def __init__(self, person: Person, seed: int) -> None:
        self.person = person
        self.rng = random.Random(f"day {seed}")
        self.happened: list[str] = []

    @property
    def page(self) -> Page:
        return self.person.desk.page

    def read_all(self) -> None:
        """Read to the end; each case meets one of the trials."""
        trials = [self.plain, self.double_click, self.offline, self.killed_after, self.killed_before,
                  self.two_tabs, self.both_tabs_send, self.logged_out, self.back_and_forth, self.reloaded]  # fmt: skip
        self.rng.shuffle(trials)
        for trial in trials * 2:
            if self.person.arrive()["where"] == "finished":
                return
            self.happened.append(trial.__name__)
            trial()
        self.person.arrive(until=("finished",))

    def enter(self, page: Page | None = None) -> tuple[Page, int, tuple[str, int]]:
        """Fill in the case on the screen."""
        page = page or self.page
        position = self.person.arrive(page)["position"]
        call, tens = self.rng.choice(["authentic", "synthetic"]), self.rng.randint(1, 10)
        self.person.fill_in(page, position, call=call, tens=tens)
        return page, position, (call, tens * 10)

    def plain(self) -> None:
        self.person.send(*self.enter())

    def double_click(self) -> None:
        self.person.send(*self.enter(), how="double click")

    def offline(self) -> None:
        """The network goes; the reader goes on as far as images are open; the network comes back."""
        self.person.desk.context.set_offline(True)
        for _ in range(self.rng.randint(1, 4)):
            if self.person.arrive(until=("case", "waiting", "no image", "screen end"))["where"] != "case":
                break
            self.person.send(*self.enter())
        self.page.wait_for_timeout(self.rng.randint(0, 500))
        self.person.desk.context.set_offline(False)

    def killed_after(self) -> None:
        """The browser dies at some moment after the key was pressed."""
        page, position, entered = self.enter()
        self.person.send(page, position, entered)
        page.wait_for_timeout(self.rng.choice([0, 5, 20, 60, 200]))
        self.person.desk.kill()
        self.person.go_to_session()

    def killed_before(self) -> None:
        """The browser dies in mid-case; what was entered is there again."""
        page, position, entered = self.enter()
        wait_until_kept(page, position, entered)
        self.person.desk.kill()
        self.person.go_to_session()
        seen = self.person.arrive()
        assert (seen["position"], (seen["call"], seen["confidence"])) == (position, entered), seen
        self.person.send(self.page, position, entered)

    def two_tabs(self) -> None:
        """One case is begun in one tab and sent from another."""
        page, position, entered = self.enter()
        wait_until_kept(page, position, entered)
        other = self.open_tab()
        seen = self.person.arrive(other)
        assert (seen["position"], (seen["call"], seen["confidence"])) == (position, entered), seen
        self.person.send(other, position, entered)
        other.wait_for_timeout(self.rng.choice([0, 50, 300]))
        other.close()
        # A reader looks before going on: what the other tab kept in time, this one sends and leaves behind.
        for _ in range(LOOKING_MS // POLL_MS):
            if self.person.look(page)["position"] != position:
                return
            page.wait_for_timeout(POLL_MS)

    def both_tabs_send(self) -> None:
        """The same case is sent from two tabs at nearly the same moment."""
        other = self.open_tab()
        page, position, entered = self.enter()
        expect(other.locator(f"[data-call={entered[0]}][aria-pressed=true]")).to_be_visible()
        expect(other.locator("#confidence")).to_have_attribute("aria-valuetext", str(entered[1]))
        self.person.send(page, position, entered)
        if self.person.look(other)["position"] == position:
            other.keyboard.press("Enter")
        other.wait_for_timeout(self.rng.choice([0, 100]))
        other.close()

    def open_tab(self) -> Page:
        other = self.person.desk.context.new_page()
        self.person.go_to_session(other)
        self.person.arrive(other)
        return other

    def logged_out(self) -> None:
        """The login ends in mid-case."""
        page, position, entered = self.enter()
        Login.objects.all().delete()
        self.person.send(page, position, entered)
        # Offline nobody can log in, so the next trial waits until that is done.
        for _ in range(PATIENCE_MS // POLL_MS):
            if Login.objects.exists():
                return
            self.person.log_in_again(page)
            page.wait_for_timeout(POLL_MS)
        raise AssertionError("The page did not ask to log in again")

    def back_and_forth(self) -> None:
        """The back button, with a case filled in."""
        page, position, entered = self.enter()
        wait_until_kept(page, position, entered)
        page.goto("/")
        page.go_back()
        seen = self.person.arrive()
        assert (seen["position"], (seen["call"], seen["confidence"])) == (position, entered), seen
        self.person.send(page, position, entered)

    def reloaded(self) -> None:
        """A reload right after the key was pressed."""
        page, position, entered = self.enter()
        self.person.send(page, position, entered)
        page.wait_for_timeout(self.rng.choice([0, 5, 50]))
        self.person.go_to_session()


def a_bad_day(sit: Sit, seed: int) -> None:
    person = sit(seed=seed, share=0.35)
    day = BadDay(person, seed)
    day.read_all()
    faults = len(person.desk.weather.met)
    sys.stdout.write(
        f"seed {seed}: {len(on_record())} judgements; {' '.join(day.happened)}; {faults} faults on the way\n"
    )
    wait_until_delivered(person.desk.page)
    assert on_record() == person.sent
    assert set(person.sent) == set(range(1, CASES + 1))
    assert not Draft.objects.exists()


@pytest.mark.parametrize("seed", [1, 2])
def test_each_judgement_is_on_record_once_and_as_it_was_entered(sit: Sit, seed: int) -> None:
    a_bad_day(sit, seed)


@pytest.mark.bench
@pytest.mark.parametrize("seed", range(3, 23))
def test_over_many_seeds(sit: Sit, seed: int) -> None:
    a_bad_day(sit, seed)

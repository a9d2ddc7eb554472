"""A reader at a browser that anything may happen to: the network, the server, the login, the computer."""

from __future__ import annotations

import contextlib
import os
import random
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, Playwright, Route

from tests.browser.conftest import PASSWORD

PATIENCE_MS = 45_000
POLL_MS = 50

# What the page shows, read at one moment. (Waiting inside the page needs `eval`, which its policy forbids.)
PROBE = """() => {
  const part = (name) => document.querySelector(`[data-part="${name}"]`);
  const screen = part('screen');
  return {
    page: part('stage') ? 'reading' : document.querySelector('[name=password]') ? 'login' : 'other',
    dialog: document.querySelector('dialog[open]')?.querySelector('#login-password') ? 'login'
      : document.querySelector('dialog[open]') ? 'other' : '',
    screen: screen && !screen.hidden ? screen.firstElementChild?.className ?? '?' : '',
    position: Number(part('viewport')?.dataset.rendered ?? 0),
    submit: part('submit')?.textContent ?? '',
    save: part('saveState')?.dataset.kind ?? '',
    call: document.querySelector('[data-call][aria-pressed=true]')?.dataset.call ?? null,
    confidence: Number(document.querySelector('#confidence')?.getAttribute('aria-valuetext')) || null,
    waiting: part('stage')?.classList.contains('waiting') ?? false,
    problem: part('problem') ? !part('problem').hidden : false,
  };
}"""

Entered = tuple[str, int]


@dataclass
class Weather:
    """What happens to the submissions on their way, drawn from a seed."""

    rng: random.Random
    share: float = 0.0
    met: list[str] = field(default_factory=list)

    def meet(self, route: Route) -> None:
        """Let a submission through, lose it, lose its answer, or answer as a server in trouble does."""
        fate = self.rng.choice(["lost request", "lost answer", "503", "slow"]) if self.rng.random() < self.share else ""
        if fate:
            self.met.append(fate)
        with contextlib.suppress(Error):  # the browser may be killed at any moment
            if fate == "lost request":
                route.abort()
            elif fate == "lost answer":
                route.fetch()
                route.abort()
            elif fate == "503":
                route.fulfill(status=503, body="busy")
            else:
                route.continue_()


class Desk:
    """One computer: a browser with a profile on disk that outlives its processes."""

    def __init__(
        self, playwright: Playwright, launch: dict[str, Any], *, address: str, profile: Path, weather: Weather
    ) -> None:
        self.playwright = playwright
        self.launch = launch
        self.address = address
        self.profile = profile
        self.weather = weather
        self.context = self._open()

    def _open(self) -> BrowserContext:
        context = self.playwright.chromium.launch_persistent_context(
            self.profile, base_url=self.address, viewport={"width": 1280, "height": 800}, **self.launch
        )
        context.route("**/judgements/", self.weather.meet)
        context.route("**/end/", self.weather.meet)
        context.route("**/draft/", self.weather.meet)
        return context

    @property
    def page(self) -> Page:
        """The first tab."""
        return self.context.pages[0]

    def kill(self) -> None:
        """End the browser as a power cut does, and start it again with the same profile."""
        for pid in self._processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(Error):
            self.context.close()
        self.context = self._open()

    def _processes(self) -> list[int]:
        """The processes of this profile and no other, the parent first."""
        mark = f"--user-data-dir={self.profile}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (folder / "cmdline").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
        return sorted(found)

    def close(self) -> None:
        """Shut the browser down."""
        with contextlib.suppress(Error):
            self.context.close()


class Person:
    """A reader who knows the way through the page, and remembers what they entered for each case."""

    def __init__(self, desk: Desk, *, username: str, session: str) -> None:
        self.desk = desk
        self.username = username
        self.session = session
        self.sent: dict[int, Entered] = {}

    def go_to_session(self, page: Page | None = None) -> None:
        """Open the session's page."""
        with contextlib.suppress(Error):  # an aborted navigation is tried again by `arrive`
            (page or self.desk.page).goto(f"/reading/sessions/{self.session}/")

    def look(self, page: Page) -> dict[str, Any]:
        """Read the page at this moment."""
        seen: dict[str, Any] = page.evaluate(PROBE)
        return seen

    def arrive(self, page: Page | None = None, *, until: tuple[str, ...] = ("case", "finished")) -> dict[str, Any]:
        """Do what the page asks for until a case is to be read, the session is finished, or the page waits."""
        page = page or self.desk.page
        for _ in range(PATIENCE_MS // POLL_MS):
            with contextlib.suppress(Error):  # a navigation in between
                seen = self.look(page)
                where = self._where(seen)
                if where in until:
                    return {**seen, "where": where}
                self._help(page, where)
            page.wait_for_timeout(POLL_MS)
        raise AssertionError(f"{self.username} got stuck at {page.url}: {self.look(page)}")

    def _where(self, seen: dict[str, Any]) -> str:
        if seen["page"] != "reading":
            return str(seen["page"])
        if seen["dialog"]:
            return f"dialog {seen['dialog']}"
        if "finished" in seen["screen"]:
            return "finished" if seen["save"] in ("saved", "none") else "waiting"
        if seen["screen"]:
            return f"screen {seen['screen']}"
        if not seen["position"] or seen["waiting"]:
            return "no image" if seen["problem"] else "loading"
        return "case" if "Submit" in seen["submit"] else "waiting"

    def _help(self, page: Page, where: str) -> None:
        if where == "login":
            page.get_by_label("Username").fill(self.username)
            page.get_by_label("Password").fill(PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "login" not in url)
        elif where == "other":
            self.go_to_session(page)
        elif where == "dialog login":
            self.log_in_again(page)
        elif where == "screen failed":
            page.locator("[data-part=screen] [data-go], [data-part=screen] button").first.click()
        elif where.startswith("screen"):
            page.locator("[data-part=screen] button.primary, [data-part=screen] [data-go]").first.click()

    def log_in_again(self, page: Page) -> None:
        """Give the password in place, if the page asks for it."""
        password = page.locator("#login-password")
        with contextlib.suppress(Error):  # the dialog may close between two looks
            if password.is_visible():
                password.fill(PASSWORD, timeout=500)
                page.keyboard.press("Enter")

    def fill_in(self, page: Page, position: int, *, call: str, tens: int) -> None:
        """Enter call and confidence for the case on the screen, by keys, and see that the page shows them."""
        page.keyboard.press({"authentic": "a", "synthetic": "s"}[call])
        page.keyboard.press(str(tens % 10))
        seen = self.look(page)
        assert (seen["position"], seen["call"], seen["confidence"]) == (position, call, tens * 10), seen

    def send(self, page: Page, position: int, entered: Entered, *, how: str = "Enter") -> None:
        """Submit, and remember it."""
        self.sent[position] = entered
        if how == "double click":
            page.locator("[data-part=submit]").dblclick()
        else:
            page.keyboard.press("Enter")

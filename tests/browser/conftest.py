"""A real Chromium before the real application; its security policy stays on, and every complaint is an error."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.conftest import missing

LogIn = Callable[..., Page]
PASSWORD = "a word for tests"
FOLDER = Path(__file__).parent

# A busy machine takes its time; where all is well nobody waits for it.
expect.set_options(timeout=15_000)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what is here."""
    if FOLDER in item.path.parents:
        item.add_marker(pytest.mark.browser)


@pytest.hookimpl(trylast=True)  # after pytest-django has put the items into its order
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what is here last: Playwright's loop stays in the thread that Django then finds it in."""
    items.sort(key=lambda item: FOLDER in item.path.parents)


@pytest.fixture(scope="session", autouse=True)
def _django_beside_a_loop() -> Iterator[None]:
    """Let Django work in a thread that runs Playwright's loop, also while it clears the database after a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Use Debian's Chromium, quiet and without a sandbox, as CI runs as root."""
    path = shutil.which("chromium")
    if path is None:
        missing("Chromium")
    quiet = "--no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-component-update"
    return {"executable_path": path, "args": [*quiet.split(), "--disable-sync"]}


@pytest.fixture
def server(transactional_db: None, live_server: LiveServer) -> str:
    """The application with an empty database, at this address."""
    if not (django_settings.FRONTEND_DIST / ".vite" / "manifest.json").exists():
        missing("The built front end")
    return str(live_server.url)


@pytest.fixture
def tolerated() -> list[str]:
    """Parts of complaints that a test provokes and expects; it appends them here."""
    # Chromium notes every refusal as an error of its own; a conflict is one that the page has words for.
    return ["status of 409"]


@pytest.fixture
def log_in(server: str, browser: Browser, tolerated: list[str]) -> Iterator[LogIn]:
    """Give the function that opens a browser of one's own and logs in by the form."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def complain(words: str) -> None:
        if not any(part in words for part in tolerated):
            complaints.append(words)

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complain(message.text)

    def open_page(username: str, **options: Any) -> Page:
        context = browser.new_context(base_url=server, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complain(str(error)))
        page.goto("/")
        page.locator("[name=username]").fill(username)
        page.locator("[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "login" not in url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []

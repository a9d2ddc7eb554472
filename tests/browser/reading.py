"""What browser tests of the reading page do first: protocols on drawn pictures, and the way to the first case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page, expect

from readerstudy.accounts.models import User
from readerstudy.studies.models import Study
from tests.readerstudy.makers import a_sealed_cohort
from tests.readerstudy.protocols import CALL, QUALITY, a_draft, a_phase, run_with

__all__ = ["CALL", "QUALITY", "a_phase"]

FINDINGS = [
    "Normal", "Pneumonia", "Pneumothorax", "Pleural effusion", "Cardiomegaly", "Fracture", "Nodule", "Oedema",
    "Atelectasis", "Emphysema", "Fibrosis", "Hernia",
]  # fmt: skip
DIAGNOSIS = {"name": "diagnosis", "kind": "diagnosis", "text": "What do you see?", "options": FINDINGS}
NOTE = {"name": "note", "kind": "open", "text": "Anything unusual?", "required": False}
MARKS = {
    "name": "telltales",
    "kind": "marks",
    "text": "Mark what gave it away",
    "required": False,
    "tools": ["point", "box", "freehand"],
    "options": ["Uniform grain", "Implausible anatomy"],
    "condition": {"question": "call", "is": ["synthetic"]},
}


def a_running_study(*phases: dict[str, Any], readers: Sequence[User], cases: int = 4, slug: str = "s") -> Study:
    """Lock a study of these phases; each slot has a cohort of its own. The users have joined and agreed."""
    return run_with(a_draft(*phases, slug=slug, cases=cases, make_cohort=a_sealed_cohort), *readers)


def open_session(page: Page) -> None:
    """Start or resume from “My studies”."""
    page.locator("form[action*='/start/'] button").first.click()


def begin(page: Page) -> None:
    """Confirm the screen where that is asked, read what is told, and go to the first case."""
    expect(page.locator("[data-part=screen]:not([hidden]), [data-rendered]").first).to_be_visible()
    screen = page.locator("[data-part=screen]")
    if screen.locator(".display-check").is_visible():
        screen.locator("button.primary").first.click()
        expect(screen.locator(".told")).to_be_visible()
    if screen.locator(".told").is_visible():
        page.keyboard.press("Enter")
    expect(page.locator("[data-rendered]")).to_be_visible()


def start(page: Page) -> None:
    """From “My studies” to the first case."""
    open_session(page)
    begin(page)


def on_case(page: Page, position: int) -> None:
    """Wait until the image of a case is on the screen."""
    expect(page.locator(f"[data-rendered='{position}']")).to_be_visible(timeout=15_000)


def press(page: Page, *keys: str) -> None:
    """Press one key after the other."""
    for key in keys:
        page.keyboard.press(key)


def saved(page: Page, words: str = "Saved") -> None:
    """Wait until the page says, in these words, that the server has everything."""
    expect(page.locator("[data-part=saveState]")).to_have_text(words, timeout=15_000)

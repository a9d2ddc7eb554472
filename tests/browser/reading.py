"""What browser tests of the reading page do first: protocols on drawn pictures, and the way to the first case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml
from playwright.sync_api import Page, expect

from readerstudy.accounts.models import User
from readerstudy.studies import services as studies
from readerstudy.studies.models import Study
from readerstudy.studies.protocol import read_protocol
from tests.readerstudy.makers import a_sealed_cohort, enrol, lock_without_audit

CALL = {"name": "call", "kind": "call", "text": "Authentic or synthetic?"}
QUALITY = {"name": "quality", "kind": "quality", "text": "How good is it?", "options": ["Poor", "Fair", "Good"]}
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


def a_phase(name: str = "reading", **settings: Any) -> dict[str, Any]:
    """Describe a phase: informed, with a call, unless the settings say otherwise."""
    usual = {"title": name.capitalize(), "purpose": "informed", "cohort": "A", "told": "", "questions": [CALL]}
    return {"name": name, **usual, **settings}


def a_running_study(*phases: dict[str, Any], readers: Sequence[User], cases: int = 4, slug: str = "s") -> Study:
    """Lock a study of these phases; each slot has a cohort of its own. The users have joined and agreed."""
    named = [phase.get(field) for field in ("cohort", "companions") for phase in phases]
    slots = [slot for slot in dict.fromkeys(named) if slot]
    document = {
        "name": "of-a-test", "title": "A study of a test", "summary": "A test.", "consent": "I agree.",
        "cohorts": [{"slot": slot, "title": slot} for slot in slots],
        "phases": list(phases),
        "arms": [{"name": "all", "title": "", "phases": [phase["name"] for phase in phases]}],
    }  # fmt: skip
    cohorts = [a_sealed_cohort(f"{slug}-{slot.lower()}", cases=cases) for slot in slots]
    protocol = read_protocol(yaml.safe_dump(document))
    study = studies.create_study(slug=slug, protocol=protocol, cohorts=cohorts, title="A study of a test")
    lock_without_audit(study)
    for user in readers:
        enrol(study, user, consent=True)
    return study


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

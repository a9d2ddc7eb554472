"""A whole session in German: the server's pages and the reading page alike."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from readerstudy.accounts.models import Role
from readerstudy.accounts.services import create_user
from readerstudy.reading.models import Judgement
from tests.browser.conftest import PASSWORD, LogIn
from tests.browser.reading import NOTE, a_phase, a_running_study, begin, on_case, open_session, press, saved

CALL = {"name": "call", "kind": "call", "text": "Echt oder synthetisch?"}
AT_THE_END = {**NOTE, "name": "unusual", "text": "Ist Ihnen etwas aufgefallen?", "asked": "end"}
PHASE = a_phase(title="Lesen", told="Alles lesen.", questions=[CALL, AT_THE_END])

# Words that no German text of the page has.
ENGLISH = re.compile(
    r"\b(the|of|and|you|your|is|are|case|cases|judge|submit|next|saved|read|reading|start|leave|undo|window and)\b",
    re.I,
)


def english_left(page: Page) -> list[str]:
    """Lines of what the page shows, and of its labels, with English words in them."""
    labels: list[str] = page.evaluate(
        "[...document.querySelectorAll('[aria-label], [title], [placeholder]')]"
        ".flatMap((one) => [one.ariaLabel, one.title, one.placeholder]).filter(Boolean)"
    )
    lines = [*page.locator("body").inner_text().splitlines(), *labels]
    # The names of the study and of the log-in are of those who gave them.
    return [line for line in lines if ENGLISH.search(line.replace("A study of a test", "").replace("reader", ""))]


def test_a_session_is_read_in_german(server: str, log_in: LogIn) -> None:
    user = create_user(username="reader", password=PASSWORD, role=Role.READER)
    a_running_study(PHASE, readers=[user], cases=2)
    page = log_in("reader", locale="de-CH")
    expect(page.get_by_role("heading", name="Meine Studien")).to_be_visible()
    assert english_left(page) == []
    open_session(page)
    expect(page.get_by_role("heading", name="Prüfen Sie Ihren Bildschirm")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "de"
    assert english_left(page) == []
    page.get_by_role("button", name="Ich sehe beide").click()
    expect(page.get_by_role("heading", name="Bevor Sie beginnen")).to_be_visible()
    assert english_left(page) == []
    begin(page)
    press(page, "Enter")
    expect(page.locator("[data-part=hint]")).to_have_text("Es fehlt noch: Ihr Urteil.")
    assert english_left(page) == []
    press(page, "?")
    expect(page.get_by_role("dialog", name="Tasten und Maus")).to_be_visible()
    assert english_left(page) == []
    press(page, "Escape", "Shift+P")
    expect(page.get_by_role("heading", name="Pause")).to_be_visible()
    press(page, "Enter")
    for position, key in ((1, "s"), (2, "a")):
        on_case(page, position)
        press(page, key, "7", "Enter")
    expect(page.get_by_role("heading", name="Bevor Sie abschließen")).to_be_visible()
    page.locator("[data-part=screen] textarea").fill("Nein.")
    press(page, "Control+Enter")
    expect(page.get_by_role("heading", name="Alle 2 Fälle befundet. Vielen Dank.")).to_be_visible()
    saved(page, "Gespeichert")
    assert english_left(page) == []
    assert Judgement.objects.count() == 2

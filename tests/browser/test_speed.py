"""First image and next image, as the reading page itself marks them."""

from __future__ import annotations

from statistics import median

import pytest
from playwright.sync_api import expect

from readerstudy.accounts.models import Role
from readerstudy.accounts.services import create_user
from tests.browser.conftest import PASSWORD, LogIn
from tests.readerstudy.makers import a_study

CASES = 20


@pytest.mark.bench
def test_first_image_and_next_image(server: str, log_in: LogIn, capsys: pytest.CaptureFixture[str]) -> None:
    user = create_user(username="reader", password=PASSWORD, role=Role.READER)
    a_study(readers=[user], consent=True, cases=CASES)
    page = log_in("reader")
    page.get_by_role("button", name="Start reading").click()
    for position in range(1, CASES + 1):
        expect(page.locator(f"[data-rendered='{position}']")).to_be_visible()
        for key in ("a", "5"):
            page.keyboard.press(key)
        page.wait_for_timeout(700)  # a quick reader; time enough to fetch ahead
        if position < CASES:
            page.keyboard.press("Enter")
    first = page.evaluate("performance.getEntriesByName('first-image')[0].startTime")
    following = page.evaluate("performance.getEntriesByName('next-image').map(entry => entry.duration)")
    assert len(following) == CASES - 1
    with capsys.disabled():
        print(  # noqa: T201
            f"\nbrowser: first image {first:.0f} ms after navigation; "
            f"next image median {median(following):.0f} ms, slowest {max(following):.0f} ms of {len(following)}"
        )

"""A reader's browser without its pictures: what the front end sends, by the same addresses."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.test import Client

from readerstudy.accounts.models import User

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

JUDGEMENT = {
    "call": "synthetic",
    "confidence": 70,
    "seconds": 4.5,
    "shown_at": "2026-05-04T10:00:00.000Z",
    "submitted_at": "2026-05-04T10:00:04.500Z",
}

DISPLAY = {"width": 1920, "height": 1080, "pixel_ratio": 1.25, "colour_depth": 24, "confirmed": True}


class ReaderClient(Client):
    """A logged-in browser of one reader."""

    def __init__(self, user: User, **options: Any) -> None:
        super().__init__(**options)
        self.force_login(user)

    def start(self, slug: str = "s") -> Response:
        """Start or resume a study."""
        return self.post(f"/api/v1/studies/{slug}/sessions/")

    def state(self, code: str) -> dict[str, Any]:
        """Ask where the session is."""
        answer: dict[str, Any] = self.get(f"/api/v1/sessions/{code}/").json()
        return answer

    def judge(self, code: str, position: int, *, key: str | None = None, **changes: Any) -> Response:
        """Send a judgement; a change to None leaves that part out."""
        body = {name: value for name, value in {**JUDGEMENT, **changes}.items() if value is not None}
        return self.post(
            f"/api/v1/sessions/{code}/readings/{position}/judgements/",
            body,
            content_type="application/json",
            headers={"Idempotency-Key": key or str(uuid.uuid4())},
        )

    def read_on(self, code: str, *, at_most: int | None = None) -> dict[str, Any]:
        """Judge case after case, all or so many, and give the state of the session after that."""
        state, sent = self.state(code), 0
        while state["stage"] == "reading" and sent != at_most:
            state = self.judge(code, state["readings"][0]["position"]).json()["session"]
            sent += 1
        return state

    def feedback(self, code: str, position: int) -> Response:
        """Ask for the answer."""
        return self.get(f"/api/v1/sessions/{code}/readings/{position}/feedback/")

    def draft(
        self, code: str, position: int, body: dict[str, Any], *, version: int = 0, seconds: float = 1.5
    ) -> Response:
        """Keep what was entered for a case so far."""
        return self.put(
            f"/api/v1/sessions/{code}/readings/{position}/draft/",
            {"body": body, "seconds": seconds, "version": version},
            content_type="application/json",
        )

    def reopen(self, code: str, position: int) -> Response:
        """Open a judgement again: undo, or revisit."""
        return self.post(f"/api/v1/sessions/{code}/readings/{position}/reopen/")

    def leave(self, code: str, position: int) -> Response:
        """Let the judgement stand that was opened again."""
        return self.delete(f"/api/v1/sessions/{code}/readings/{position}/reopen/")

    def end(self, code: str, answers: dict[str, Any], *, key: str | None = None) -> Response:
        """Answer the questions at the end."""
        return self.post(
            f"/api/v1/sessions/{code}/end/",
            {"answers": answers},
            content_type="application/json",
            headers={"Idempotency-Key": key or str(uuid.uuid4())},
        )

    def check_display(self, slug: str = "s", **changes: Any) -> Response:
        """Say on what display one reads, and that its test pattern was seen."""
        return self.post(f"/api/v1/studies/{slug}/display/", {**DISPLAY, **changes}, content_type="application/json")

"""A simulated reader plays a whole protocol through the HTTP API, as a browser does."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from readerstudy.demo.line import Answer, Line, LineError
from readerstudy.demo.minds import SimulatedMind

State = dict[str, Any]

DISPLAY = {"width": 1920, "height": 1200, "pixel_ratio": 1, "colour_depth": 24, "confirmed": True}


@dataclass(frozen=True)
class Receipt:
    """A judgement that the server acknowledged: what was sent, where to, and as which revision it stands."""

    session: str
    position: int
    revision: int
    key: str
    body: Mapping[str, Any]


@dataclass
class Played:
    """How far a reader came: how many cases were judged, how many judgements were taken back and revised.

    `state` is where the study stands for the reader in the end: `finished`, `waiting` (until `opens_at`), `left`, or
    another word of the server for why nothing goes on.
    """

    judgements: int = 0
    revisions: int = 0
    state: str = ""
    opens_at: str | None = None


class SimulatedReader:
    """One reader at the HTTP API.

    Parameters
    ----------
    line : Line
        The way to the server, logged in.
    mind : SimulatedMind
        What the reader thinks.
    note : callable, optional
        Given every receipt.
    looks : callable, optional
        Given the line and the state before each judgement, to fetch the images as a viewer would.
    """

    def __init__(
        self,
        line: Line,
        mind: SimulatedMind,
        *,
        note: Callable[[Receipt], None] = lambda _: None,
        looks: Callable[[Line, State], None] = lambda _line, _state: None,
    ) -> None:
        self._line, self._mind, self._note, self._looks = line, mind, note, looks
        self._judged = self._revised = 0
        self._steps: dict[str, int] = {}

    def read_study(self, slug: str, *, finished: int = 0) -> Played:
        """Consent, and read as far as the study lets the reader.

        Parameters
        ----------
        slug : str
            The study.
        finished : int
            How many phases of the arm the reader has finished before.
        """
        self._steps = {}
        while True:
            enrolment = self._enrolment(slug)
            if enrolment["state"] == "consent":
                self._post(f"/api/v1/studies/{slug}/consent/")
            elif enrolment["state"] in ("start", "resume"):
                step = finished + len(self._steps)
                if self._mind.leaves({"done": 0, "cases": 1}, step) or not self._sit_down(slug, step):
                    return self._so_far("left")
            else:
                return self._so_far(enrolment["state"], enrolment["opens_at"])

    def _so_far(self, state: str, opens_at: str | None = None) -> Played:
        return Played(self._judged, self._revised, state, opens_at)

    def _enrolment(self, slug: str) -> State:
        rows = self._expect(self._line.get("/api/v1/studies/"), "/api/v1/studies/")
        return next(row for row in rows if row["slug"] == slug)

    def _sit_down(self, slug: str, step: int) -> bool:
        """Read one session to its end; False where the reader leaves before that."""
        state = self._post(f"/api/v1/studies/{slug}/sessions/")
        step = self._steps.setdefault(state["phase"]["name"], step)  # another attempt is the same step
        if not state["display_checked"]:
            self._post(f"/api/v1/studies/{slug}/display/", DISPLAY)
        while state["stage"] == "reading":
            if self._mind.leaves(state, step):
                return False
            state = self._judge(state)
        if state["stage"] == "end-questions":
            answers = {"answers": self._mind.answer_end(state)}
            state = self._post(f"/api/v1/sessions/{state['code']}/end/", answers, key=str(uuid.uuid4()))
        self._hear(state)
        return True

    def _hear(self, state: State) -> None:
        """Look at what is told at the end of a session."""
        code, phase = state["code"], state["phase"]
        if phase["feedback"] == "at-end":
            path = f"/api/v1/sessions/{code}/feedback/"
            self._expect(self._line.get(path), path)
        if phase["qualification_percent"] is not None:
            self._post(f"/api/v1/sessions/{code}/qualification/")

    def _judge(self, state: State) -> State:
        reading = state["readings"][0]
        path = f"/api/v1/sessions/{state['code']}/readings/{reading['position']}"
        self._looks(self._line, state)
        aid = self._expect(self._line.get(f"{path}/aid/"), path) if reading["aided"] else None
        body = self._mind.judge(state, reading, aid)
        if self._mind.keeps_draft(state):
            self._keep_draft(path, reading, body)
        after = self._submit(path, state, reading["position"], body)
        if not state["reopened"] and (place := self._mind.goes_back_to(after)):
            return self._reopen(after, place)
        if state["phase"]["feedback"] == "after-each":
            self._expect(self._line.get(f"{path}/feedback/"), path)
        return after

    def _reopen(self, state: State, position: int) -> State:
        """Open a judgement again; where the time for that is over meanwhile, go on."""
        path = f"/api/v1/sessions/{state['code']}/readings/{position}/reopen/"
        answer = self._line.send("POST", path)
        if answer.status == 409:
            session: State = answer.body["session"]
            return session
        return self._expect(answer, path)  # type: ignore[no-any-return]

    def _keep_draft(self, path: str, reading: State, body: Mapping[str, Any]) -> None:
        seen = (reading.get("draft") or {"version": 0})["version"]
        kept = {name: body[name] for name in ("call", "confidence", "answers", "marks")}
        draft = {"body": kept, "seconds": body["seconds"] / 2, "version": seen}
        answer = self._line.send("PUT", f"{path}/draft/", draft)
        if answer.status not in (200, 409):  # 409: this very draft came through, and its acknowledgement was lost
            self._expect(answer, path)

    def _submit(self, path: str, state: State, position: int, body: Mapping[str, Any]) -> State:
        key = str(uuid.uuid4())
        result = self._post(f"{path}/judgements/", body, key=key)
        if state["reopened"]:
            self._revised += 1
        else:
            self._judged += 1
        self._note(Receipt(state["code"], position, result["judgement"]["revision"], key, body))
        session: State = result["session"]
        return session

    def _post(self, path: str, body: object = None, *, key: str = "") -> State:
        state: State = self._expect(self._line.send("POST", path, body, key=key), path)
        return state

    def _expect(self, answer: Answer, path: str) -> Any:
        if answer.status not in (200, 201):
            raise LineError(path, answer.status, str(answer.body)[:300])
        return answer.body

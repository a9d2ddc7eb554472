"""The mind of a simulated reader: what it says, when it takes something back, when it leaves."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from readerstudy.demo.answering import DOUBT, answers
from readerstudy.demo.simulation import Ability, judge, leaning_of, on_scale

State = Mapping[str, Any]

REMEMBERED = 0.999  # the AUC over cases whose answers the reader was told
REVISED_BY = 2  # by how much less sure a reader is who has taken a judgement back


@dataclass(frozen=True)
class Picture:
    """What the simulation knows of a reading, and no client is told.

    Attributes
    ----------
    synthetic : bool
        Its truth.
    number : int
        Which picture it is, whatever code it was given.
    phase : int
        The place of the phase in the protocol.
    again : int
        Counts attempts at a practice and showings of a case in one phase: each is another draw.
    diagnosis : str
        The true diagnosis; empty where nobody knows.
    told : bool
        Whether the reader was told the answer in an earlier attempt.
    """

    synthetic: bool
    number: int
    phase: int = 1
    again: int = 0
    diagnosis: str = ""
    told: bool = False


@dataclass(frozen=True)
class Absence:
    """When a reader leaves for good: in the step of the arm with this number, from 0, after this share of its cases."""

    step: int
    share: float = 0.0


Know = Callable[[str, int], Picture]


class SimulatedMind:
    """What one simulated reader thinks: every draw depends on the seed, the reader and the picture alone.

    Parameters
    ----------
    ability : Ability
        How well, how fast, how boldly.
    elsewhere : mapping, optional
        The ability in phases where it is another one, by their names.
    reader : int
        The number of the reader's place, for the seed.
    know : callable
        Tells what the simulation knows of the reading at a position of a session.
    absence : Absence, optional
        When the reader leaves.
    takes_back : float
        How often a judgement is taken back, or an earlier one visited again, where that can be done.
    """

    def __init__(
        self,
        ability: Ability,
        *,
        reader: int,
        seed: int,
        know: Know,
        elsewhere: Mapping[str, Ability] | None = None,
        absence: Absence | None = None,
        takes_back: float = 0.03,
    ) -> None:
        self.ability, self.absence = ability, absence
        self._elsewhere = elsewhere or {}
        self._reader, self._seed, self._know, self._takes_back = reader, seed, know, takes_back

    def judge(self, state: State, reading: Mapping[str, Any], aid: Mapping[str, Any] | None) -> dict[str, Any]:
        """Give the body of a judgement of the reading that is open now."""
        picture = self._know(state["code"], reading["position"])
        ability = self._ability(state)
        shared = np.random.default_rng([self._seed, picture.phase, picture.number])
        own = self._generator(picture)
        drawn = judge(
            replace(ability, auc=REMEMBERED) if picture.told else ability,
            synthetic=picture.synthetic,
            case_effect=shared.standard_normal(),
            generator=own,
            leaning=leaning_of(aid, ability),
        )
        confidence = max(1, drawn.confidence - REVISED_BY) if state["reopened"] else drawn.confidence
        call = self._call(state["phase"], drawn.call, confidence)
        given, marks = answers(
            state["phase"]["questions"],
            said=call["said"],
            diagnosis=picture.diagnosis,
            ability=replace(ability, diagnosis=ability.diagnosing(synthetic=picture.synthetic), suspects=False),
            generator=own,
        )
        return {**call["sent"], "answers": given, "marks": marks, **self._times(state["phase"], drawn.seconds)}

    def answer_end(self, state: State) -> dict[str, Any]:
        """Answer the questions at the end of a phase."""
        generator = np.random.default_rng([self._seed, self._reader, len(state["phase"]["name"])])
        questions = state["phase"]["end_questions"]
        given, _ = answers(questions, said={}, diagnosis="", ability=self._ability(state), generator=generator)
        return given

    def goes_back_to(self, state: State) -> int | None:
        """Give the place whose judgement is taken back: the last, or one to be revisited; mostly none."""
        open_again = [state["undo"]["position"]] if state["undo"] else state["earlier"]
        if not open_again or self._takes_back <= 0:
            return None
        last = max(open_again)
        generator = self._generator(self._know(state["code"], last), 1)
        if generator.random() >= self._takes_back:
            return None
        return int(generator.choice([*state["earlier"], last]))

    def keeps_draft(self, state: State) -> bool:
        """Whether the reader lingers long enough for the page to keep a draft."""
        return bool(state["done"] % 10 == self._reader % 10)

    def leaves(self, state: State, step: int) -> bool:
        """Whether the reader leaves for good before the case that is open now."""
        if self.absence is None or step < self.absence.step:
            return False
        return bool(step > self.absence.step or state["done"] >= self.absence.share * state["cases"])

    def _ability(self, state: State) -> Ability:
        return self._elsewhere.get(state["phase"]["name"], self.ability)

    def _generator(self, picture: Picture, *more: int) -> np.random.Generator:
        return np.random.default_rng(
            [self._seed, picture.phase, picture.number, self._reader, picture.again, *more]
        )  # fmt: skip

    def _call(self, phase: Mapping[str, Any], call: str, confidence: int) -> dict[str, Any]:
        question = next((one for one in phase["questions"] if one["kind"] == "call"), None)
        if question is None:
            return {"said": {}, "sent": {"call": None, "confidence": None}}
        if not question["forced"] and confidence < DOUBT:
            return {"said": {question["name"]: "cannot-tell"}, "sent": {"call": None, "confidence": None}}
        sure = on_scale(confidence, question["points"])
        return {"said": {question["name"]: call}, "sent": {"call": call, "confidence": sure}}

    def _times(self, phase: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        limit = float(phase["time_limit_seconds"]) if phase["time_limit"] == "hard" else math.inf
        timed_out, seconds, now = seconds > limit, min(seconds, limit), datetime.now(UTC)
        return {
            "seconds": seconds,
            "paused_seconds": 0,
            "hidden_seconds": 0,
            "timed_out": timed_out,
            "view_log": [[400, "w", 128, 240], [900, "z", 1.5], [round(800 * seconds), "r"]],
            "shown_at": (now - timedelta(seconds=seconds)).isoformat(),
            "submitted_at": now.isoformat(),
        }

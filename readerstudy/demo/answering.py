"""How a simulated reader answers the questions of a phase, whatever their kinds: pure draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from readerstudy.demo.simulation import Ability

Question = Mapping[str, Any]

# Below this a reader who may say so cannot tell.
DOUBT = 6
# How often an open question that may stay empty is answered.
TALKATIVE = 0.2
REMARKS = ("Nothing unusual.", "Texture rather even.", "Good positioning.", "Some noise at the edges.")
SUSPICION = "Some of these look made by a computer: I would think of AI."
DIAGNOSES = ("No acute finding", "Fracture", "Effusion", "Consolidation")


def is_asked(question: Question, said: Mapping[str, Any]) -> bool:
    """Whether a question is asked, after what was said before."""
    condition = question.get("condition")
    return not condition or said.get(condition["question"]) in condition["is"]


def answers(
    questions: Sequence[Question],
    *,
    said: Mapping[str, Any],
    diagnosis: str,
    ability: Ability,
    generator: np.random.Generator,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Answer the questions besides the call.

    Parameters
    ----------
    said : mapping
        The answer to the call's question, by its name, for conditions.
    diagnosis : str
        The true one; empty where nobody knows.

    Returns
    -------
    (dict, list)
        The answers by question, and the marks.
    """
    given, marks = dict(said), []
    for question in questions:
        if question["kind"] == "call" or not is_asked(question, given):
            continue
        if question["kind"] == "marks":
            marks += _marks(question, generator)
            continue
        answer = _ANSWERS[question["kind"]](question, diagnosis, ability, generator)
        if answer is not None:
            given[question["name"]] = answer
    return {name: answer for name, answer in given.items() if name not in said}, marks


def _quality(question: Question, _diagnosis: str, _ability: Ability, generator: np.random.Generator) -> int:
    """Rate around the better half of the scale, blind to the truth."""
    steps = len(question["options"])
    return int(np.clip(round(generator.normal(0.65 * steps, steps / 6)), 1, steps))


def _diagnosis(question: Question, diagnosis: str, ability: Ability, generator: np.random.Generator) -> str:
    """Pick the right one as often as the reader does that; others at random."""
    options: list[str] = list(question["options"] or DIAGNOSES)
    right = next((option for option in options if option.casefold() == diagnosis.casefold()), None)
    if right is not None and generator.random() < ability.diagnosis:
        return right
    others = [option for option in options if option != right]
    return str(generator.choice(others or options))


def _open(question: Question, _diagnosis: str, ability: Ability, generator: np.random.Generator) -> str | None:
    if ability.suspects:
        return SUSPICION
    talks = generator.random() < TALKATIVE
    remark = str(generator.choice(REMARKS))
    return remark if talks or question["required"] else None


_ANSWERS = {"quality": _quality, "diagnosis": _diagnosis, "open": _open}


def _marks(question: Question, generator: np.random.Generator) -> list[dict[str, Any]]:
    count = int(generator.integers(1 if question["required"] else 0, 3))
    return [_mark(question, generator) for _ in range(count)]


def _mark(question: Question, generator: np.random.Generator) -> dict[str, Any]:
    kind = str(generator.choice(list(question["tools"])))
    pairs = {"point": 1, "box": 2, "freehand": 5}[kind]
    points = [[round(float(x), 4), round(float(y), 4)] for x, y in generator.random((pairs, 2))]
    reasons = list(question["options"])
    reason = str(generator.choice(reasons)) if reasons else ""
    return {"question": question["name"], "kind": kind, "points": points, "reason": reason}

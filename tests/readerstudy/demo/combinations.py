"""Settings of protocols, combined so that every two of them meet in some protocol."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import combinations, product
from typing import Any

Row = dict[str, Any]
Pair = frozenset[tuple[str, Any]]

FACTORS: dict[str, list[Any]] = {
    "order": ["random", "blocked", "same"],
    "allocation": ["crossed", "split-plot", "latin-square"],
    "anchors": [0, 2],
    "case_count": [None, 6],
    "rereads": [0, 50],
    "arms": [1, 2],
    "washout": [0, 28],
    "aid": ["none", "concurrent", "sequential"],
    "practice": ["none", "no feedback", "after-each", "at-end"],
    "qualification": [None, 50],
    "blinded": [False, True],
    "disclosed": [None, 50],
    "call": ["slider", "five points", "cannot tell"],
    "questions": ["none", "quality", "diagnosis from a list", "diagnosis in words", "marks", "conditional"],
    "end": [False, True],
    "companions": [False, True],
    "revisit": [False, True],
    "undo": [0, 60],
    "time_limit": ["none", "soft", "hard"],
}


def is_possible(row: Mapping[str, Any]) -> bool:
    """Whether the settings that are chosen so far go together."""
    return not (
        (row.get("aid") == "sequential" and row.get("revisit"))
        or (row.get("allocation") == "latin-square" and row.get("arms") == 1)
        or (row.get("allocation") == "crossed" and row.get("anchors"))
        or (row.get("practice") == "none" and row.get("qualification"))
    )


def covering_rows(seed: int) -> list[Row]:
    """Choose rows greedily until every possible pair of settings stands in one (after D. M. Cohen et al., 1997)."""
    generator, waiting, rows = random.Random(seed), possible_pairs(), []
    while waiting:
        candidates = [_row_with(min(waiting, key=_by_name), waiting, generator) for _ in range(10)]
        best = max(candidates, key=lambda row: len(pairs_of(row) & waiting))
        waiting -= pairs_of(best)
        rows.append(best)
    return rows


def possible_pairs() -> set[Pair]:
    """Give every pair of settings that go together."""
    return {
        frozenset([(one, a), (other, b)])
        for one, other in combinations(FACTORS, 2)
        for a, b in product(FACTORS[one], FACTORS[other])
        if is_possible({one: a, other: b})
    }


def pairs_of(row: Row) -> set[Pair]:
    """Give the pairs of settings that stand in a row."""
    return {frozenset(pair) for pair in combinations(row.items(), 2)}


def _by_name(pair: Pair) -> list[str]:
    return sorted(map(repr, pair))


def _row_with(pair: Pair, waiting: set[Pair], generator: random.Random) -> Row:
    row: Row = dict(pair)
    names = [name for name in FACTORS if name not in row]
    # First the settings that exclude others, as long as there is a choice.
    names.sort(key=lambda name: (name not in ("allocation", "aid", "arms", "practice"), generator.random()))
    for name in names:
        fitting = [value for value in FACTORS[name] if is_possible({**row, name: value})]
        row[name] = max(fitting, key=lambda value: (_gain(row, name, value, waiting), generator.random()))
    return {name: row[name] for name in FACTORS}


def _gain(row: Row, name: str, value: Any, waiting: set[Pair]) -> int:
    return sum(frozenset([(name, value), chosen]) in waiting for chosen in row.items())


CALL = {"name": "call", "kind": "call", "text": "Authentic or synthetic?"}
CALLS: dict[str, Row] = {
    "slider": CALL,
    "five points": {**CALL, "points": 5},
    "cannot tell": {**CALL, "points": 6, "forced": False},
}
QUALITY = {"name": "quality", "kind": "quality", "text": "How good is it?", "options": ["poor", "fair", "good"]}
MARKS = {
    "name": "marks", "kind": "marks", "text": "What gives it away?", "tools": ["point", "box", "freehand"],
    "options": ["grain", "spine"],
}  # fmt: skip
DIAGNOSIS = {"name": "diagnosis", "kind": "diagnosis", "text": "Diagnosis?", "options": ["Fracture", "Effusion"]}
MORE: dict[str, list[Row]] = {
    "none": [],
    "quality": [QUALITY],
    "diagnosis from a list": [DIAGNOSIS],
    "diagnosis in words": [{**DIAGNOSIS, "options": [], "required": False}],
    "marks": [{**MARKS, "required": False}],
    "conditional": [
        QUALITY,
        {**MARKS, "required": True, "condition": {"question": "call", "is": ["synthetic"]}},
        {"name": "why", "kind": "open", "text": "Why?", "condition": {"question": "quality", "is": [1, 2]}},
    ],
}
END = {"name": "unusual", "kind": "open", "text": "Anything unusual?", "asked": "end", "required": False}


def protocol_document(row: Row) -> Row:
    """Write the protocol of a row: a blinded phase and practice where it has them, a main phase, another per arm."""
    phases = [_blinded()] * row["blinded"] + [_practice(row)] * (row["practice"] != "none")
    before = [phase["name"] for phase in phases]
    main = _main(row)
    control = {**main, "name": "control", "purpose": "informed", "modality": "unaided", "aid": "none"}
    phases += [main] + [control] * (row["arms"] == 2)
    arms = [{"name": "A", "phases": [*before, "main", *["control"] * (row["arms"] == 2)]}]
    if row["arms"] == 2:
        arms.append({"name": "B", "phases": [*before, "control", "main"]})
    slots = ["A"] + ["P"] * (row["practice"] != "none") + ["R"] * row["companions"]
    return {
        "name": "combined", "title": "Combined", "consent": "Do you agree?",
        "cohorts": [{"slot": slot, "title": slot} for slot in slots], "phases": phases, "arms": arms,
    }  # fmt: skip


def _blinded() -> Row:
    return {
        "name": "blinded", "title": "First look", "purpose": "purpose-blinded", "cohort": "A", "undo_seconds": 0,
        "questions": [QUALITY, DIAGNOSIS],
    }  # fmt: skip


def _practice(row: Row) -> Row:
    feedback = "none" if row["practice"] == "no feedback" else row["practice"]
    return {
        "name": "practice", "title": "Practice", "purpose": "practice", "cohort": "P", "feedback": feedback,
        "qualification_percent": row["qualification"], "attempts": 2 if row["qualification"] else 1,
        "questions": [CALL],
    }  # fmt: skip


def _main(row: Row) -> Row:
    aid = row["aid"]
    return {
        "name": "main", "title": "Reading", "purpose": "informed" if aid == "none" else "aided", "cohort": "A",
        "modality": "unaided" if aid == "none" else "aided", "aid": aid,
        "order": row["order"], "block_size": 4,
        "allocation": row["allocation"], "parts": 1 if row["allocation"] == "crossed" else 2,
        "anchors": row["anchors"], "case_count": row["case_count"], "reread_percent": row["rereads"],
        "washout_days": row["washout"], "disclosed_prevalence": row["disclosed"],
        "companions": "R" if row["companions"] else None,
        "revisit": row["revisit"], "undo_seconds": row["undo"],
        "time_limit": row["time_limit"], "time_limit_seconds": None if row["time_limit"] == "none" else 12,
        "questions": [CALLS[row["call"]], *MORE[row["questions"]], *[END] * row["end"]],
    }  # fmt: skip

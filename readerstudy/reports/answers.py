"""Tables of everything that readers said beside call and confidence. None of them holds a truth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from readerstudy.reading.models import Judgement, Mark, PhaseAnswers
from readerstudy.reports.ratings_table import judgements_in, key_of, last_judgements, tested_phases
from readerstudy.studies.models import Study

READING = ["reader", "case", "phase", "modality", "reread"]
ANSWERS = [*READING, "question", "answer"]
MARKS = [*READING, "question", "number", "kind", "reason", "points"]
END_ANSWERS = ["reader", "phase", "question", "answer"]
VIEW_LOG = [*READING, "revision", "milliseconds", "action", "values"]


def answer_table(study: Study) -> pd.DataFrame:
    """Build answers.csv: what readers answered with each case, in the last revision."""
    rows = [
        key_of(judgement.reading) | {"question": question, "answer": answer}
        for judgement in last_judgements(tested_phases(study))
        for question, answer in judgement.answers.items()
        if answer is not None
    ]
    return pd.DataFrame(rows, columns=ANSWERS)


def mark_table(study: Study) -> pd.DataFrame:
    """Build marks.csv: the marks of the last revision, with their points as `x y` pairs, separated by `;`."""
    judgements = {judgement.pk: judgement for judgement in last_judgements(tested_phases(study))}
    marks = Mark.objects.filter(judgement__reading__session__phase__study=study).select_related("question")
    by_judgement: dict[int, list[Mark]] = {}
    for mark in marks.order_by("number"):
        by_judgement.setdefault(mark.judgement_id, []).append(mark)
    rows = [
        key_of(judgement.reading) | _mark(mark)
        for pk, judgement in judgements.items()
        for mark in by_judgement.get(pk, [])
    ]
    return pd.DataFrame(rows, columns=MARKS)


def _mark(mark: Mark) -> dict[str, Any]:
    return {
        "question": mark.question.name,
        "number": mark.number,
        "kind": mark.kind,
        "reason": mark.reason,
        "points": "; ".join(f"{x} {y}" for x, y in mark.points),
    }


def end_answer_table(study: Study) -> pd.DataFrame:
    """Build end_answers.csv: what readers answered at the end of each phase."""
    found = PhaseAnswers.objects.filter(
        session__phase__in=tested_phases(study), session__reader__withdrawn_at=None
    ).select_related("session__reader", "session__phase")
    rows = [
        {"reader": one.session.reader.code, "phase": one.session.phase.name, "question": question, "answer": answer}
        for one in found.order_by("session__reader__code", "session__phase__position")
        for question, answer in one.answers.items()
        if answer is not None
    ]
    return pd.DataFrame(rows, columns=END_ANSWERS)


def view_log_table(study: Study) -> pd.DataFrame:
    """Build view_log.csv: what readers did with the view, in every revision, a row for each action."""
    judgements = judgements_in(tested_phases(study)).select_related(
        "reading__session__reader", "reading__session__phase", "reading__case"
    )
    ordered = judgements.order_by(
        "reading__session__reader__code", "reading__session__phase__position", "reading__position", "revision"
    )
    return pd.DataFrame((row for one in ordered.iterator() for row in _actions(one)), columns=VIEW_LOG)


def _actions(judgement: Judgement) -> Iterator[dict[str, Any]]:
    key = key_of(judgement.reading) | {"revision": judgement.revision}
    for milliseconds, action, *values in judgement.view_log:
        yield key | {"milliseconds": milliseconds, "action": action, "values": " ".join(map(str, values))}

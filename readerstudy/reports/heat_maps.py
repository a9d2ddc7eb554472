"""Where readers marked the images, case by case: counted once with a report, and kept in it without any picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from analysis.charts.heat import heat_map
from readerstudy.cohorts.models import Image
from readerstudy.reading.models import Mark
from readerstudy.reports.ratings_table import last_judgements, require_unblinded, tested_phases
from readerstudy.studies.models import Study

DRAWN = 12
LISTED = 100
_REASONS = 8


def marks_by_case(study: Study) -> dict[str, Any]:
    """Count the marks of every case, most marked first.

    Returns
    -------
    dict
        ``cases``, the first of them with ``case``, ``marks``, ``readers``, ``reasons`` (pairs of words and count) and
        ``map`` (`analysis.charts.heat.HeatMap` as plain values); ``others``, the next ones without a map; ``more``, how
        many are not listed.

    Raises
    ------
    StillBlindedError
        The study is not unblinded.
    """
    require_unblinded(study)
    marks = _marks(study)
    ordered = sorted(marks, key=lambda case: (-len(marks[case]), case))
    images = Image.objects.filter(case__code__in=ordered[:DRAWN]).values_list("case__code", "columns", "rows")
    aspects = {case: columns / rows for case, columns, rows in images}
    return {
        "cases": [_counted(c, marks[c]) | {"map": _drawn(marks[c], aspects.get(c, 1.0))} for c in ordered[:DRAWN]],
        "others": [_counted(case, marks[case]) for case in ordered[DRAWN : DRAWN + LISTED]],
        "more": max(0, len(ordered) - DRAWN - LISTED),
    }


def _marks(study: Study) -> dict[str, list[tuple[str, Mark]]]:
    """Give the marks of the last revisions with the codes of their readers, by case; of nobody who has withdrawn."""
    judgements = {one.pk: one.reading for one in last_judgements(tested_phases(study))}
    found: dict[str, list[tuple[str, Mark]]] = {}
    for mark in Mark.objects.filter(judgement__reading__session__phase__study=study).order_by("judgement", "number"):
        if reading := judgements.get(mark.judgement_id):
            found.setdefault(reading.case.code, []).append((reading.session.reader.code, mark))
    return found


def _counted(case: str, marks: Sequence[tuple[str, Mark]]) -> dict[str, Any]:
    reasons = Counter(mark.reason for _reader, mark in marks if mark.reason)
    return {
        "case": case,
        "marks": len(marks),
        "readers": len({reader for reader, _mark in marks}),
        "reasons": [list(one) for one in reasons.most_common(_REASONS)],
    }


def _drawn(marks: Sequence[tuple[str, Mark]], aspect: float) -> dict[str, Any]:
    of: dict[str, list[Any]] = {}
    for reader, mark in marks:
        of.setdefault(reader, []).append((mark.kind, mark.points))
    return asdict(heat_map(of, aspect=aspect)) | {"aspect": aspect}

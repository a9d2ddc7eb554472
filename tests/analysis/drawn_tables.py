"""Ratings tables as hypothesis draws them."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import strategies as st

FINITE = st.floats(allow_nan=False, allow_infinity=False)
# Neither blanks around a name nor signs that no file of text can hold; words for nothing are names like others.
NAMES = st.one_of(
    st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=8).map(str.strip).filter(bool),
    st.sampled_from(["007", "7", "NA", "nan", "1.0", "=1+1", "true", "A B", "R#1", "é", "*", "L", "-1.5", "'", "\\"]),
)


def names(least: int, most: int, kind: st.SearchStrategy[str] = NAMES) -> st.SearchStrategy[list[str]]:
    return st.lists(kind, min_size=least, max_size=most, unique=True)


@st.composite
def crossed(
    draw: st.DrawFn, kind: st.SearchStrategy[str] = NAMES, ratings: st.SearchStrategy[float] = FINITE
) -> pd.DataFrame:
    """Every reader rates every case in every modality."""
    readers, modalities = draw(names(1, 3, kind)), draw(names(1, 2, kind.filter(lambda name: name != "detector")))
    cases = draw(names(2, 5, kind))
    truths = [0, 1, *draw(st.lists(st.integers(0, 1), min_size=len(cases) - 2, max_size=len(cases) - 2))]
    rows = [(r, m, c, t) for r in readers for m in modalities for c, t in zip(cases, truths, strict=True)]
    table = pd.DataFrame(rows, columns=["reader", "modality", "case", "truth"])
    drawn = draw(st.lists(ratings, min_size=len(rows), max_size=len(rows)))
    return table.assign(rating=pd.Series(drawn, dtype=float))


@st.composite
def whole(draw: st.DrawFn) -> pd.DataFrame:
    """All that a ratings table can hold: gaps, calls, phases, repetitions, detectors, times, a column of its own."""
    table: pd.DataFrame = draw(crossed(ratings=st.one_of(FINITE, st.just(float("nan")))))
    size = len(table)

    def column(of: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(of, min_size=size, max_size=size))

    first = table.assign(
        kind="human",
        phase=draw(NAMES),
        call=column(st.sampled_from([0, 1, None])),
        confidence=column(st.sampled_from([1, 50, 100, None])),
        seconds=column(st.one_of(st.none(), st.floats(0, 1e6))),
        patient=column(st.sampled_from(["P1", "P 2", "é,;"])),
        reread=0,
    )
    again = first.assign(reread=1) if draw(st.booleans()) else first.iloc[:0]
    later = first.assign(phase=first["phase"] + " b") if draw(st.booleans()) else first.iloc[:0]
    scored = first[first["modality"] == first["modality"].iloc[0]].assign(kind="detector", modality="detector")
    together: pd.DataFrame = pd.concat([first, again, later, scored], ignore_index=True)
    return together

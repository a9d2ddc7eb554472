"""Which cases were hard."""

from __future__ import annotations

from functools import partial

import pandas as pd

from analysis.charts.difficulty import difficulty_chart
from analysis.charts.themes import rows_of
from analysis.report.document import About, Column, Figure, Section, Table, absent
from analysis.report.study import Condition

_TITLE = "Difficulty of the cases"
_LISTED = 20
_COVARIATES = ("generator", "anatomy", "finding", "view")


def section(condition: Condition) -> Section:
    """The share of readers who were right in each case, and the hardest cases by name."""
    calls = condition.analysed.dropna(subset="call")
    if calls.empty:
        return absent("cases", _TITLE, "There are no calls, so no case can be called right or wrong.")
    cases = case_shares(calls)
    fooled = {word: _nobody_right(cases, truth) for word, truth in (("synthetic", 1), ("authentic", 0))}
    about = About(
        "A case that nobody got right shows what people cannot see; one that everybody got right gives itself away.",
        "Share of readers whose first call was right, over those who called the case. A single case has few calls: "
        "its share is uncertain, and the hardest ones were picked after the fact.",
    )
    figure = Figure("cases", "Share of readers who were right, case by case", partial(difficulty_chart, cases), about)
    return Section(
        name="cases",
        title=_TITLE,
        found={"cases": cases.to_dict("records"), "nobody_right": fooled},
        meaning=f"Nobody was right in {len(fooled['synthetic'])} synthetic and {len(fooled['authentic'])} authentic "
        f"cases of {len(cases)}.",
        tables=[_hardest(condition, cases, about)],
        figures=[figure],
    )


def case_shares(calls: pd.DataFrame) -> pd.DataFrame:
    """Each case with its truth, the readers who called it, and the share of them who were right; by case."""
    right = (calls["call"] == calls["truth"]).astype(float)
    by_case = calls.assign(case=calls["case"].astype(str), right=right).groupby("case", sort=True)
    found = by_case.agg(truth=("truth", "first"), readers=("right", "size"), right=("right", "mean"))
    return found.reset_index().astype({"truth": int, "readers": int})


def _nobody_right(cases: pd.DataFrame, truth: int) -> list[str]:
    return [str(case) for case in cases.loc[(cases["truth"] == truth) & (cases["right"] == 0), "case"]]


def _hardest(condition: Condition, cases: pd.DataFrame, about: About) -> Table:
    """The cases in which fewest were right, with what the table of cases says of them."""
    hardest = cases.sort_values(["right", "case"], kind="stable").head(_LISTED)
    table = condition.study.cases
    known = [name for name in _COVARIATES if table is not None and name in table.columns]
    words = ("authentic", "synthetic")
    rows = [
        row | {"class": words[row["truth"]]} | {name: _told(table, row["case"], name) for name in known}
        for row in rows_of(hardest)
    ]
    columns = [
        Column("case", "Case"),
        Column("class", "Truth"),
        *(Column(name, name.capitalize()) for name in known),
        Column("readers", "Readers", "count"),
        Column("right", "Right", "percent"),
    ]
    return Table("cases", f"The {len(rows)} hardest cases", columns, rows, about)


def _told(table: pd.DataFrame | None, case: str, name: str) -> str:
    if table is None or case not in table.index:
        return ""
    value: object = table[name].astype(object).where(table[name].notna(), "").get(case)
    return str(value)

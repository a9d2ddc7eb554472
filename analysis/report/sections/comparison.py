"""Modalities compared over all phases, and phases compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd

from analysis.charts.forest import difference_chart
from analysis.errors import RatingsError
from analysis.mrmc.hillis import Random
from analysis.mrmc.obuchowski_rockette import obuchowski_rockette
from analysis.mrmc.result import MrmcResult
from analysis.report.document import About, Column, Figure, Section, Table, absent
from analysis.report.study import METRICS, Condition, Problem, Study, attempt, who_judged_everywhere
from analysis.report.words import TITLES, level, warnings_by_metric
from analysis.table.ratings import Ratings, present

_Compared = dict[str, MrmcResult | Problem]


def of_modalities(study: Study, conditions: Sequence[Condition]) -> Section:
    """Every two modalities, with the readers who judged enough in each."""
    title, judged = "Modalities compared", _judged(conditions)
    named = list(dict.fromkeys(one.modality for one in judged))
    if len(named) < 2:
        return absent("comparison", title, "All reads are of one modality, so there is nothing to compare.")
    reads = pd.concat([one.reads for one in judged])
    return _section("comparison", title, study, reads, {"modalities": named}, "condition of reading")


def of_phases(study: Study, conditions: Sequence[Condition]) -> Section:
    """Every two phases that were read in the same modality, taken as if they were modalities."""
    title, judged = "Phase against phase", _judged(conditions)
    phases_of = Counter(one.modality for one in judged)
    modality, count = phases_of.most_common(1)[0] if phases_of else ("", 0)
    if count < 2:
        return absent("phases_compared", title, "No two phases were read in the same modality with calls or ratings.")
    chosen = [one for one in judged if one.modality == modality]
    reads = pd.concat([one.reads for one in chosen])
    reads = reads.assign(modality=reads["phase"], phase=pd.Categorical(["all"] * len(reads)))
    found = {"modality": modality, "phases": [one.phase for one in chosen]}
    return _section("phases_compared", title, study, reads, found, "phase")


def _judged(conditions: Sequence[Condition]) -> list[Condition]:
    return [one for one in conditions if len(one.reads)]


def _section(name: str, title: str, study: Study, reads: pd.DataFrame, found: dict[str, Any], what: str) -> Section:
    kept, left_out = who_judged_everywhere(reads)
    means: _Compared = {metric: attempt(partial(_compare, kept, metric, study.alpha)) for metric in METRICS}
    possible = {metric: result for metric, result in means.items() if isinstance(result, MrmcResult)}
    found = found | {"left_out": left_out, "means": {metric: result.to_dict() for metric, result in means.items()}}
    if not possible:
        problems = dict.fromkeys(result.words for result in means.values() if isinstance(result, Problem))
        return Section(name, title, found | {"problem": "; ".join(problems)})
    notes = warnings_by_metric(possible)
    if left_out:
        notes.insert(0, f"Left out, because they judged fewer than two cases of a class in one: {', '.join(left_out)}.")
    return Section(
        name=name,
        title=title,
        found=found,
        meaning=f"By how much each {what} differs from each other one; above 0 the first one has the higher figure.",
        tables=[_table(name, possible, study.alpha, what)],
        figures=[_figure(name, metric, result) for metric, result in possible.items()],
        notes=[*notes, *_on_cases(reads, what)],
    )


def _compare(kept: pd.DataFrame, metric: str, alpha: float) -> MrmcResult:
    if kept.empty:
        raise RatingsError("no reader has judged two cases of each class in each of them; there is nothing to compare")
    random: Random = "both" if kept["reader"].nunique() > 1 else "cases"
    phases = list(present(kept["phase"]))
    return obuchowski_rockette(Ratings(kept), metric=metric, phase=phases, random=random, alpha=alpha)


def _table(name: str, possible: Mapping[str, MrmcResult], alpha: float, what: str) -> Table:
    first = next(iter(possible.values()))
    columns = [
        Column("figure", "Figure"),
        Column("pair", f"{what.capitalize()}s"),
        Column("mean_a", "Mean of the first", "figure"),
        Column("mean_b", "of the second", "figure"),
        Column("estimate", f"Difference ({level(alpha)})", "figure", "ci"),
        Column("df", "df", "decimal"),
        Column("p", "p", "p"),
        Column("design", "Design"),
    ]
    about = About(
        "An interval that holds 0 does not show that they are equal; it shows that the study cannot tell them apart.",
        f"{first.method}. P values are not adjusted for their number.",
        first.generalises_to,
    )
    rows = [row for metric, result in possible.items() for row in _rows(metric, result)]
    return Table(name.replace("_", "-"), "Differences of the readers’ means", columns, rows, about)


def _rows(metric: str, result: MrmcResult) -> list[dict[str, Any]]:
    means = {item.modality: item.estimate for item in result.modalities}
    return [
        {
            "figure": TITLES[metric],
            "pair": f"{item.a} − {item.b}",
            "mean_a": means[item.a],
            "mean_b": means[item.b],
            "estimate": item.estimate,
            "ci": item.ci,
            "df": item.df,
            "p": item.p,
            "design": result.design,
        }
        for item in result.differences
    ]


def _figure(name: str, metric: str, result: MrmcResult) -> Figure:
    return Figure(
        f"{name.replace('_', '-')}-{metric}",
        f"{TITLES[metric]}: differences of each reader and of the means",
        lambda theme: difference_chart(result, theme) or "",
        About(
            "Where the readers' differences lie on one side of the line, readers agree on which is better.",
            f"{result.method}. Single readers: their own difference with its interval over cases.",
            result.generalises_to,
        ),
    )


def _on_cases(reads: pd.DataFrame, what: str) -> list[str]:
    """That other cases were read, where they were."""
    per_case = reads.groupby("case", observed=True)["modality"].nunique()
    if (per_case > 1).any():
        return []
    return [f"Each {what} has cases of its own: a difference is as much one between cases as between {what}s."]

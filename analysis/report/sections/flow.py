"""Who and what came into the analysis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis import results
from analysis.charts.flow import Step, flow_svg
from analysis.mrmc.result import MrmcResult
from analysis.report.document import About, Figure, Section
from analysis.report.study import Condition

_MOST_NAMED = 3  # in the figure; the notes name all
_ABOUT = About(
    "Every reader and case that is not in the figures is named here, with the reason.",
    "Counted in the ratings table and the table of readers. Reads asked for are those that the design asks for, as it "
    "was found in the reads; the figures rest on first reads alone.",
)


def section(condition: Condition) -> Section:
    """Readers, cases and reads, from the tables to the analysis."""
    found = _counted(condition)
    readers, cases, together = (
        _readers(found["readers"], condition.study.withdrawn),
        _cases(found["cases"]),
        _reads(found["reads"]),
    )
    figure = Figure(
        "flow", "Flow of readers and cases", lambda theme: flow_svg(readers, cases, together, theme), _ABOUT
    )
    notes = [
        f"{reader} has withdrawn: {results.counted(reads, 'read')} of the study kept, in no table and in no figure."
        for reader, reads in condition.study.withdrawn.items()
    ]
    if condition.left_out:
        notes += [f"Left out, because they judged fewer than two cases of a class: {', '.join(condition.left_out)}."]
    return Section(
        name="flow",
        title="Readers and cases",
        found=found,
        meaning="From the tables to the reads that the figures rest on.",
        figures=[figure],
        notes=notes,
        standing="record",
    )


def _counted(condition: Condition) -> dict[str, Any]:
    everybody, table = condition.all_reads, condition.study.readers
    analysed, usable = condition.analysed, condition.reads
    if condition.is_diagnostic:
        analysed = usable = everybody[everybody["diagnosis_correct"].notna()]
    truths = analysed.drop_duplicates("case")["truth"]
    again = condition.ratings.frame.query("kind == 'human' and reread > 0")
    return {
        "readers": {
            "in_table": None if table is None else len(table),
            "judged": int(everybody["reader"].nunique()),
            "without_outcome": int(everybody["reader"].nunique() - usable["reader"].nunique()),
            "left_out": list(condition.left_out),
            "analysed": int(analysed["reader"].nunique()),
        },
        "cases": {"synthetic": int((truths == 1).sum()), "authentic": int((truths == 0).sum())},
        "reads": {
            "asked_for": _asked_for(condition),
            "without_outcome": len(everybody) - len(usable),
            "analysed": len(analysed),
            "repeated": len(again),
        },
    }


def _asked_for(condition: Condition) -> int | None:
    results = [result for result in condition.means.values() if isinstance(result, MrmcResult)]
    return max((result.reads + result.missing for result in results), default=None)


def _readers(found: dict[str, Any], withdrawn: Mapping[str, int]) -> list[Step]:
    if not withdrawn:
        return _readers_who_stayed(found)
    known = found["judged"] if found["in_table"] is None else found["in_table"]
    named = f": {', '.join(withdrawn)}" if len(withdrawn) <= _MOST_NAMED else ""
    took_part = Step(f"{known + len(withdrawn)} readers took part", {f"withdrew{named}": len(withdrawn)})
    return [took_part, *_readers_who_stayed(found)]


def _readers_who_stayed(found: dict[str, Any]) -> list[Step]:
    judged = found["judged"]
    steps = [Step(f"{judged} readers who judged", _some({
        "gave no outcome that counts": found["without_outcome"],
        "judged fewer than two cases of a class": len(found["left_out"]),
    })), Step(f"{found['analysed']} readers analysed")]  # fmt: skip
    if found["in_table"] is None:
        return steps
    without = max(0, found["in_table"] - judged)
    return [
        Step(f"{found['in_table']} readers in the table of readers", _some({"without a judgement here": without})),
        *steps,
    ]


def _cases(found: dict[str, Any]) -> list[Step]:
    synthetic, authentic = found["synthetic"], found["authentic"]
    return [Step(f"{synthetic + authentic} cases read\n{synthetic} synthetic, {authentic} authentic")]


def _reads(found: dict[str, Any]) -> list[Step]:
    analysed = Step(f"{found['analysed']:,} reads analysed")
    if found["asked_for"] is None:
        return [analysed]
    missing = max(0, found["asked_for"] - found["analysed"])
    return [Step(f"{found['asked_for']:,} reads asked for", _some({"missing": missing})), analysed]


def _some(counts: dict[str, int]) -> dict[str, int]:
    return {words: count for words, count in counts.items() if count}

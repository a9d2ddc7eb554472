"""The evaluation of the 2026 Radiology study, next to its published figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analysis.replication.result import RsnaResult
from analysis.replication.rsna import PHASES, rsna
from analysis.report.document import About, Column, Headline, Section, Table, absent
from analysis.report.study import Condition, Problem, Study, attempt
from analysis.report.words import level

_TITLE = "Next to the 2026 Radiology study"


def section(study: Study, conditions: Sequence[Condition]) -> Section:
    """Its phases, its comparisons, and its figures beside those here."""
    reported = {one.phase for one in conditions}
    phases = tuple(name if name in reported else "" for name in PHASES)
    if sum(map(bool, phases)) < 2:
        why = f"Fewer than two of the phases {', '.join(PHASES)} are reported, so this is no study of that kind."
        return absent("rsna", _TITLE, why)
    found = attempt(lambda: rsna(study.ratings, study.readers, phases=phases, alpha=study.alpha))
    if isinstance(found, Problem):
        return Section("rsna", _TITLE, found.to_dict())
    parts = (_phases(found), _detectors(found), _mcnemar(found), _subspecialties(found), _published(found))
    return Section(
        name="rsna",
        title=_TITLE,
        found=found.to_dict(),
        meaning="The evaluation of a published study of the same design, done as it was done there, with a sounder "
        "interval beside it.",
        headlines=_headlines(found),
        tables=[table for table in parts if table.rows],
        notes=[*found.warnings, *(f"Not comparable: {note}" for note in found.published.notes)],
    )


def _headlines(found: RsnaResult) -> list[Headline]:
    headlines = []
    if found.unprompted:
        share = found.unprompted
        headlines.append(Headline("Readers who spoke of AI unprompted", share.share, share.ci, "percent"))
    if found.comparison:
        title = f"{found.comparison.a} − {found.comparison.b}, percentage points"
        headlines.append(Headline(title, found.comparison.difference, found.comparison.ci, "points"))
    if found.experience:
        headlines.append(Headline("Experience and accuracy, rho", found.experience.rho))
    return headlines


def _phases(found: RsnaResult) -> Table:
    ci = level(found.alpha)
    columns = [
        Column("phase", "Phase"),
        Column("readers", "Readers", "count"),
        Column("cases", "Cases", "count"),
        Column("accuracy", "Mean accuracy", "percent"),
        Column("ci_t", f"{ci}, readers", "percent_interval"),
        Column("ci_mrmc", f"{ci}, readers and cases", "percent_interval"),
        Column("synthetic", "Synthetic", "percent"),
        Column("authentic", "Authentic", "percent"),
        Column("range", "Range of readers", "percent_interval"),
    ]
    rows = []
    for item in found.to_dict()["phases"]:
        by_class = item.get("by_class") or {"synthetic": item["sensitivity"], "authentic": item["specificity"]}
        rows.append(item | by_class)
    about = About(
        "In the first phase accuracy is that of the diagnosis, in the others that of the call. The interval over "
        "readers is the published kind: it holds for these cases only. The other one holds for other cases, too.",
        found.method,
        found.generalises_to,
    )
    return Table("rsna-phases", "Accuracy in each phase", columns, [row for row in rows if row["readers"]], about)


def _detectors(found: RsnaResult) -> Table:
    columns = [
        Column("phase", "Phase"),
        Column("detector", "Detector"),
        Column("right", "Right", "count"),
        Column("of", "of", "count"),
        Column("accuracy", f"Accuracy ({level(found.alpha)})", "percent", "ci"),
        Column("difference", "Readers − detector (points)", "points", "difference_ci"),
        Column("p", "p", "p"),
    ]
    about = About(
        "The accuracy of the detectors' calls, and by how much the readers' mean differs from it.",
        "Wilson's interval; the difference with readers and cases random (Obuchowski–Rockette test of the contrasts).",
    )
    return Table("rsna-detectors", "Detectors", columns, found.to_dict()["detectors"] or [], about)


def _mcnemar(found: RsnaResult) -> Table:
    columns = [
        Column("phase", "Phase"),
        Column("pair", "Pair"),
        Column("n", "Cases", "count"),
        Column("only_a", "Only the first right", "count"),
        Column("only_b", "Only the second right", "count"),
        Column("difference", "Difference (points)", "points", "ci"),
        Column("p", "p", "p"),
    ]
    pairs: dict[str, list[dict[str, Any]]] = found.to_dict()["mcnemar"] or {"detectors": [], "phases": []}
    rows = [row | {"pair": f"{row['a']}, {row['b']}"} for row in pairs["detectors"] + pairs["phases"]]
    about = About(
        "Cases that only one of the two called right tell them apart; those that both or neither did do not.",
        "McNemar's exact test and Tango's score interval. Each reader against each detector is in results.json.",
    )
    return Table("rsna-mcnemar", "Who is right where the other is not", columns, rows, about)


def _subspecialties(found: RsnaResult) -> Table:
    columns = [
        Column("subspecialty", "Subspecialty"),
        Column("readers", "Readers", "count"),
        Column("accuracy", f"Mean accuracy ({level(found.alpha)})", "percent", "ci"),
        Column("difference", "Minus the others (points)", "points"),
        Column("p", "p", "p"),
    ]
    rows = found.to_dict()["subspecialty"] or []
    phase = f" in {rows[0]['phase']}" if rows else ""
    about = About(
        "A subspecialty is a handful of readers: look at the interval.", "t interval over readers; Welch's t test."
    )
    return Table("rsna-subspecialties", f"Subspecialties{phase}", columns, rows, about)


def _published(found: RsnaResult) -> Table:
    columns = [
        Column("figure", "Figure"),
        Column("published", "Published", "figure", "ci"),
        Column("here", "Here", "figure"),
        Column("difference", "Here − published", "figure"),
    ]
    about = About(
        "How far this study comes out as the published one did, with other readers, cases and generators.",
        f"Published: {found.published.source}",
    )
    rows = found.to_dict()["published"]["figures"]
    return Table("rsna-published", "Published figures and those here", columns, rows, about)

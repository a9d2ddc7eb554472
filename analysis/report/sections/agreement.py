"""How far readers agree: with each other, and with themselves."""

from __future__ import annotations

from functools import partial
from statistics import median
from typing import Any

from analysis.agreement.among_readers_result import COEFFICIENTS, AgreementResult
from analysis.agreement.within_reader_result import IntraReader, IntraReaderResult
from analysis.charts.matrix import agreement_chart
from analysis.report.document import About, Column, Figure, Headline, Section, Table
from analysis.report.study import Condition, Problem
from analysis.report.words import level

_TITLE = "Agreement"
_MEANING = (
    "0 is the agreement that chance would give, 1 is full agreement. Readers can agree and all be wrong: agreement is "
    "no accuracy."
)


def section(condition: Condition) -> Section:
    """Coefficients over all readers, pairs of readers, and re-reads."""
    found = condition.agreement
    if isinstance(found, Problem):
        return Section("agreement", _TITLE, found.to_dict())
    within = found.intra_reader
    return Section(
        name="agreement",
        title=_TITLE,
        found=found.to_dict(),
        meaning="Whether readers say the same of the same case, beyond what chance would give.",
        headlines=_headlines(found),
        tables=[_coefficients(found), *([_within(within)] if within else [])],
        figures=[_matrix(found)] if len(found.cohen_kappa) > 1 else [],
        notes=[
            *found.warnings,
            *(within.warnings if within else ["No case was read twice by a reader, so nothing is known of how far "
                                              "readers agree with themselves."]),
        ],
    )  # fmt: skip


def _headlines(found: AgreementResult) -> list[Headline]:
    shares = [Headline("Pairs of readers who agree", found.observed_agreement, None, "percent")]
    return [Headline("Fleiss’ kappa", found.fleiss_kappa.estimate, found.fleiss_kappa.ci), *shares]


def _coefficients(found: AgreementResult) -> Table:
    rows = [
        {"coefficient": words, "estimate": item.estimate, "se": item.se, "ci": item.ci}
        for name, words in COEFFICIENTS.items()
        if (item := getattr(found, name)).estimate is not None
    ]
    columns = [
        Column("coefficient", "Coefficient"),
        Column("estimate", f"Estimate ({level(found.alpha)})", "figure", "ci"),
        Column("se", "SE", "figure"),
    ]
    about = About(_MEANING, found.method, found.generalises_to)
    return Table("agreement", f"Agreement of {found.readers} readers on the {found.on}", columns, rows, about)


def _matrix(found: AgreementResult) -> Figure:
    frame = found.to_frame()
    pairs = frame[frame["coefficient"] == "cohen_kappa"]
    known = [float(value) for value in pairs["estimate"].dropna()]
    middle = f" Median of the {len(known)} pairs: {median(known):.2f}." if known else ""
    return Figure(
        "agreement",
        "Cohen’s kappa of each two readers",
        partial(agreement_chart, pairs),
        About(
            f"Those who agree best with the others stand first; a pale row is a reader who sees it otherwise.{middle}",
            "Cohen's kappa on the cases that both have judged; intervals with the standard error of Fleiss, Cohen and "
            "Everitt are in results.json.",
        ),
    )


def _within(found: IntraReaderResult) -> Table:
    rows = [_within_row(item, item.reader or "All readers") for item in found.readers]
    if len(found.readers) > 1:
        rows.append(_within_row(found.pooled, "All readers") | {"is_mean": True})
    columns = [
        Column("reader", "Reader"),
        Column("pairs", "Pairs of reads", "count"),
        Column("same", f"Same call ({level(found.alpha)})", "percent", "same_ci"),
        Column("kappa", "Kappa", "figure", "kappa_ci"),
        Column("icc", "ICC of ratings", "figure", "icc_ci"),
    ]
    about = About(
        "A reader who often calls the same case otherwise when seeing it again is partly guessing.",
        found.method,
        found.generalises_to,
    )
    return Table("intra-reader", "Agreement of readers with themselves on cases read again", columns, rows, about)


def _within_row(item: IntraReader, who: str) -> dict[str, Any]:
    return {
        "reader": who,
        "pairs": item.pairs,
        "same": item.same_calls.estimate,
        "same_ci": item.same_calls.ci,
        "kappa": item.kappa.estimate,
        "kappa_ci": item.kappa.ci,
        "icc": item.icc.estimate,
        "icc_ci": item.icc.ci,
    }

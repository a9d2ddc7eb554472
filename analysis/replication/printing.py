"""The evaluation as tables that a person can read."""

from __future__ import annotations

from typing import Any

from analysis import results
from analysis.replication.result import RsnaResult


def printed(found: RsnaResult) -> str:
    """All parts that the tables hold."""
    ci = f"{100 * (1 - found.alpha):g} % CI"
    return results.paragraphs(
        results.text_table(_phases(found, ci)),
        _comparison(found, ci),
        _unprompted(found, ci),
        results.text_table(_detectors(found, ci)),
        results.text_table(_mcnemar(found, ci)),
        _readers_against_detectors(found),
        results.text_table(_agreement(found, ci)),
        _experience(found),
        results.text_table(_subspecialties(found, ci)),
        "Next to the published study\n" + results.text_table(_published(found)),
        f"Published: {found.published.source}",
        "\n".join(f"Not comparable: {note}" for note in found.published.notes),
        found.method,
        found.generalises_to,
        "\n".join(f"Note: {warning}" for warning in found.warnings),
    )


def _phases(found: RsnaResult, ci: str) -> list[dict[str, Any]]:
    return [
        {
            "phase": item.phase or "–",
            "readers": item.readers,
            "cases": item.cases,
            "mean accuracy": item.accuracy,
            f"{ci}, readers (t)": item.ci_t,
            f"{ci}, readers and cases": item.ci_mrmc,
            "synthetic": by_class.synthetic if (by_class := getattr(item, "by_class", None)) else item.sensitivity,
            "authentic": by_class.authentic if by_class else item.specificity,
            "range": item.range,
        }
        for item in found.phases
    ]


def _comparison(found: RsnaResult, ci: str) -> str:
    item = found.comparison
    if item is None:
        return ""
    return (
        f"{item.a} − {item.b}: {results.format_cell(item.difference)} ({ci} {results.format_cell(item.ci)}), "
        f"{results.format_p(item.p)}, {results.counted(item.readers, 'reader')}"
    )


def _unprompted(found: RsnaResult, ci: str) -> str:
    item = found.unprompted
    if item is None:
        return ""
    share, interval = results.format_cell(item.share), results.format_cell(item.ci)
    return f"Spoke of AI unprompted: {item.n} of {item.of} readers, {share} ({ci} {interval})"


def _detectors(found: RsnaResult, ci: str) -> list[dict[str, Any]]:
    return [
        {
            "phase": item.phase,
            "detector": item.detector,
            "right": f"{item.right} of {item.of}",
            "accuracy": item.accuracy,
            ci: item.ci,
            "readers − detector": item.difference,
            "p": item.p,
        }
        for item in found.detectors or ()
    ]


def _mcnemar(found: RsnaResult, ci: str) -> list[dict[str, Any]]:
    pairs = (*found.mcnemar.detectors, *found.mcnemar.phases) if found.mcnemar else ()
    return [
        {
            "McNemar": item.phase,
            "pair": f"{item.a}, {item.b}",
            "cases": item.n,
            "only the first right": item.only_a,
            "only the second": item.only_b,
            "difference": item.difference,
            ci: item.ci,
            "p": item.p,
        }
        for item in pairs
    ]


def _readers_against_detectors(found: RsnaResult) -> str:
    pairs = found.mcnemar.readers if found.mcnemar else ()
    if not pairs:
        return ""
    apart = sum(item.p < found.alpha for item in pairs)
    return (
        f"McNemar, each reader against each detector: p < {found.alpha:g} in {apart} of {len(pairs)} pairs, without "
        "correction for their number; all of them with --json"
    )


def _agreement(found: RsnaResult, ci: str) -> list[dict[str, Any]]:
    return [
        {"phase": phase, "Fleiss kappa": item.fleiss_kappa.estimate, ci: item.fleiss_kappa.ci}
        for phase, item in (found.agreement or {}).items()
    ]


def _experience(found: RsnaResult) -> str:
    item = found.experience
    if item is None:
        return ""
    rho, p = results.format_cell(item.rho), results.format_p(item.p)
    return f"Experience and accuracy in {item.phase}: Spearman's rho {rho}, {p}, {item.readers} readers"


def _subspecialties(found: RsnaResult, ci: str) -> list[dict[str, Any]]:
    return [
        {
            "subspecialty": item.subspecialty,
            "readers": item.readers,
            f"mean accuracy, {item.phase}": item.accuracy,
            ci: item.ci,
            "minus the others": item.difference,
            "p": item.p,
        }
        for item in found.subspecialty or ()
    ]


def _published(found: RsnaResult) -> list[dict[str, Any]]:
    return [
        {
            "figure": item.figure,
            "published": item.published,
            "CI": item.ci,
            "here": item.here,
            "difference": item.difference,
        }
        for item in found.published.figures
    ]

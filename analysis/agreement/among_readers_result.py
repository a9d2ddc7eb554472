"""What an analysis of the agreement among readers gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

import pandas as pd

from analysis import results
from analysis.agreement.coefficient import Coefficient
from analysis.agreement.intraclass import Intraclass
from analysis.agreement.within_reader_result import IntraReaderResult
from analysis.intervals import Interval

# More pairs of readers than these are summed up in the text.
_PAIRS_SHOWN = 15

COEFFICIENTS = {
    "fleiss_kappa": "Fleiss' kappa",
    "conger_kappa": "Conger's kappa",
    "krippendorff_alpha": "Krippendorff's alpha",
    "gwet_ac": "Gwet's AC",
    "kendall_w": "Kendall's W",
}


@dataclass(frozen=True)
class CohenKappa:
    """Cohen's kappa of readers `a` and `b` on the `cases` that both have rated."""

    a: str
    b: str
    estimate: float | None
    se: float | None
    ci: Interval | None
    cases: int


@dataclass(frozen=True, eq=False)
class AgreementResult(results.Result):
    """Result of :func:`reader_agreement`.

    Attributes
    ----------
    fleiss_kappa, conger_kappa, krippendorff_alpha, gwet_ac, kendall_w : Coefficient
        Over all readers.
    icc : mapping of str to Intraclass
        The forms 1, A1 and C1 of one reader, 1k, Ak and Ck of the mean of k readers.
    cohen_kappa : tuple of CohenKappa
        Every pair of readers, in order of appearance.
    observed_agreement : float or None
        Share of agreeing pairs of readers, weighted as the kappas.
    level, on, weights
        What was asked for, and the weights of the kappas.
    readers, cases, reads, missing, complete_cases : int
        Readers and cases with at least one rating, ratings, ratings that a full table would have besides, and cases
        that every reader has rated.
    intra_reader : IntraReaderResult or None
        None where no read is repeated.
    """

    fleiss_kappa: Coefficient
    conger_kappa: Coefficient
    krippendorff_alpha: Coefficient
    gwet_ac: Coefficient
    kendall_w: Coefficient
    icc: Mapping[str, Intraclass]
    cohen_kappa: tuple[CohenKappa, ...]
    observed_agreement: float | None
    level: str
    on: str
    weights: Mapping[str, str]
    readers: int
    cases: int
    reads: int
    missing: int
    complete_cases: int
    intra_reader: IntraReaderResult | None
    alpha: float
    method: str
    generalises_to: str
    warnings: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row for each coefficient: coefficient, a, b (of a pair), estimate, se, low, high."""
        found: list[tuple[str, str | None, str | None, Any]] = [
            (name, None, None, getattr(self, name)) for name in COEFFICIENTS
        ]
        found += [(f"icc_{form}", None, None, item) for form, item in self.icc.items()]
        found += [("cohen_kappa", pair.a, pair.b, pair) for pair in self.cohen_kappa]
        return pd.DataFrame(
            [
                {
                    "coefficient": name,
                    "a": a,
                    "b": b,
                    "estimate": item.estimate,
                    "se": getattr(item, "se", None),
                    "low": item.ci and item.ci[0],
                    "high": item.ci and item.ci[1],
                }
                for name, a, b, item in found
            ]
        )

    def __str__(self) -> str:
        ci = f"{100 * (1 - self.alpha):g} % CI"
        overall: list[dict[str, Any]] = [_cells(words, getattr(self, name), ci) for name, words in COEFFICIENTS.items()]
        overall += [_cells(f"ICC {form}", item, ci) for form, item in self.icc.items()]
        return results.paragraphs(
            f"{self.method}\n{results.counted(self.readers, 'reader')}, {results.counted(self.cases, 'case')}, "
            f"{self.reads} {self.on}s",
            results.text_table(overall),
            self._pairs_as_text(ci),
            self.generalises_to,
            "\n".join(f"Note: {warning}" for warning in self.warnings),
            str(self.intra_reader or ""),
        )

    def _pairs_as_text(self, ci: str) -> str:
        if len(self.cohen_kappa) <= _PAIRS_SHOWN:
            return results.text_table(
                [_cells(f"{pair.a}, {pair.b}", pair, ci, "Cohen's kappa") for pair in self.cohen_kappa]
            )
        found = [pair.estimate for pair in self.cohen_kappa if pair.estimate is not None]
        if not found:
            return ""
        return (
            f"Cohen's kappa of {len(found)} pairs of readers: median {median(found):.4f}, range {min(found):.4f} to "
            f"{max(found):.4f}"
        )


def _cells(
    name: str, item: Coefficient | Intraclass | CohenKappa, ci: str, head: str = "coefficient"
) -> dict[str, Any]:
    return {head: name, "estimate": item.estimate, "SE": getattr(item, "se", None), ci: item.ci}

"""The readers as people: who spoke of AI unprompted, experience, subspecialties, one phase against another."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis import intervals
from analysis.measures.covariance import ROUNDING, FloatArray
from analysis.replication.phase import PhaseReads
from analysis.replication.result import Experience, PhaseComparison, Subspecialty, Unprompted
from analysis.summary import spread
from analysis.table import columns

FIRST_ROW = 2  # of a table of readers in its file, below the header


def unprompted(readers: pd.DataFrame, names: Sequence[str], alpha: float) -> Unprompted | None:
    """Share of these readers who spoke of AI unprompted; those with an empty cell do not count."""
    if "unprompted" not in readers.columns:
        return None
    meaning = "1 for a reader who spoke of AI unprompted, 0 for one who did not"
    said = columns.binary(readers["unprompted"], first_row=FIRST_ROW, meaning=meaning)[list(names)].dropna()
    if said.empty:
        return None
    n, of = int(said.sum()), len(said)
    return Unprompted(n, of, n / of, intervals.wilson(n / of, of, alpha))


def compare_phases(one: PhaseReads, other: PhaseReads, alpha: float) -> PhaseComparison | None:
    """Paired t test over the readers who have read in both phases."""
    both = pd.concat([one.accuracies, other.accuracies], axis=1, join="inner").to_numpy()
    n = len(both)
    if n == 0:
        return None
    differences = both[:, 0] - both[:, 1]
    difference = float(differences.mean())
    se = float(differences.std(ddof=1)) / n**0.5 if n > 1 else 0.0
    if se**2 <= ROUNDING:
        return PhaseComparison(one.phase, other.phase, n, difference, None, None)
    ci = intervals.clipped(intervals.symmetric(difference, se, n - 1, alpha), (-1.0, 1.0))
    return PhaseComparison(one.phase, other.phase, n, difference, intervals.two_sided_p(difference / se, n - 1), ci)


def experience(readers: pd.DataFrame, found: PhaseReads) -> Experience | None:
    """Spearman's rank correlation of years of experience with accuracy; undefined where either is constant."""
    from scipy.stats import spearmanr

    accuracies = found.accuracies
    if "years" not in readers.columns or accuracies.empty:
        return None
    years = columns.numbers(readers["years"], first_row=FIRST_ROW)[accuracies.index].dropna()
    matched = accuracies[years.index]
    if len(years) < 3 or years.nunique() < 2 or matched.nunique() < 2:
        return Experience(None, None, found.phase, len(years))
    correlation = spearmanr(years, matched)
    return Experience(float(correlation.statistic), float(correlation.pvalue), found.phase, len(years))


def subspecialties(readers: pd.DataFrame, found: PhaseReads, alpha: float) -> tuple[Subspecialty, ...] | None:
    """Mean accuracy of each subspecialty, the most accurate first; readers who named none do not count."""
    accuracies = found.accuracies
    if "subspecialty" not in readers.columns or accuracies.empty:
        return None
    named = readers["subspecialty"][accuracies.index].dropna().astype(str).str.strip()
    named = named[named != ""]
    if named.empty:
        return None
    rows = [_subspecialty(name, accuracies[named.index], named == name, found.phase, alpha) for name in named.unique()]
    return tuple(sorted(rows, key=lambda row: (-row.accuracy, row.subspecialty)))


def _subspecialty(name: str, accuracies: pd.Series, mine: pd.Series, phase: str, alpha: float) -> Subspecialty:
    own, others = accuracies[mine].to_numpy(), accuracies[~mine].to_numpy()
    over_readers = spread(own, alpha)
    difference = float(own.mean() - others.mean()) if len(others) else None
    return Subspecialty(
        subspecialty=name,
        readers=len(own),
        accuracy=float(own.mean()),
        ci=over_readers.ci if over_readers else None,
        difference=difference,
        p=_welch(own, others),
        phase=phase,
    )


def _welch(own: FloatArray, others: FloatArray) -> float | None:
    """Two-sided p of Welch's t test; None with fewer than two readers in either, or without any spread."""
    from scipy.stats import ttest_ind

    if min(len(own), len(others)) < 2 or own.var() + others.var() == 0:
        return None
    return float(ttest_ind(own, others, equal_var=False).pvalue)

"""The evaluation of the 2026 Radiology study of synthetic radiographs, for any study of three such phases."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.agreement.chance import fleiss, tabulate
from analysis.errors import RatingsError
from analysis.intervals import quantile
from analysis.measures.curves import from_reads
from analysis.replication import people
from analysis.replication.comparing import next_to_published
from analysis.replication.detectors import detector_accuracies, detector_calls, mcnemar_tests
from analysis.replication.phase import (
    PhaseReads,
    diagnostic_accuracy,
    diagnostic_reads,
    informed_accuracy,
    informed_reads,
)
from analysis.replication.result import Agreement, RsnaResult
from analysis.table.covariates import require_all
from analysis.table.ratings import Ratings, present, validate

PHASES = ("phase-1", "phase-2", "phase-3")
METHOD = (
    "Readers' mean accuracy with a t interval over readers, and beside it the interval of Obuchowski and Rockette with "
    "readers and cases random; phases compared by a paired t test over readers; Wilson intervals of shares; McNemar's "
    "exact test; Spearman's rank correlation; Welch's t test of a subspecialty against the others; Fleiss' kappa"
)
GENERALISES_TO = (
    "Intervals over readers generalise to readers like these, but only for these cases; those with readers and cases "
    "random to both. Detectors' intervals and McNemar's tests generalise to cases like these, for these readers and "
    "detectors alone."
)


def rsna(
    ratings: pd.DataFrame | Ratings,
    readers: pd.DataFrame | None = None,
    *,
    phases: Sequence[str] = PHASES,
    modality: str | None = None,
    alpha: float = 0.05,
) -> RsnaResult:
    """Evaluate a study of three phases as the 2026 study was, beside a sounder interval, next to its figures.

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        A ratings table, see :func:`analysis.validate`. The first phase needs ``diagnosis_correct``, the others
        ``call``.
    readers : pandas.DataFrame, optional
        Table of readers (a column or index ``reader``) with ``unprompted`` (0 or 1), ``years``, ``subspecialty``, or
        some of them; every human reader of the ratings must stand there.
    phases : sequence of str
        Names of the purpose-blinded phase and of the two informed ones. One that the ratings do not hold is missing.
    modality : str, optional
        Restrict to it.
    alpha : float
        Intervals have confidence 1 - alpha.

    Returns
    -------
    RsnaResult
        Accuracy of the first phase is diagnostic; of the others, the mean over readers of the share of right calls.
        Its t interval, over readers alone, is the published study's; the interval with readers and cases random is that
        of :func:`analysis.obuchowski_rockette` with one modality. The two informed phases are compared by a paired t
        test over readers. Experience and subspecialties are of the second phase, or of the third where that is missing.
        A part that the tables do not hold is None.

    Raises
    ------
    RatingsError
        When none of the phases is in the ratings, or the tables do not allow the analysis.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [(f"R{r}", f"{phase}-{c}", phase, c % 2, (c + (r > c)) % 2) for r in (1, 2, 3)
    ...         for phase in ("phase-2", "phase-3") for c in range(10)]
    >>> table = pd.DataFrame(rows, columns=["reader", "case", "phase", "truth", "call"])
    >>> found = rsna(table, pd.DataFrame({"reader": ["R1", "R2", "R3"], "unprompted": [1, 0, 0]}))
    >>> [phase.accuracy and round(phase.accuracy, 3) for phase in found.phases]
    [None, 0.8, 0.8]
    >>> found.unprompted.n, found.unprompted.of, [round(limit, 2) for limit in found.unprompted.ci]
    (1, 3, [0.06, 0.79])
    """
    quantile(None, alpha)
    checked = validate(ratings)
    names = _require_phases(checked, tuple(phases))
    diagnostic = diagnostic_reads(checked, names[0], modality)
    informed = (informed_reads(checked, names[1], modality), informed_reads(checked, names[2], modality))
    if not any(len(found.reads) for found in (diagnostic, *informed)):
        raise RatingsError(
            "columns 'diagnosis_correct' and 'call': no human read of the phases has one; fill them to be evaluated"
        )
    about = [diagnostic_accuracy(diagnostic, alpha), *(informed_accuracy(found, alpha) for found in informed)]
    accuracies = tuple(accuracy for accuracy, _ in about)
    comparison = people.compare_phases(*informed, alpha)
    table, everybody = _people(readers, checked)
    primary = informed[0] if len(informed[0].reads) else informed[1]
    unprompted = people.unprompted(table, everybody, alpha)
    subspecialty = people.subspecialties(table, primary, alpha)
    calls = [detector_calls(checked, found) for found in informed]
    detectors = tuple(
        row for own, found in zip(calls, informed, strict=True) for row in detector_accuracies(found, own, alpha)
    )
    return RsnaResult(
        phases=accuracies,
        comparison=comparison,
        unprompted=unprompted,
        detectors=detectors or None,
        mcnemar=mcnemar_tests(informed, calls, alpha),
        agreement=_agreement(informed, alpha),
        experience=people.experience(table, primary),
        subspecialty=subspecialty,
        published=next_to_published(accuracies, comparison, unprompted, detectors, subspecialty),
        alpha=alpha,
        method=METHOD,
        generalises_to=GENERALISES_TO,
        warnings=(*_on_cases(informed), *(note for _, notes in about for note in notes)),
    )


def _require_phases(ratings: Ratings, phases: tuple[str, ...]) -> tuple[str, str, str]:
    """The three names; all of them must be in the ratings, or at least one where they are the usual ones."""
    if len(phases) != 3:
        raise RatingsError(
            f"three phases are evaluated and {len(phases)} named; give three, an empty one where missing"
        )
    human = ratings.frame[(ratings.frame["kind"] == "human") & (ratings.frame["reread"] == 0)]
    found = present(human["phase"])
    named = [name for name in phases if name]
    missing = [name for name in named if name not in found]
    if missing == named or (missing and phases != PHASES):
        raise RatingsError(
            f"column 'phase': {', '.join(map(repr, missing)) or 'no phase'} of --phases A,B,C is not there; name the "
            f"purpose-blinded phase and the two informed ones from {', '.join(found)}"
        )
    return phases[0], phases[1], phases[2]


def _people(readers: pd.DataFrame | None, ratings: Ratings) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The table of readers, by reader, and the human readers of the ratings."""
    human = ratings.frame[ratings.frame["kind"] == "human"]
    if readers is None:
        return pd.DataFrame(), present(human["reader"])
    require_all(human, readers, "reader")
    by_name = readers.set_index("reader") if "reader" in readers.columns else readers
    return by_name.set_axis(by_name.index.astype(str)), present(human["reader"])


def _agreement(informed: Sequence[PhaseReads], alpha: float) -> dict[str, Agreement] | None:
    found = {}
    for of_phase in informed:
        if of_phase.reads["reader"].nunique() > 1:
            calls = from_reads(of_phase.reads, "call")
            found[of_phase.phase] = Agreement(fleiss(tabulate(calls.scores, "identity"), alpha))
    return found or None


def _on_cases(informed: tuple[PhaseReads, PhaseReads]) -> list[str]:
    one, other = (set(found.reads["case"].astype(str)) for found in informed)
    if not one or not other:
        return []
    phases = f"{informed[0].phase} and {informed[1].phase}"
    if shared := len(one & other):
        return [f"{phases} have {shared} cases in common; the comparison is over readers and does not use that."]
    return [
        f"{phases} have no case in common: their difference is as much one between the cases as between the phases, "
        "and generalises to other readers of these cases only."
    ]

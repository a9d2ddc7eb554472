"""Dorfman, Berbaum and Metz's analysis of pseudovalues, derived from the Obuchowski–Rockette estimates.

The pseudovalue of a case is K times a reader's figure less K - 1 times that without the case, shifted where needed so
that the mean is the figure ("normalised"). Over the K cases, the pseudovalues of the readers and modalities have the
covariance K times the jackknife covariance, so the whole analysis of variance follows from it and the figures: one
engine serves both methods (Hillis, Obuchowski, Schartz, Berbaum. Statist Med 2005;24:1579).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis import results
from analysis.errors import RatingsError
from analysis.measures.measurement import METRIC_NAMES, Measurement, SpecificityRange, measure
from analysis.mrmc import designs, hillis
from analysis.mrmc.obuchowski_rockette import refuse_single_readers, rows_of_modalities
from analysis.table.ratings import Phases, Ratings, validate


@dataclass(frozen=True)
class PseudovalueTable:
    """Modality (T), reader (R), case (C) and their interactions; None where the design has none."""

    t: float | None
    r: float | None
    c: float
    tr: float | None
    tc: float | None
    rc: float
    trc: float | None


@dataclass(frozen=True)
class PseudovalueResult(results.Result):
    """Result of :func:`dorfman_berbaum_metz`.

    Attributes
    ----------
    mean_squares : PseudovalueTable
    components : PseudovalueTable
        Variance components; `trc` holds that of the interaction and the error together. Negative ones as they are.
    cases : int
        The K cases whose pseudovalues are analysed.
    """

    metric: str
    modalities: int
    readers: int
    cases: int
    mean_squares: PseudovalueTable
    components: PseudovalueTable
    method: str

    def to_frame(self) -> pd.DataFrame:
        """One row for each source of variation."""
        squares, components = vars(self.mean_squares), vars(self.components)
        return pd.DataFrame(
            [{"source": name.upper(), "mean_square": squares[name], "component": components[name]} for name in squares]
        )

    def __str__(self) -> str:
        squares, components = vars(self.mean_squares), vars(self.components)
        return results.paragraphs(
            f"{self.method}\n{results.counted(self.readers, 'reader')}, {self.cases} cases, "
            f"{self.modalities} {'modality' if self.modalities == 1 else 'modalities'}",
            results.text_table(
                [
                    {"source": name.upper(), "mean square": _cell(squares[name]), "component": _cell(components[name])}
                    for name in squares
                    if squares[name] is not None
                ]
            ),
        )


def dorfman_berbaum_metz(
    ratings: pd.DataFrame | Ratings,
    *,
    metric: str = "auc",
    threshold: float | None = None,
    spec_range: SpecificityRange | None = None,
    standardized: bool = False,
    phase: Phases = None,
    modality: str | None = None,
) -> PseudovalueResult:
    """Mean squares and variance components of the pseudovalues of a crossed study.

    Tests, intervals and p values are those of :func:`analysis.obuchowski_rockette` with jackknife covariances, to the
    last digit, so they are not given again.

    Parameters
    ----------
    ratings, metric, threshold, spec_range, standardized, phase, modality
        As in :func:`analysis.obuchowski_rockette`.

    Returns
    -------
    PseudovalueResult

    Raises
    ------
    RatingsError
        When reads are missing, readers or cases are nested, or there is one reader only.

    Notes
    -----
    Dorfman, Berbaum, Metz. Invest Radiol 1992;27:723. Checked against an analysis of variance of the pseudovalues,
    written out, in `tests/analysis`.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     [(r, m, c, c % 2, (c * 7 + r * 5 + 3 * (c % 2) * (m == "aided")) % 11) for r in (1, 2, 3)
    ...      for m in ("unaided", "aided") for c in range(30)],
    ...     columns=["reader", "modality", "case", "truth", "rating"],
    ... )
    >>> found = dorfman_berbaum_metz(table)
    >>> round(found.mean_squares.t, 4), round(found.components.trc, 4)
    (0.0009, 0.2219)
    """
    reads = validate(ratings).human_reads(phase=phase, modality=modality)
    measured = measure(
        reads,
        metric,
        threshold=threshold,
        spec_range=spec_range,
        standardized=standardized,
        covariance="jackknife",
    )
    refuse_single_readers(measured.curves, "both")
    design = designs.find(measured.curves)
    if design.name != "crossed":
        raise RatingsError(
            f"column 'case': the design is {design.name} ({design.words}), and pseudovalues need every reader to have "
            "read every case in every modality; use the Obuchowski–Rockette analysis (mrmc)"
        )
    return _from_measured(measured)


def _from_measured(measured: Measurement) -> PseudovalueResult:
    t, r = len(rows_of_modalities(measured.curves)), len(measured.curves.readers)
    estimates = measured.estimates.reshape(t, r)
    found = hillis.components(estimates, measured.covariances)
    k = _cases(measured)
    squares = _mean_squares(hillis.mean_squares(estimates), found, t, r, k)
    return PseudovalueResult(
        metric=measured.metric,
        modalities=t,
        readers=r,
        cases=k,
        mean_squares=squares,
        components=_variance_components(found, k),
        method=f"Analysis of variance of the pseudovalues of the {METRIC_NAMES[measured.metric]} "
        "(Dorfman, Berbaum and Metz)",
    )


def _mean_squares(squares: hillis.MeanSquares, found: hillis.Components, t: int, r: int, k: int) -> PseudovalueTable:
    """K times the mean squares of the figures, and K times contrasts of the covariances."""
    error, cov1, cov2, cov3 = found.error, found.cov1 or 0.0, found.cov2 or 0.0, found.cov3 or 0.0
    return PseudovalueTable(
        t=_times(k, squares.modality),
        r=_times(k, squares.reader),
        c=k * (error + (t - 1) * cov1 + (r - 1) * cov2 + (t - 1) * (r - 1) * cov3),
        tr=_times(k, squares.modality_reader),
        tc=k * (error - cov1 + (r - 1) * (cov2 - cov3)) if t > 1 else None,
        rc=k * (error + (t - 1) * cov1 - cov2 - (t - 1) * cov3),
        trc=k * (error - cov1 - cov2 + cov3) if t > 1 else None,
    )


def _variance_components(found: hillis.Components, k: int) -> PseudovalueTable:
    """Var(R) and Var(TR) as they are; those that involve cases are K times contrasts of the covariances."""
    error, cov1, cov2, cov3 = found.error, found.cov1, found.cov2 or 0.0, found.cov3
    if cov1 is None or cov3 is None:
        return PseudovalueTable(None, found.reader, k * cov2, None, None, k * (error - cov2), None)
    return PseudovalueTable(
        t=None,
        r=found.reader,
        c=k * cov3,
        tr=found.modality_reader,
        tc=k * (cov2 - cov3),
        rc=k * (cov1 - cov3),
        trc=k * (error - cov1 - cov2 + cov3),
    )


def _cases(measured: Measurement) -> int:
    """The cases that the figure counts."""
    positive = measured.curves.positive
    counted = {"sensitivity": positive.sum(), "specificity": (~positive).sum()}
    return int(counted.get(measured.metric, positive.size))


def _times(k: int, square: float | None) -> float | None:
    return None if square is None else k * square


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.4e}"

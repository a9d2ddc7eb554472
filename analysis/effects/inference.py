"""What a fitted regression says of its columns: coefficients with t intervals, and tests of groups together."""

from __future__ import annotations

import numpy as np

from analysis import intervals
from analysis.effects.clusters import Codes, Fit, least_favourable
from analysis.effects.design import Design
from analysis.effects.regression_result import Coefficient, ColumnTest
from analysis.errors import RatingsError
from analysis.measures.covariance import FloatArray


def degrees_of_freedom(design: Design, codes: dict[str, Codes], covariances: list[FloatArray]) -> FloatArray:
    """Degrees of freedom of each coefficient's variance, shape (p,).

    For each kind of clusters, their number less what is estimated between them: the constant, and coefficients that
    vary between them only. With two kinds Satterthwaite's V²/(V_R²/df_R + V_C²/df_C), not below the fewer.
    """
    found = []
    for name, each in codes.items():
        level = name.removesuffix("s")
        between = 1 + sum(len(rows) for trait, rows in design.rows_of_traits() if trait.level == level)
        found.append(float(each.max()) + 1 - between)
    if min(found) < 1:
        names = ", ".join(trait.name for trait in design.traits)
        raise RatingsError(f"columns {names}: too few readers or cases for so many; leave columns out")
    if len(found) == 1:
        return np.full(design.matrix.shape[1], found[0])
    _, of_readers, of_cases = (np.diag(each) for each in covariances)
    both = _variances(covariances) ** 2 / (of_readers**2 / found[0] + of_cases**2 / found[1])
    return np.asarray(both.clip(min(found), max(found)))


def _variances(covariances: list[FloatArray]) -> FloatArray:
    """Variance of each coefficient: the least favourable one."""
    return np.asarray(np.max([np.diag(each) for each in covariances], axis=0))


def coefficients(
    design: Design, fit: Fit, covariances: list[FloatArray], df: FloatArray, alpha: float
) -> tuple[Coefficient, ...]:
    """Log odds ratios in the units of the traits, each with the least favourable of its variances."""
    scales = np.array(design.scales)
    estimates, errors = fit.coefficients / scales, np.sqrt(_variances(covariances)) / scales
    return tuple(
        Coefficient.of(
            trait.name,
            design.groups[row],
            design.references.get(trait.name),
            (float(estimates[row]), float(errors[row]), float(df[row])),
            alpha,
        )
        for trait, rows in design.rows_of_traits()
        for row in rows
    )


def tests(
    design: Design, fit: Fit, covariances: list[FloatArray], df: FloatArray
) -> tuple[tuple[ColumnTest, ...], list[str]]:
    """Tests of columns with more than two groups, and why some are not possible."""
    found, untested = [], []
    for trait, rows in design.rows_of_traits():
        q = len(rows)
        if q < 2:
            continue
        df1, df2 = float(df[rows].min()), float(df[rows].min()) - q + 1
        if df2 < 1:
            untested.append(f"Column '{trait.name}': too few clusters for a test of its {q + 1} groups together.")
            continue
        wald = least_favourable([each[np.ix_(rows, rows)] for each in covariances], fit.coefficients[rows])
        value = wald * df2 / (df1 * q)
        found.append(ColumnTest(trait.name, value, float(q), df2, intervals.f_tail(value, q, df2)))
    return tuple(found), untested

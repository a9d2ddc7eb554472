"""Covariance of logistic regression coefficients when reads come in clusters: of one reader, of one case, of both.

Written here because statsmodels has the covariance of Mancl and DeRouen for clusters of one kind only (``GEE``, which
inverts a matrix of the size of each cluster), and clusters of two kinds without reduction of bias only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.measures.covariance import FloatArray

Codes = NDArray[np.intp]

# Logarithm of the share of the information's determinant that is left without a cluster: below it, none is.
_ALL_BUT_NOTHING = np.log(1e-10)


@dataclass(frozen=True, eq=False)
class Fit:
    """A logistic regression with independence as working correlation.

    Attributes
    ----------
    design : ndarray, shape (n, p)
    coefficients : ndarray, shape (p,)
    fitted : ndarray, shape (n,)
        Probabilities.
    residuals : ndarray, shape (n,)
        Outcome minus probability.
    """

    design: FloatArray
    coefficients: FloatArray
    fitted: FloatArray
    residuals: FloatArray


def bias_reduced(fit: Fit, clusters: Codes) -> FloatArray:
    """Mancl and DeRouen's covariance for clusters of one kind, shape (p, p).

    With u_g the score of cluster g, M_g its part of the information and M = sum M_g, their (I - H_gg)⁻¹ takes the
    score to M (M - M_g)⁻¹ u_g, so that the covariance is the sum of v_g v_gᵀ with v_g = (M - M_g)⁻¹ u_g: what leaving
    out cluster g moves the coefficients by in one step (Mancl, DeRouen. Biometrics 2001;57:126).

    Raises
    ------
    numpy.linalg.LinAlgError
        A coefficient rests on one cluster alone.
    """
    moved = _moved(fit, clusters)
    return np.asarray(moved.T @ moved)


def two_way(fit: Fit, readers: Codes, cases: Codes) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Covariances for readers and cases both random: V_R + V_C - V_RC, V_R and V_C, each shape (p, p).

    Cameron, Gelbach, Miller. J Bus Econ Stat 2011;29:238, each part with reduced bias. The sum can fall short by
    chance, even below zero: its negative eigenvalues are set to zero, and tests use the least favourable of the three
    (MacKinnon, Nielsen, Webb. arXiv 2024:2406.08880).
    """
    of_readers, of_cases = bias_reduced(fit, readers), bias_reduced(fit, cases)
    both = of_readers + of_cases - bias_reduced(fit, readers * (cases.max() + 1) + cases)
    values, vectors = np.linalg.eigh(both)
    return np.asarray(vectors * values.clip(min=0) @ vectors.T), of_readers, of_cases


def least_favourable(covariances: Sequence[FloatArray], coefficients: FloatArray) -> float:
    """The smallest of the Wald statistics that the covariances give for the coefficients' being zero."""
    return min(float(coefficients @ np.linalg.pinv(each) @ coefficients) for each in covariances)


def _moved(fit: Fit, clusters: Codes) -> FloatArray:
    """What leaving out each cluster moves the coefficients by in one step, shape (clusters, p)."""
    order = np.argsort(clusters, kind="stable")
    starts = np.flatnonzero(np.diff(clusters[order], prepend=-1))
    X = fit.design[order]
    weights = (fit.fitted * (1 - fit.fitted))[order]
    scores = np.add.reduceat(X * fit.residuals[order, None], starts)
    informations = np.add.reduceat(weights[:, None, None] * X[:, :, None] * X[:, None, :], starts)
    whole = informations.sum(axis=0)
    rest = whole - informations
    signs, sizes = np.linalg.slogdet(rest)
    if (signs <= 0).any() or (sizes - np.linalg.slogdet(whole)[1]).min() < _ALL_BUT_NOTHING:
        raise np.linalg.LinAlgError("a coefficient rests on one cluster alone")
    return np.asarray(np.linalg.solve(rest, scores[:, :, None])[:, :, 0])

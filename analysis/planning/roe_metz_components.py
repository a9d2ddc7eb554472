"""From the Roe–Metz model to the components that its AUCs have, and from components to a model that has them.

The mean product of two success scores is the probability that two normal differences are both positive; their
correlation is what the two share of the model's variances. With it come the moments M1 to M8
(:mod:`analysis.mrmc.moments`) and all components.

References
----------
Hillis. Statist Med 2018;37:2067 (to components). Hillis, Smith, Chen. J Med Imaging 2022;9:045501 (to a model).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from analysis.errors import RatingsError
from analysis.measures.covariance import FloatArray
from analysis.mrmc.hillis import Components
from analysis.planning.roe_metz import RoeMetz

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)
# Correlations at which two differences are as good as equal.
_MOST = 1 - 1e-12


def both_above(h: float, k: float, correlation: float | FloatArray) -> FloatArray:
    """Probability that two standard normal values with this correlation lie below h and below k (Plackett's integral).

    Examples
    --------
    >>> float(both_above(0.0, 0.0, 0.5))
    0.3333333333333333
    """
    bound = np.arcsin(np.minimum(np.asarray(correlation, dtype=float), _MOST))[..., None]
    angle = bound * (_NODES + 1) / 2
    integrand = np.exp(-(h * h + k * k - 2 * h * k * np.sin(angle)) / (2 * np.cos(angle) ** 2))
    integral = (integrand @ _WEIGHTS) * bound[..., 0] / 2
    return np.asarray(ndtr(h) * ndtr(k) + integral / (2 * np.pi))


def components(model: RoeMetz, positive: int, negative: int) -> Components:
    """Components of the readers' empirical AUCs with so many cases; means over modalities and pairs of them.

    With one modality, Cov1, Cov3 and the interaction are None, and the reader's variance is that of readers in it.
    """
    z = ndtri(np.array(model.aucs))
    same, other = _shared(model, same_modality=True), _shared(model, same_modality=False)
    weights = _weights(positive, negative)
    error, cov2, within = np.mean([_covariances(x, x, same, model.b, weights) for x in z], axis=0)
    pairs = [(z[i], z[j]) for i in range(len(z)) for j in range(i)]
    if not pairs:
        return Components(error, None, cov2, None, within, None)
    cov1, cov3, reader = np.mean([_covariances(x, y, other, model.b, weights) for x, y in pairs], axis=0)
    return Components(*(float(x) for x in (error, cov1, cov2, cov3, reader, within - reader)))


def like(
    found: Components, aucs: tuple[float, ...], positive: int, negative: int, *, b: float | None = None
) -> RoeMetz:
    """Give a model with these expected AUCs in two modalities whose AUCs vary and correlate as found.

    Reader components and error correlations are met. So is the error variance where some slope b from .05 to 4 gives
    it (up to 1 where there is one, as near to 1 as can be); otherwise, or with b given, it is what the model makes of
    it. Negative components, and covariances out of order, count as their bounds.

    Parameters
    ----------
    found : Components
        Of a study with so many cases.
    aucs : tuple of float
        Two.
    positive, negative : int
    b : float, optional

    Raises
    ------
    RatingsError
        When no model has these components.
    """
    if found.cov1 is None or found.cov2 is None or found.cov3 is None or len(aucs) != 2:
        raise RatingsError("a Roe-Metz model is made from the components of two modalities")
    x, y = (float(z) for z in ndtri(np.array(aucs)))
    reader = max(found.reader or 0.0, 0.0)
    both = reader + max(found.modality_reader or 0.0, 0.0)
    of_reader = _solve(lambda c: _over_readers(x, y, c), reader, "var_r")
    of_readers = max(_solve(lambda c: (_over_readers(x, x, c) + _over_readers(y, y, c)) / 2, both, "var_tr"), of_reader)
    weights = _weights(positive, negative)

    def mean_covariance(readers: float, cases: float, slope: float) -> float:
        """Of two AUCs in the same modality."""
        return sum(_covariance(u, u, readers, cases, slope, weights) for u in (x, y)) / 2

    slope = b or _slope(lambda each: mean_covariance(of_readers, 1 - of_readers, each), found.error)
    scale = mean_covariance(of_readers, 1 - of_readers, slope) / found.error
    cov3 = max(found.cov3 * scale, 0.0)
    case = _solve(lambda c: _covariance(x, y, 0.0, c, slope, weights), cov3, "cov3")
    cases = _solve(lambda c: mean_covariance(0.0, c, slope), max(found.cov2 * scale, cov3), "cov2")
    with_reader = _solve(
        lambda c: _covariance(x, y, of_reader, c, slope, weights), found.cov1 * scale, "cov1", 1 - of_reader
    )
    cases, with_reader = max(cases, case), max(with_reader, case)
    rest = 1 - of_readers - cases - (with_reader - case)
    if rest <= 0:
        raise RatingsError("no Roe-Metz model has these components: cov1 and cov2 are too large for the error variance")
    return RoeMetz(aucs, of_reader, of_readers - of_reader, case, cases - case, with_reader - case, rest, slope)


def _slope(error_variance: Callable[[float], float], wanted: float) -> float:
    """The slope nearest to 1, from below before above, that gives the error variance; 1 where none does."""
    for far in (0.05, 4.0):
        slopes = np.geomspace(1.0, far, 60)
        differences = np.array([error_variance(float(slope)) - wanted for slope in slopes])
        crossed = np.flatnonzero(differences[:-1] * differences[1:] <= 0)
        if crossed.size:
            one, other = slopes[crossed[0]], slopes[crossed[0] + 1]
            return float(brentq(lambda slope: error_variance(slope) - wanted, one, other, xtol=1e-14))
    return 1.0


def _over_readers(x: float, y: float, shared: float) -> float:
    """Covariance of readers' true AUCs who share this much of the variance."""
    return float(both_above(x, y, shared) - ndtr(x) * ndtr(y))


def _shared(model: RoeMetz, *, same_modality: bool) -> tuple[float, float, float]:
    """Shares of the total variance: of the reader, of the case, of the case with the reader too."""
    own = (model.modality_reader, model.modality_case, model.rest) if same_modality else (0.0, 0.0, 0.0)
    reader, case = model.reader + own[0], model.case + own[1]
    return reader / model.total, case / model.total, (case + model.reader_case + own[2]) / model.total


def _covariances(
    x: float, y: float, shared: tuple[float, float, float], b: float, weights: FloatArray
) -> tuple[float, float, float]:
    """Covariance over cases of one reader's AUCs and of two readers', and of the true AUCs over readers."""
    reader, case, case_of_reader = shared
    same = _covariance(x, y, reader, case_of_reader, b, weights)
    different = _covariance(x, y, 0.0, case, b, weights)
    return same, different, _over_readers(x, y, reader)


def _covariance(x: float, y: float, reader: float, case: float, b: float, weights: FloatArray) -> float:
    """Covariance over cases of two AUCs, from what they share: both cases, the positive, the negative, none."""
    of_cases = case * np.array([1.0, 1 / (1 + b**2), b**2 / (1 + b**2), 0.0])
    return float(weights @ both_above(x, y, reader + of_cases))


def _weights(positive: int, negative: int) -> FloatArray:
    """Share of the pairs of success scores with both cases, the positive, the negative and no case in common."""
    m, n = positive, negative
    shares = np.array([1, n - 1, m - 1, (m - 1) * (n - 1)]) / (m * n)
    return np.asarray(shares - [0, 0, 0, 1])


def _solve(function: Callable[[float], float], value: float, name: str, most: float = 1.0) -> float:
    """The share of variance at which a rising function has this value."""
    most = min(most, 1 - 1e-9)
    if function(0.0) >= value:
        return 0.0
    if function(most) < value:
        raise RatingsError(f"no Roe-Metz model has these components: {name} is too large")
    return float(brentq(lambda share: function(share) - value, 0.0, most, xtol=1e-14))

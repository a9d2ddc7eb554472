"""How well all measures together tell the classes apart, judged on patients that were not learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.errors import RatingsError
from analysis.leakage.areas import Area, area

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

FOLDS, REPEATS = 5, 5
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class JointArea:
    """Cross-validated areas under the ROC curve.

    Attributes
    ----------
    both : Area
        Of the mean of the two models' probabilities. It was chosen before any data were seen: the better of the two
        would look better than it is.
    logistic, boosting : Area
        Of each model alone.
    """

    both: Area
    logistic: Area
    boosting: Area


def joint_area(measures: ArrayLike, positive: ArrayLike, clusters: ArrayLike, *, seed: int = 0) -> JointArea:
    """Cross-validated AUC of all measures together.

    Logistic regression on standardised measures, and gradient boosting, are fitted on four fifths of the patients and
    asked about the rest; folds keep the classes' parts and no patient is in two of them; five times with other folds.
    A case's score is the mean of its five out-of-fold probabilities. The area is not turned round: below 0.5 there is
    nothing that carries over to other patients.

    Parameters
    ----------
    measures : array_like of float, shape (n, k)
        Finite; constant columns do no harm.
    positive : array_like of bool, shape (n,)
    clusters : array_like, shape (n,)
        The patient of each case.
    seed : int
        Of folds and models; the same gives the same areas.

    Returns
    -------
    JointArea
        The intervals treat the out-of-fold scores as given (clustered DeLong): how the models vary with the sample
        that they are fitted on is not in them, so that they are somewhat too narrow in small cohorts.

    Raises
    ------
    RatingsError
        A class has fewer patients than there are folds.
    """
    X, y = np.asarray(measures, dtype=float), np.asarray(positive, dtype=bool)
    groups = np.unique(np.asarray(clusters), return_inverse=True)[1]
    fewest = min(len(np.unique(groups[y])), len(np.unique(groups[~y])))
    if fewest < FOLDS:
        raise RatingsError(f"each class needs cases of at least {FOLDS} patients; one has {fewest}")
    logistic, boosting = (_out_of_fold(model, X, y, groups, seed) for model in (_logistic(), _boosting(seed)))
    areas = [area(scores, y, groups, oriented=False) for scores in ((logistic + boosting) / 2, logistic, boosting)]
    return JointArea(*areas)


def _logistic() -> BaseEstimator:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=2_000))


def _boosting(seed: int) -> BaseEstimator:
    from sklearn.ensemble import GradientBoostingClassifier

    return GradientBoostingClassifier(n_estimators=60, max_depth=2, subsample=0.8, random_state=seed)


def _out_of_fold(
    model: BaseEstimator, measures: FloatArray, positive: NDArray[np.bool_], groups: NDArray[np.intp], seed: int
) -> FloatArray:
    """Give each case's mean probability over the repeats, always from models that have not seen its patient."""
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

    drawn = []
    for repeat in range(REPEATS):
        folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed + repeat)
        drawn.append(
            cross_val_predict(model, measures, positive, groups=groups, cv=folds, method="predict_proba")[:, 1]
        )
    return np.asarray(np.mean(drawn, axis=0))

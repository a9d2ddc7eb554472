"""How a reader and a detector may decide together: calls that follow a rule, and scores that are averaged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import RatingsError
from analysis.measures.covariance import FloatArray
from analysis.readers.probabilities import Scale, of_ratings, of_scores


@dataclass(frozen=True)
class Choices:
    """What rules need besides the reads: scales of probability, and the folds of a fitted rule."""

    scale: Scale | None = None
    detector_scale: Scale | None = None
    folds: int = 5
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Opinion:
    """What the team says of each case: ratings, calls (1 synthetic), or both."""

    rating: pd.Series | None = None
    call: pd.Series | None = None


@dataclass(frozen=True)
class Rule:
    """A rule, and the columns that it needs of each read.

    `decide` takes a table with one row for each read of a case that the detector has judged, too: reader, case, truth,
    cluster; rating and call of the reader; score and score_call of the detector.
    """

    decide: Callable[[pd.DataFrame, Choices], Opinion]
    needs: tuple[str, ...]

    def usable(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """The reads that have all that the rule needs.

        Raises
        ------
        RatingsError
            When there are none.
        """
        for column in self.needs:
            if pairs[column].isna().all():
                raise RatingsError(_LACKING[column])
        found = pairs[pairs[list(self.needs)].notna().all(axis=1)]
        if found.empty:
            raise RatingsError("no read has all that it needs")
        return found


_LACKING = {
    "rating": "the readers have no ratings",
    "call": "the readers have no calls",
    "score": "the detector has no scores",
    "score_call": "the detector has no calls (--detector-threshold T makes them of its scores)",
}


def either(pairs: pd.DataFrame, choices: Choices) -> Opinion:
    """Synthetic where the reader or the detector says so: what one misses the other may catch."""
    return Opinion(call=pairs[["call", "score_call"]].max(axis=1))


def both(pairs: pd.DataFrame, choices: Choices) -> Opinion:
    """Synthetic only where both say so."""
    return Opinion(call=pairs[["call", "score_call"]].min(axis=1))


def more_certain(pairs: pd.DataFrame, choices: Choices) -> Opinion:
    """The probability of whoever is farther from one half; of both the mean, where they are as far."""
    of_reader, of_detector = _probabilities(pairs, choices)
    lead = np.round((of_reader - 0.5).abs() - (of_detector - 0.5).abs(), 12)
    mean = (of_reader + of_detector) / 2
    return _from_probabilities(of_reader.where(lead > 0, of_detector.where(lead < 0, mean)), pairs)


def mean_probability(pairs: pd.DataFrame, choices: Choices) -> Opinion:
    """The mean of both probabilities."""
    of_reader, of_detector = _probabilities(pairs, choices)
    # Rounded, lest equal means rank in the order of their rounding errors.
    return _from_probabilities(((of_reader + of_detector) / 2).round(12), pairs)


def mean_rank(pairs: pd.DataFrame, choices: Choices) -> Opinion:
    """The mean of both ranks among the reader's cases: no scale is needed, and there is no call."""
    ranks = [pairs.groupby("reader", observed=True)[column].rank() for column in ("rating", "score")]
    return Opinion(rating=(ranks[0] + ranks[1]) / 2)


def logistic(pairs: pd.DataFrame, choices: Choices) -> Opinion:
    """Log odds by logistic regression on rating and score, fitted for each reader on the other folds of cases.

    No case, and no other case of its cluster, is in the folds that its own log odds come from.
    """
    fold = _folds(pairs, choices)
    log_odds = pd.Series(np.nan, index=pairs.index)
    for reader, mine in pairs.groupby("reader", observed=True):
        for number in range(choices.folds):
            test = fold.loc[mine.index] == number
            if test.any():
                log_odds[mine.index[test]] = _predicted(mine[~test], mine[test], str(reader))
    return Opinion(rating=log_odds, call=(log_odds > 0).astype(float))


_CALLS, _RATINGS = ("call", "score_call"), ("rating", "score")
RULES = {
    "either": Rule(either, _CALLS),
    "both": Rule(both, _CALLS),
    "more certain": Rule(more_certain, _RATINGS),
    "mean probability": Rule(mean_probability, _RATINGS),
    "mean rank": Rule(mean_rank, _RATINGS),
    "logistic": Rule(logistic, _RATINGS),
}


def _probabilities(pairs: pd.DataFrame, choices: Choices) -> tuple[pd.Series, pd.Series]:
    return of_ratings(pairs["rating"], choices.scale), of_scores(pairs["score"], choices.detector_scale)


def _from_probabilities(probability: pd.Series, pairs: pd.DataFrame) -> Opinion:
    """Calls above one half; at one half the reader's own, where there is one."""
    call = (probability > 0.5).astype(float)
    undecided = (probability - 0.5).abs() < 1e-12
    return Opinion(rating=probability, call=call.where(~undecided | pairs["call"].isna(), pairs["call"]))


def _folds(pairs: pd.DataFrame, choices: Choices) -> pd.Series:
    """The fold of each read: the same for all readers of a case; classes in equal parts."""
    from sklearn.model_selection import StratifiedGroupKFold

    cases = pairs.drop_duplicates("case").sort_values("case", key=lambda names: names.astype(str))
    truth, clusters = cases["truth"].to_numpy(), pd.factorize(cases["cluster"])[0]
    fewest = min(len(np.unique(clusters[truth == value])) for value in (0, 1))
    if fewest < choices.folds:
        raise RatingsError(f"a class has {fewest} cases, and {choices.folds} folds need as many (--folds N)")
    numbers = np.empty(len(cases), dtype=np.intp)
    split = StratifiedGroupKFold(choices.folds, shuffle=True, random_state=choices.seed)
    for number, (_, test) in enumerate(split.split(clusters, truth, clusters)):
        numbers[test] = number
    by_case = pd.Series(numbers, index=cases["case"].astype(str))
    return pd.Series(by_case[pairs["case"].astype(str)].to_numpy(), index=pairs.index)


def _predicted(train: pd.DataFrame, test: pd.DataFrame, reader: str) -> FloatArray:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    truth: NDArray[np.int_] = train["truth"].to_numpy(dtype=int)
    if len(np.unique(truth)) < 2:
        raise RatingsError(f"reader {reader} has cases of one class only outside a fold (--folds N)")
    columns = ["rating", "score"]
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, solver="newton-cholesky"))
    return np.asarray(model.fit(train[columns].to_numpy(), truth).decision_function(test[columns].to_numpy()))

"""Ratings and scores as the probability that a case is synthetic: which scale does so is always said."""

from __future__ import annotations

import pandas as pd

from analysis.errors import RatingsError

Scale = tuple[float, float]

APPLICATION_SCALE: Scale = (0.0, 100.0)
DETECTOR_SCALE: Scale = (0.0, 1.0)
_SURELY_NO_PERCENTAGES = 10.0


def of_ratings(rating: pd.Series, scale: Scale | None) -> pd.Series:
    """Readers' ratings as probabilities that rise evenly over the scale.

    Parameters
    ----------
    rating : pandas.Series
    scale : tuple of float, optional
        The ratings that stand for 0 and 1; by default 0 and 100, where the application's ratings are 50 ± confidence/2.

    Raises
    ------
    RatingsError
        When a rating lies outside the scale, or no scale is named and none is above 10.
    """
    if scale is None and rating.max() <= _SURELY_NO_PERCENTAGES:
        raise RatingsError(
            f"column 'rating': ratings from {rating.min():g} to {rating.max():g} are hardly the application's 0 to "
            "100; say which ratings stand for the probabilities 0 and 1 (--scale LOW HIGH)"
        )
    return _evenly(rating, scale or APPLICATION_SCALE, "rating", "--scale")


def of_scores(score: pd.Series, scale: Scale | None) -> pd.Series:
    """A detector's scores as probabilities; by default they are that already, from 0 to 1."""
    return _evenly(score, scale or DETECTOR_SCALE, "score", "--detector-scale")


def _evenly(values: pd.Series, scale: Scale, what: str, option: str) -> pd.Series:
    low, high = scale
    if not low < high:
        raise RatingsError(f"the scale {low:g} to {high:g} is none; give the {what} for 0 and then that for 1")
    outside = values[(values < low) | (values > high)]
    if len(outside):
        raise RatingsError(
            f"column 'rating': {outside.iloc[0]:g} lies outside the scale {low:g} to {high:g}; say which {what}s stand "
            f"for the probabilities 0 and 1 ({option} LOW HIGH)"
        )
    return (values - low) / (high - low)

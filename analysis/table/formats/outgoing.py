"""The ratings table as it goes out whole."""

from __future__ import annotations

import pandas as pd

from analysis.table.ratings import Ratings

WHOLE_NUMBERS = ("call", "confidence", "position", "diagnosis_correct")


def outgoing(ratings: Ratings) -> pd.DataFrame:
    """All rows and columns, whole numbers as such, without a rating or call that nobody has given."""
    frame = ratings.frame
    unused = [name for name in ("rating", "call") if frame[name].isna().all()]
    whole = [name for name in WHOLE_NUMBERS if name in frame.columns and name not in unused]
    return frame.drop(columns=unused).astype({name: "Int64" for name in whole if _is_whole(frame[name])})


def _is_whole(column: pd.Series) -> bool:
    return bool((column.dropna() % 1 == 0).all())

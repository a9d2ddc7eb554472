"""What is valid and yet odd in the reads of people: a warning in the results, for any finite rating is valid."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.table.ratings import chosen_rows, present

# Readers who use a scale with very different courage differ less than this in the root mean square of their ratings;
# scales from 0 to 1, 1 to 5, 0 to 10 and 0 to 100 differ more, but for the second and the third.
_FACTOR_OF_A_SCALE = 4.0
_READS_THAT_SHOW_A_SCALE = 10
_NAMES_THAT_MATTER = 10_000


def oddities(reads: pd.DataFrame) -> list[str]:
    """Say where names are alike, human reads seem to be on different scales, and calls contradict ratings.

    Parameters
    ----------
    reads : pandas.DataFrame
        Rows of :attr:`analysis.table.ratings.Ratings.frame`.
    """
    people = chosen_rows(reads, reads["kind"] == "human")
    return [*alike_names(people), *mixed_scales(people), *contradicting_calls(people)]


def alike_names(reads: pd.DataFrame) -> list[str]:
    """Say when readers, cases or modalities differ in capitals, blanks or leading zeros only.

    Only the first ten thousand names are looked at: among more, two cannot matter.
    """
    said = []
    for column in ("reader", "case", "modality"):
        first: dict[str, str] = {}
        for name in present(reads[column])[:_NAMES_THAT_MATTER]:
            other = first.setdefault("".join(name.split()).casefold().lstrip("0"), name)
            if other != name:
                said.append(f"Column '{column}': {other} and {name} count as two; if they are one, write them alike.")
                break
    return said


def mixed_scales(reads: pd.DataFrame) -> list[str]:
    """Say when the ratings of one reader in one modality are many times those of another.

    Looked at is the root mean square rating of everybody with ten ratings or more.

    Examples
    --------
    >>> from analysis.table.ratings import validate
    >>> table = pd.DataFrame({"reader": ["R1"] * 10 + ["R2"] * 10, "case": [*range(10)] * 2, "truth": [0, 1] * 10,
    ...                       "rating": [1, 2, 3, 4, 5] * 2 + [10, 80, 30, 100, 0] * 2})
    >>> mixed_scales(validate(table).frame)[0][:81]
    'Ratings seem to be on different scales: reader R1 (modality 1) rates from 1 to 5,'
    """
    rated = chosen_rows(reads, reads["rating"].notna())
    ratings = rated["rating"].to_numpy()
    greatest = np.abs(ratings).max(initial=0.0)
    if greatest == 0:
        return []
    curve = _curves(rated)
    count = np.bincount(curve)
    size = np.sqrt(np.bincount(curve, weights=(ratings / greatest) ** 2) / np.maximum(count, 1))
    shown = np.flatnonzero((count >= _READS_THAT_SHOW_A_SCALE) & (size > 0))
    if len(shown) == 0 or size[shown].max() < _FACTOR_OF_A_SCALE * size[shown].min():
        return []
    small, large = shown[size[shown].argmin()], shown[size[shown].argmax()]
    said = " ".join(
        f"{_reader(rated, curve, number)} rates from {ratings[curve == number].min():g} to "
        f"{ratings[curve == number].max():g},"
        for number in (small, large)
    )
    return [
        f"Ratings seem to be on different scales: {said.rstrip(',')}. The area under one reader's curve does not mind; "
        "thresholds and agreement on ratings do."
    ]


def contradicting_calls(reads: pd.DataFrame) -> list[str]:
    """Say when a reader calls a case synthetic at a lower rating than another case that they call authentic."""
    both = chosen_rows(reads, reads["rating"].notna() & reads["call"].notna())
    if both.empty:
        return []
    curve, ratings, synthetic = _curves(both), both["rating"].to_numpy(), both["call"].to_numpy() == 1
    lowest, highest = np.full(curve.max() + 1, np.inf), np.full(curve.max() + 1, -np.inf)
    np.minimum.at(lowest, curve[synthetic], ratings[synthetic])
    np.maximum.at(highest, curve[~synthetic], ratings[~synthetic])
    wrong = np.flatnonzero(lowest < highest)
    if not len(wrong):
        return []
    first, odd = wrong[0], np.where(synthetic, ratings < highest[curve], ratings > lowest[curve])
    called = [(synthetic, lowest[first]), (~synthetic, highest[first])]
    names = [both["case"].iloc[int(((curve == first) & of & (ratings == end)).argmax())] for of, end in called]
    return [
        f"Calls contradict ratings in {int(odd.sum())} of {len(both)} reads, by {len(wrong)} of "
        f"{len(np.unique(curve))} readers (in a modality): {_reader(both, curve, first)} calls {names[0]} synthetic "
        f"at a lower rating than {names[1]}, called authentic. Areas are of the ratings, accuracy is of the calls."
    ]


def _curves(reads: pd.DataFrame) -> NDArray[np.intp]:
    """One number for each reader in each modality."""
    modality, reader = reads["modality"].cat, reads["reader"].cat
    return np.asarray(modality.codes.to_numpy(dtype=np.intp) * len(reader.categories) + reader.codes.to_numpy())


def _reader(reads: pd.DataFrame, curve: NDArray[np.intp], number: np.intp) -> str:
    row = reads.iloc[int((curve == number).argmax())]
    return f"reader {row['reader']} (modality {row['modality']})"

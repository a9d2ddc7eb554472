"""Covariates as the columns of a model, or what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.effects.clusters import Codes
from analysis.effects.separation import separating
from analysis.effects.traits import Trait
from analysis.errors import RatingsError
from analysis.measures.covariance import FloatArray


@dataclass(frozen=True, eq=False)
class Design:
    """A model's columns, the first of them constant.

    Attributes
    ----------
    traits : tuple of Trait
    used : ndarray of bool
        Which of the reads are in the model.
    matrix : ndarray, shape (n, p)
        Numbers standardised; 1 for reads of a group.
    outcome : ndarray, shape (n,)
        1 for right, 0 for wrong.
    columns : tuple of str
        The trait of each column of the matrix, "" for the constant.
    groups : tuple of str or None
        The group of each column of the matrix.
    scales : tuple of float
        Units of the trait in one unit of the matrix.
    references : dict
        The group that others are held against.
    notes : tuple of str
    """

    traits: tuple[Trait, ...]
    used: NDArray[np.bool_]
    matrix: FloatArray
    outcome: FloatArray
    columns: tuple[str, ...]
    groups: tuple[str | None, ...]
    scales: tuple[float, ...]
    references: dict[str, str]
    notes: tuple[str, ...]

    def rows_of_traits(self) -> Iterator[tuple[Trait, list[int]]]:
        """Each trait with the numbers of its coefficients."""
        for trait in self.traits:
            yield trait, [row for row, name in enumerate(self.columns) if name == trait.name]


def build(reads: pd.DataFrame, traits: Sequence[Trait], outcome: pd.Series, clusters: dict[str, Codes]) -> Design:
    """Columns of the traits for the reads that have an outcome and all of them.

    Raises
    ------
    RatingsError
        When nothing is left, an outcome or column does not vary, is told by others, or separates the outcomes.
    """
    used, notes = _complete(reads, traits, outcome)
    for trait in traits:
        if not trait.numeric:
            used, thin = _without_thin_groups(trait, used, clusters)
            notes += thin
    y = outcome[used].to_numpy()
    if len(np.unique(y)) < 2:
        word = "right" if y.size and y[0] == 1 else "wrong"
        said = f"every call in use is {word}" if y.size else "no read has a call and all the columns"
        raise RatingsError(f"column 'call': {said}; there is nothing to explain")
    blocks = [_block(trait, used) for trait in traits]
    columns = ("", *(trait.name for trait, block in zip(traits, blocks, strict=True) for _ in block.groups))
    design = Design(
        traits=tuple(traits),
        used=used,
        matrix=np.column_stack([np.ones(len(y)), *(block.matrix for block in blocks)]),
        outcome=y,
        columns=columns,
        groups=(None, *(group for block in blocks for group in block.groups)),
        scales=(1.0, *(block.scale for block in blocks for _ in block.groups)),
        references={t.name: b.reference for t, b in zip(traits, blocks, strict=True) if b.reference is not None},
        notes=tuple(notes),
    )
    _refuse_dependent(design)
    _refuse_separation(design)
    return design


@dataclass(frozen=True, eq=False)
class _Block:
    matrix: FloatArray
    groups: tuple[str | None, ...]
    scale: float
    reference: str | None


def _block(trait: Trait, used: NDArray[np.bool_]) -> _Block:
    values = trait.values[used]
    if values.nunique() < 2:
        raise RatingsError(
            f"column '{trait.name}': in the reads with all columns it has one value only; leave it or another one out"
        )
    if trait.numeric:
        numbers = values.to_numpy(dtype=float)
        scale = float(numbers.std())
        return _Block((numbers - numbers.mean())[:, None] / scale, (None,), scale, None)
    counts = values.value_counts(sort=False)
    reference = str(counts.index[int(counts.to_numpy().argmax())])
    others = tuple(str(name) for name in counts.index[counts > 0] if name != reference)
    matrix = np.column_stack([(values == name).to_numpy() for name in others]).astype(float)
    return _Block(matrix, others, 1.0, reference)


def _complete(reads: pd.DataFrame, traits: Sequence[Trait], outcome: pd.Series) -> tuple[NDArray[np.bool_], list[str]]:
    used = outcome.notna().to_numpy()
    notes = [] if used.all() else [f"{int((~used).sum())} of {len(used)} reads have no call and are left out."]
    for trait in traits:
        blank = trait.values.isna().to_numpy()
        if blank.any():
            notes.append(
                f"Column '{trait.name}': empty in {int(blank.sum())} of {len(blank)} reads, which are left out of the "
                "regression."
            )
        used = used & ~blank
    classes = np.unique(reads["truth"][used])
    if len(classes) == 1:
        word = "synthetic" if classes[0] == 1 else "authentic"
        notes.append(f"Only {word} cases are in the regression; it speaks of these, not of accuracy in general.")
    return used, notes


def _without_thin_groups(
    trait: Trait, used: NDArray[np.bool_], clusters: dict[str, Codes]
) -> tuple[NDArray[np.bool_], list[str]]:
    """Leave out groups of a single reader or case: how far others would differ from it cannot be told."""
    notes = []
    for kind, codes in clusters.items():
        for name in trait.values.cat.categories:
            mine = used & (trait.values == name).to_numpy()
            if mine.any() and len(np.unique(codes[mine])) < 2:
                used = used & ~mine
                notes.append(
                    f"Column '{trait.name}': group {name} has one {kind.removesuffix('s')} only and is left out of the "
                    "regression; join it with another group."
                )
    return used, notes


def _refuse_dependent(design: Design) -> None:
    matrix = design.matrix
    for column in range(1, matrix.shape[1]):
        if np.linalg.matrix_rank(matrix[:, : column + 1]) <= column:
            raise RatingsError(
                f"column '{design.columns[column]}': the other columns tell it already; leave one of them out"
            )


def _refuse_separation(design: Design) -> None:
    found = [design.columns[column] for column in separating(design.matrix, design.outcome) if design.columns[column]]
    if found:
        names = ", ".join(f"'{name}'" for name in dict.fromkeys(found))
        raise RatingsError(
            f"column {names}: right and wrong calls are separated by it (for example, a group with right calls only), "
            "so that an odds ratio has no bound; join groups, or leave the column out"
        )

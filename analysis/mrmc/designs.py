"""Who has read what with what: the design of a study, found in its reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from analysis.errors import RatingsError
from analysis.measures.curves import Curves

DesignName = Literal["crossed", "incomplete", "split-plot", "readers-nested", "cases-nested"]


@dataclass(frozen=True)
class Design:
    """The design of a study.

    Attributes
    ----------
    name : str
        ``crossed``: every reader reads every case in every modality. ``incomplete``: some reads are missing.
        ``split-plot``: blocks of readers, each with cases of its own. ``readers-nested``: every reader reads in one
        modality only. ``cases-nested``: every modality, or every reader, has cases of its own.
    missing : int
        Reads that the design asks for and that are not there.
    words : str
        The design in words.
    """

    name: DesignName
    missing: int
    words: str


def find(curves: Curves) -> Design:
    """Find the design.

    Raises
    ------
    RatingsError
        Some readers read in one modality and some in several: no method here fits that.
    """
    modality, reader = _numbers(curves)
    done = np.zeros((modality.max() + 1, reader.max() + 1), dtype=bool)
    done[modality, reader] = True
    if len(done) > 1 and (done.sum(axis=0) == 1).all():
        missing = int((~curves.read).sum())
        return Design("readers-nested", missing, "every reader reads in one modality only")
    if not done.all():
        _refuse_mixed(curves, done)
    if curves.read.all():
        return Design("crossed", 0, "every reader reads every case in every modality")
    return _with_gaps(curves, modality, reader)


def _with_gaps(curves: Curves, modality: NDArray[np.intp], reader: NDArray[np.intp]) -> Design:
    of_modality = _any_by(curves.read, modality)
    if len(of_modality) > 1 and (of_modality.sum(axis=0) == 1).all():
        asked = int((of_modality.sum(axis=1) * (reader.max() + 1)).sum())
        return Design("cases-nested", asked - int(curves.read.sum()), "every modality has cases of its own")
    block, cases = _blocks(_any_by(curves.read, reader))
    blocks = int(block.max()) + 1
    if blocks == 1:
        return Design("incomplete", int((~curves.read).sum()), "some reads are missing")
    asked = int(sum((block[reader] == number).sum() * (cases == number).sum() for number in range(blocks)))
    missing = asked - int(curves.read.sum())
    if blocks == len(block):
        return Design("cases-nested", missing, "every reader has cases of their own")
    return Design("split-plot", missing, f"{blocks} blocks of readers, each with cases of its own")


def _blocks(of_reader: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Block of each reader and of each case: those who are linked by reads, over however many steps."""
    readers, cases = of_reader.shape
    rows, columns = np.nonzero(of_reader)
    size = readers + cases
    links = csr_array((np.ones(len(rows)), (rows, readers + columns)), shape=(size, size))
    _, block = connected_components(links, directed=False)
    return block[:readers], block[readers:]


def _any_by(read: NDArray[np.bool_], group: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether any row of each group has read each case."""
    found = np.zeros((group.max() + 1, read.shape[1]), dtype=bool)
    np.logical_or.at(found, group, read)
    return found


def _numbers(curves: Curves) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    modalities, readers = curves.modalities, curves.readers
    found = [(modalities.index(modality), readers.index(reader)) for modality, reader in curves.labels]
    modality, reader = np.array(found, dtype=np.intp).T
    return modality, reader


def _refuse_mixed(curves: Curves, done: NDArray[np.bool_]) -> None:
    modality, reader = (int(each[0]) for each in np.nonzero(~done))
    raise RatingsError(
        f"column 'modality': reader {curves.readers[reader]} has no reads in modality {curves.modalities[modality]}, "
        "while others have read in several; this analysis needs every reader in every modality, or every reader in one "
        "only: add the reads, leave the reader out, or choose one modality"
    )

"""Copies of cases: the same picture under a new code in another cohort, with all that is kept of its source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.db import transaction

from readerstudy.cohorts import filestore, frames, masters
from readerstudy.cohorts.models import Blackout, Case, Cohort, Image, NearDuplicate, Source


@transaction.atomic
def copy_cases(*, cases: Sequence[Case], cohort: Cohort) -> dict[Case, Case]:
    """Copy cases into a cohort that is presented by the same profile, in this order.

    Frames and masters are hard links: a cohort drawn from a pool takes hardly any room, and each keeps its own when
    the other's are removed.

    Parameters
    ----------
    cases : sequence of Case
        Each with its presentation image.

    Returns
    -------
    dict of Case to Case
        The copy of each.

    Raises
    ------
    FileNotFoundError
        A frame or master is missing from the store; nothing is copied then.
    """
    with _taken_back_on_failure() as made:
        copies = {case: Case.objects.create(cohort=cohort) for case in cases}
        for image in Image.objects.filter(case__in=cases).select_related("case"):
            case, image.file = image.case, _linked(frames.folder(), image.file, made)
            _insert(image, case=copies[case])
        for source in Source.objects.filter(case__in=cases).select_related("case"):
            case, source.master = source.case, _linked(masters.folder(), source.master, made) if source.master else ""
            source.cohort = cohort
            _insert(source, case=copies[case])
        for blackout in Blackout.objects.filter(case__in=cases).select_related("case"):
            _insert(blackout, case=copies[blackout.case])
        _copy_pairs(copies, cohort)
    return copies


def _copy_pairs(copies: dict[Case, Case], cohort: Cohort) -> None:
    """Take along which cases look alike and what was decided about them; what names one case only is left behind."""
    pairs = NearDuplicate.objects.filter(first__in=copies, second__in=copies).select_related("first", "second")
    for pair in pairs:
        pair.pk, pair.cohort = None, cohort
        # As `near_duplicates.find` does: the one that was made first stands first.
        pair.first, pair.second = sorted((copies[pair.first], copies[pair.second]), key=lambda case: case.pk)
        pair._state.adding = True
        pair.save(force_insert=True)


def _insert(row: Image | Source | Blackout, *, case: Case) -> None:
    """Store a row a second time, for another case."""
    row.pk, row.case = None, case
    row._state.adding = True
    row.save(force_insert=True)


def _linked(folder: Path, name: str, made: list[tuple[Path, str]]) -> str:
    linked = filestore.link(folder, name)
    made.append((folder, linked))
    return linked


@contextmanager
def _taken_back_on_failure() -> Iterator[list[tuple[Path, str]]]:
    made: list[tuple[Path, str]] = []
    try:
        yield made
    except BaseException:
        for folder, name in made:
            filestore.remove(folder, name)
        raise
    for folder in {folder for folder, _ in made}:
        filestore.sync(folder)

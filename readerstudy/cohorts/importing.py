"""Import: every file becomes a case with a presentation image, or is named with the reason why not."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction

from readerstudy.accounts.models import User
from readerstudy.audit.services import record
from readerstudy.cohorts import dicomweb, frames, harmonise, masters
from readerstudy.cohorts.decoding import decode
from readerstudy.cohorts.models import Case, Cohort, Image, Source
from readerstudy.cohorts.profiles import DEFAULT_PROFILE, PresentationProfile
from readerstudy.cohorts.source_image import RejectedImageError, SourceImage
from readerstudy.cohorts.sources import SourceFile, local_files

Progress = Callable[[int, int], None]


class CohortLockedError(Exception):
    """Nothing may be added to a cohort that a locked study reads."""


@dataclass(frozen=True)
class ImportedFile:
    """A file and the case that it became, or already was."""

    file: str
    case: Case


@dataclass(frozen=True)
class Rejection:
    """A file that did not become a case, and why."""

    file: str
    reason: str


@dataclass
class ImportSummary:
    """What an import did; files stand in the order of their names."""

    imported: list[ImportedFile] = field(default_factory=list)
    duplicates: list[ImportedFile] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Give the summary that `import_cases --json` prints."""
        rejected = [{"file": one.file, "reason": one.reason} for one in self.rejected]
        return {"imported": len(self.imported), "duplicates": len(self.duplicates), "rejected": rejected}

    def sort(self) -> None:
        """Put every list into the order of the names, which are for the person; the database has its own order."""
        self.imported.sort(key=lambda one: one.file)
        self.duplicates.sort(key=lambda one: one.file)
        self.rejected.sort(key=lambda one: one.file)


def import_images(
    *,
    cohort: Cohort,
    files: Sequence[SourceFile],
    actor: User | None,
    progress: Progress | None = None,
    profile: PresentationProfile = DEFAULT_PROFILE,
) -> ImportSummary:
    """Import files into a cohort.

    Each file is imported whole or not at all. The same pixels twice are one case. Files are taken in an order shuffled
    by the cohort's stored seed, so that the order of the rows says nothing.

    Parameters
    ----------
    cohort : Cohort
        Must not be locked.
    files : sequence of SourceFile
        What `list_files` gives.
    actor : User or None
        Who imports; None for the command line.
    progress : callable, optional
        Called after each file with the number done and the number in all.

    Raises
    ------
    CohortLockedError
        The cohort is locked, or becomes so on the way; what was imported before stays.
    SourceUnavailableError
        A server stops answering; what was imported before stays.
    """
    _refuse_locked(cohort)
    files = _shuffled(files, cohort.import_seed)
    summary = ImportSummary()
    try:
        for done, file in enumerate(files, start=1):
            _import_into(summary, cohort, file, profile)
            if progress:
                progress(done, len(files))
    finally:
        summary.sort()
        _record(summary, cohort, actor, profile)
    return summary


def list_files(source: str | Path) -> Sequence[SourceFile]:
    """List a source, before anything is written.

    Parameters
    ----------
    source : str or Path
        A folder, a file, or the http(s) address of a DICOMweb root.

    Raises
    ------
    SourceUnavailableError
        There is nothing to list; the message says what to do.
    """
    if str(source).startswith(("http://", "https://")):
        return dicomweb.list_instances(str(source))
    return local_files(Path(source))


def _shuffled(files: Sequence[SourceFile], seed: str) -> list[SourceFile]:
    ordered = sorted(files, key=lambda file: file.name)
    random.Random(seed).shuffle(ordered)  # noqa: S311 - an order that can be drawn again, not a secret
    return ordered


def _record(summary: ImportSummary, cohort: Cohort, actor: User | None, profile: PresentationProfile) -> None:
    counts = {key: len(getattr(summary, key)) for key in ("imported", "duplicates", "rejected")}
    record(actor=actor, verb="cohorts.imported", target=f"cohort:{cohort.slug}", profile=profile.name, **counts)


def _import_into(summary: ImportSummary, cohort: Cohort, file: SourceFile, profile: PresentationProfile) -> None:
    try:
        data = file.read()
        image = decode(data)
        twin = _twin(cohort, image)
        if twin is None:
            summary.imported.append(ImportedFile(file.name, _add(cohort, file.name, data, image, profile)))
        else:
            _remember_name(twin, file.name)
            summary.duplicates.append(ImportedFile(file.name, twin.case))
    except RejectedImageError as error:
        summary.rejected.append(Rejection(file.name, str(error)))


def _twin(cohort: Cohort, image: SourceImage) -> Source | None:
    """Give the source of the case that has the same pixels."""
    return Source.objects.filter(cohort=cohort, pixel_digest=image.pixel_digest).select_related("case").first()


def _remember_name(twin: Source, name: str) -> None:
    """Keep a further name of a case, if it can be stored at all."""
    if name not in twin.names and name.isprintable():
        twin.other_names = [*twin.other_names, name]
        twin.save(update_fields=["other_names"])


def _add(cohort: Cohort, name: str, data: bytes, image: SourceImage, profile: PresentationProfile) -> Case:
    _check_name(cohort, name)
    presented = harmonise.present(image, profile)
    frame = harmonise.frame_bytes(presented, profile)
    stored, master = frames.write(frame), masters.write(masters.as_bytes(image))
    try:
        return _create_rows(cohort, name, data, image, profile, presented.shape, frame, stored, master)
    except BaseException as error:
        frames.remove(stored)
        masters.remove(master)
        if isinstance(error, IntegrityError):
            raise RejectedImageError("was imported by somebody else at the same moment: import again") from error
        raise


def _check_name(cohort: Cohort, name: str) -> None:
    longest = Source._meta.get_field("name").max_length or 255
    if len(name) > longest:
        raise RejectedImageError(f"has a path of more than {longest} characters: shorten it")
    if Source.objects.filter(cohort=cohort, name=name).exists():
        raise RejectedImageError("has the name of another image of this cohort, with other pixels: rename it")


@transaction.atomic
def _create_rows(
    cohort: Cohort, name: str, data: bytes, image: SourceImage, profile: PresentationProfile,
    matrix: tuple[int, ...], frame: bytes, stored: str, master: str,
) -> Case:  # fmt: skip
    _refuse_locked(Cohort.objects.select_for_update().get(pk=cohort.pk))
    case = Case.objects.create(cohort=cohort)
    Image.objects.create(
        case=case, file=stored, sha256=hashlib.sha256(frame).hexdigest(),
        rows=matrix[0], columns=matrix[1], length=len(frame), bits=profile.bits, spacing=profile.spacing,
        profile=profile.name, recipe=profile.as_recipe(),
    )  # fmt: skip
    Source.objects.create(
        case=case, cohort=cohort, name=name, format=image.format, rows=image.rows, columns=image.columns,
        bits=image.bits, sha256=hashlib.sha256(data).hexdigest(), pixel_digest=image.pixel_digest, master=master,
    )  # fmt: skip
    return case


def _refuse_locked(cohort: Cohort) -> None:
    if cohort.is_locked:
        raise CohortLockedError(f"The cohort {cohort.slug!r} is locked by a study: import into a new cohort.")

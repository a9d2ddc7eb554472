"""Import: every file becomes a case with a presentation image, or is named with the reason why not."""

from __future__ import annotations

import hashlib
import os
import random
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from django.conf import settings
from django.db import IntegrityError, transaction

from readerstudy.accounts.models import User
from readerstudy.cohorts import frames, import_ledger, masters, near_duplicates
from readerstudy.cohorts.deidentify import patient_pseudonym
from readerstudy.cohorts.examining import Examined, examine
from readerstudy.cohorts.import_ledger import ImportSummary, Verdict, give_verdict
from readerstudy.cohorts.models import Case, Cohort, Image, ImportRun, ImportVerdict, Source
from readerstudy.cohorts.profiles import PresentationProfile
from readerstudy.cohorts.source_image import RejectedImageError
from readerstudy.cohorts.sources import SourceFile

Progress = Callable[[int, int], None]
Stop = Callable[[], bool]


class CohortLockedError(Exception):
    """Nothing may be added to a cohort that a locked study reads."""


def import_images(
    *,
    cohort: Cohort,
    files: Sequence[SourceFile],
    actor: User | None,
    source: str = "",
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> ImportSummary:
    """Import files into a cohort, presented by the cohort's profile.

    Each file is imported whole or not at all. The same pixels twice are one case. Files are taken in an order shuffled
    by the cohort's stored seed, so that the order of the rows says nothing. Decoding uses all processors; memory does
    not grow with the number of files.

    Parameters
    ----------
    cohort : Cohort
        Must not be locked.
    files : sequence of SourceFile
        What `sources.list_files` gives.
    actor : User or None
        Who imports; None for the command line.
    source : str, optional
        What was listed. An import of the same source that was stopped or killed is gone on with: files that it came
        to an end with are not read again, and the summary covers all of it.
    progress : callable, optional
        Called after each file with the number done and the number in all.
    stop : callable, optional
        Asked before each file; the import ends early when it gives True.

    Raises
    ------
    CohortLockedError
        The cohort is locked, or becomes so on the way; what was imported before stays.
    SourceUnavailableError
        A server stops answering; what was imported before stays.
    """
    _refuse_locked(cohort)
    run = import_ledger.begin(cohort=cohort, source=source, total=len(files), actor=actor)
    try:
        stopped = _import_rest(run, _shuffled(files, cohort.import_seed), progress, stop or (lambda: False))
        if not stopped:
            near_duplicates.find(cohort)
            import_ledger.finish(run=run, total=len(files))
    finally:
        import_ledger.record_counts(run=run, actor=actor)
    return import_ledger.summary_of(run, stopped=stopped)


def _shuffled(files: Sequence[SourceFile], seed: str) -> list[SourceFile]:
    ordered = sorted(files, key=lambda file: file.name)
    random.Random(seed).shuffle(ordered)  # noqa: S311 - an order that can be drawn again, not a secret
    return ordered


def _import_rest(run: ImportRun, files: Sequence[SourceFile], progress: Progress | None, stop: Stop) -> bool:
    """Import the files that have no verdict yet; whether it was stopped."""
    over = set(run.verdicts.values_list("file", flat=True))
    rest = [file for file in files if file.name not in over]
    done = len(files) - len(rest)
    profile = PresentationProfile.from_recipe(run.cohort.recipe)
    examinations = _examinations(rest, profile)
    try:
        for file in rest:
            if stop():
                return True
            _take_in(run, file, next(examinations), profile)
            done += 1
            if progress:
                progress(done, len(files))
    finally:
        examinations.close()
    return False


@dataclass(frozen=True)
class _Stored:
    """A file that was examined, and the names under which its frame and its master lie in their stores."""

    examined: Examined
    frame: str
    master: str
    frame_sha256: str
    frame_length: int

    def discard(self) -> None:
        """Take frame and master away again: no row will name them."""
        frames.remove(self.frame)
        masters.remove(self.master)


def _examinations(files: Sequence[SourceFile], profile: PresentationProfile) -> Generator[Future[_Stored], None, None]:
    """Examine files in their order, several at once, and only a few further than somebody asked for.

    The threads read, wait for the processes that decode, and wait for the disk, so that there is one more of them than
    processors; rows are written by the caller's thread alone.
    """
    workers = (os.cpu_count() or 1) + 1
    waiting: deque[Future[_Stored]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="examine") as pool:
        try:
            for file in files:
                waiting.append(pool.submit(_examine, file, profile))
                if len(waiting) > workers:
                    yield waiting.popleft()
            while waiting:
                yield waiting.popleft()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            for unused in waiting:
                if not unused.cancelled() and unused.exception() is None:
                    unused.result().discard()


def _examine(file: SourceFile, profile: PresentationProfile) -> _Stored:
    """Examine a file and store what came of it; the rows that name it follow, so that a row never lacks its file."""
    examined = examine(file.read(), profile, file.frame)
    frame = frames.write(examined.frame)
    try:
        master = masters.write(examined.master)
    except BaseException:
        frames.remove(frame)
        raise
    digest, length = hashlib.sha256(examined.frame).hexdigest(), len(examined.frame)
    # What lies on the disk need not wait in memory for its turn.
    return _Stored(replace(examined, frame=b"", master=b""), frame, master, digest, length)


def _take_in(run: ImportRun, file: SourceFile, examination: Future[_Stored], profile: PresentationProfile) -> None:
    try:
        stored = examination.result()
        if not _became_a_case(run, file, stored, profile):
            stored.discard()
    except RejectedImageError as error:
        give_verdict(run, file.name, Verdict.REJECTED, reason=str(error))


def _became_a_case(run: ImportRun, file: SourceFile, stored: _Stored, profile: PresentationProfile) -> bool:
    """Make a case of a file, or find that it is one already; whether frame and master are needed."""
    try:
        if twin := _twin(run.cohort, stored.examined):
            _remember_name(run, twin, file.name)
            return False
        _check_name(run, file.name)
        _create_rows(run, file, stored, profile)
    except BaseException as error:
        stored.discard()
        if not isinstance(error, IntegrityError):
            raise
        if not run.verdicts.filter(file=file.name).exists():
            raise RejectedImageError("was imported by somebody else at the same moment: import again") from error
    return True


def _twin(cohort: Cohort, examined: Examined) -> Source | None:
    """Give the source of the case that has the same pixels."""
    return Source.objects.filter(cohort=cohort, pixel_digest=examined.pixel_digest).select_related("case").first()


@transaction.atomic
def _remember_name(run: ImportRun, twin: Source, name: str) -> None:
    """Keep a further name of a case, if it can be stored at all."""
    if name not in twin.names and name.isprintable():
        twin.other_names = [*twin.other_names, name]
        twin.save(update_fields=["other_names"])
    give_verdict(run, name, Verdict.DUPLICATE, case=twin.case)


def _check_name(run: ImportRun, name: str) -> None:
    longest = Source._meta.get_field("name").max_length or 255
    if len(name) > longest:
        raise RejectedImageError(f"has a path of more than {longest} characters: shorten it")
    if Source.objects.filter(cohort=run.cohort, name=name).exists():
        raise RejectedImageError("has the name of another image of this cohort, with other pixels: rename it")


@transaction.atomic
def _create_rows(run: ImportRun, file: SourceFile, stored: _Stored, profile: PresentationProfile) -> None:
    cohort = Cohort.objects.select_for_update().get(pk=run.cohort_id)
    _refuse_locked(cohort)
    if cohort.profile != profile:
        raise RejectedImageError("was made by the profile that the cohort had before: import it again")
    examined = stored.examined
    case = Case.objects.create(cohort=cohort)
    Image.objects.create(
        case=case, file=stored.frame, sha256=stored.frame_sha256, length=stored.frame_length,
        rows=examined.presented_rows, columns=examined.presented_columns, bits=profile.bits, spacing=profile.spacing,
        profile=profile.name, recipe=profile.as_recipe(),
    )  # fmt: skip
    Source.objects.create(
        case=case, cohort=cohort, name=file.name, format=examined.format, rows=examined.rows,
        columns=examined.columns, bits=examined.bits, sha256=examined.sha256, pixel_digest=examined.pixel_digest,
        perceptual_hash=examined.perceptual_hash, master=stored.master, frame=file.frame or 1,
        patient=_patient(examined), attributes=examined.attributes, removed=examined.removed,
        provenance=examined.provenance, traits=examined.traits, text_candidates=examined.text_candidates,
    )  # fmt: skip
    ImportVerdict.objects.create(run=run, file=file.name, verdict=Verdict.IMPORTED, case=case)


def _patient(examined: Examined) -> str:
    return patient_pseudonym(settings.SECRET_KEY, *examined.patient) if examined.patient else ""


def _refuse_locked(cohort: Cohort) -> None:
    if cohort.is_locked:
        raise CohortLockedError(f"The cohort {cohort.slug!r} is locked by a study: import into a new cohort.")

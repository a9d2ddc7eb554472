"""`manage.py import_cases SOURCE --cohort NAME [--truth truth.csv] [--profile NAME]`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.cohorts import dicomweb
from readerstudy.cohorts.csv_table import TableError
from readerstudy.cohorts.import_ledger import ImportSummary
from readerstudy.cohorts.importing import CohortLockedError
from readerstudy.cohorts.profiles import PROFILES, ProfileError, profile_named
from readerstudy.cohorts.sandbox import SandboxError
from readerstudy.cohorts.services import CohortNameError
from readerstudy.cohorts.sources import SourceUnavailableError
from readerstudy.command import JsonCommand
from readerstudy.truth.importing import CasesImport, OtherProfileError, import_cases
from readerstudy.truth.services import TruthError

_REFUSALS = (
    TableError, CohortNameError, CohortLockedError, SourceUnavailableError, TruthError, ProfileError, OtherProfileError,
    SandboxError,
)  # fmt: skip
# A terminal is written to so often at most.
_SECONDS = 0.2


class Command(JsonCommand):
    help = "Import the X-rays of a folder, a file, a zip archive or a DICOMweb server into a cohort, with their truth."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("source", help="a folder, a file, a zip archive, or the address of a DICOMweb server")
        parser.add_argument("--cohort", required=True, metavar="NAME", help="made if there is none of this name")
        parser.add_argument("--truth", type=Path, metavar="truth.csv", help="file,truth[,generator][,anatomy]…")
        parser.add_argument(
            "--profile",
            metavar="NAME[,setting=value…]",
            help=f"how a new cohort is presented: {', '.join(PROFILES)}",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.started = self.shown = time.monotonic()
        self.at_start: int | None = None
        try:
            done = import_cases(
                source=options["source"],
                name=options["cohort"],
                truth=options["truth"],
                actor=None,
                progress=self.show_progress,
                profile=profile_named(options["profile"]) if options["profile"] else None,
            )
        except _REFUSALS as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped. What was imported stays; the same command goes on from here.") from None
        if options["source"].startswith(("http://", "https://")):
            dicomweb.forget(options["source"])  # kept in case the import had to go on
        self.explain(done)
        self.summarise(done.as_json())
        if not done.images.imported and not done.images.duplicates:
            raise CommandError("Nothing was imported.")

    def show_progress(self, done: int, total: int) -> None:
        """Count on one line of the terminal; a log gets nothing."""
        if self.at_start is None:
            self.at_start = done - 1
        now = time.monotonic()
        if self.as_json or not self.stdout.isatty() or (now - self.shown < _SECONDS and done < total):
            return
        self.shown = now
        words = progress_in_words(done, total, done - self.at_start, now - self.started)
        self.stdout.write(f"\r{words:<60}", ending="\n" if done == total else "")
        self.stdout.flush()

    def explain(self, done: CasesImport) -> None:
        """Say what happened, and what is to do."""
        images: ImportSummary = done.images
        self.say(
            f"Cohort {done.cohort.slug}: {len(images.imported)} imported, {len(images.duplicates)} known already "
            f"(same pixels), {len(images.rejected)} rejected."
        )
        for rejection in images.rejected:
            self.say(f"  {rejection.file}: {rejection.reason}")
        if images.near_duplicates:
            self.say(f"{images.near_duplicates} pairs look alike: decide about them on the page of duplicates.")
        for problem in done.problems:
            self.say(problem)
        self.say("The truth is sealed." if done.sealed else "The truth is not sealed: a study cannot be locked yet.")


def progress_in_words(done: int, total: int, here: int, seconds: float) -> str:
    """Say how far an import is, how fast, and how long it will take.

    Parameters
    ----------
    done, total : int
        Files that are over, and files in all.
    here : int
        How many of them were done since the command started; an import that goes on began with some.
    seconds : float
        Since the command started.
    """
    if done == total or seconds <= 0 or here <= 0:
        return f"{done:,} of {total:,}"
    rate = here / seconds
    left = round((total - done) / rate)
    minutes, rest = divmod(left, 60)
    return f"{done:,} of {total:,}, {rate:.1f} a second, {minutes}:{rest:02d} left"

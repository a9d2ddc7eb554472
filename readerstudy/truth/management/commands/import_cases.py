"""`manage.py import_cases SOURCE --cohort NAME [--truth truth.csv]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.cohorts.csv_table import TableError
from readerstudy.cohorts.importing import CohortLockedError, ImportSummary
from readerstudy.cohorts.services import CohortNameError
from readerstudy.cohorts.sources import SourceUnavailableError
from readerstudy.command import JsonCommand
from readerstudy.truth.importing import CasesImport, import_cases
from readerstudy.truth.services import TruthError


class Command(JsonCommand):
    help = "Import the X-rays of a folder, a file or a DICOMweb server into a cohort, with their truth."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("source", help="a folder, a file, or the address of a DICOMweb server")
        parser.add_argument("--cohort", required=True, metavar="NAME", help="made if there is none of this name")
        parser.add_argument("--truth", type=Path, metavar="truth.csv", help="file,truth[,generator][,anatomy]…")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = import_cases(
                source=options["source"],
                name=options["cohort"],
                truth=options["truth"],
                actor=None,
                progress=self.show_progress,
            )
        except (TableError, CohortNameError, CohortLockedError, SourceUnavailableError, TruthError) as error:
            raise CommandError(str(error)) from None
        self.explain(done)
        self.summarise(done.as_json())
        if not done.images.imported and not done.images.duplicates:
            raise CommandError("Nothing was imported.")

    def show_progress(self, done: int, total: int) -> None:
        """Count on one line of the terminal; a log gets nothing."""
        if not self.as_json and self.stdout.isatty():
            self.stdout.write(f"\r{done} of {total}", ending="\n" if done == total else "")
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
        for problem in done.problems:
            self.say(problem)
        self.say("The truth is sealed." if done.sealed else "The truth is not sealed: a study cannot be locked yet.")

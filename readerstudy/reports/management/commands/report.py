"""`manage.py report SLUG --out DIR`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.reports import exports, services
from readerstudy.reports.computing import NoResultsError
from readerstudy.reports.ratings_table import StillBlindedError
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "Compute the results of an unblinded study and write ratings.csv, results.json, report.html."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--out", type=Path, required=True, metavar="DIR")

    def act(self, study: Study, **options: Any) -> str:
        folder: Path = options["out"]
        if folder.exists() and not folder.is_dir():
            raise CommandError(f"{folder} is a file: name a folder.")
        try:
            report = services.make_report(study=study, actor=None)
        except (StillBlindedError, NoResultsError) as error:
            raise CommandError(str(error)) from None
        try:
            files = exports.write_files(report, folder)
        except OSError as error:
            raise CommandError(f"{folder} cannot be written to: {error.strerror}.") from None
        self.more = {"out": str(folder), "files": files, "ratings_sha256": report.ratings_sha256}
        return f"The report is in {folder}: open {folder / 'report.html'}"

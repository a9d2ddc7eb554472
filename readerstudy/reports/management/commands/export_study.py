"""`manage.py export_study SLUG OUT.zip`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.cohorts import filestore
from readerstudy.reports import services
from readerstudy.reports.capsule import capsule
from readerstudy.reports.computing import NoResultsError
from readerstudy.reports.ratings_table import StillBlindedError
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "Write the capsule of an unblinded study: everything that its results rest on, to be verified anywhere."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("out", type=Path, metavar="OUT.zip")

    def act(self, study: Study, **options: Any) -> str:
        out: Path = options["out"]
        if out.is_dir():
            raise CommandError(f"{out} is a folder: name the zip file.")
        try:
            report = study.reports.first() or services.make_report(study=study, actor=None)
            content = capsule(report)
        except (StillBlindedError, NoResultsError) as error:
            raise CommandError(str(error)) from None
        try:
            filestore.write_as(out, content)
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}.") from None
        self.more = {"out": str(out), "bytes": len(content), "report": report.pk}
        return f"The capsule is {out}. Check it anywhere: python -m analysis verify {out}"

"""`manage.py import_scores DETECTOR FILE --cohort NAME`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.cohorts.csv_table import TableError
from readerstudy.cohorts.services import UnknownCohortError, find_cohort
from readerstudy.command import JsonCommand
from readerstudy.detectors import services


class Command(JsonCommand):
    help = "Import a detector's scores (or calls) for the cases of a cohort."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("detector", help="the detector's name")
        parser.add_argument("file", type=Path, help="CSV or JSON with file or case, and score or call")
        parser.add_argument("--cohort", required=True)
        parser.add_argument("--detector-version", default="")
        parser.add_argument("--check", action="store_true", help="say what the table holds, and store nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        about = {"name": options["detector"], "version": options["detector_version"], "file": options["file"]}
        try:
            cohort = find_cohort(options["cohort"])
            report = services.check_scores(**about, cohort=cohort)
            for warning in report.warnings:
                self.say(f"Note: {warning}")
            if options["check"]:
                self.say(f"{report.cases} cases of {cohort.slug} can be scored. Nothing was stored.")
                self.summarise({"cohort": cohort.slug, **asdict(report)})
                return
            detector, count = services.import_scores(**about, cohort=cohort, actor=None)
        except (UnknownCohortError, TableError) as error:
            raise CommandError(str(error)) from None
        self.say(f"{detector}: {count} cases of {cohort.slug} scored.")
        self.summarise({"detector": str(detector), "cohort": cohort.slug, "scores": count})

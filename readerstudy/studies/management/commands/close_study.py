"""`manage.py close_study SLUG [--reason TEXT]`."""

from __future__ import annotations

from django.core.management.base import CommandParser

from readerstudy.studies import services
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "End the reading of a study."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--reason", default="", help="kept with the study")

    def act(self, study: Study, **options: object) -> str:
        services.close_study(study=study, reason=str(options["reason"]), actor=None)
        return f"{study.slug} is closed: nobody can read in it any more."

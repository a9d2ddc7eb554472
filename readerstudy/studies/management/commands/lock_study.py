"""`manage.py lock_study SLUG [--reason TEXT]`."""

from __future__ import annotations

from django.core.management.base import CommandParser

from readerstudy.studies import services
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "Fix a study's protocol, so that its readers can begin."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--reason", default="", help="why without a passed and acknowledged blinding audit; kept with the study"
        )

    def act(self, study: Study, **options: object) -> str:
        services.lock_study(study=study, actor=None, unaudited_because=str(options["reason"]))
        return f"{study.slug} is locked and open for reading."

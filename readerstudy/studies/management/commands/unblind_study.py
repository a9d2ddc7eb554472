"""`manage.py unblind_study SLUG --reason TEXT`."""

from __future__ import annotations

from django.core.management.base import CommandParser

from readerstudy.studies import services
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "Put the judgements of a closed study next to the truth."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--reason", required=True, help="kept in the audit log")

    def act(self, study: Study, **options: object) -> str:
        services.unblind_study(study=study, reason=str(options["reason"]), actor=None)
        return f"{study.slug} is unblinded. Next: manage.py report {study.slug} --out DIR"

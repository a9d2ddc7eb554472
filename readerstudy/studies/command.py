"""What the commands that act on one study share."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.command import JsonCommand
from readerstudy.studies.models import Study
from readerstudy.studies.services import StudyError


class StudyCommand(JsonCommand):
    """A command `NAME SLUG` that does one act on one study."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the study's name."""
        super().add_arguments(parser)
        parser.add_argument("slug", help="the study's short name")

    def handle(self, *args: Any, slug: str, **options: Any) -> None:
        """Find the study, act, and say what happened."""
        study = Study.objects.filter(slug=slug).first()
        if study is None:
            known = ", ".join(Study.objects.values_list("slug", flat=True)) or "none yet (create_study makes one)"
            raise CommandError(f"There is no study {slug!r}. Known: {known}.")
        self.more: dict[str, Any] = {}
        try:
            self.say(self.act(study, **options))
        except StudyError as error:
            raise CommandError(str(error)) from None
        study.refresh_from_db()
        self.summarise({"study": study.slug, "status": study.status, **self.more})

    @abstractmethod
    def act(self, study: Study, **options: Any) -> str:
        """Do the act and give the line that says so."""

"""`manage.py open_study SLUG`."""

from __future__ import annotations

from readerstudy.studies import services
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "Let the readers of a locked study begin."

    def act(self, study: Study, **options: object) -> str:
        services.open_study(study=study, actor=None)
        return f"{study.slug} is open for reading."

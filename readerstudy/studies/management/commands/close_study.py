"""`manage.py close_study SLUG`."""

from __future__ import annotations

from readerstudy.studies import services
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "End the reading of a study."

    def act(self, study: Study, **options: object) -> str:
        services.close_study(study=study, actor=None)
        return f"{study.slug} is closed: nobody can read in it any more."

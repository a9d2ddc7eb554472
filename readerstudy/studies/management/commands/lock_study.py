"""`manage.py lock_study SLUG`."""

from __future__ import annotations

from readerstudy.studies import services
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "Fix a study's protocol, so that its readers can begin."

    def act(self, study: Study, **options: object) -> str:
        services.lock_study(study=study, actor=None)
        return f"{study.slug} is locked and open for reading."

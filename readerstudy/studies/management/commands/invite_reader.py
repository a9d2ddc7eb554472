"""`manage.py invite_reader SLUG`."""

from __future__ import annotations

from readerstudy.studies import services
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "Add a place for a reader and print the link by which one person can take it."

    def act(self, study: Study, **options: object) -> str:
        reader = services.invite_reader(study=study, actor=None)
        self.more = {"reader": reader.code, "path": reader.join_path}
        return f"{reader.code}: send this reader the address of your server followed by {reader.join_path}"

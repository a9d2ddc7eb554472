"""`manage.py protocol SLUG`."""

from __future__ import annotations

from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.studies.protocol import document_of, protocol_of, write_protocol
from readerstudy.studies.rows import slots_of


class Command(StudyCommand):
    help = "Print the protocol of a study as YAML, from which `create_study --preset FILE.yaml` makes another."

    def act(self, study: Study, **options: object) -> str:
        protocol = protocol_of(study)
        cohorts = {slot.slot: cohort.slug for slot, cohort in slots_of(study)}
        self.more = {"cohorts": cohorts, "digest": study.protocol_digest, "protocol": document_of(protocol)}
        return write_protocol(protocol)

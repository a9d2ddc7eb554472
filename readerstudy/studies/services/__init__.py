"""Writes over a study: made, changed, locked, joined, closed, unblinded. Each is one audited act."""

from readerstudy.studies.services.drafts import (
    create_study,
    document_digest,
    mark_as_pilot,
    replace_protocol,
    undo_change,
)
from readerstudy.studies.services.life import close_study, lock_study, move_clock, protocol_digest, unblind_study
from readerstudy.studies.services.places import give_consent, invite_reader, join_study, prepare
from readerstudy.studies.services.readiness import (
    what_locking_misses,
    what_may_tell_the_purpose,
    what_the_audit_misses,
)
from readerstudy.studies.services.refusing import StudyError

__all__ = [
    "StudyError", "close_study", "create_study", "document_digest", "give_consent", "invite_reader", "join_study",
    "lock_study", "mark_as_pilot", "move_clock", "prepare", "protocol_digest", "replace_protocol", "unblind_study",
    "undo_change", "what_locking_misses", "what_may_tell_the_purpose", "what_the_audit_misses",
]  # fmt: skip

"""Writes over a study: made, changed, locked, joined, closed, unblinded. Each is one audited act."""

from readerstudy.studies.services.amending import Texts, amend_plan, amend_texts, texts_of
from readerstudy.studies.services.consenting import give_consent
from readerstudy.studies.services.copying import copy_study, make_pilot
from readerstudy.studies.services.drafts import (
    create_study,
    document_digest,
    mark_as_pilot,
    replace_protocol,
    undo_change,
)
from readerstudy.studies.services.hanging import draw_lists, prepare
from readerstudy.studies.services.life import (
    archive_study,
    close_study,
    move_clock,
    open_study,
    open_what_is_due,
    record_interim_look,
    schedule_opening,
    unarchive_study,
    unblind_study,
)
from readerstudy.studies.services.locking import lock_study, protocol_digest
from readerstudy.studies.services.places import (
    invite_reader,
    join_study,
    register_reader,
    renew_invitation,
    withdraw_reader,
)
from readerstudy.studies.services.planning import plan_digest, save_plan
from readerstudy.studies.services.readiness import (
    what_locking_misses,
    what_may_tell_the_purpose,
    what_the_audit_misses,
)
from readerstudy.studies.services.recruiting import change_recruitment, recruitment_of
from readerstudy.studies.services.refusing import StudyError
from readerstudy.studies.services.team import invite_member, join_team, remove_member
from readerstudy.studies.services.telling import note_mailed, recipients_of, send_note

__all__ = [
    "StudyError", "Texts", "amend_plan", "amend_texts", "archive_study", "change_recruitment", "close_study",
    "copy_study", "create_study", "document_digest", "draw_lists", "give_consent", "invite_member", "invite_reader",
    "join_study", "join_team", "lock_study", "make_pilot", "mark_as_pilot", "move_clock", "note_mailed",
    "open_study", "open_what_is_due", "plan_digest", "prepare", "protocol_digest", "recipients_of",
    "record_interim_look", "recruitment_of", "register_reader", "remove_member", "renew_invitation",
    "replace_protocol", "save_plan", "schedule_opening", "send_note", "texts_of", "unarchive_study",
    "unblind_study", "undo_change", "what_locking_misses", "what_may_tell_the_purpose", "what_the_audit_misses",
    "withdraw_reader",
]  # fmt: skip

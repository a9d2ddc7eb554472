"""The act of reading: sessions are hung once, and judgements are added, never changed.

Whatever depends on where a session is holds the session's row first, so that two windows, or a judgement and the
serving of an answer, take turns.
"""

from readerstudy.reading.services.drafting import save_draft
from readerstudy.reading.services.ending import answer_end_questions, set_qualified
from readerstudy.reading.services.judging import submit_judgement
from readerstudy.reading.services.refusing import (
    DraftConflictError,
    KeyReusedError,
    NotCurrentError,
    NotReopenedError,
    ReadingError,
    StudyEndedError,
)
from readerstudy.reading.services.reminding import Reminded, remind_readers
from readerstudy.reading.services.revising import leave_reopened, reopen_reading, seal_reading
from readerstudy.reading.services.starting import record_display, start_session
from readerstudy.reading.submissions import Submission, UnfitError

__all__ = [
    "DraftConflictError", "KeyReusedError", "NotCurrentError", "NotReopenedError", "ReadingError", "Reminded",
    "StudyEndedError", "Submission", "UnfitError", "answer_end_questions", "leave_reopened", "record_display",
    "remind_readers", "reopen_reading", "save_draft", "seal_reading", "set_qualified", "start_session",
    "submit_judgement",
]  # fmt: skip

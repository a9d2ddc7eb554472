"""The protocol: a study, its phases and questions, its readers, and its record."""

from readerstudy.studies.models.member import Member
from readerstudy.studies.models.phase import (
    UNTESTED,
    Aid,
    Allocation,
    Feedback,
    Order,
    Phase,
    Purpose,
    TimeLimit,
)
from readerstudy.studies.models.question import Asked, Question, QuestionKind
from readerstudy.studies.models.reader import Arm, ArmStep, HangingList, Reader
from readerstudy.studies.models.record import InterimLook, Kind, Version
from readerstudy.studies.models.recruitment import ConsentText, Note, Recruitment, Told
from readerstudy.studies.models.study import ProtocolRevision, Status, Study, StudyCohort, TeamRole, new_seed

__all__ = [
    "UNTESTED",
    "Aid",
    "Allocation",
    "Arm",
    "ArmStep",
    "Asked",
    "ConsentText",
    "Feedback",
    "HangingList",
    "InterimLook",
    "Kind",
    "Member",
    "Note",
    "Order",
    "Phase",
    "ProtocolRevision",
    "Purpose",
    "Question",
    "QuestionKind",
    "Reader",
    "Recruitment",
    "Status",
    "Study",
    "StudyCohort",
    "TeamRole",
    "TimeLimit",
    "Told",
    "Version",
    "new_seed",
]

"""Open answers, coded by two people who do not see each other's codes: who spoke of AI unprompted?

A share of readers, never of images, and never mixed with accuracy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from analysis.agreement import chance
from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.reading.models import Judgement, PhaseAnswers
from readerstudy.reports.models import AnswerCode
from readerstudy.studies.models import Purpose, Question, QuestionKind, Reader, Status, Study

CODERS = 2
CODED_WHEN = (Status.CLOSED, Status.UNBLINDED)
State = Literal["to code", "waiting", "agreed", "differs", "settled"]


class CodingError(Exception):
    """This cannot be coded now; the message says why and what to do."""


@dataclass(frozen=True)
class Said:
    """One open answer, with the question that it answers, and the case where it was asked with one."""

    question: str
    answer: str
    case: str = ""


@dataclass(frozen=True)
class CodedReader:
    """A reader's open answers, and how far they are coded, as one of the coders may see it."""

    reader: Reader
    said: list[Said]
    own: bool | None
    state: State
    unprompted: bool | None


@dataclass(frozen=True)
class Agreement:
    """How far the two coders agree before they talk; `kappa` is None where they use one code only."""

    readers: int
    same: int
    kappa: float | None


def open_questions(study: Study) -> list[Question]:
    """Give the open questions of phases whose readers did not know what they are about."""
    phases = study.phases.filter(purpose=Purpose.PURPOSE_BLINDED)
    return list(
        Question.objects.filter(phase__in=phases, kind=QuestionKind.OPEN)
        .select_related("phase")
        .order_by("phase__position", "position")
    )


@transaction.atomic
def code_answers(*, reader: Reader, unprompted: bool, coder: User, is_consensus: bool = False) -> AnswerCode:
    """Store what a coder says of a reader's open answers.

    Raises
    ------
    CodingError
        People still read, there is nothing to code, two others have coded these answers already, or there is no
        difference that a consensus could settle.
    """
    study = Study.objects.select_for_update().get(pk=reader.study_id)
    if study.status not in CODED_WHEN:
        raise CodingError(_("Answers are coded when the reading is over: close the study first."))
    if not _answers(study).get(reader.pk):
        raise CodingError(_("%(reader)s gave no open answer: there is nothing to code.") % {"reader": reader.code})
    codes = _latest(reader)
    if is_consensus:
        if not _differ(codes):
            raise CodingError(_("There is no difference to settle for %(reader)s.") % {"reader": reader.code})
    elif coder.pk not in codes and len(codes) >= CODERS:
        raise CodingError(_("Two others have coded the answers of %(reader)s.") % {"reader": reader.code})
    code = AnswerCode.objects.create(reader=reader, coder_id=coder.pk, unprompted=unprompted, is_consensus=is_consensus)
    # Not which code: the other coder may read the audit trail.
    audit.record(
        actor=coder, verb="reports.answers_coded", target=f"study:{study.slug}", reader=reader.code,
        code=code.pk, consensus=is_consensus,
    )  # fmt: skip
    return code


def coded_readers(study: Study, coder: User) -> list[CodedReader]:
    """Give every reader with open answers. What the other coder says is kept from a coder until both have coded."""
    answers, own, settled = _answers(study), _codes(study), _settled(study)
    return [
        _coded(reader, answers[reader.pk], own.get(reader.pk, {}), settled.get(reader.pk), coder)
        for reader in study.readers.filter(withdrawn_at=None).order_by("code")
        if answers.get(reader.pk)
    ]


def _coded(reader: Reader, said: list[Said], codes: dict[int, bool], settled: bool | None, coder: User) -> CodedReader:
    found = _decided(codes, settled)
    if coder.pk not in codes and len(codes) < CODERS:
        state: State = "to code"
    elif len(codes) < CODERS:
        state = "waiting"
    elif not _differ(codes):
        state = "agreed"
    else:
        state = "differs" if settled is None else "settled"
    return CodedReader(reader, said, codes.get(coder.pk), state, found)


def unprompted(study: Study) -> dict[str, bool]:
    """Say of each reader, by code, whether they spoke of AI unprompted; left out where it is not decided."""
    codes, settled = _codes(study), _settled(study)
    found = {
        reader.code: _decided(codes.get(reader.pk, {}), settled.get(reader.pk))
        for reader in study.readers.filter(withdrawn_at=None)
    }
    return {code: decided for code, decided in found.items() if decided is not None}


def agreement(study: Study) -> Agreement | None:
    """Hold the two codes of each reader against each other; None until there are any."""
    pairs = [[codes[coder] for coder in sorted(codes)] for codes in _codes(study).values() if len(codes) == CODERS]
    if not pairs:
        return None
    table = chance.tabulate(np.array(pairs, dtype=float).T, "identity")
    kappa = chance.cohen(table, alpha=0.05).estimate
    return Agreement(len(pairs), sum(one == other for one, other in pairs), kappa)


def _decided(codes: dict[int, bool], settled: bool | None) -> bool | None:
    if len(codes) < CODERS:
        return None
    return settled if _differ(codes) else next(iter(codes.values()))


def _differ(codes: dict[int, bool]) -> bool:
    return len(set(codes.values())) > 1


def _latest(reader: Reader) -> dict[int, bool]:
    rows = AnswerCode.objects.filter(reader=reader, is_consensus=False).order_by("pk")
    return dict(rows.values_list("coder", "unprompted"))


def _codes(study: Study) -> dict[int, dict[int, bool]]:
    """Give the newest code of every coder, by reader."""
    found: dict[int, dict[int, bool]] = {}
    rows = AnswerCode.objects.filter(reader__study=study, is_consensus=False).order_by("pk")
    for reader, coder, code in rows.values_list("reader", "coder", "unprompted"):
        found.setdefault(reader, {})[coder] = code
    return found


def _settled(study: Study) -> dict[int, bool]:
    rows = AnswerCode.objects.filter(reader__study=study, is_consensus=True).order_by("pk")
    return dict(rows.values_list("reader", "unprompted"))


def _answers(study: Study) -> dict[int, list[Said]]:
    """Give what readers wrote, by reader: at the end of each phase first, then with its cases."""
    found: dict[int, list[Said]] = {}
    for question in open_questions(study):
        for reader, said in [*_at_the_end(question), *_with_cases(question)]:
            found.setdefault(reader, []).append(said)
    return found


def _at_the_end(question: Question) -> Iterator[tuple[int, Said]]:
    rows = PhaseAnswers.objects.filter(session__phase=question.phase_id).values_list("session__reader", "answers")
    for reader, answers in rows:
        if text := _text(answers, question):
            yield reader, Said(question.text, text)


def _with_cases(question: Question) -> Iterator[tuple[int, Said]]:
    rows = (
        Judgement.objects.filter(reading__session__phase=question.phase_id)
        .order_by("reading__position", "revision")
        .values_list("reading", "reading__session__reader", "reading__case__code", "answers")
    )
    last = {reading: (reader, case, answers) for reading, reader, case, answers in rows}
    for reader, case, answers in last.values():
        if text := _text(answers, question):
            yield reader, Said(question.text, text, case)


def _text(answers: dict[str, object], question: Question) -> str:
    return str(answers.get(question.name) or "").strip()

"""Black-outs of burned-in text: a person's edit of a case, applied to its presentation image and audited."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit.services import record
from readerstudy.cohorts.models import Blackout, Case, Source
from readerstudy.cohorts.presenting import represent
from readerstudy.cohorts.services import CaseError, hold_unlocked

BLACKED_OUT, NO_TEXT = "blacked out", "no text"


@dataclass(frozen=True)
class Candidate:
    """A rectangle that may hold burned-in text, in source pixels, and what a person made of it (empty: nothing yet)."""

    number: int
    x: int
    y: int
    width: int
    height: int
    verdict: str = ""

    def __str__(self) -> str:
        return f"{self.width} × {self.height} at {self.x}, {self.y}"


def candidates_of(source: Source) -> list[Candidate]:
    """Give the text candidates of a source; stored as `[x, y, width, height]`, or with the verdict as fifth."""
    return [Candidate(number, *entry) for number, entry in enumerate(source.text_candidates)]


def is_flagged(source: Source) -> bool:
    """Whether the source may hold text and nobody has said yet that it was looked at."""
    return bool(source.text_candidates) and source.text_checked_at is None


@transaction.atomic
def add_blackout(*, case: Case, x: int, y: int, width: int, height: int, actor: User | None) -> Blackout:
    """Black a rectangle out and present the case again.

    Parameters
    ----------
    x, y, width, height : int
        In source pixels; what reaches beyond the source is cut off.

    Raises
    ------
    CaseError, PresentingError
        The cohort is locked, the rectangle lies outside, or nothing of the picture would be left.
    """
    hold_unlocked(case.cohort)
    source = Source.objects.get(case=case)
    left, top = max(x, 0), max(y, 0)
    width, height = min(x + width, source.columns) - left, min(y + height, source.rows) - top
    if width < 1 or height < 1:
        raise CaseError(
            _("This rectangle lies outside the picture, which is %(columns)s × %(rows)s pixels.")
            % {"columns": source.columns, "rows": source.rows}
        )
    blackout = Blackout.objects.create(case=case, x=left, y=top, width=width, height=height, made_by=actor)
    _record("cohorts.blacked_out", case, actor, rectangle=str(blackout))
    represent(case=case, actor=actor)
    return blackout


@transaction.atomic
def remove_blackout(*, blackout: Blackout, actor: User | None) -> None:
    """Take a black-out back and present the case again; a text candidate that it covered is open once more.

    Raises
    ------
    CaseError, PresentingError
        The cohort is locked, or the master of the case is missing.
    """
    case = blackout.case
    hold_unlocked(case.cohort)
    rectangle = [blackout.x, blackout.y, blackout.width, blackout.height]
    blackout.delete()
    source = Source.objects.select_for_update().get(case=case)
    for entry in source.text_candidates:
        if entry == [*rectangle, BLACKED_OUT]:
            del entry[4]
            source.text_checked_at = None
    source.save(update_fields=["text_candidates", "text_checked_at"])
    _record("cohorts.blackout_removed", case, actor, rectangle=str(blackout))
    represent(case=case, actor=actor)


@transaction.atomic
def judge_candidate(*, case: Case, number: int, is_text: bool, actor: User | None) -> None:
    """Black a text candidate out, or say that it is no text. Once all are judged, the text counts as checked.

    Raises
    ------
    CaseError, PresentingError
        The cohort is locked, there is no such candidate, or it was judged already.
    """
    hold_unlocked(case.cohort)
    source = Source.objects.select_for_update().get(case=case)
    candidate = next((one for one in candidates_of(source) if one.number == number), None)
    if candidate is None:
        raise CaseError(_("The case %(code)s has no such place to be looked at.") % {"code": case.code})
    if candidate.verdict:
        raise CaseError(_("This place was judged already: %(verdict)s.") % {"verdict": candidate.verdict})
    x, y, width, height = candidate.x, candidate.y, candidate.width, candidate.height
    source.text_candidates[number] = [x, y, width, height, BLACKED_OUT if is_text else NO_TEXT]
    if all(one.verdict for one in candidates_of(source)):
        source.text_checked_at = timezone.now()
    source.save(update_fields=["text_candidates", "text_checked_at"])
    if is_text:
        add_blackout(case=case, x=x, y=y, width=width, height=height, actor=actor)
    else:
        _record("cohorts.no_text", case, actor, rectangle=str(candidate))


@transaction.atomic
def mark_text_checked(*, case: Case, actor: User | None, checked: bool = True) -> None:
    """Say that somebody looked for burned-in text and that all of it is blacked out; or take that back.

    Raises
    ------
    CaseError
        The cohort is locked.
    """
    hold_unlocked(case.cohort)
    Source.objects.filter(case=case).update(text_checked_at=timezone.now() if checked else None)
    _record("cohorts.text_checked" if checked else "cohorts.text_unchecked", case, actor)


def _record(verb: str, case: Case, actor: User | None, **detail: str) -> None:
    record(actor=actor, verb=verb, target=f"case:{case.code}", cohort=case.cohort.slug, **detail)

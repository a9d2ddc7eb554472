"""Cases of a cohort that look alike, and what a person decides about each pair.

The same pixels are found at import. These are copies that were re-encoded, resized or brightened: two readings of one
picture, or one in both classes. A machine only suggests them, as two radiographs of one patient can be as alike.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit.services import record
from readerstudy.cohorts.models import Case, Cohort, NearDuplicate, Source
from readerstudy.cohorts.perceptual_hash import close_pairs
from readerstudy.cohorts.services import exclude_case, hold_unlocked, include_case

Decision = NearDuplicate.Decision
# More pairs than anybody would decide one by one: the cohort is made of copies, and the closest pairs tell it.
MOST_PAIRS = 5_000


class NearDuplicateError(Exception):
    """What was asked of a pair is not possible; the message says why and what to do."""


@transaction.atomic
def find(cohort: Cohort) -> int:
    """Find pairs that look alike among all cases of a cohort, and give the number of new ones.

    Pairs that are known, decided or not, stay as they are.
    """
    hashed = list(
        Source.objects.filter(cohort=cohort).exclude(perceptual_hash="").order_by("case_id")
        .values_list("case_id", "perceptual_hash")
    )  # fmt: skip
    pairs = close_pairs([digits for _, digits in hashed], most=MOST_PAIRS)
    known = set(NearDuplicate.objects.filter(cohort=cohort).values_list("first_id", "second_id"))
    new = [
        NearDuplicate(cohort=cohort, first_id=hashed[one][0], second_id=hashed[other][0], distance=distance)
        for one, other, distance in pairs
        if (hashed[one][0], hashed[other][0]) not in known
    ]
    # Another import into the same cohort may have found the same pair meanwhile.
    NearDuplicate.objects.bulk_create(new, batch_size=500, ignore_conflicts=True)
    return len(new)


def undecided(cohort: Cohort) -> int:
    """Count the pairs of cases, both still in the cohort, that nobody has decided about."""
    return (
        NearDuplicate.objects.filter(cohort=cohort, decision=Decision.OPEN)
        .filter(first__excluded_at=None, second__excluded_at=None)
        .count()
    )


@transaction.atomic
def decide_keep(*, pair: NearDuplicate, actor: User | None) -> None:
    """Keep both cases of a pair.

    Raises
    ------
    NearDuplicateError
        The pair is decided already.
    CaseError
        A study has locked the cohort.
    """
    pair = _open_pair(pair)
    _decide(pair, Decision.KEEP, "cohorts.near_duplicate_kept", actor)


@transaction.atomic
def decide_exclude(*, pair: NearDuplicate, which: Case, actor: User | None) -> None:
    """Exclude one case of a pair, and keep the other.

    Raises
    ------
    NearDuplicateError
        The pair is decided already, or the case is none of the two.
    CaseError
        A study has locked the cohort, or the case is excluded already.
    """
    pair = _open_pair(pair)
    if which.pk not in (pair.first_id, pair.second_id):
        raise NearDuplicateError(_("The case %(code)s is none of this pair.") % {"code": which.code})
    exclude_case(case=which, reason=reason_of(pair, which), actor=actor)
    _decide(pair, Decision.EXCLUDE, "cohorts.near_duplicate_excluded", actor)


@transaction.atomic
def undo(*, pair: NearDuplicate, actor: User | None) -> None:
    """Take a decision back; a case that was excluded by it is included again.

    Raises
    ------
    NearDuplicateError
        Nothing was decided about the pair.
    CaseError
        A study has locked the cohort.
    """
    pair = _held(pair)
    if pair.decision == Decision.OPEN:
        raise NearDuplicateError(_("Nothing was decided about this pair: there is nothing to undo."))
    if pair.decision == Decision.EXCLUDE:
        for case in _both(pair):
            if case.excluded_at and case.excluded_because == reason_of(pair, case):
                include_case(case=case, actor=actor)
    _decide(pair, Decision.OPEN, "cohorts.near_duplicate_reopened", actor)


def reason_of(pair: NearDuplicate, which: Case) -> str:
    """Say why a case of a pair was excluded."""
    other = next(case for case in _both(pair) if case.pk != which.pk)
    return f"near duplicate of {other.code}"


def _both(pair: NearDuplicate) -> list[Case]:
    return list(Case.with_excluded.filter(pk__in=(pair.first_id, pair.second_id)).select_related("cohort"))


def _held(pair: NearDuplicate) -> NearDuplicate:
    """Take the pair as it is now, for as long as the transaction lasts, in a cohort that is not locked."""
    hold_unlocked(pair.cohort)
    return NearDuplicate.objects.select_for_update().select_related("cohort").get(pk=pair.pk)


def _open_pair(pair: NearDuplicate) -> NearDuplicate:
    pair = _held(pair)
    if pair.decision != Decision.OPEN:
        raise NearDuplicateError(
            _("This pair is decided already (%(decision)s): undo that first.")
            % {"decision": pair.get_decision_display()}
        )
    return pair


def _decide(pair: NearDuplicate, decision: Decision, verb: str, actor: User | None) -> None:
    pair.decision = decision
    pair.decided_by = None if decision == Decision.OPEN else actor
    pair.decided_at = None if decision == Decision.OPEN else timezone.now()
    pair.save(update_fields=["decision", "decided_by", "decided_at"])
    codes = " and ".join(sorted(case.code for case in _both(pair)))
    record(actor=actor, verb=verb, target=f"cohort:{pair.cohort.slug}", pair=codes)

"""Writing and sealing the reference standard."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping, Sequence

from django.db import models, transaction
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.cohorts.models import Case, Cohort
from readerstudy.truth.models import Truth
from readerstudy.truth.table import COVARIATES, TruthRow


class TruthError(Exception):
    """The truth of a cohort cannot be written or sealed; the message says why and what to do."""


def truths_of(cohort: Cohort) -> models.QuerySet[Truth]:
    """Give the truth of the cases that are not excluded."""
    return Truth.objects.filter(case__cohort=cohort, case__excluded_at=None)


@transaction.atomic
def write_truth(
    *,
    cohort: Cohort,
    rows: Mapping[Case, TruthRow],
    withdrawn: Sequence[Case] = (),
    actor: User | None,
) -> None:
    """Write or correct the truth of cases, as long as no study has locked their cohort.

    What was said of `withdrawn` cases is taken away: two sources contradict each other there.
    """
    _hold(cohort)
    if cohort.is_locked:
        raise TruthError(
            _("The cohort %(slug)s is part of a locked study: its truth can no longer change.") % {"slug": cohort.slug}
        )
    _break_seal(cohort)
    Truth.objects.filter(case__in=withdrawn).delete()
    for case, row in rows.items():
        Truth.objects.update_or_create(case=case, defaults={"value": row.value, **row.covariates})
    audit.record(
        actor=actor, verb="truth.written", target=f"cohort:{cohort.slug}", cases=len(rows), withdrawn=len(withdrawn)
    )


@transaction.atomic
def seal_truth(*, cohort: Cohort, actor: User | None) -> str:
    """Seal a cohort's truth: its digest goes onto the cohort, with an opaque stratum for every case.

    Returns
    -------
    str
        SHA-256 of the sorted table of case codes, values and covariates.

    Raises
    ------
    TruthError
        The cohort is locked or empty, a case has no truth, or all cases are of one class.
    """
    _hold(cohort)
    truths = list(truths_of(cohort).select_related("case").order_by("case__code"))
    _require_sealable(cohort, truths)
    table = [[t.case.code, t.value, *(getattr(t, name) for name in COVARIATES)] for t in truths]
    cohort.sealed_digest = hashlib.sha256(json.dumps(table).encode()).hexdigest()
    cohort.sealed_cases = len(truths)
    cohort.save(update_fields=["sealed_digest", "sealed_cases"])
    _write_strata(truths)
    audit.record(actor=actor, verb="truth.sealed", target=f"cohort:{cohort.slug}", digest=cohort.sealed_digest)
    return cohort.sealed_digest


def seal_anew(*, cohort: Cohort, actor: User | None) -> str:
    """Seal the truth of a cohort whose cases have changed, and give nothing; or the words that say what it lacks."""
    try:
        seal_truth(cohort=cohort, actor=actor)
    except TruthError as error:
        return str(error)
    return ""


def _hold(cohort: Cohort) -> None:
    """Take the cohort's row and read it anew: a study may have locked it since the caller looked."""
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    cohort.refresh_from_db()


def _require_sealable(cohort: Cohort, truths: list[Truth]) -> None:
    if cohort.is_locked:
        raise TruthError(
            _("The cohort %(slug)s is part of a locked study and stays sealed as it is.") % {"slug": cohort.slug}
        )
    missing = cohort.cases.count() - len(truths)
    if missing:
        raise TruthError(
            _(
                "%(missing)s of %(all)s cases of %(slug)s have no truth yet. "
                "Import again with a truth table that names them all."
            )
            % {"missing": missing, "all": cohort.cases.count(), "slug": cohort.slug}
        )
    if len({truth.value for truth in truths}) < 2:
        raise TruthError(
            _("The cohort %(slug)s has %(held)s: a study needs authentic and synthetic ones.")
            % {"slug": cohort.slug, "held": _held_by(truths)}
        )


def _held_by(truths: list[Truth]) -> str:
    """Say what a cohort holds that has not both classes."""
    if not truths:
        return _("no cases")
    return _("only synthetic cases") if truths[0].is_synthetic else _("only authentic cases")


def _write_strata(truths: list[Truth]) -> None:
    """Number the strata (class by anatomy) in an order that says nothing of which is which."""
    strata = sorted({(truth.value, truth.anatomy) for truth in truths})
    random.SystemRandom().shuffle(strata)
    numbers = {stratum: number for number, stratum in enumerate(strata)}
    for truth in truths:
        truth.case.stratum = numbers[(truth.value, truth.anatomy)]
    Case.objects.bulk_update([truth.case for truth in truths], ["stratum"])


def _break_seal(cohort: Cohort) -> None:
    cohort.sealed_digest, cohort.sealed_cases = "", 0
    cohort.save(update_fields=["sealed_digest", "sealed_cases"])


def note_reveal(*, cohort: Cohort, actor: User) -> None:
    """Note that somebody asked to see the truth of a cohort's cases."""
    audit.record(actor=actor, verb="truth.seen", target=f"cohort:{cohort.slug}")

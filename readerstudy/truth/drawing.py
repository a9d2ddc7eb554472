"""Drawing a balanced cohort from a pool: the cases are copied with their truth, under new codes."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.cohorts.copying import copy_cases
from readerstudy.cohorts.models import Case, Cohort, Source
from readerstudy.cohorts.profiles import PresentationProfile
from readerstudy.cohorts.services import create_cohort
from readerstudy.truth import services
from readerstudy.truth.design import STRATA, Design, PoolCase, SamplingError
from readerstudy.truth.models import Sample, Truth, Value
from readerstudy.truth.sampling import Drawn, draw
from readerstudy.truth.table import COVARIATES, TruthRow

# What the column holds.
LARGEST_SEED = 2**31 - 1


def new_seed() -> int:
    """Draw the seed of a sample for which nobody chose one."""
    return secrets.randbelow(LARGEST_SEED) + 1


def pool_cases(pool: Cohort) -> list[PoolCase]:
    """Give the cases of a cohort that have a truth and are not excluded.

    The patient is who the truth table names, or else the pseudonym of whom the file named.
    """
    patients = dict(Source.objects.filter(cohort=pool).values_list("case", "patient"))
    return [
        PoolCase(
            code=truth.case.code,
            value=truth.value,
            patient=truth.patient or patients.get(truth.case_id, ""),
            pair=truth.pair,
            covariates={name: getattr(truth, name) for name in STRATA},
        )
        for truth in services.truths_of(pool).select_related("case")
    ]


@transaction.atomic
def draw_cohort(*, pool: Cohort, name: str, design: Design, seed: int | None = None, actor: User | None) -> Sample:
    """Draw a new cohort from a pool, seal its truth and note how it was drawn.

    The copies are made in an order shuffled by the new cohort's stored seed: codes, order and times say nothing.

    Parameters
    ----------
    seed : int, optional
        1 to 2³¹ − 1; the same seed draws the same cases as long as the pool stays as it is.

    Raises
    ------
    SamplingError
        The pool cannot give such a sample.
    CohortNameError
        The name is taken or cannot be used.
    """
    seed = seed or new_seed()
    if not 0 < seed <= LARGEST_SEED:
        raise SamplingError(_("The seed must be a whole number from 1 to %(most)s.") % {"most": LARGEST_SEED})
    Cohort.objects.select_for_update().get(pk=pool.pk)
    drawn = draw(pool_cases(pool), design, seed)
    profile = PresentationProfile.from_recipe(pool.recipe)
    cohort = create_cohort(name=name, note=_note(pool, drawn), profile=profile, actor=actor)
    _copy_with_truth(pool, drawn.codes, cohort, actor)
    services.seal_truth(cohort=cohort, actor=actor)
    sample = Sample.objects.create(
        cohort=cohort, pool=pool, seed=seed, table=drawn.table, created_by=actor,
        design=design.as_json() | {"pool_digest": pool.state_digest()},
    )  # fmt: skip
    audit.record(
        actor=actor, verb="truth.sampled", target=f"cohort:{cohort.slug}", pool=pool.slug, seed=seed, **sample.design
    )
    return sample


def _copy_with_truth(pool: Cohort, codes: Sequence[str], cohort: Cohort, actor: User | None) -> None:
    cases = list(Case.objects.filter(cohort=pool, code__in=codes).order_by("code"))
    random.Random(cohort.import_seed).shuffle(cases)  # noqa: S311 – an order that can be made again, not a secret
    try:
        copies = copy_cases(cases=cases, cohort=cohort)
    except FileNotFoundError:
        raise SamplingError(
            _("Pictures of the cohort %(slug)s are missing from the store: restore its files from a backup.")
            % {"slug": pool.slug}
        ) from None
    truths = Truth.objects.filter(case__in=cases).select_related("case")
    rows = {
        copies[truth.case]: TruthRow(
            truth.case.code, Value(truth.value), {name: getattr(truth, name) for name in COVARIATES}
        )
        for truth in truths
    }
    services.write_truth(cohort=cohort, rows=rows, actor=actor)


def _note(pool: Cohort, drawn: Drawn) -> str:
    return f"{len(drawn.codes)} cases drawn from the cohort {pool.slug}."

"""Copies of a study: another draft that says the same, and the pilot of a draft."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.cohorts.models import Cohort
from readerstudy.studies.analysis_plan import write_plan
from readerstudy.studies.default_plans import current_plan
from readerstudy.studies.editing import free_name
from readerstudy.studies.models import Member, Status, Study
from readerstudy.studies.protocol import protocol_of
from readerstudy.studies.rows import slots_of
from readerstudy.studies.services.drafts import create_study
from readerstudy.studies.services.refusing import StudyError, held, require_status


@transaction.atomic
def copy_study(
    *,
    study: Study,
    slug: str,
    title: str,
    cohorts: Mapping[str, Cohort],
    actor: User | None,
    pilot: bool = False,
) -> Study:
    """Make a draft that says what a study says, with names and a seed of its own; readers are not taken along.

    Parameters
    ----------
    cohorts : mapping
        The cohort of every slot of the protocol; optional ones may be missing.

    Raises
    ------
    StudyError
        As `create_study`.
    """
    copy = create_study(
        slug=slug, protocol=protocol_of(study), cohorts=cohorts, title=title, consent=study.consent, actor=actor,
        pilot=pilot,
    )  # fmt: skip
    plan = current_plan(study)
    # A plan that nobody has looked at is proposed anew, for the protocol of the copy.
    copy.plan = write_plan(plan) if plan and (study.plan or not study.is_draft) else ""
    copy.copied_from = study
    copy.save(update_fields=["plan", "copied_from"])
    audit.record(actor=actor, verb="studies.copied", target=f"study:{slug}", of=f"study:{study.slug}")
    return copy


@transaction.atomic
def make_pilot(*, study: Study, actor: User | None) -> Study:
    """Make a trial run of a draft: a study of its own, whose readers and judgements never count in the draft's.

    Raises
    ------
    StudyError
        The study is no draft, or a trial run itself.
    """
    study = held(study)
    require_status(study, Status.DRAFT, _("tried"))
    if study.is_pilot:
        raise StudyError(_("The study %(study)s is a pilot itself.") % {"study": study.slug})
    title = _("Pilot: %(title)s") % {"title": study.title}
    cohorts = {slot.slot: cohort for slot, cohort in slots_of(study)}
    pilot = copy_study(
        study=study, slug=_free_slug(f"{study.slug[:40]}-pilot"), title=title[:200], cohorts=cohorts, actor=actor,
        pilot=True,
    )  # fmt: skip
    pilot.pilot_of = study
    pilot.save(update_fields=["pilot_of"])
    _take_the_team_along(study, pilot)
    return pilot


def _take_the_team_along(study: Study, pilot: Study) -> None:
    there = set(pilot.members.values_list("user", flat=True))
    team = study.members.exclude(user=None).exclude(user__in=there)
    Member.objects.bulk_create(Member(study=pilot, user=one.user, role=one.role) for one in team)


def _free_slug(wish: str) -> str:
    taken = set(Study.objects.filter(slug__startswith=wish).values_list("slug", flat=True))
    return free_name(wish, sorted(taken))

"""The analysis plan: written in a draft, amended after the lock."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.studies.analysis_plan import AnalysisPlan, write_plan
from readerstudy.studies.default_plans import draft_plan
from readerstudy.studies.models import Status, Study
from readerstudy.studies.plan_rules import plan_faults
from readerstudy.studies.protocol import protocol_of
from readerstudy.studies.services.refusing import StudyError, held, require_status


def plan_digest(plan: AnalysisPlan) -> str:
    """SHA-256 of a plan as it is stored."""
    return hashlib.sha256(write_plan(plan).encode()).hexdigest()


@transaction.atomic
def save_plan(*, study: Study, plan: AnalysisPlan, actor: User | None, opened: str = "") -> None:
    """Make a plan that of a draft. What its coordinator has looked at and left as it was is saved as well.

    Parameters
    ----------
    opened : str
        The digest (`plan_digest`) of the plan that was changed; empty to write over any.

    Raises
    ------
    StudyError
        The study is no draft, the plan contradicts itself or the protocol, or it was changed meanwhile.
    """
    study = held(study)
    require_status(study, Status.DRAFT, _("changed"))
    require_sound(study, plan)
    if opened and opened != plan_digest(draft_plan(study)):
        raise StudyError(_("The plan was changed meanwhile: nothing was saved. Look at it, then change it again."))
    if study.plan != write_plan(plan):
        study.plan = write_plan(plan)
        study.save(update_fields=["plan"])
        audit.record(actor=actor, verb="studies.plan_saved", target=f"study:{study.slug}", plan=plan_digest(plan))


def require_sound(study: Study, plan: AnalysisPlan) -> None:
    """Refuse a plan that contradicts itself or the protocol."""
    if faults := plan_faults(plan, protocol_of(study)):
        raise StudyError("\n".join(map(str, faults)))

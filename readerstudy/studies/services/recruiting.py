"""How readers come into a study: the link for everybody, and what they are asked about themselves."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.studies.models import Reader, Recruitment, Study, Told
from readerstudy.studies.services.refusing import StudyError, held


def recruitment_of(study: Study) -> Recruitment:
    """Give how readers come into a study; where nobody has said anything, by invitation, with all optional."""
    return Recruitment.objects.filter(study=study).first() or Recruitment(study=study)


@transaction.atomic
def change_recruitment(
    *,
    study: Study,
    is_open: bool,
    limit: int | None,
    years: str,
    subspecialty: str,
    country: str,
    actor: User | None,
) -> Recruitment:
    """Say whether readers may register by themselves, how many, and what they are asked; who is there stays.

    Parameters
    ----------
    limit : int or None
        The most that may take part by the link; who has withdrawn does not count.
    years, subspecialty, country : str
        `Told`.

    Raises
    ------
    StudyError
        The link is to be open, but the study takes no more readers.
    """
    study = held(study)
    if is_open and not study.takes_readers:
        raise StudyError(_("Reading in this study has ended: nobody can register any more."))
    recruitment = recruitment_of(study)
    recruitment.is_open, recruitment.limit = is_open, limit
    recruitment.years, recruitment.subspecialty, recruitment.country = years, subspecialty, country
    recruitment.full_clean()
    recruitment.save()
    audit.record(
        actor=actor, verb="studies.recruitment_changed", target=f"study:{study.slug}",
        open=is_open, limit=limit, years=years, subspecialty=subspecialty, country=country,
    )  # fmt: skip
    return recruitment


def fitting_answers(reader: Reader, told: dict[str, Any]) -> dict[str, Any]:
    """Give what a reader told of themselves, without what the study does not ask for.

    Raises
    ------
    StudyError
        Something is missing that the study asks of its readers; simulated ones are not asked.
    """
    recruitment = recruitment_of(reader.study)
    asked = recruitment.asked()
    missing = [name for name, required in asked.items() if required and told[name] in (None, "")]
    if missing and not reader.is_simulated:
        words = _("This study asks its readers for more about themselves than was told (%(what)s).")
        raise StudyError(words % {"what": ", ".join(missing)})
    empty = {"years": None, "subspecialty": "", "country": ""}
    return {name: told[name] if getattr(recruitment, name) != Told.NO else empty[name] for name in told}

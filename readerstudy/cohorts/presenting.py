"""Making presentation images again from their masters: after a black-out, by another profile, or as a check."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit.services import record
from readerstudy.cohorts import filestore, frames, harmonise, masters
from readerstudy.cohorts.masters import DamagedMasterError
from readerstudy.cohorts.models import Blackout, Case, Cohort, Image, Source
from readerstudy.cohorts.profiles import PresentationProfile
from readerstudy.cohorts.source_image import RejectedImageError

# Younger files may belong to rows that are just being written.
ORPHAN_SECONDS = 3600

Progress = Callable[[int, int], None]
Blackouts = dict[int, list[harmonise.Rectangle]]


class PresentingError(Exception):
    """Presentation images cannot be made again; the message says why and what to do."""


@dataclass(frozen=True)
class Problem:
    """A case whose presentation image is not what its recipe gives, and in what way."""

    case: str
    words: str


@transaction.atomic
def represent(*, case: Case, actor: User | None, profile: PresentationProfile | None = None) -> Image:
    """Make the presentation image of one case again, from its master and its black-outs.

    Called within a transaction, the old frame is removed once that has been committed.

    Parameters
    ----------
    case : Case
        Of a cohort that is not locked.
    profile : PresentationProfile, optional
        By default the recipe of the cohort.

    Raises
    ------
    PresentingError
        The cohort is locked, the master is missing, or nothing of the image would be left.
    """
    cohort = _unlocked(case.cohort)
    profile = profile or PresentationProfile.from_recipe(cohort.recipe)
    image = Image.objects.select_for_update().get(case=case)
    try:
        content, facts = _made(case.pk, profile, _blackouts(case=case))
    except (RejectedImageError, DamagedMasterError) as error:
        raise PresentingError(
            _("The image of case %(code)s cannot be made again: it %(error)s.") % {"code": case.code, "error": error}
        ) from error
    old, image.file = image.file, frames.write(content)
    _set(image, facts)
    image.save()
    record(actor=actor, verb="cohorts.represented", target=f"case:{case.code}", profile=profile.name)
    transaction.on_commit(lambda: frames.remove(old))
    return image


def represent_cohort(
    *, cohort: Cohort, profile: PresentationProfile, actor: User | None, progress: Progress | None = None
) -> int:
    """Present all cases of a cohort by a profile and give their number.

    Excluded cases go along where they can; the others keep their image until they are included again (`is_current`).
    All or nothing: the new frames are written first, then all rows are switched in one transaction, then the old
    frames are removed. Whatever breaks off before leaves the cohort as it was.

    Raises
    ------
    PresentingError
        The cohort is locked, a case cannot be made by this profile, or the cohort was changed meanwhile.
    """
    _unlocked(cohort)
    before = _state(cohort)
    made: dict[int, tuple[str, dict[str, Any]]] = {}
    try:
        _make_all(made, cohort, profile, progress)
        _switch(cohort, profile, before, made, actor)
    except BaseException:
        _remove_all([name for name, _ in made.values()])
        raise
    return len(made)


def problems_of(cohort: Cohort, progress: Progress | None = None) -> list[Problem]:
    """Make every presentation image of a cohort again and name those that differ from what is stored, bit for bit."""
    images = list(_images(cohort))
    problems = []
    for done, image in enumerate(images, start=1):
        if words := _problem_of(image):
            problems.append(Problem(image.case.code, words))
        if progress:
            progress(done, len(images))
    return problems


def rebuilt_alike(image: Image) -> bool:
    """Whether master, recipe and black-outs give the stored presentation image bit for bit."""
    return not _problem_of(image)


def _problem_of(image: Image) -> str:
    try:
        profile = PresentationProfile.from_recipe(image.recipe)
        content, _facts = _made(image.case_id, profile, _blackouts(case=image.case_id))
        if hashlib.sha256(frames.path_of(image).read_bytes()).hexdigest() != image.sha256:
            return "has a stored frame that was altered"
    except (RejectedImageError, DamagedMasterError) as error:
        return str(error)
    except OSError:
        return "has no stored frame"
    same = hashlib.sha256(content).hexdigest() == image.sha256
    return "" if same else "is not what its master and recipe give"


def is_current(image: Image) -> bool:
    """Whether an image was made by the recipe that its cohort has now."""
    return bool(image.recipe == image.case.cohort.recipe)


def _images(cohort: Cohort) -> list[Image]:
    """Give the images of all cases, the excluded ones too."""
    return list(Image.objects.filter(case__cohort=cohort).select_related("case").order_by("pk"))


def _unlocked(cohort: Cohort) -> Cohort:
    """Give the cohort as it is now; within a transaction it stays so until its end."""
    if transaction.get_connection().in_atomic_block:
        cohort = Cohort.objects.select_for_update().get(pk=cohort.pk)
    else:
        cohort = Cohort.objects.get(pk=cohort.pk)
    if cohort.is_locked:
        raise PresentingError(
            _("The cohort %(slug)r is locked by a study: its images stay as they are.") % {"slug": cohort.slug}
        )
    return cohort


def _state(cohort: Cohort) -> tuple[list[Any], list[Any]]:
    """Give what the images of a cohort are made from and are now, so that a change meanwhile is noticed."""
    images = Image.objects.filter(case__cohort=cohort).order_by("pk")
    blackouts = Blackout.objects.filter(case__in=images.values("case")).order_by("pk")
    return list(images.values_list("pk", "file")), list(blackouts.values_list("pk", "x", "y", "width", "height"))


def _make_all(
    made: dict[int, tuple[str, dict[str, Any]]],
    cohort: Cohort,
    profile: PresentationProfile,
    progress: Progress | None,
) -> None:
    images, refused = _images(cohort), []
    blackouts = _blackouts(case__cohort=cohort)
    for done, image in enumerate(images, start=1):
        try:
            content, facts = _made(image.case_id, profile, blackouts)
            made[image.pk] = frames.write(content), facts
        except (RejectedImageError, DamagedMasterError) as error:
            if image.case.excluded_at is None:
                refused.append(f"{image.case.code} {error}")
        if progress:
            progress(done, len(images))
    if refused:
        more = _("; and %(count)s more") % {"count": len(refused) - 3} if len(refused) > 3 else ""
        raise PresentingError(
            _(
                "%(count)s of %(all)s cases cannot be presented by %(name)s, so all stay as they are. "
                "Exclude them or choose another profile: %(names)s%(more)s."
            )
            % {
                "count": len(refused),
                "all": len(images),
                "name": profile.name,
                "names": "; ".join(refused[:3]),
                "more": more,
            }
        )


@transaction.atomic
def _switch(
    cohort: Cohort,
    profile: PresentationProfile,
    before: tuple[list[Any], list[Any]],
    made: dict[int, tuple[str, dict[str, Any]]],
    actor: User | None,
) -> None:
    held = _unlocked(cohort)
    gone = any(not (frames.folder() / name).is_file() for name, _ in made.values())
    if gone or _state(cohort) != before:
        raise PresentingError(_("The cohort %(slug)r was changed meanwhile: present it again.") % {"slug": cohort.slug})
    images = [image for image in _images(cohort) if image.pk in made]
    old = [image.file for image in images]
    for image in images:
        image.file, facts = made[image.pk]
        _set(image, facts)
    Image.objects.bulk_update(images, ["file", *_FACTS], batch_size=200)
    held.recipe = cohort.recipe = profile.as_recipe()
    held.save(update_fields=["recipe"])
    record(
        actor=actor, verb="cohorts.represented", target=f"cohort:{cohort.slug}",
        profile=profile.name, images=len(images),
    )  # fmt: skip
    transaction.on_commit(lambda: _remove_all(old))


def _remove_all(names: list[str]) -> None:
    for name in names:
        frames.remove(name)


def _made(case: int, profile: PresentationProfile, blackouts: Blackouts) -> tuple[bytes, dict[str, Any]]:
    """Make a case's frame, and give what its row says of it."""
    name = Source.objects.filter(case=case).values_list("master", flat=True).first()
    if not name:
        raise DamagedMasterError("was imported before masters were kept: import its file into a new cohort")
    presented = harmonise.present(masters.read(name), profile, blackouts.get(case, []))
    content = harmonise.frame_bytes(presented, profile)
    rows, columns = presented.shape
    return content, {
        "sha256": hashlib.sha256(content).hexdigest(), "rows": rows, "columns": columns, "length": len(content),
        "bits": profile.bits, "spacing": profile.spacing, "profile": profile.name, "recipe": profile.as_recipe(),
    }  # fmt: skip


_FACTS = ("sha256", "rows", "columns", "length", "bits", "spacing", "profile", "recipe")


def _set(image: Image, facts: dict[str, Any]) -> None:
    for name in _FACTS:
        setattr(image, name, facts[name])


def _blackouts(**of: Any) -> Blackouts:
    """Give the black-outs of the cases that a filter finds."""
    found: Blackouts = {}
    for one in Blackout.objects.filter(**of):
        found.setdefault(one.case_id, []).append((one.x, one.y, one.width, one.height))
    return found


def tidy_files() -> int:
    """Remove frames and masters that no row names, left behind by what was broken off, and give their number."""
    return filestore.tidy(
        frames.folder(), set(Image.objects.values_list("file", flat=True)), seconds=ORPHAN_SECONDS
    ) + filestore.tidy(
        masters.folder(), set(Source.objects.values_list("master", flat=True)), seconds=ORPHAN_SECONDS
    )  # fmt: skip

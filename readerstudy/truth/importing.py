"""Import of cases together with their truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.cohorts import importing
from readerstudy.cohorts.import_ledger import ImportSummary
from readerstudy.cohorts.models import Case, Cohort, Source
from readerstudy.cohorts.profiles import DEFAULT_PROFILE, PresentationProfile
from readerstudy.cohorts.services import cohort_slug, create_cohort, discard_empty_cohort
from readerstudy.cohorts.sources import frames_named, list_files
from readerstudy.truth import services
from readerstudy.truth.matching import Matched, match
from readerstudy.truth.models import Truth, Value
from readerstudy.truth.table import TruthRow, read_truth_table

_SHOWN = 10
_STOPPED = "The import was stopped. Import the same source again to go on; no truth was written yet."


class OtherProfileError(Exception):
    """All images of a cohort are presented by one profile, and this one has another."""


@dataclass(frozen=True)
class CasesImport:
    """What an import did to images and truth."""

    cohort: Cohort
    images: ImportSummary
    matched: Matched
    sealed: bool
    problems: list[str]

    def as_json(self) -> dict[str, Any]:
        """Give the summary that `import_cases --json` prints."""
        truth = {
            "written": len(self.matched.rows),
            "missing": self.matched.missing,
            "unknown_files": self.matched.unknown,
            "contradictions": list(self.matched.contradictions.values()),
        }
        return {"cohort": self.cohort.slug, **self.images.as_json(), "truth": truth, "sealed": self.sealed}


def import_cases(
    *,
    source: str,
    name: str,
    truth: Path | None,
    actor: User | None,
    progress: importing.Progress | None = None,
    stop: importing.Stop | None = None,
    profile: PresentationProfile | None = None,
) -> CasesImport:
    """Import images, write what the truth table says of them, and seal the truth once it is whole.

    Table and source are checked before anything is written: with a fault in them, nothing is imported. An import of
    the same source that was stopped or killed is gone on with; while it is not at its end, no truth is written.

    Parameters
    ----------
    source : str
        A folder, a file, a zip archive or a DICOMweb address. Frames that the table names (`clip.dcm#3`) are imported
        of files that have several.
    name : str
        The cohort, which is made if there is none.
    truth : Path or None
        The truth table.
    progress, stop : callable, optional
        As `cohorts.importing.import_images` takes them.
    profile : PresentationProfile, optional
        By which a new cohort is presented; the default profile where none is named.

    Raises
    ------
    TableError, CohortNameError, CohortLockedError, SourceUnavailableError, TruthError, OtherProfileError
        Each names what is wrong and what to do.
    """
    table = read_truth_table(truth) if truth else {}
    listed = list_files(source, frames_named(table))
    is_new = not Cohort.objects.filter(slug=cohort_slug(name)).exists()
    cohort = _cohort_of(name, profile, actor)
    images = importing.import_images(
        cohort=cohort, files=listed, actor=actor, source=source, progress=progress, stop=stop
    )
    if images.stopped:
        return CasesImport(cohort, images, Matched(), sealed=cohort.is_sealed, problems=[_STOPPED])
    if not images.imported and not images.duplicates:
        if is_new:
            discard_empty_cohort(cohort=cohort, actor=actor)
        return CasesImport(cohort, images, Matched(), sealed=cohort.is_sealed, problems=[])
    files = [(one.file, one.case) for one in [*images.imported, *images.duplicates]]
    rejected = [one.file for one in images.rejected]
    matched = match(table, files, rejected=rejected, known=known_truth(cohort))
    if matched.rows or matched.contradictions:
        services.write_truth(cohort=cohort, rows=matched.rows, withdrawn=list(matched.contradictions), actor=actor)
    problems = _in_words(matched) if truth else []
    try:
        services.seal_truth(cohort=cohort, actor=actor)
    except services.TruthError as error:
        return CasesImport(cohort, images, matched, sealed=False, problems=[*problems, str(error)])
    return CasesImport(cohort, images, matched, sealed=True, problems=problems)


def _cohort_of(name: str, profile: PresentationProfile | None, actor: User | None) -> Cohort:
    """Give the cohort of this name, made by the profile if there is none."""
    existing = Cohort.objects.filter(slug=cohort_slug(name)).first()
    if existing is None:
        return create_cohort(name=name, actor=actor, profile=profile or DEFAULT_PROFILE)
    if profile is not None and profile.as_recipe() != existing.recipe:
        raise OtherProfileError(
            f"The cohort {existing.slug} is presented by {existing.recipe['name']}: import without a profile, "
            "or change that of all its images on its page."
        )
    return existing


def known_truth(cohort: Cohort) -> dict[Case, TruthRow]:
    """Give what was said of a cohort's cases before, under the names of the files that they came from."""
    names = dict(Source.objects.filter(cohort=cohort).values_list("case", "name"))
    truths = Truth.objects.filter(case__cohort=cohort).select_related("case")
    return {truth.case: TruthRow(names[truth.case_id], Value(truth.value)) for truth in truths}


def _in_words(matched: Matched) -> list[str]:
    problems = list(matched.contradictions.values())
    if matched.missing:
        problems.append(f"The truth table has no row for {_listed(matched.missing)}.")
    if matched.unknown:
        problems.append(f"The truth table names files that are not there: {_listed(matched.unknown)}.")
    return problems


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more

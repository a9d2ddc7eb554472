"""Writes about detectors."""

from __future__ import annotations

from collections import Counter
from pathlib import Path, PurePosixPath

from django.core.exceptions import ValidationError
from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.cohorts.csv_table import TableError
from readerstudy.cohorts.models import Case, Cohort, Source
from readerstudy.detectors.models import Detector, DetectorScore
from readerstudy.detectors.table import read_scores


@transaction.atomic
def import_scores(*, name: str, version: str, file: Path, cohort: Cohort, actor: User | None) -> tuple[Detector, int]:
    """Store a detector's scores for the cases of a cohort: all of the file, or nothing.

    Returns
    -------
    (Detector, int)
        The detector and the number of cases that it scored.

    Raises
    ------
    TableError
        The file has a fault, names a case that the cohort does not hold, the detector has scored a case before, or its
        name cannot be stored.
    """
    by, rows = read_scores(file)
    cases = _cases_by_name(cohort, by)
    if unknown := [row.name for row in rows if row.name not in cases]:
        raise TableError([f"{file.name}: the cohort {cohort.slug} has no {by} {name!r}." for name in unknown])
    if not rows:
        raise TableError([f"{file.name}: the table has no rows."])
    detector = _get_or_create_detector(name.strip(), version.strip())
    known = set(detector.scores.filter(case__in=cases.values()).values_list("case", flat=True))
    if any(cases[row.name].pk in known for row in rows):
        raise TableError(
            [f"{detector} has scores for {cohort.slug} already. Give a new run its own version (--detector-version)."]
        )
    DetectorScore.objects.bulk_create(
        DetectorScore(detector=detector, case=cases[row.name], score=row.score, call=row.call) for row in rows
    )
    audit.record(
        actor=actor, verb="detectors.imported", target=f"detector:{detector.pk}", cohort=cohort.slug, scores=len(rows)
    )
    return detector, len(rows)


def _get_or_create_detector(name: str, version: str) -> Detector:
    found = Detector.objects.filter(name=name, version=version).first()
    if found:
        return found
    detector = Detector(name=name, version=version)
    if any(str(other) == str(detector) for other in Detector.objects.all()):
        raise TableError([f"There is a detector that is written {detector} already, with another name and version."])
    try:
        detector.full_clean()
    except ValidationError as error:
        problems = error.message_dict.items()
        raise TableError([f"The detector's {field}: {' '.join(words)}" for field, words in problems]) from None
    detector.save()
    return detector


def _cases_by_name(cohort: Cohort, by: str) -> dict[str, Case]:
    if by == "case":
        return {case.code: case for case in cohort.cases.all()}
    sources = list(Source.objects.filter(cohort=cohort).select_related("case"))
    bare = Counter(PurePosixPath(source.name).name for source in sources)
    by_bare_name = {name: s.case for s in sources if bare[name := PurePosixPath(s.name).name] == 1}
    return by_bare_name | {source.name: source.case for source in sources}

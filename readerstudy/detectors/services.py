"""Writes about detectors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.cohorts.csv_table import TableError
from readerstudy.cohorts.models import Case, Cohort, Source
from readerstudy.detectors.models import Detector, DetectorScore
from readerstudy.detectors.score_report import ScoreReport, report_on
from readerstudy.detectors.table import ScoreRow, read_scores
from readerstudy.studies.models import Phase


class DetectorError(Exception):
    """This cannot be changed any more; the message says why and what to do."""


@transaction.atomic
def import_scores(*, name: str, version: str, file: Path, cohort: Cohort, actor: User | None) -> tuple[Detector, int]:
    """Store a detector's scores for the cases of a cohort: all of the file, or nothing.

    Of several files with the same pixels, which are one case, the score of the file that the case came from counts.

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
    said = _matched(file, cohort)
    detector = _get_or_create_detector(name.strip(), version.strip())
    if detector.scores.filter(case__in=said).exists():
        words = _(
            "%(detector)s has scores for %(cohort)s already. Give a new run its own version (--detector-version)."
        )
        raise TableError([words % {"detector": detector, "cohort": cohort.slug}])
    DetectorScore.objects.bulk_create(
        DetectorScore(detector=detector, case=case, score=row.score, call=row.call, region=row.region)
        for case, row in said.items()
    )
    audit.record(
        actor=actor, verb="detectors.imported", target=f"detector:{detector.pk}", cohort=cohort.slug, scores=len(said)
    )
    return detector, len(said)


def check_scores(*, name: str, version: str, file: Path, cohort: Cohort) -> ScoreReport:
    """Say what an import of this table would store, and what looks wrong in it; store nothing.

    Raises
    ------
    TableError
        The table would be refused.
    """
    said = _matched(file, cohort)
    known = Detector.objects.filter(name=name.strip(), version=version.strip()).first()
    return report_on(said, cohort, known.threshold if known else None)


@transaction.atomic
def describe_detector(
    *, detector: Detector, saw: str, threshold: float | None, note: str, actor: User | None
) -> Detector:
    """Say of a detector what it was given, and from which score on it calls a case synthetic.

    Raises
    ------
    DetectorError
        What it says would change the figures of a study whose truth is known by now.
    """
    detector = Detector.objects.select_for_update().get(pk=detector.pk)
    if threshold != detector.threshold and (study := _unblinded_with(detector)):
        words = _(
            "The study %(study)s is unblinded: a threshold that is chosen now would be chosen by its truth. Bring the "
            "scores in as a new version, and give that its threshold before a study is unblinded."
        )
        raise DetectorError(words % {"study": study})
    detector.saw, detector.threshold, detector.note = saw, threshold, note.strip()
    detector.save(update_fields=["saw", "threshold", "note"])
    told = {} if threshold is None else {"threshold": str(threshold)}
    audit.record(actor=actor, verb="detectors.described", target=f"detector:{detector.pk}", saw=saw, **told)
    return detector


def _unblinded_with(detector: Detector) -> str | None:
    phases = Phase.objects.filter(cohort__cases__in=detector.scores.values("case"))
    told = phases.exclude(study__unblinded_at=None).values_list("study__slug", flat=True)
    return told.order_by("study__slug").first()


def _matched(file: Path, cohort: Cohort) -> dict[Case, ScoreRow]:
    """Read a table, and give the row of each case that it names."""
    by, rows = read_scores(file)
    cases = _cases_by_name(cohort, by)
    if unknown := [row.name for row in rows if row.name not in cases]:
        words = _("%(file)s: the cohort %(cohort)s has no %(by)s %(name)r.")
        said_of = {"file": file.name, "cohort": cohort.slug, "by": by}
        raise TableError([words % {**said_of, "name": name} for name in unknown])
    if not rows:
        raise TableError([_("%(file)s: the table has no rows.") % {"file": file.name}])
    return _one_per_case(rows, cases)


def _one_per_case(rows: Sequence[ScoreRow], cases: Mapping[str, Case]) -> dict[Case, ScoreRow]:
    own = dict(Source.objects.filter(case__in=cases.values()).values_list("case", "name"))
    said: dict[Case, ScoreRow] = {}
    for row in rows:
        case = cases[row.name]
        if case not in said or row.name == own[case.pk]:
            said[case] = row
    return said


def _get_or_create_detector(name: str, version: str) -> Detector:
    found = Detector.objects.filter(name=name, version=version).first()
    if found:
        return found
    detector = Detector(name=name, version=version)
    if any(str(other) == str(detector) for other in Detector.objects.all()):
        words = _("There is a detector that is written %(detector)s already, with another name and version.")
        raise TableError([words % {"detector": detector}])
    try:
        detector.full_clean()
    except ValidationError as error:
        problems = error.message_dict.items()
        text = _("The detector's %(field)s: %(words)s")
        raise TableError([text % {"field": field, "words": " ".join(words)} for field, words in problems]) from None
    detector.save()
    return detector


def _cases_by_name(cohort: Cohort, by: str) -> dict[str, Case]:
    if by == "case":
        return {case.code: case for case in cohort.cases.all()}
    sources = list(Source.objects.filter(cohort=cohort).select_related("case"))
    by_path = {name: source.case for source in sources for name in source.names}
    bare = Counter(PurePosixPath(path).name for path in by_path)
    return {name: by_path[path] for path in by_path if bare[name := PurePosixPath(path).name] == 1} | by_path

"""What readers gave that the figures of a report do not look at, in words."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from readerstudy.detectors.models import AidShown
from readerstudy.reading.models import Judgement, Mark, Reading
from readerstudy.reports.ratings_table import judgements_in, tested_phases
from readerstudy.studies.models import Phase, QuestionKind, Study


def not_analysed(study: Study) -> list[str]:
    """Say what enters no figure, and where it is to be found: of readers who have withdrawn, and of every phase."""
    return [*_withdrawn(study), *(words for phase in tested_phases(study) for words in _of_phase(phase))]


def withdrawn(study: Study) -> dict[str, int]:
    """Count the judgements that are kept of each reader who has withdrawn, by code; they enter nothing."""
    left_out = Judgement.objects.filter(reading__session__phase__in=tested_phases(study), revision=1)
    left = study.readers.exclude(withdrawn_at=None).exclude(user=None).order_by("number")
    return {reader.code: left_out.filter(reading__session__reader=reader).count() for reader in left}


def _withdrawn(study: Study) -> Iterator[str]:
    for reader, count in withdrawn(study).items():
        words = ngettext(
            "%(reader)s has withdrawn: %(n)s judgement is kept, and enters no table and no figure.",
            "%(reader)s has withdrawn: %(n)s judgements are kept, and enter no table and no figure.",
            count,
        )
        yield words % {"reader": reader, "n": count}


def _of_phase(phase: Phase) -> Iterator[str]:
    judged = Reading.objects.filter(pk__in=judgements_in([phase]).values("reading"))
    count, named = judged.count(), {"phase": phase.title}
    if not count:
        yield _("%(phase)s: nobody has read in it.") % named
        return
    asked = set(phase.questions.values_list("kind", flat=True))
    if QuestionKind.CALL not in asked:
        yield _("%(phase)s: its judgements hold no call. What was answered is in answers.csv.") % named
    elif without := Judgement.objects.filter(reading__in=judged, call=None).values("reading").distinct().count():
        words = ngettext(
            "%(phase)s: %(n)s judgement without a call (“cannot tell”, or the time was over) counts in no figure.",
            "%(phase)s: %(n)s judgements without a call (“cannot tell”, or the time was over) count in no figure.",
            without,
        )
        yield words % {**named, "n": without}
    yield from _beside(phase, judged, named)
    again = judged.filter(~Q(reread=0)).count()
    if again:
        words = ngettext(
            "%(phase)s: %(n)s re-read is in ratings.csv; the figures rest on first reads alone.",
            "%(phase)s: %(n)s re-reads are in ratings.csv; the figures rest on first reads alone.",
            again,
        )
        yield words % {**named, "n": again}


def _beside(phase: Phase, judged: QuerySet[Reading], named: dict[str, str]) -> Iterator[str]:
    """Say what there is beside the judgements: marks, and aid that was not waited for."""
    marks = Mark.objects.filter(judgement__in=judgements_in([phase])).exists()
    if marks:
        yield _("%(phase)s: the marks on the images are in marks.csv.") % named
    unseen = judged.filter(aided=True).exclude(pk__in=AidShown.objects.values("reading")).count()
    if unseen:
        words = ngettext(
            "%(phase)s: %(n)s aided judgement was given before its aid was shown.",
            "%(phase)s: %(n)s aided judgements were given before their aid was shown.",
            unseen,
        )
        yield words % {**named, "n": unseen}

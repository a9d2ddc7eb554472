"""Choosing which detector aids the readers of a phase, and telling them what it says once the gate is open."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit import services as audit
from readerstudy.cohorts.models import Cohort
from readerstudy.detectors.models import AidShown, Detector, DetectorScore, PhaseAid
from readerstudy.reading import gates
from readerstudy.reading import services as reading_services
from readerstudy.reading.models import Reading, ReadingSession
from readerstudy.reading.queries import current_position
from readerstudy.studies.models import Aid, Phase, Status, Study

SHOWN = ("score", "call", "region")
_NAMED = 5


class AidError(Exception):
    """This detector cannot aid here; the message says why and what to do."""


class AidClosedError(Exception):
    """The gate is shut: there is nothing that the reader may see now."""


@dataclass(frozen=True)
class ShownAid:
    """What a reader is shown: of the same form for every case of a phase. The detector has no name here."""

    score: float | None
    call: str | None
    region: list[float] | None


@transaction.atomic
def choose_aid(*, phase: Phase, detector: Detector, shows: Sequence[str], actor: User | None) -> PhaseAid:
    """Let a detector aid the readers of a phase, in place of any chosen before, and mark the phase as having its aid.

    Parameters
    ----------
    shows : sequence of {"score", "call", "region"}
        What of the detector's verdict readers see.

    Raises
    ------
    AidError
        The study is no draft, the phase gives no aid, nothing is to be shown, or the detector lacks something of that
        for a case of the phase's cohort.
    """
    study = Study.objects.select_for_update().get(phases=phase)
    phase = Phase.objects.select_related("cohort").get(pk=phase.pk)
    _require_possible(study, phase, shows)
    verdicts = _verdicts(detector, phase.cohort)
    _require_complete(verdicts, phase.cohort, shows, detector)
    shown = {f"shows_{name}": name in shows for name in SHOWN}
    chosen, _created = PhaseAid.objects.update_or_create(phase=phase, defaults={"detector": detector, **shown})
    phase.aid_digest = _digest(verdicts, shows) + phase.cohort.state_digest()[:32]
    phase.save(update_fields=["aid_digest"])
    audit.record(
        actor=actor, verb="detectors.aid_chosen", target=f"study:{study.slug}", phase=phase.name,
        detector=detector.pk, shows=[name for name in SHOWN if name in shows], aid=phase.aid_digest,
    )  # fmt: skip
    return chosen


def _require_possible(study: Study, phase: Phase, shows: Sequence[str]) -> None:
    if study.is_archived:
        raise AidError(_("The study %(study)s is archived: nothing of it changes.") % {"study": study.slug})
    if study.status != Status.DRAFT:
        raise AidError(
            _("The study %(study)s is locked: the aid of a phase can be chosen in a draft only.")
            % {"study": study.slug}
        )
    if phase.aid == Aid.NONE:
        raise AidError(
            _("The phase %(phase)s gives no aid: set when the aid is shown in the protocol first.")
            % {"phase": phase.name}
        )
    if unknown := [name for name in shows if name not in SHOWN]:
        raise AidError(_("%(what)s cannot be shown. Known: score, call, region.") % {"what": ", ".join(unknown)})
    if not shows:
        raise AidError(_("Choose what readers see: the score, the call or the region."))


def _verdicts(detector: Detector, cohort: Cohort) -> dict[str, DetectorScore]:
    scores = detector.scores.filter(case__in=cohort.cases.all()).select_related("case")
    return {score.case.code: score for score in scores}


def _require_complete(
    verdicts: dict[str, DetectorScore], cohort: Cohort, shows: Sequence[str], detector: Detector
) -> None:
    codes = sorted(cohort.cases.values_list("code", flat=True))
    if not codes:
        raise AidError(_("The cohort %(cohort)s has no cases: import some (import_cases).") % {"cohort": cohort.slug})
    for name in shows:
        lacking = [code for code in codes if getattr(verdicts.get(code), name, None) is None]
        if lacking:
            raise AidError(
                _(
                    "%(detector)s gives no %(what)s for %(count)s of the %(all)s cases of %(cohort)s (%(named)s): "
                    "import them (import_scores), or choose another detector."
                )
                % {
                    "detector": detector, "what": name, "count": len(lacking), "all": len(codes),
                    "cohort": cohort.slug, "named": ", ".join(lacking[:_NAMED]) + (" …" if lacking[_NAMED:] else ""),
                }
            )  # fmt: skip


def _digest(verdicts: dict[str, DetectorScore], shows: Sequence[str]) -> str:
    """Half of a SHA-256 over all that readers can be shown."""
    said = [[code, *(getattr(one, name) for name in SHOWN if name in shows)] for code, one in sorted(verdicts.items())]
    return hashlib.sha256(json.dumps([sorted(shows), said]).encode()).hexdigest()[:32]


@transaction.atomic
def show_aid(reading: Reading) -> ShownAid:
    """Give what the detector says of a reading's case, note the first time, and make what was judged before it final.

    Raises
    ------
    AidClosedError
        The gate is shut.
    """
    # The session's row is held first by everyone who writes within it: a judgement that is being taken back and the
    # aid for its case come one after the other.
    session = ReadingSession.objects.select_for_update(of=("self",)).select_related("phase").get(pk=reading.session_id)
    if not _is_open(session, reading):
        raise AidClosedError
    chosen = get_object_or_404(PhaseAid, phase=session.phase_id)
    verdict = get_object_or_404(DetectorScore, detector=chosen.detector_id, case=reading.case_id)
    AidShown.objects.get_or_create(reading=reading)
    reading_services.seal_reading(reading=reading)
    return _as_shown(chosen, verdict)


def _is_open(session: ReadingSession, reading: Reading) -> bool:
    of_case = session.readings.filter(case=reading.case_id, reread=reading.reread)
    # With sequential aid the own judgement stands before it in the hanging list; here nothing relies on that alone.
    own_is_missing = of_case.filter(aided=False, judgements=None).exists()
    current = current_position(session)
    return gates.aid_is_open(reading.position, current=current, aided=reading.aided) and not own_is_missing


def _as_shown(chosen: PhaseAid, verdict: DetectorScore) -> ShownAid:
    said: dict[str, Any] = {
        "score": verdict.score,
        "call": None if verdict.call is None else ("synthetic" if verdict.call else "authentic"),
        "region": verdict.region,
    }
    return ShownAid(**{name: said[name] if getattr(chosen, f"shows_{name}") else None for name in SHOWN})

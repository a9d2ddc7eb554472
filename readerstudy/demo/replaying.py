"""The preset rsna2026 played whole by readers with the published abilities, from phantoms to the unblinded study."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from fixtures.cohort import DIAGNOSES, write_cohort
from fixtures.rsna2026 import CASES, PublishedLikeReader, rsna2026_readers, write_rsna2026_calls
from readerstudy.accounts import services as accounts
from readerstudy.accounts.models import Role, User
from readerstudy.cohorts.models import Cohort
from readerstudy.demo.answering import SUSPICION
from readerstudy.demo.profiles import ReaderProfile
from readerstudy.demo.services import simulate_readers
from readerstudy.demo.simulation import Ability
from readerstudy.detectors.services import import_scores
from readerstudy.reports import coding
from readerstudy.reports.blinding_audit import acknowledge, audit_blinding
from readerstudy.studies import services as studies
from readerstudy.studies.models import Study
from readerstudy.studies.plans import PhasePlan, Protocol, QuestionPlan
from readerstudy.studies.presets import preset
from readerstudy.truth.importing import import_cases

SLUG, TITLE = "rsna2026-replayed", "The 2026 study replayed with phantoms and simulated readers"
REASON = "Replay: every simulated reader has read."
# The published set A shows several regions, set B chests.
CHEST_SHARES = {"A": 0.6, "B": 1.0}

_UNAUDITED = "Replay: a computer tells phantoms apart, and simulated readers do not look at them."

Say = Callable[[str], None]


def replay(
    *, say: Say, seed: int = 2026, cases: tuple[int, int] = (CASES["A"], CASES["B"]), readers: int = 17
) -> Study:
    """Play the whole study and give it unblinded.

    Parameters
    ----------
    cases : (int, int)
        How many, half of them synthetic, in the two cohorts.
    readers : int
        So many of the seventeen.

    Raises
    ------
    StudyError
        It was played before.
    """
    if Study.objects.filter(slug=SLUG).exists():
        raise studies.StudyError(f"There is a study {SLUG} already: replay it in another DATA_DIR.")
    cohorts = [
        _cohort(part, count, seed + number, say) for number, (part, count) in enumerate(zip(CASES, cases, strict=True))
    ]
    study = _running(cohorts)
    profiles = [profile_of(reader) for reader in rsna2026_readers()[:readers]]
    say(f"{len(profiles)} simulated readers read {study.slug} …")
    simulate_readers(study=study, profiles=profiles, seed=seed, progress=say)
    studies.close_study(study=study, reason=REASON, actor=None)
    study.refresh_from_db()
    _code_answers(study)
    studies.unblind_study(study=study, reason=REASON, actor=None)
    study.refresh_from_db()
    return study


def profile_of(reader: PublishedLikeReader) -> ReaderProfile:
    """Give the simulated reader who is right as often as this one."""
    unaware = Ability(
        0.5,
        diagnosis=reader.diagnosis_authentic,
        diagnosis_of_synthetic=reader.diagnosis_synthetic,
        suspects=reader.unprompted,
    )
    return ReaderProfile(
        unaware,
        reader.years,
        reader.subspecialty,
        reader.country,
        elsewhere={"phase-2": Ability.of_accuracy(reader.phase_2), "phase-3": Ability.of_accuracy(reader.phase_3)},
    )


def protocol_with_diagnoses() -> Protocol:
    """Give the preset, with the phantoms' diagnoses as a list to pick from.

    The preset leaves the diagnosis to the reader's words, which nobody can hold against the truth without reading them.
    """
    plan = preset("rsna2026")
    return replace(plan, phases=tuple(_with_diagnoses(phase) for phase in plan.phases))


def _with_diagnoses(phase: PhasePlan) -> PhasePlan:
    return replace(phase, questions=tuple(_with_options(question) for question in phase.questions))


def _with_options(question: QuestionPlan) -> QuestionPlan:
    return replace(question, options=tuple(DIAGNOSES.values())) if question.kind == "diagnosis" else question


def _cohort(part: str, cases: int, seed: int, say: Say) -> Cohort:
    """Draw, import and audit a cohort, and give it the calls of the detectors."""
    say(f"Drawing {cases} phantoms of set {part} …")
    with tempfile.TemporaryDirectory() as pictures, tempfile.TemporaryDirectory() as calls:
        truth = Path(pictures) / "truth.csv"
        write_cohort(Path(pictures), cases=cases, seed=seed, chest_share=CHEST_SHARES[part])
        say("Importing them, and looking whether anything but the picture tells the classes apart …")
        cohort = import_cases(source=pictures, name=f"{SLUG}-{part.lower()}", truth=truth, actor=None).cohort
        for name, file in write_rsna2026_calls(truth, Path(calls), part=part, seed=seed).items():
            import_scores(name=name, version="simulated", file=file, cohort=cohort, actor=None)
    cohort.refresh_from_db()
    acknowledge(audit=audit_blinding(cohort=cohort, actor=None), actor=None)
    return cohort


def _running(cohorts: list[Cohort]) -> Study:
    study = studies.create_study(
        slug=SLUG, title=TITLE, protocol=protocol_with_diagnoses(), cohorts=cohorts, pilot=True, actor=None
    )
    studies.lock_study(study=study, actor=None, unaudited_because=_UNAUDITED)
    study.refresh_from_db()
    return study


def _code_answers(study: Study) -> None:
    """Let two coders, who look for the one sentence that suspicious readers write, code the open answers."""
    for coder in [_coder(number) for number in (1, 2)]:
        for coded in coding.coded_readers(study, coder):
            unprompted = any(said.answer == SUSPICION for said in coded.said)
            coding.code_answers(reader=coded.reader, unprompted=unprompted, coder=coder)


def _coder(number: int) -> User:
    return accounts.create_user(username=f"{SLUG}-coder-{number}", password=None, role=Role.COORDINATOR)

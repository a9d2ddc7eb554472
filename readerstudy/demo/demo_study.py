"""The demo: a cohort of phantoms, a finished study with results, and a running one to read in."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from django.db import transaction
from django.urls import reverse

from fixtures.cohort import write_cohort
from fixtures.detector_scores import DEMO_DETECTORS, write_demo_scores
from fixtures.readers import demo_readers
from readerstudy.accounts import services as accounts
from readerstudy.accounts.models import Role, User
from readerstudy.cohorts.models import Cohort
from readerstudy.cohorts.services import get_or_create_cohort
from readerstudy.demo.profiles import ReaderProfile
from readerstudy.demo.services import simulate_readers
from readerstudy.demo.simulation import Ability
from readerstudy.detectors.models import DetectorScore
from readerstudy.detectors.services import import_scores
from readerstudy.reports.blinding_audit import acknowledge, audit_blinding, newest_audit
from readerstudy.reports.making import ask_for_figures
from readerstudy.reports.services import make_report
from readerstudy.studies import services as studies
from readerstudy.studies.models import Reader, Status, Study
from readerstudy.truth.importing import import_cases

COHORT, PRACTICE = "demo-phantoms", "demo-practice"
FINISHED, OPEN = "demo-finished", "demo-open"
FINISHED_TITLE, OPEN_TITLE = "Demo with phantoms: a finished study", "Demo with phantoms: a study to read in"
LOGINS = [
    (Role.COORDINATOR.value, "coordinator", "demo-coordinator"),
    (Role.READER.value, "reader", "demo-reader"),
]
CASES, PRACTICE_CASES, SEED = 60, 2, 2026
NOTE = (
    "Phantoms: every picture here was drawn by code. None shows a patient, and “authentic” means drawn by the full "
    "acquisition model, “synthetic” drawn as an imitation with telltales."
)

CONSENT = (
    "This is a demo. Every picture in it is a phantom, drawn by code: none shows a patient. You will look at them "
    "as at X-rays and say of each whether you take it for authentic or for synthetic. What you say stays on this "
    "machine."
)

# Kept with the study only where the audit failed.
_UNAUDITED = "Demo: the blinding audit failed, and the demo goes on with phantoms all the same."

Say = Callable[[str], None]


def load(*, say: Say) -> None:
    """Make whatever of the demo is not there yet; each step can be taken again after a crash."""
    users = {role: _user(role, name, word) for role, name, word in LOGINS}
    coordinator = users[Role.COORDINATOR]
    cohort, practice = _cohorts(coordinator, say)
    _finished_study(cohort, practice, coordinator, say)
    _open_study(cohort, practice, coordinator, users[Role.READER])


class NotTheDemoError(Exception):
    """An account of the demo's name belongs to somebody else."""


def _user(role: str, name: str, password: str) -> User:
    found = User.objects.filter(username=name).first()
    if found is None:
        return accounts.create_user(username=name, password=password, role=role)
    if not found.check_password(password):
        raise NotTheDemoError(
            f"There is an account {name!r} already that is not the demo's. Load the demo into a DATA_DIR of its own."
        )
    return found


def _cohorts(coordinator: User, say: Say) -> tuple[Cohort, Cohort]:
    main = _cohort(COHORT, "Phantoms: chest and hand", CASES, SEED, coordinator, say)
    practice = _cohort(PRACTICE, "Phantoms to practise on", PRACTICE_CASES, SEED + 1, coordinator, say)
    return main, practice


def _cohort(slug: str, title: str, cases: int, seed: int, actor: User, say: Say) -> Cohort:
    cohort = get_or_create_cohort(name=slug, actor=actor)
    scored = slug != COHORT or DetectorScore.objects.filter(case__cohort=cohort).exists()
    if scored and cohort.is_sealed and cohort.cases.count() == cases:
        return cohort
    Cohort.objects.filter(pk=cohort.pk).update(title=title, note=NOTE)
    say(f"Drawing {cases} phantoms for {slug} …")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_cohort(folder, cases=cases, seed=seed)
        import_cases(source=name, name=slug, truth=folder / "truth.csv", actor=actor)
        cohort.refresh_from_db()
        if not scored:
            _import_detectors(cohort, folder, actor)
    return cohort


@transaction.atomic
def _import_detectors(cohort: Cohort, folder: Path, actor: User) -> None:
    """Give the cohort the scores of two simulated detectors."""
    with tempfile.TemporaryDirectory() as scores:
        write_demo_scores(folder / "truth.csv", Path(scores), seed=SEED)
        for one in DEMO_DETECTORS:
            file = Path(scores) / one.file
            import_scores(name=one.name, version=one.version, file=file, cohort=cohort, actor=actor)


def _finished_study(cohort: Cohort, practice: Cohort, coordinator: User, say: Say) -> None:
    study = _study(FINISHED, FINISHED_TITLE, cohort, practice, coordinator)
    if study.is_running:
        _let_them_read(study, say)
        studies.close_study(study=study, actor=coordinator)
        study.refresh_from_db()
    if study.status == Status.CLOSED:
        studies.unblind_study(study=study, reason="Demo: every simulated reader has read.", actor=coordinator)
        study.refresh_from_db()
    if not study.reports.exists():
        report = make_report(study=study, actor=coordinator)
        ask_for_figures(report=report, page=reverse("reports:results", args=[study.slug]), actor=coordinator)


def _let_them_read(study: Study, say: Say) -> None:
    profiles = [
        ReaderProfile(Ability(reader.auc), reader.years, reader.subspecialty, reader.country)
        for reader in demo_readers()
    ]
    say(f"{len(profiles)} simulated readers read {study.slug} …")
    simulate_readers(study=study, profiles=profiles, seed=SEED)


def _open_study(cohort: Cohort, practice: Cohort, coordinator: User, user: User) -> None:
    study = _study(OPEN, OPEN_TITLE, cohort, practice, coordinator)
    if not Reader.objects.filter(study=study, user=user).exists():
        reader = studies.invite_reader(study=study, actor=coordinator)
        studies.join_study(reader=reader, user=user, years=None, subspecialty="", country="")


def _audit(cohort: Cohort, actor: User) -> None:
    """Audit the blinding of the cohort as it is now, and acknowledge what a computer finds in phantoms."""
    cohort.refresh_from_db()
    if not cohort.is_audited:
        audit_blinding(cohort=cohort, actor=actor)
    audit = newest_audit(cohort)
    if audit:
        acknowledge(audit=audit, actor=actor)


def _study(slug: str, title: str, cohort: Cohort, practice: Cohort, actor: User) -> Study:
    study = Study.objects.filter(slug=slug).first() or studies.create_study(
        slug=slug,
        preset="single-phase",
        cohorts=[cohort, practice],
        title=title,
        consent=CONSENT,
        pilot=True,  # nothing that is said of phantoms is evidence
        actor=actor,
    )
    if study.status == Status.DRAFT:
        _audit(cohort, actor)
        studies.lock_study(study=study, actor=actor, unaudited_because=_UNAUDITED)
        study.refresh_from_db()
    return study

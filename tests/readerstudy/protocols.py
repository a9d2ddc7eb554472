"""Small protocols for tests: written as documents, as a coordinator would."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import yaml

from readerstudy.accounts.models import User
from readerstudy.cohorts.models import Cohort
from readerstudy.studies.models import Study
from readerstudy.studies.protocol import read_protocol
from readerstudy.studies.services import create_study
from tests.readerstudy.makers import enrol, lock_without_audit
from tests.readerstudy.unpictured import an_unpictured_cohort

CALL = {"name": "call", "kind": "call", "text": "Authentic or synthetic?"}
FINDING = {"name": "diagnosis", "kind": "diagnosis", "text": "What is it?", "options": ["Normal", "Fracture"]}
QUALITY = {"name": "quality", "kind": "quality", "text": "How good is it?", "options": ["Poor", "Fair", "Good"]}


def a_phase(name: str = "reading", **settings: Any) -> dict[str, Any]:
    """Describe a phase: informed, with a call, unless the settings say otherwise."""
    usual = {"title": name.capitalize(), "purpose": "informed", "cohort": "A", "questions": [CALL]}
    return {"name": name, **usual, **settings}


def a_draft(
    *phases: dict[str, Any],
    slug: str = "s",
    cases: int = 6,
    arms: Sequence[Sequence[str]] = (),
    cohorts: Sequence[Cohort] = (),
    make_cohort: Callable[..., Cohort] = an_unpictured_cohort,
) -> Study:
    """Make a draft of these phases; unless given, each slot has a cohort of its own, `<slug>-<slot>`."""
    named = [phase.get(field) for field in ("cohort", "companions") for phase in phases]
    slots = [slot for slot in dict.fromkeys(named) if slot]
    sequences = arms or [[phase["name"] for phase in phases]]
    document = {
        "name": "of-a-test", "title": "A study of a test", "summary": "A test.", "consent": "I agree.",
        "cohorts": [{"slot": slot, "title": slot} for slot in slots],
        "phases": list(phases),
        "arms": [{"name": f"arm-{n}", "title": "", "phases": list(one)} for n, one in enumerate(sequences, start=1)],
    }  # fmt: skip
    given = cohorts or [make_cohort(f"{slug}-{slot.lower()}", cases=cases) for slot in slots]
    return create_study(
        slug=slug, protocol=read_protocol(yaml.safe_dump(document)), cohorts=given, title="A study of a test"
    )


def run_with(study: Study, *users: User) -> Study:
    """Lock a draft, and let the users join it as R01, R02, … and agree."""
    lock_without_audit(study)
    for user in users:
        enrol(study, user, consent=True)
    return study

"""The throw-away session of a blinding audit: presents all cases of a cohort as a reader's session presents a few."""

from __future__ import annotations

import hashlib
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence

from readerstudy.cohorts.models import Cohort
from readerstudy.reading import gates
from readerstudy.reading.images import presented_instances
from readerstudy.reading.models import Reading, ReadingSession
from readerstudy.reports.blinding_container import FRAME, METADATA, Presented, question
from readerstudy.reports.blinding_stage import ROOT, ask
from readerstudy.studies.models import Phase

ROUNDS = 5
OPEN_AT_ONCE = gates.LOOKAHEAD + 1


def session_code(cohort: Cohort) -> str:
    """Give a code of the form that sessions have; an audit of the same state has the same one, so it can be repeated.

    No session has it: sessions draw theirs from 120 random bits.
    """
    return hashlib.sha256(f"audit:{cohort.import_seed}:{cohort.state_digest()}".encode()).hexdigest()[:30]


def present_all(cohort: Cohort, code: str) -> list[Presented]:
    """Present every case of a cohort that has an image, in the order in which the cases came in."""
    cases = [
        case
        for case in cohort.cases.select_related("image", "cohort").order_by("created_at", "pk")
        if hasattr(case, "image")
    ]
    session = ReadingSession(code=code, phase=Phase(cohort=cohort))
    instances = presented_instances(session, [Reading(case=case) for case in cases])
    return [Presented(case, instance) for case, instance in zip(cases, instances, strict=True)]


def neighbours(all_presented: Sequence[Presented], number: int) -> list[Presented]:
    """Give what a session would have open beside a case: it and those ahead of it."""
    doubled = [*all_presented, *all_presented[:OPEN_AT_ONCE]]
    return doubled[number : number + min(OPEN_AT_ONCE, len(all_presented))]


def order_of_search(all_presented: Sequence[Presented], code: str) -> list[float]:
    """Give each case's place in one list of all studies, as a search gives it."""
    instances = [one.instance for one in all_presented]
    answer = ask(ROOT.format(code=code) + "studies", instances)
    found = [record["0020000D"]["Value"][0] for record in json.loads(answer.body)] if answer.status == 200 else []
    places = {uid: float(place) for place, uid in enumerate(found)}
    return [places.get(instance.dicom_study_uid, -1.0) for instance in instances]


def response_times(
    all_presented: Sequence[Presented], code: str, *, seed: str, tick: Callable[[], None] = lambda: None
) -> list[float]:
    """Give each case's median seconds for metadata and frame.

    Several rounds over all cases, each in an order of its own, so that whatever slows the machine for a while hits both
    classes alike. A round before them is not counted: it finds files and code in no cache.
    """
    generator = random.Random(seed)  # noqa: S311 - an order that can be drawn again, not a secret
    taken: list[list[float]] = [[] for _ in all_presented]
    for round_number in range(ROUNDS + 1):
        for number in generator.sample(range(len(all_presented)), len(all_presented)):
            one = all_presented[number].instance
            start = time.perf_counter()
            for what in (METADATA, FRAME):
                question(what, one, code, [one])
            if round_number:
                taken[number].append(time.perf_counter() - start)
        tick()
    return [statistics.median(times) for times in taken]

"""A site with something behind every address of the endpoint table: studies in each state, of any size."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from django.test import Client
from django.utils import timezone

from readerstudy.accounts.models import Role, User
from readerstudy.cohorts import masters
from readerstudy.cohorts.models import Blackout, Case, Cohort, NearDuplicate, Source
from readerstudy.cohorts.source_image import SourceImage
from readerstudy.detectors.models import Detector
from readerstudy.jobs.models import Job
from readerstudy.reading.models import Judgement, Reading, ReadingSession, rating_of
from readerstudy.reading.tallies import Tally, with_judgement
from readerstudy.reports.blinding_audit import audit_blinding
from readerstudy.reports.services import make_report
from readerstudy.studies import services as studies
from readerstudy.studies.models import HangingList, Member, Reader, Study, TeamRole
from tests.blinding.endpoints import ENDPOINTS
from tests.readerstudy.detectors.conftest import an_aided_draft
from tests.readerstudy.makers import by_truth, close_and_unblind, enrol, read
from tests.readerstudy.protocols import a_draft, a_phase, run_with
from tests.readerstudy.reader_client import ReaderClient
from tests.readerstudy.unpictured import (
    a_person,
    an_unpictured_cohort,
    an_unpictured_study,
    draw_frames,
    draw_frames_of,
)

People = dict[str, User | None]


# Whose pages are looked at, where they may open them; else one of whoever may.
AT_WORK = ("coordinator", "statistician", "monitor", "reader")


@dataclass(frozen=True)
class Page:
    """What a role may open."""

    path: str
    role: str
    browser: Client
    row: str = ""
    """The path as it stands in the endpoint table."""

    def __str__(self) -> str:
        return f"{self.path} as {self.role}"

    def open(self) -> int:
        """Open it to its last byte, and give how many there are."""
        answer = self.browser.get(self.path)
        assert answer.status_code == 200, self
        return len(answer.getvalue())


@dataclass(frozen=True)
class Site:
    """One person of each role, and what stands for the names in braces of the table's paths."""

    people: People
    names: dict[str, str]

    def browser(self, role: str) -> Client:
        """Give a browser, logged in where there is somebody to log in."""
        user = self.people[role]
        return ReaderClient(user) if user else Client()

    def pages(self) -> Iterator[Page]:
        """Give all that the endpoint table lets its roles open."""
        browsers = {role: self.browser(role) for role in self.people}
        seen = set()
        for row in ENDPOINTS:
            path = row.path.format(**self.names)
            may = [role for role, answer in row.asked().items() if answer == 200]
            for role in [role for role in AT_WORK if role in may] or may[:1]:
                if row.method == "GET" and (path, role) not in seen:
                    seen.add((path, role))
                    yield Page(path, role, browsers[role], row.path)


def a_site(folder: Path, *, cases: int = 6, readers: int = 0) -> Site:
    """Make a site whose studies have so many cases, and so many readers more, who have read."""
    people = _people()
    own, colleague = people["reader"], people["colleague"]
    assert own
    assert colleague
    study = an_unpictured_study("running", practice=True, readers=[own, colleague], consent=True, cases=cases)
    let_others_read(study, readers)
    closed = an_unpictured_study("closed", cases=cases)
    let_others_read(closed, readers)
    studies.close_study(study=closed, actor=None)
    an_unpictured_study("draft", locked=False, cases=cases)
    _unblinded_study(cases, readers)
    case = _a_case_with_a_source(an_unpictured_cohort("free", cases=2))
    client = ReaderClient(own)
    state = client.start("running").json()
    client.judge(state["code"], 1)
    draw_frames(study)
    run_with(an_aided_draft(folder, slug="aided"), own, colleague)
    invited = studies.invite_reader(study=study, actor=None)
    for one in Study.objects.all():
        _give_a_team(one, people)
    return Site(people, {
        "study": "running", "closed": "closed", "draft": "draft", "unblinded": "unblinded", "cohort": "running-cases",
        "detector": str(Detector.objects.latest("pk").pk),
        "aided_code": client.start("aided").json()["code"], "told_code": _told_session(client, own, colleague),
        "code": state["code"], "frame": _frame(client.state(state["code"])),
        "case": study.phases.all()[0].cohort.cases.all()[0].code,
        "audit": str(audit_blinding(cohort=Cohort.objects.get(slug="running-cases"), actor=None).pk),
        "job": str(Job.objects.create(kind="any", title="A job", target="cohort:running-cases").pk),
        "free_case": case.code, "number": "0",
        "blackout": str(Blackout.objects.create(case=case, x=2, y=2, width=3, height=3).pk),
        "pair": str(_a_pair(case.cohort).pk),
        "token": _token(invited), "used_token": _token(study.readers.get(user=own)),
        "place": invited.code, "open_token": _open_link(study),
        "member": str(study.members.get(role=TeamRole.MONITOR).pk),
        "team_token": _token(studies.invite_member(study=study, role=TeamRole.MONITOR, actor=None)),
    })  # fmt: skip


def _people() -> People:
    readers: People = {name: a_person(name) for name in ("reader", "colleague", "stranger")}
    desks = {
        "coordinator": Role.COORDINATOR, "statistician": Role.OBSERVER, "monitor": Role.OBSERVER,
        "outsider": Role.COORDINATOR,
    }  # fmt: skip
    return {"anonymous": None, **readers, **{name: a_person(name, role) for name, role in desks.items()}}


def let_others_read(study: Study, readers: int, *, seed: int = 1) -> None:
    """Let so many new readers join and judge everything."""
    generator = random.Random(seed)
    for number in range(readers):
        reader = enrol(study, a_person(f"{study.slug}-{number}"), consent=True)
        for drawn in reader.hanging_lists.select_related("phase"):
            _judge_everything(drawn, generator)


def _judge_everything(drawn: HangingList, generator: random.Random) -> None:
    """Store a whole session as the services would have, in bulk."""
    phase, begun = drawn.phase, timezone.now() - timedelta(days=20)
    session = ReadingSession.objects.create(
        reader=drawn.reader, phase=phase, hanging_list=drawn, started_at=begun, finished_at=begun + timedelta(days=2)
    )
    cases = dict(phase.cohort.cases.values_list("code", "pk"))
    places = [Reading(session=session, position=n, case_id=cases[p["case"]]) for n, p in enumerate(drawn.places, 1)]
    judgements, tally = [], Tally()
    for number, reading in enumerate(Reading.objects.bulk_create(places)):
        call, confidence = "authentic" if generator.random() < 0.8 else "synthetic", generator.randint(1, 100)
        seconds = generator.lognormvariate(2, 0.5)
        judgements.append(
            Judgement(
                reading=reading, call=call, confidence=confidence, rating=rating_of(call, confidence), seconds=seconds,
                view_log=[[30 * step, "wl", step, 2 * step] for step in range(40)], shown_at=begun, submitted_at=begun,
                idempotency_key=uuid.uuid4(), request_digest="0" * 64,
            )
        )  # fmt: skip
        tally = with_judgement(
            tally, call=call, confidence=confidence, seconds=seconds, is_reread=False,
            received_at=begun + timedelta(minutes=number),
        )  # fmt: skip
    Judgement.objects.bulk_create(judgements)
    ReadingSession.objects.filter(pk=session.pk).update(tally=tally.as_json())


def _open_link(study: Study) -> str:
    asked = dict.fromkeys(("years", "subspecialty", "country"), "optional")
    return studies.change_recruitment(study=study, is_open=True, limit=None, actor=None, **asked).token


def _give_a_team(study: Study, people: People) -> None:
    for role in TeamRole:
        Member.objects.create(study=study, user=people[role], role=role)


def _told_session(client: ReaderClient, *users: User) -> str:
    """Finish a practice whose answers are told at its end, and whether it was good enough."""
    practice = a_phase(purpose="practice", feedback="at-end", qualification_percent=50)
    draw_frames(run_with(a_draft(practice, slug="told", cases=2), *users))
    code = str(client.start("told").json()["code"])
    client.read_on(code)
    return code


def _a_case_with_a_source(cohort: Cohort) -> Case:
    """Give a case all that its page shows."""
    case = cohort.cases.all()[0]
    pixels = np.random.default_rng(1).integers(0, 256, (64, 48)).astype(np.float32)
    master = masters.write(masters.as_bytes(SourceImage(pixels, "PNG", 8)))
    Source.objects.create(
        case=case, cohort=cohort, name="a.png", format="PNG", rows=64, columns=48, bits=8, master=master,
        text_candidates=[[1, 1, 9, 9]],
    )  # fmt: skip
    draw_frames_of(cohort)
    return case


def _a_pair(cohort: Cohort) -> NearDuplicate:
    first, second = cohort.cases.all()
    return NearDuplicate.objects.create(cohort=cohort, first=first, second=second, distance=3)


def _token(place: Reader | Member) -> str:
    assert place.invitation
    return place.invitation.token


def _frame(state: dict[str, Any]) -> str:
    one = state["readings"][0]
    series = f"studies/{one['dicom_study_uid']}/series/{one['dicom_series_uid']}"
    return f"{series}/instances/{one['sop_instance_uid']}/frames/1"


def _half_deceived(reading: Reading) -> tuple[str, int]:
    """Judge every other case of either class wrongly: some cases deceive everybody."""
    call, confidence = by_truth(reading)
    wrong = {"authentic": "synthetic", "synthetic": "authentic"}[call]
    return wrong if reading.case_id % 4 < 2 else call, confidence


def _unblinded_study(cases: int, readers: int) -> None:
    study = an_unpictured_study("unblinded", cases=cases)
    for name in ("first", "second"):
        read(enrol(study, a_person(name), consent=True), _half_deceived)
    let_others_read(study, readers)
    make_report(study=close_and_unblind(study), actor=None)

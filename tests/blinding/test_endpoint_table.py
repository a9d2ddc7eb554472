"""The endpoint table is whole, and every role is answered as it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from readerstudy.accounts.models import Role, User
from readerstudy.cohorts import masters
from readerstudy.cohorts.models import Blackout, Case, Cohort, NearDuplicate, Source
from readerstudy.cohorts.source_image import SourceImage
from readerstudy.detectors.models import Detector
from readerstudy.jobs.models import Job
from readerstudy.reports.blinding_audit import audit_blinding
from readerstudy.reports.services import make_report
from readerstudy.studies import services as studies
from readerstudy.studies.models import Member, Reader, Study, TeamRole
from tests.blinding.conftest import Played
from tests.blinding.endpoints import ENDPOINTS, Answer, Endpoint
from tests.readerstudy.detectors.conftest import an_aided_draft
from tests.readerstudy.makers import close_and_unblind, enrol, read
from tests.readerstudy.protocols import a_draft, a_phase, run_with
from tests.readerstudy.reader_client import JUDGEMENT, ReaderClient
from tests.readerstudy.unpictured import (
    a_person,
    an_unpictured_cohort,
    an_unpictured_study,
    draw_frames,
    draw_frames_of,
)

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
KEY = "7f0c3ac0-95a6-4a53-9e8d-2a2d8f3f7a11"


def routes(resolver: URLResolver, names: str = "", prefix: str = "") -> Iterator[tuple[str, str]]:
    """Give name and pattern of everything that the application answers."""
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield f"{names}{entry.name}", route
        else:
            yield from routes(entry, f"{names}{entry.namespace}:" if entry.namespace else names, route)


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    known, listed = set(routes(get_resolver())), {(one.name, one.route) for one in ENDPOINTS}
    assert known - listed == set(), "say in endpoints.py who may open these and what a reader sees of them"
    assert listed - known == set(), "these rows of endpoints.py lead nowhere any more"


def test_no_two_routes_share_a_name() -> None:
    names = [name for name, _ in routes(get_resolver())]
    assert len(names) == len(set(names))


def test_a_row_says_that_a_reader_gets_a_body_where_one_does() -> None:
    for row in ENDPOINTS:
        gets_a_body = row.who.reader in (200, 201)
        assert (row.tells_reader != "nothing") == gets_a_body, row


def test_truth_is_told_by_the_endpoints_of_feedback_alone() -> None:
    telling = {row.name for row in ENDPOINTS if row.tells_reader == "truth"}
    assert telling == {"training_api:feedback", "training_api:feedback-at-end"}


def test_the_canaries_search_every_route_that_a_reader_gets_a_body_of(played: Played) -> None:
    got = {one.route for one in played.exchanges if one.status in (200, 201)}
    # An invitation is followed before there is a reader; its page is searched on its own (test_attacking_reader.py).
    # So are the answers of another protocol (test_canaries_of_aid_and_answers.py).
    others = {"detectors_api:aid", "training_api:feedback-at-end", "training_api:qualification"}
    assert {row.name for row in ENDPOINTS if row.tells_reader != "nothing"} - got == {"studies:join", *others}


@pytest.fixture
def people(db: None) -> dict[str, User | None]:
    """One person of each role."""
    readers: dict[str, User | None] = {name: a_person(name) for name in ("reader", "colleague", "stranger")}
    desks = {
        "coordinator": Role.COORDINATOR, "statistician": Role.OBSERVER, "monitor": Role.OBSERVER,
        "outsider": Role.COORDINATOR,
    }  # fmt: skip
    return {"anonymous": None, **readers, **{name: a_person(name, role) for name, role in desks.items()}}


@pytest.fixture
def names(people: dict[str, User | None], tmp_path: Path) -> dict[str, str]:
    """What stands for the names in braces: a study in each state, and the reader's session within the practice."""
    own, colleague = people["reader"], people["colleague"]
    assert own
    assert colleague
    study = an_unpictured_study("running", practice=True, readers=[own, colleague], consent=True)
    closed = an_unpictured_study("closed")
    studies.close_study(study=closed, actor=None)
    an_unpictured_study("draft", locked=False)
    _unblinded_study()
    case = _a_case_with_a_source(an_unpictured_cohort("free", cases=2))
    client = ReaderClient(own)
    state = client.start("running").json()
    client.judge(state["code"], 1)
    draw_frames(study)
    run_with(an_aided_draft(tmp_path, slug="aided"), own, colleague)
    invited = studies.invite_reader(study=study, actor=None)
    for one in Study.objects.all():
        _give_a_team(one, people)
    return {
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
    }  # fmt: skip


def _open_link(study: Study) -> str:
    asked = dict.fromkeys(("years", "subspecialty", "country"), "optional")
    return studies.change_recruitment(study=study, is_open=True, limit=None, actor=None, **asked).token


def _give_a_team(study: Study, people: dict[str, User | None]) -> None:
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


def _unblinded_study() -> None:
    study = an_unpictured_study("unblinded")
    for name in ("first", "second"):
        read(enrol(study, a_person(name), consent=True))
    make_report(study=close_and_unblind(study), actor=None)


def ask(row: Endpoint, user: User | None, names: dict[str, str], method: str = "") -> Response:
    """Ask as somebody, and take back whatever it changed."""
    client = ReaderClient(user) if user else Client()
    path, how = row.path.format(**names), method or row.method
    with transaction.atomic():
        if row.sends == "judgement" and how == "POST":
            headers = {"Idempotency-Key": KEY}
            answer = client.post(path, JUDGEMENT, content_type="application/json", headers=headers)
        elif row.sends.startswith("{") and how == row.method:
            client.defaults["HTTP_IDEMPOTENCY_KEY"] = KEY
            answer = client.generic(how, path, row.sends, content_type="application/json")
        elif how == "POST":
            answer = client.post(path, _form(row))
        else:
            answer = client.generic(how, path)
        if answer.streaming:
            answer.getvalue()  # which closes the file
        transaction.set_rollback(True)
    return answer


def _form(row: Endpoint) -> dict[str, Any]:
    if row.sends == "new study":
        cohort = Cohort.objects.get(slug="free")
        return {"title": "A new one", "slug": "new-one", "cohort-A": cohort.pk}
    key, _, value = row.sends.partition("=")
    return {key: value} if key else {}


def answered(response: Response) -> Answer:
    """Give the status, or say that the way leads to the login page."""
    leads_to_login = response.status_code == 302 and response["Location"].startswith("/accounts/login/?next=")
    return "login" if leads_to_login else response.status_code


def test_every_role_is_answered_as_the_table_says(
    people: dict[str, User | None], names: dict[str, str], subtests: pytest.Subtests
) -> None:
    for row in ENDPOINTS:
        for role, expected in row.asked().items():
            with subtests.test(f"{row.method} {row.path} as {role}"):
                assert answered(ask(row, people[role], names)) == expected


def test_no_other_method_opens_what_is_shut(people: dict[str, User | None], names: dict[str, str]) -> None:
    opened = []
    for row in ENDPOINTS:
        for role, expected in row.asked().items():
            if expected not in ("login", 403, 404) or (role == "colleague" and row.who.stranger == expected):
                continue
            for method in METHODS:
                response = ask(row, people[role], names, method)
                if response.status_code in (200, 201, 204) and not _is_description(row, method, response):
                    opened.append((method, row.path, role, response.status_code))
    assert opened == []


def _is_description(row: Endpoint, method: str, response: Response) -> bool:
    """Whether an API says what it takes (OPTIONS): the same words to everybody who is logged in."""
    return method == "OPTIONS" and row.path.startswith("/api/v1/") and set(response.json()) <= {
        "name", "description", "renders", "parses",
    }  # fmt: skip


def test_coordinators_pages_are_not_there_for_readers_whether_they_exist_or_not(
    people: dict[str, User | None], names: dict[str, str]
) -> None:
    user = people["reader"]
    nowhere = dict.fromkeys(names, "nowhere") | dict.fromkeys(["job", "blackout", "number", "pair", "member"], "0")
    for row in ENDPOINTS:
        if row.who.reader == 404:
            there, not_there = ask(row, user, names), ask(row, user, nowhere)
            assert there.status_code == not_there.status_code == 404, row
            assert len(there.content) == len(not_there.content), row
            assert sorted(there.headers) == sorted(not_there.headers), row

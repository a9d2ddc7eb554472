"""WCAG 2.2 AA on the pages that the server renders, light and dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from readerstudy.accounts.models import Role, User
from readerstudy.accounts.services import create_user
from readerstudy.cohorts.models import Case
from readerstudy.reports.services import make_report
from readerstudy.studies import services as studies
from readerstudy.studies.models import Study
from tests.browser.accessibility import violations
from tests.browser.conftest import PASSWORD, LogIn
from tests.readerstudy.makers import a_study, close_and_unblind, enrol, read

NOWHERE = ["/nowhere/"]
STRANGERS = ["/accounts/login/", *NOWHERE]
READERS = [
    "/accounts/me/", "/reading/", "/reading/running/consent/", "/reading/joined/consent/", "/reading/joined/withdraw/",
]  # fmt: skip
COORDINATORS = [
    "/studies/", "/studies/new/", "/studies/new/from/rsna2026/", "/studies/draft/protocol/",
    "/studies/draft/protocol/texts/", "/studies/draft/protocol/arms/", "/studies/draft/protocol/document/",
    "/studies/draft/protocol/new-phase/", "/studies/draft/protocol/phases/phase-1/",
    "/studies/draft/protocol/phases/phase-1/new-question/", "/studies/draft/protocol/phases/phase-1/questions/call/",
    "/studies/?archived=1", "/studies/draft/plan/", "/studies/draft/plan/edit/",
    "/studies/draft/plan/power/?effect=0.05", "/studies/draft/preview/", "/studies/draft/copy/",
    "/studies/running/plan/", "/studies/running/plan/edit/", "/studies/running/amend/", "/studies/running/close/",
    "/studies/running/interim/",
    "/studies/running/protocol/", "/studies/running/monitor/", "/studies/running/readers/",
    "/studies/running/readers/joining/", "/studies/running/readers/notes/", "/studies/running/readers/R01/withdraw/",
    "/studies/running/team/", "/studies/running/audit/?check=1",
    "/studies/running/detectors/", "/studies/finished/protocol/", "/studies/finished/results/", "/cohorts/",
    "/cohorts/new/", "/cohorts/draft-cases/", "/cohorts/draft-cases/import/", "/cohorts/draft-cases/cases/{case}/",
    "/cohorts/draft-cases/duplicates/", "/cohorts/draft-cases/deidentification/", "/cohorts/draft-cases/presentation/",
    "/cohorts/draft-cases/sample/", "/cohorts/draft-cases/blinding/", "/jobs/", "/api/docs/",
]  # fmt: skip


@pytest.fixture
def world(server: str) -> User:
    """A draft, a running and a finished study, with their coordinator and a reader of all that can be read."""
    coordinator = create_user(username="coordinator", password=PASSWORD, role=Role.COORDINATOR)
    reader = create_user(username="reader", password=PASSWORD, role=Role.READER)
    colleague = create_user(username="colleague", password=PASSWORD, role=Role.READER)
    a_study("draft", locked=False)
    a_study("running", readers=[reader], consent=True)
    a_study("joined", readers=[reader])
    finished = a_study("finished")
    for user in (reader, colleague):
        read(enrol(finished, user, consent=True))
    make_report(study=close_and_unblind(finished), actor=coordinator)
    return coordinator


def check(page: Page, addresses: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Visit each address in light and in dark, print how many violations there are, and expect none."""
    found: dict[str, list[str]] = {}
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == (404 if address in NOWHERE else 200), address
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            violated = violations(page)
            with capsys.disabled():
                print(f"\naxe: {address} ({scheme}): {len(violated)} violations", end="")  # noqa: T201
            if violated:
                found[f"{address} ({scheme})"] = violated
    assert found == {}


def test_the_pages_before_the_login_are_accessible(
    world: User, server: str, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    study = Study.objects.get(slug="running")
    place = studies.invite_reader(study=study, actor=None)
    asked = dict.fromkeys(("years", "subspecialty", "country"), "optional")
    link = studies.change_recruitment(study=study, is_open=True, limit=None, actor=None, **asked)
    member = studies.invite_member(study=study, role="monitor", actor=None)
    page = browser.new_page(base_url=server)
    check(page, [*STRANGERS, place.join_path, link.path, member.join_path], capsys)
    page.close()


def test_the_pages_of_readers_are_accessible(world: User, log_in: LogIn, capsys: pytest.CaptureFixture[str]) -> None:
    check(log_in("reader"), READERS, capsys)


def test_the_pages_of_coordinators_are_accessible(
    world: User, log_in: LogIn, capsys: pytest.CaptureFixture[str]
) -> None:
    case = Case.objects.filter(cohort__slug="draft-cases").first()
    assert case is not None
    check(log_in("coordinator"), [address.format(case=case.code) for address in COORDINATORS], capsys)


def test_an_empty_desk_is_accessible(server: str, log_in: LogIn, capsys: pytest.CaptureFixture[str]) -> None:
    create_user(username="coordinator", password=PASSWORD, role=Role.COORDINATOR)
    check(log_in("coordinator"), ["/studies/", "/studies/new/", "/cohorts/", "/jobs/"], capsys)

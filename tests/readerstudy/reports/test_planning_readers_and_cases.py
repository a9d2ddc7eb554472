"""A study is planned on its page: power over readers and cases, with a pilot or without, and a paragraph for it."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from analysis.planning.conjecture import Conjecture
from analysis.planning.power import power
from readerstudy.accounts.models import Role, User
from readerstudy.audit.models import Event
from readerstudy.reports.power import Aim, Pilot, pilots_for, planned, source_of
from readerstudy.studies.default_plans import current_plan
from readerstudy.studies.models import Study
from readerstudy.studies.services import create_study, lock_study, make_pilot
from tests.readerstudy.makers import close_and_unblind, enrol, lock_without_audit, read
from tests.readerstudy.protocols import a_draft, a_phase
from tests.readerstudy.unpictured import a_person, an_unpictured_cohort, an_unpictured_study

pytestmark = pytest.mark.django_db
PAGE = "/studies/s/plan/power/"
WRITE = f"{PAGE}write/"
# What the defaults of the page expect, as its reference.
EXPECTED = Conjecture(expected=0.75, range_between=0.15, range_within=0.05, r1=0.47, r2=0.3, r3=0.3)
AIM = Aim(effect=0.05, margin=None, random="both", target=0.8, alpha=0.05)


@pytest.fixture
def study(coordinator: User) -> Study:
    """A draft of one phase with 60 cases."""
    cohorts = [an_unpictured_cohort("main", cases=60)]
    return create_study(slug="s", title="Ours", preset="single-phase", cohorts=cohorts, actor=coordinator)


def page(client: Client, **asked: Any) -> str:
    answer = client.get(PAGE, asked)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def a_read_pilot(study: Study) -> Study:
    """Let two people read a pilot of a draft, one surer than the other, and unblind it."""
    pilot = lock_without_audit(make_pilot(study=study, actor=None))
    for name, shift in (("first", 0), ("second", 3)):

        def judge(reading: Any, shift: int = shift) -> tuple[str, int]:
            number = (reading.case_id * 7 + reading.position + shift) % 10
            return ("synthetic" if number > 4 else "authentic"), 10 + 9 * number

        read(enrol(pilot, a_person(name), consent=True), judge)
    return close_and_unblind(pilot)


def test_the_page_opens_with_the_plans_own_numbers_and_computes_nothing_yet(desk: Client, study: Study) -> None:
    text = page(desk)
    assert 'name="cases" value="60"' in text
    assert 'name="readers" value="8"' in text
    assert 'name="alpha" value="0.05"' in text
    assert "The paragraph on the sample size" not in text


def test_without_a_pilot_it_rests_on_what_is_expected(desk: Client, study: Study) -> None:
    text = page(desk, effect="0.05", readers="10", cases="200")
    plan = power(EXPECTED, readers=10, cases=200, effect=0.05)
    assert plan.paragraph in text
    cells = re.findall(r'<td class="number(?: reached)?">(> 99|\d+)', text)
    assert len(cells) == 9 * 8
    assert cells == sorted(cells[:8], key=float) + cells[8:], "more cases, more power"


def test_the_power_of_a_cell_is_that_of_the_statistics(study: Study) -> None:
    found = planned(EXPECTED, AIM, readers=[4, 8], cases=[100, 200], chosen=(8, 200))
    few, many = found.rows()
    alone = power(EXPECTED, readers=8, cases=200, effect=0.05)
    assert many.cells[1].power == found.chosen.power == alone.power
    assert (few.readers, many.readers, many.needed) == (4, 8, alone.cases_needed)


def test_a_cell_never_claims_what_is_not_reached(study: Study) -> None:
    found = planned(EXPECTED, AIM, readers=list(range(4, 16)), cases=[100, 150, 200, 300], chosen=(8, 200))
    for row in found.rows():
        for cell in row.cells:
            assert cell.percent == "> 99" or int(cell.percent) <= 100 * cell.power < int(cell.percent) + 1
            assert cell.is_reached == (cell.power >= 0.8)


def test_a_pilot_gives_its_variances(desk: Client, coordinator: User, study: Study) -> None:
    pilot = a_read_pilot(study)
    assert pilots_for(study, coordinator) == [Pilot(pilot)]
    text = page(desk, source="s-pilot", comparison="value", effect="0.1", readers="6", cases="120")
    source = source_of(Pilot(pilot), comparison="value", detector="", metric="auc")
    assert power(source, readers=6, cases=120, effect=0.1).paragraph in text
    assert "estimated in a pilot study of 2 readers and 60 cases" in text


def test_a_pilot_that_does_not_give_what_is_asked_says_so(desk: Client, study: Study) -> None:
    a_read_pilot(study)
    text = page(desk, source="s-pilot", comparison="modalities", effect="0.1")
    assert "This cannot be computed." in text
    assert 'class="errorlist nonfield"' in text


def test_a_phase_of_a_pilot_can_be_chosen_and_its_own_pilots_come_first(coordinator: User, study: Study) -> None:
    other = lock_without_audit(a_draft(a_phase("one"), a_phase("two"), slug="other"))
    own = lock_without_audit(make_pilot(study=study, actor=coordinator))
    for one in (own, other):
        close_and_unblind(one)
    keys = [pilot.key for pilot in pilots_for(study, coordinator)]
    assert keys == ["s-pilot", "other", "other/one", "other/two"]


def test_the_page_begins_with_the_studys_own_pilot_and_can_be_computed_at_once(desk: Client, study: Study) -> None:
    a_read_pilot(study)
    text = page(desk, effect="0.1")
    assert "estimated in a pilot study of 2 readers and 60 cases" in text


def test_what_cannot_be_computed_is_not_written(desk: Client, study: Study) -> None:
    text = html.unescape(desk.post(WRITE, {"effect": "0"}, follow=True).content.decode())
    assert "the effect must be a number other than 0" in text
    study.refresh_from_db()
    assert study.plan == ""


def test_a_study_that_is_not_unblinded_or_not_ones_own_is_no_pilot(coordinator: User, study: Study) -> None:
    lock_without_audit(make_pilot(study=study, actor=None))
    stranger = a_person("other-coordinator", Role.COORDINATOR)
    theirs = create_study(
        slug="theirs", preset="single-phase", cohorts=[an_unpictured_cohort("their", cases=4)], actor=stranger
    )
    close_and_unblind(lock_without_audit(theirs))
    assert pilots_for(study, coordinator) == []


def test_the_paragraph_is_written_into_the_plan_of_a_draft(desk: Client, study: Study) -> None:
    before = current_plan(study)
    assert before
    asked = {"effect": "0.05", "readers": "9", "cases": "150"}
    assert (
        "The sample size and the number of readers are in the plan."
        in desk.post(WRITE, asked, follow=True).content.decode()
    )
    study.refresh_from_db()
    plan = current_plan(study)
    assert plan
    assert plan.sample_size == power(EXPECTED, readers=9, cases=150, effect=0.05).paragraph
    assert (plan.readers, plan.endpoints) == (9, before.endpoints)
    assert Event.objects.latest("pk").verb == "studies.plan_saved"


def test_the_form_that_writes_sends_what_was_computed(desk: Client, study: Study) -> None:
    text = desk.get(PAGE, {"effect": "0.07", "readers": "9", "many_cases": "80 160"}).content.decode()
    form = text[text.index('<form method="post" class="form"') :]
    sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))
    assert (sent["effect"], sent["readers"], sent["many_cases"]) == ("0.07", "9", "80 160")
    desk.post(WRITE, sent)
    study.refresh_from_db()
    plan = current_plan(study)
    assert plan
    assert "a true difference of 0.07" in plan.sample_size


def test_the_plan_of_a_locked_study_is_not_written_from_here(desk: Client, study: Study) -> None:
    lock_study(study=study, actor=None, unaudited_because="a trial")
    assert desk.post(WRITE, {"effect": "0.05"}).status_code == 404
    assert "Write it into the analysis plan" not in page(desk, effect="0.05")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"effect": "0"}, "the effect must be a number other than 0"),
        ({"effect": "much"}, "Enter a number."),
        ({"effect": "0.05", "many_readers": "4 x"}, "Give whole numbers from 2 to 500"),
        ({"effect": "0.05", "many_readers": "1"}, "Give whole numbers from 2 to 500"),
        ({"effect": "0.05", "many_cases": " ".join(map(str, range(10, 30)))}, "Give up to 15 numbers."),
        ({"effect": "0.05", "many_cases": "9" * 30}, "Give whole numbers from 4 to 100000"),
        ({"effect": "0.05", "expected": "1"}, "expected is 1 and must lie between 0 and 1"),
        ({"effect": "0.05", "comparison": "detector"}, "Without a pilot, only two modalities can be planned for."),
        ({"effect": "0.05", "metric": "accuracy"}, "Without a pilot, plan with the AUC, sensitivity or specificity."),
        ({"effect": "0.05", "target": "1"}, "target is 1 and must lie between 0 and 1"),
        ({"effect": "0.05", "source": "elsewhere"}, "Select a valid choice."),
        ({"effect": "nan"}, "Enter a number."),
    ],
)
def test_what_cannot_be_computed_says_why(desk: Client, study: Study, asked: dict[str, str], words: str) -> None:
    text = page(desk, **asked)
    assert words in text
    assert "The paragraph on the sample size" not in text


def test_a_non_inferiority_endpoint_is_planned_with_its_margin(desk: Client) -> None:
    study = an_unpictured_study(locked=False, cases=8)
    assert current_plan(study)
    text = page(desk, effect="0", margin="0.08", readers="10", cases="300")
    assert power(EXPECTED, readers=10, cases=300, effect=0.0, margin=0.08).paragraph in text

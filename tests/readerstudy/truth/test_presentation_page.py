"""Another presentation is tried on a few cases without storing anything, and then applied to all in the background."""

from __future__ import annotations

import base64
import re
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image as Pillow

from readerstudy.accounts.models import User
from readerstudy.cohorts import presenting_jobs
from readerstudy.cohorts.models import Cohort, Image
from readerstudy.cohorts.presenting import rebuilt_alike
from readerstudy.cohorts.profiles import PROFILES
from readerstudy.jobs import services as jobs
from readerstudy.jobs.context import JobContext
from readerstudy.jobs.models import Job
from tests.readerstudy.makers import MakeCohort
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = pytest.mark.django_db
COARSE = "square-512-8bit/1"


@pytest.fixture
def cohort(make_cohort: MakeCohort) -> Cohort:
    return make_cohort("mine", cases=6)


@pytest.fixture
def desk(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def page(desk: Client, query: str = "") -> str:
    return desk.get(f"/cohorts/mine/presentation/{query}").content.decode()


def state(cohort: Cohort) -> list[tuple[str, str]]:
    return list(Image.objects.filter(case__cohort=cohort).order_by("pk").values_list("file", "profile"))


def apply(desk: Client, profile: str) -> str:
    return desk.post("/cohorts/mine/presentation/apply/", {"profile": profile}, follow=True).content.decode()


def test_the_current_profile_is_told_in_words_and_all_others_with_what_they_leak(desk: Client, cohort: Cohort) -> None:
    text = page(desk)
    assert "1024 × 1024, centre square" in text
    for name in PROFILES:
        assert name in text
    assert "Bars keep the shape of the source" in text


def test_four_cases_are_previewed_and_nothing_is_stored(desk: Client, cohort: Cohort) -> None:
    before = state(cohort)
    text = page(desk, f"?profile={COARSE}&bits=&side=")
    addresses = re.findall(r'hx-get="([^"]+)"', text)
    assert len(addresses) == 4
    fragment = desk.get(addresses[0].replace("&amp;", "&")).content.decode()
    encoded = re.search(r"data:image/png;base64,([^\"]+)", fragment)
    assert encoded
    assert Pillow.open(BytesIO(base64.b64decode(encoded[1]))).size == (512, 512)
    assert state(cohort) == before


def test_changed_settings_are_part_of_the_preview(desk: Client, cohort: Cohort) -> None:
    text = page(desk, f"?profile={COARSE}&side=128")
    assert "square-512-8bit/1+side=128" in text
    code = cohort.cases.all()[0].code
    fragment = desk.get(f"/cohorts/mine/cases/{code}/preview/?profile={COARSE},side=128").content.decode()
    encoded = re.search(r"base64,([^\"]+)", fragment)
    assert encoded
    assert Pillow.open(BytesIO(base64.b64decode(encoded[1]))).size == (128, 128)


@pytest.mark.parametrize(
    ("query", "words"),
    [("side=7", "side must be"), ("jpeg_quality=75&bits=12", "jpeg_quality needs"), ("darkest=60", "darkest must")],
)
def test_settings_that_cannot_be_are_refused_with_words(desk: Client, cohort: Cohort, query: str, words: str) -> None:
    text = page(desk, f"?profile={COARSE}&{query}")
    assert words in text
    assert "hx-get" not in text


def test_a_case_that_a_profile_cannot_present_says_why(desk: Client, cohort: Cohort) -> None:
    code = cohort.cases.all()[0].code
    address = f"/cohorts/mine/cases/{code}/preview/?profile="
    assert "cannot be presented so" in desk.get(address + "calibrated-1024-8bit/1").content.decode()
    assert "There is no profile" in desk.get(address + "rubbish").content.decode()


def test_all_cases_are_presented_anew_by_a_job(desk: Client, cohort: Cohort, coordinator: User) -> None:
    text = apply(desk, COARSE)
    assert f"Present mine by {COARSE}" in text
    assert jobs.work_off() == 1
    job = Job.objects.get()
    assert (job.status, job.result, job.created_by) == ("done", {"images": 6, "profile": COARSE}, coordinator)
    for image in Image.objects.filter(case__cohort=cohort):
        assert (image.profile, image.rows) == (COARSE, 512)
        assert rebuilt_alike(image)
    assert "512 × 512, centre square" in page(desk)


def test_a_second_job_is_not_begun_while_one_waits(desk: Client, cohort: Cohort) -> None:
    apply(desk, COARSE)
    assert "being presented anew already" in apply(desk, "square-1024-8bit/1")
    assert Job.objects.count() == 1


def test_what_cannot_be_done_to_all_is_told_and_changes_nothing(desk: Client, cohort: Cohort) -> None:
    before = state(cohort)
    apply(desk, "calibrated-1024-8bit/1")
    jobs.work_off()
    text = page(desk)
    assert "6 of 6 cases cannot be presented by calibrated-1024-8bit/1, so all stay as they are" in text
    assert state(cohort) == before


def test_a_stopped_job_leaves_all_as_it_was(cohort: Cohort, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(cohort)
    presenting_jobs.enqueue_presenting(cohort=cohort, profile=PROFILES[COARSE], page="", actor=None)
    monkeypatch.setattr(JobContext, "stop_requested", lambda self: True)
    jobs.work_off()
    assert Job.objects.get().result == {"images": 0}
    assert state(cohort) == before


def test_a_locked_cohort_keeps_its_presentation(desk: Client, cohort: Cohort) -> None:
    Cohort.objects.update(is_locked=True)
    assert "Preview on four cases" not in page(desk)
    assert "part of a locked study" in apply(desk, COARSE)
    assert Job.objects.count() == 0


def test_a_profile_that_there_is_not_is_refused_with_words(desk: Client, cohort: Cohort) -> None:
    assert "There is no profile" in apply(desk, "rubbish")


def test_an_empty_cohort_has_nothing_to_try_on(desk: Client) -> None:
    an_unpictured_cohort("mine", cases=2).cases.update(excluded_at="2026-01-01T00:00Z")
    assert "No cases to try it on" in page(desk)

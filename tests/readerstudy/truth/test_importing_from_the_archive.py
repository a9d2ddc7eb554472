"""A coordinator searches the archive on a page, chooses studies, and a background job fetches and imports them."""

from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from readerstudy.accounts.models import User
from readerstudy.cohorts import dicomweb
from readerstudy.cohorts.models import Cohort, Source
from readerstudy.cohorts.services import create_cohort
from readerstudy.jobs.models import Job, Status
from readerstudy.jobs.services import work_off
from readerstudy.truth.models import Truth
from tests.readerstudy.cohorts.conftest import Orthanc, free_port, orthanc, orthanc_program
from tests.readerstudy.cohorts.samples import dicom_dataset, radiograph

pytestmark = pytest.mark.django_db
__all__ = ["orthanc", "orthanc_program"]


@pytest.fixture
def desk(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


@pytest.fixture
def cohort(db: None) -> Cohort:
    return create_cohort(name="mine", actor=None)


@pytest.fixture
def archive(orthanc: Orthanc, settings: Settings) -> Orthanc:
    """Make an Orthanc with three studies the operator's archive."""
    settings.DICOMWEB_URL, settings.DICOMWEB_USER, settings.DICOMWEB_PASSWORD = (
        orthanc.url, orthanc.user, orthanc.password,
    )  # fmt: skip
    datasets = [dicom_dataset(radiograph(seed=seed), PatientID=f"P{seed}") for seed in (1, 2, 3)]
    for seed, dataset in enumerate(datasets, start=1):
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"1.2.3.{seed}", f"1.2.3.{seed}.1"
    orthanc.store(datasets)
    return orthanc


def page(desk: Client, query: str = "") -> str:
    return " ".join(desk.get(f"/cohorts/mine/archive/{query}").content.decode().split())


def retrieve(desk: Client, *studies: str, truth: str = "") -> str:
    answer = desk.post("/cohorts/mine/archive/retrieve/", {"study": studies, "truth": truth}, follow=True)
    return answer.content.decode()


@pytest.mark.orthanc
def test_chosen_studies_become_cases_and_nothing_fetched_is_kept(
    desk: Client, cohort: Cohort, archive: Orthanc
) -> None:
    text = page(desk, "?patient_id=")
    assert all(f'value="1.2.3.{seed}"' in text for seed in (1, 2, 3))
    assert ">P2<" not in page(desk, "?patient_id=P1")
    retrieve(desk, "1.2.3.1", "1.2.3.3")
    assert "Fetch 2 studies" in page(desk)
    work_off()
    job = Job.objects.get()
    assert (job.status, job.result["imported"], job.page) == (Status.DONE, 2, "/cohorts/mine/import/")
    assert Source.objects.filter(cohort=cohort).count() == 2
    assert not list((django_settings.DATA_DIR / "upstream").rglob("*/*/*"))


@pytest.mark.orthanc
def test_the_same_studies_again_are_known(desk: Client, cohort: Cohort, archive: Orthanc) -> None:
    for _ in range(2):
        retrieve(desk, "1.2.3.1")
        work_off()
    result = Job.objects.latest("pk").result
    assert (result["imported"], result["duplicates"]) == (0, 1)


@pytest.mark.orthanc
def test_all_images_of_a_choice_can_be_said_to_be_authentic(desk: Client, cohort: Cohort, archive: Orthanc) -> None:
    retrieve(desk, "1.2.3.1", "1.2.3.3", truth="authentic")
    retrieve(desk, "1.2.3.2", truth="synthetic")
    assert Job.objects.count() == 1, "one import at a time"
    work_off()
    result = Job.objects.get().result
    assert (result["truth"]["written"], result["sealed"]) == (2, False)
    assert "only authentic cases" in result["problems"][0]
    retrieve(desk, "1.2.3.2", truth="synthetic")
    work_off()
    assert Job.objects.latest("pk").result["sealed"]
    assert sorted(Truth.objects.values_list("value", flat=True)) == ["authentic", "authentic", "synthetic"]


@pytest.mark.orthanc
def test_the_same_pixels_cannot_be_said_to_be_both(desk: Client, cohort: Cohort, archive: Orthanc) -> None:
    retrieve(desk, "1.2.3.1", truth="authentic")
    work_off()
    other = dicom_dataset(radiograph(seed=1))
    other.StudyInstanceUID, other.SeriesInstanceUID = "1.9.9", "1.9.9.1"
    archive.store([other])
    retrieve(desk, "1.9.9", truth="synthetic")
    work_off()
    assert "cannot be both" in Job.objects.latest("pk").result["problems"][0]
    assert Truth.objects.count() == 0


@pytest.mark.orthanc
def test_a_search_without_a_find_says_so(desk: Client, cohort: Cohort, archive: Orthanc) -> None:
    assert "Nothing found" in page(desk, "?patient_id=nobody")


def test_without_an_archive_the_page_names_the_operators_setting(
    desk: Client, cohort: Cohort, settings: Settings
) -> None:
    settings.DICOMWEB_URL = ""
    assert "DICOMWEB_URL" in page(desk)
    assert "No archive is set up" in retrieve(desk, "1.2.3")
    assert Job.objects.count() == 0


@pytest.fixture
def dead_archive(settings: Settings) -> None:
    settings.DICOMWEB_URL = f"http://127.0.0.1:{free_port()}/dicom-web"


@pytest.mark.usefixtures("dead_archive")
def test_an_archive_that_is_down_is_told_on_the_page(desk: Client, cohort: Cohort) -> None:
    assert "cannot be reached" in page(desk, "?patient_id=P1")


@pytest.mark.usefixtures("dead_archive")
def test_an_archive_that_went_down_fails_the_job_with_words(desk: Client, cohort: Cohort) -> None:
    retrieve(desk, "1.2.3.1")
    work_off()
    job = Job.objects.get()
    assert job.status == Status.FAILED
    assert "cannot be reached" in job.error


@pytest.mark.usefixtures("dead_archive")
def test_nothing_is_asked_before_the_person_searches(desk: Client, cohort: Cohort) -> None:
    assert "cannot be reached" not in page(desk)


@pytest.mark.usefixtures("dead_archive")
@pytest.mark.parametrize("studies", [(), ("../../admin",), ("1.2.3", "x")])
def test_what_is_no_choice_of_studies_is_refused(desk: Client, cohort: Cohort, studies: tuple[str, ...]) -> None:
    assert "Choose the studies to fetch" in retrieve(desk, *studies)
    assert "Say what the images are" in retrieve(desk, "1.2.3", truth="fake")
    assert Job.objects.count() == 0


@pytest.mark.usefixtures("dead_archive")
@pytest.mark.parametrize("query", ["?date_from=rubbish", "?modality=CT", "?patient_id=" + "x" * 65])
def test_a_search_that_cannot_be_is_told_in_the_form(
    desk: Client, cohort: Cohort, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "errorlist" in page(desk, query)


@pytest.mark.usefixtures("dead_archive")
@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999", "²"])
def test_a_page_number_that_cannot_be_is_the_first(desk: Client, cohort: Cohort, number: str) -> None:
    assert desk.get(f"/cohorts/mine/archive/?patient_id=&page={number}").status_code == 200


def test_coordinators_cannot_name_an_address(desk: Client, cohort: Cohort, settings: Settings) -> None:
    settings.DICOMWEB_URL = "http://archive.invalid/dicom-web"
    assert dicomweb.address_of_studies(settings.DICOMWEB_URL, ["1.2"]).startswith(settings.DICOMWEB_URL + "?")
    retrieve(desk, "1.2&url=http://evil.invalid/")
    assert Job.objects.count() == 0

"""A coordinator makes a cohort, uploads files, and imports them by a background job, without a command line."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.cohorts.models import Case, Cohort, Source
from readerstudy.cohorts.services import create_cohort
from readerstudy.jobs import running
from readerstudy.jobs.models import Job, Status
from readerstudy.jobs.services import request_stop, work_off
from readerstudy.truth import bringing_in
from readerstudy.truth.models import Truth
from readerstudy.truth.staging import MAX_CHUNK, Staging
from tests.readerstudy.makers import draw_folder

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


@pytest.fixture
def cohort(db: None) -> Cohort:
    return create_cohort(name="mine", actor=None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four drawn cases with their truth table."""
    return draw_folder(tmp_path / "drawn", cases=4).parent


def put(desk: Client, name: str, data: bytes, *, offset: int = 0, end: int | None = None, slug: str = "mine") -> Any:
    """Send a piece as a browser does."""
    query = {"name": name, "size": len(data), "stamp": 1, "offset": offset}
    path = reverse("truth:uploads", args=[slug])
    return desk.put(path, data[offset:end], content_type="application/octet-stream", query_params=query)


def upload(desk: Client, folder: Path, *, below: str = "") -> None:
    for path in folder.iterdir():
        assert put(desk, below + path.name, path.read_bytes()).status_code == 200


def page(desk: Client) -> str:
    return " ".join(desk.get("/cohorts/mine/import/").content.decode().split())


def start(desk: Client) -> Job:
    """Press the button, and let a worker work."""
    answer = desk.post("/cohorts/mine/import/start/", follow=True)
    assert answer.status_code == 200
    work_off()
    return Job.objects.latest("pk")


def test_a_cohort_is_made_with_the_profile_that_was_chosen(desk: Client, coordinator: User) -> None:
    answer = desk.post("/cohorts/new/", {"title": "Chests, 2026", "name": "chests", "profile": "square-512-8bit/1"})
    assert answer["Location"] == "/cohorts/chests/import/"
    cohort = Cohort.objects.get(slug="chests")
    assert (cohort.title, cohort.recipe["side"], cohort.created_by) == ("Chests, 2026", 512, coordinator)


def test_single_settings_change_the_profile_and_its_name(desk: Client) -> None:
    asked = {"title": "C", "name": "c", "profile": "square-1024-8bit/2", "side": "256", "crop_borders": "no"}
    desk.post("/cohorts/new/", asked)
    recipe = Cohort.objects.get(slug="c").recipe
    assert (recipe["side"], recipe["crop_borders"], recipe["display"]) == (256, False, True)
    assert "side=256" in recipe["name"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": "mine"}, "There is a cohort of this name"),
        ({"name": "new"}, "a page has that address"),
        ({"name": "!!"}, "use letters, digits"),
        ({"side": "3"}, "side must be"),
        ({"profile": "none/1"}, "Select a valid choice"),
        ({"title": ""}, "This field is required"),
    ],
)
def test_what_cannot_be_is_told_in_the_form(desk: Client, cohort: Cohort, changed: dict[str, str], words: str) -> None:
    asked = {"title": "C", "name": "c", "profile": "square-1024-8bit/2"} | changed
    assert words in desk.post("/cohorts/new/", asked).content.decode()
    assert Cohort.objects.count() == 1


def test_the_form_says_in_a_sentence_what_each_profile_does_and_what_it_leaks(desk: Client) -> None:
    text = desk.get("/cohorts/new/").content.decode()
    assert "The centre square at 512 × 512" in text
    assert "can tell the class" in text


def test_uploaded_files_become_a_sealed_cohort(desk: Client, cohort: Cohort, folder: Path, coordinator: User) -> None:
    upload(desk, folder)
    assert "truth.csv, 4 rows" in page(desk)
    job = start(desk)
    assert (job.status, job.page, job.done, job.total) == (Status.DONE, "/cohorts/mine/import/", 4, 4)
    assert (job.result["imported"], job.result["sealed"]) == (4, True)
    assert set(Source.objects.values_list("name", flat=True)) == {f"case-0{n}.png" for n in range(4)}
    assert Truth.objects.filter(value="synthetic").count() == 2
    assert "See the cases" in page(desk)
    assert Event.objects.get(verb="truth.sealed").actor_id == coordinator.pk


def test_originals_are_deleted_once_they_are_imported(desk: Client, cohort: Cohort, folder: Path) -> None:
    upload(desk, folder)
    root = Staging("mine").root
    assert root.exists()
    start(desk)
    assert not root.exists()


def test_an_upload_goes_on_after_a_break(desk: Client, cohort: Cohort) -> None:
    data = b"x" * 1000
    assert put(desk, "a.png", data, end=600).json() == {"received": 600}
    assert desk.get("/cohorts/mine/uploads/").json()["files"] == [
        {"name": "a.png", "size": 1000, "received": 600, "stamp": 1}
    ]
    wrong = put(desk, "a.png", data, offset=700)
    assert (wrong.status_code, wrong.json()["received"]) == (409, 600)
    assert put(desk, "a.png", data, offset=600).json() == {"received": 1000}


def test_pieces_are_bounded_and_larger_than_what_django_holds_in_memory_by_default(
    desk: Client, cohort: Cohort
) -> None:
    data = b"x" * (2 * MAX_CHUNK)
    assert put(desk, "a.png", data, end=MAX_CHUNK + 1).status_code == 413
    assert put(desk, "a.png", data, end=MAX_CHUNK).status_code == 200


@pytest.mark.parametrize("query", ["", "name=a", "name=a&size=x&stamp=1&offset=0", "name=../a&size=1&stamp=1&offset=0"])
def test_a_piece_without_sense_is_refused_in_words(desk: Client, cohort: Cohort, query: str) -> None:
    answer = desk.put(f"/cohorts/mine/uploads/?{query}", b"x", content_type="application/octet-stream")
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_a_piece_without_the_token_of_the_page_is_refused(cohort: Cohort, coordinator: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(coordinator)
    assert put(strict, "a.png", b"x").status_code == 403
    assert strict.delete("/cohorts/mine/uploads/").status_code == 403
    assert Staging("mine").files() == []


def test_files_can_be_removed_one_or_all(desk: Client, cohort: Cohort) -> None:
    for name in ("a", "b", "c"):
        put(desk, name, b"x")
    assert desk.delete("/cohorts/mine/uploads/?name=b").status_code == 204
    assert [file.name for file in Staging("mine").files()] == ["a", "c"]
    desk.delete("/cohorts/mine/uploads/")
    assert Staging("mine").files() == []


def test_faults_of_the_table_are_told_before_the_start_and_stop_it(desk: Client, cohort: Cohort, folder: Path) -> None:
    (folder / "truth.csv").write_text("file,truth\ncase-00.png,fake\n")
    upload(desk, folder)
    assert "write authentic or synthetic" in page(desk)
    desk.post("/cohorts/mine/import/start/")
    assert Job.objects.count() == 0


def test_rows_and_files_that_do_not_meet_are_told_before_the_start(desk: Client, cohort: Cohort, folder: Path) -> None:
    (folder / "truth.csv").write_text("file,truth\ncase-00.png,0\nother.png,1\n")
    upload(desk, folder)
    text = page(desk)
    assert "no row for case-01.png, case-02.png, case-03.png" in text
    assert "not here: other.png" in text


def test_two_tables_ask_which(desk: Client, cohort: Cohort) -> None:
    for name in ("a.csv", "b.csv"):
        put(desk, name, b"file,truth\n")
    assert "Which is the truth table?" in page(desk)
    put(desk, "truth.csv", b"file,truth\nx.png,0\n")
    assert "truth.csv, 1 row" in page(desk)


def test_a_file_that_is_not_whole_holds_the_start_up(desk: Client, cohort: Cohort, folder: Path) -> None:
    upload(desk, folder)
    put(desk, "late.png", b"xx", end=1)
    assert "1 file not whole yet" in page(desk)
    desk.post("/cohorts/mine/import/start/")
    assert Job.objects.count() == 0


def test_nothing_can_be_started_twice_or_changed_while_it_runs(desk: Client, cohort: Cohort, folder: Path) -> None:
    upload(desk, folder)
    desk.post("/cohorts/mine/import/start/")
    answer = desk.post("/cohorts/mine/import/start/", follow=True)
    assert "under way" in answer.content.decode()
    assert Job.objects.count() == 1
    assert put(desk, "more.png", b"x").status_code == 423
    assert desk.delete("/cohorts/mine/uploads/").status_code == 423
    assert "data-uploads" not in page(desk)


def test_a_locked_cohort_takes_nothing(desk: Client, cohort: Cohort, folder: Path) -> None:
    upload(desk, folder)
    Cohort.objects.update(is_locked=True)
    assert put(desk, "more.png", b"x").status_code == 423
    assert "its cases are fixed" in page(desk)
    assert "locked study" in desk.post("/cohorts/mine/import/start/", follow=True).content.decode()


def zipped(folder: Path, *, below: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, below + path.name)
    return buffer.getvalue()


def test_a_zip_archive_brings_its_own_table(desk: Client, cohort: Cohort, folder: Path) -> None:
    put(desk, "all.zip", zipped(folder, below="chest/"))
    assert "4, in 1 zip archive" in page(desk)
    assert start(desk).result["sealed"]
    assert Case.objects.filter(cohort=cohort).count() == 4


def test_archives_and_files_come_together(desk: Client, cohort: Cohort, folder: Path, tmp_path: Path) -> None:
    other = draw_folder(tmp_path / "other", cases=2, seed=5).parent
    for number in range(2):
        (other / f"case-0{number}.png").rename(other / f"more-0{number}.png")
    (other / "truth.csv").unlink()
    with (folder / "truth.csv").open("a") as table:
        csv.writer(table).writerows([["more-00.png", "authentic"], ["more-01.png", "synthetic"]])
    put(desk, "deep/other.zip", zipped(other, below="x/"))
    upload(desk, folder)
    result = start(desk).result
    assert (result["imported"], result["truth"]["written"], result["problems"]) == (6, 6, [])


def test_a_damaged_archive_is_told_before_the_start(desk: Client, cohort: Cohort, folder: Path) -> None:
    put(desk, "all.zip", zipped(folder)[:-30])
    assert "is no sound zip archive" in page(desk)


def test_a_table_alone_writes_the_truth_of_known_cases(desk: Client, cohort: Cohort, folder: Path) -> None:
    table = (folder / "truth.csv").read_bytes()
    (folder / "truth.csv").unlink()
    upload(desk, folder)
    assert "There is no truth table" in page(desk)
    assert not start(desk).result["sealed"]
    put(desk, "truth.csv", table)
    assert "Write the truth" in page(desk)
    result = start(desk).result
    assert (result["truth"]["written"], result["sealed"], result["imported"]) == (4, True, 0)


def test_a_table_that_names_no_known_file_says_so(desk: Client, cohort: Cohort) -> None:
    put(desk, "truth.csv", b"file,truth\nx.png,0\n")
    job = start(desk)
    assert job.status == Status.FAILED
    assert "names none of the files" in job.error
    assert "names none of the files" in page(desk)


def test_rejected_files_are_listed_with_the_reason(desk: Client, cohort: Cohort, folder: Path) -> None:
    (folder / "notes.txt").write_text("These are notes.")
    upload(desk, folder)
    start(desk)
    text = page(desk)
    assert "notes.txt" in text
    assert "whatever its name says" in text


def test_a_cohort_that_nothing_could_be_imported_into_stays(desk: Client, cohort: Cohort) -> None:
    put(desk, "notes.txt", b"These are notes.")
    job = start(desk)
    assert (job.status, job.result["imported"], job.result["rejected_in_all"]) == (Status.DONE, 0, 1)
    assert Cohort.objects.filter(slug="mine").exists()


def test_a_stopped_import_keeps_its_files_and_goes_on(
    desk: Client, cohort: Cohort, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(desk, folder)
    job = bringing_in.start_staged(cohort=cohort, actor=User.objects.get(username="coordinator"))
    request_stop_when_running = Job.objects.filter(pk=job.pk)
    request_stop_when_running.update(stop_requested=True)
    running.run(job.pk, renew=False)
    job.refresh_from_db()
    assert job.status == Status.STOPPED
    assert "go on where it stopped" in page(desk)
    assert not Staging("mine").is_empty
    assert start(desk).result["imported"] == 4
    assert Case.objects.count() == 4


def test_an_import_that_was_killed_after_its_end_is_done(desk: Client, cohort: Cohort, folder: Path) -> None:
    upload(desk, folder)
    job = start(desk)
    Job.objects.filter(pk=job.pk).update(status=Status.QUEUED)
    work_off()
    job.refresh_from_db()
    assert (job.status, job.attempt, Case.objects.count()) == (Status.DONE, 2, 4)
    assert "Everything was imported" in page(desk)


def test_a_waiting_import_that_is_stopped_keeps_its_files(desk: Client, cohort: Cohort, folder: Path) -> None:
    upload(desk, folder)
    job = bringing_in.start_staged(cohort=cohort, actor=User.objects.get(username="coordinator"))
    request_stop(job=job, actor=None)
    assert "data-uploads" in page(desk)
    assert len(Staging("mine").files()) == 5

"""The results page: blinded, then ready to compute, then the latest report with its charts and files."""

from __future__ import annotations

import hashlib
import json
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries, Settings

from readerstudy.accounts.models import User
from readerstudy.jobs.models import Job
from readerstudy.jobs.services import work_off
from readerstudy.reports.charts import figure_names
from readerstudy.reports.models import Report
from readerstudy.reports.services import make_report
from readerstudy.studies.models import Study

pytestmark = pytest.mark.django_db


def text_of(desk: Client) -> str:
    response = desk.get("/studies/s/results/")
    assert response.status_code == 200
    return response.content.decode()


def test_before_unblinding_it_shows_no_figure(desk: Client, running: Study) -> None:
    text = text_of(desk)
    assert "Blinded" in text
    assert "AUC" not in text
    assert "Make the report" not in text


def test_making_a_report_before_unblinding_is_refused_in_words(desk: Client, running: Study) -> None:
    page = desk.post("/studies/s/results/make/", follow=True).content.decode()
    assert "The study s is running: close it and unblind it first." in page
    assert not Report.objects.exists()


def test_after_unblinding_a_report_can_be_made(desk: Client, finished: Study, coordinator: User) -> None:
    assert "Make the report" in text_of(desk)
    assert "Waiting for a worker" in desk.post("/studies/s/results/make/", follow=True).content.decode()
    assert work_off() == 1
    report, page = Report.objects.get(), text_of(desk)
    assert report.created_by == coordinator
    assert report.ratings_sha256 in page
    assert "75.0 %" in page  # every reader's accuracy
    assert "Waiting for a worker" not in page


def test_a_report_is_made_once_however_often_it_is_asked_for(desk: Client, finished: Study) -> None:
    for _ in range(2):
        desk.post("/studies/s/results/make/")
    assert (work_off(), Report.objects.count()) == (1, 1)


def test_a_job_that_is_started_again_after_a_kill_makes_one_report(desk: Client, finished: Study) -> None:
    desk.post("/studies/s/results/make/")
    work_off()
    Job.objects.update(status="queued")
    assert (work_off(), Report.objects.count()) == (1, 1)


def test_every_section_has_its_method_in_one_click(desk: Client, finished: Study) -> None:
    document = make_report(study=finished, actor=None).document
    text = unescape(text_of(desk))
    shown = [one for part in document["parts"] for one in part["sections"] if not one["absent"]]
    assert {"flow", "summary", "readers", "roc", "means", "agreement"} <= {one["name"] for one in shown}
    for section in shown:
        assert section["title"] in text
        for item in section["tables"] + section["figures"]:
            assert item["about"]["method"] in text
            assert item["about"]["meaning"] in text
    absent = [one for part in document["parts"] for one in part["sections"] if one["absent"]]
    assert all(one["absent"] in text for one in absent)


def test_the_page_asks_the_database_little_however_much_was_read(
    desk: Client, finished: Study, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_report(study=finished, actor=None)
    with django_assert_max_num_queries(40):
        text_of(desk)


def test_a_report_of_an_earlier_version_can_still_be_taken_away(desk: Client, finished: Study) -> None:
    make_report(study=finished, actor=None)
    Report.objects.update(document={}, results={"phases": [], "comparison": None})
    assert "A report of an earlier version" in text_of(desk)
    assert desk.get("/studies/s/export/ratings.csv").status_code == 200


def test_a_study_that_nobody_read_says_so(desk: Client, unread: Study) -> None:
    desk.post("/studies/s/results/make/")
    work_off()
    assert "Nobody has judged a case in this study yet, so there is nothing to analyse." in text_of(desk)
    assert not Report.objects.exists()


def test_a_new_report_takes_the_place_of_the_old_one_which_is_kept(desk: Client, finished: Study) -> None:
    old = make_report(study=finished, actor=None)
    Report.objects.update(ratings_sha256="0" * 64)
    desk.post("/studies/s/results/make/")
    work_off()
    assert "0" * 64 not in text_of(desk)
    assert Report.objects.filter(pk=old.pk).exists()


def test_one_reader_has_a_page_with_the_reason_where_a_figure_is_missing(desk: Client, one_reader: Study) -> None:
    make_report(study=one_reader, actor=None)
    text = unescape(text_of(desk))
    assert "R01 is the only reader with calls" in text
    assert "None" not in text


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_every_figure_is_drawn_for_the_page(desk: Client, finished: Study, theme: str) -> None:
    for name in figure_names(make_report(study=finished, actor=None)):
        response = desk.get(f"/studies/s/results/figures/{name}.json?theme={theme}")
        assert response.headers["Content-Type"] == "application/json"
        drawn = json.loads(response.content)
        assert "svg" in drawn or "vega-lite" in drawn["$schema"]


@pytest.mark.parametrize("name", ["phase-1-roc", "phase-1-flow"])
def test_a_figure_can_be_taken_away_for_paper(desk: Client, finished: Study, name: str) -> None:
    make_report(study=finished, actor=None)
    svg, png = (desk.get(f"/studies/s/results/figures/{name}.{form}") for form in ("svg", "png"))
    assert svg.content.startswith(b"<svg")
    assert svg.headers["Content-Disposition"] == f'attachment; filename="s-{name}.svg"'
    picture = Image.open(BytesIO(png.content))
    assert picture.width >= 1500  # a column of a journal, 87 mm, at 430 dpi
    assert png.headers["Cache-Control"] == "private, no-store"


def test_a_figure_is_drawn_once_and_kept(desk: Client, finished: Study, settings: Settings) -> None:
    report = make_report(study=finished, actor=None)
    kept = Path(settings.DATA_DIR) / "figures" / str(report.pk) / "phase-1-roc.dark.json"
    drawn = desk.get("/studies/s/results/figures/phase-1-roc.json?theme=dark").content
    assert json.loads(kept.read_bytes()) == json.loads(drawn)
    kept.write_text('{"svg": "<svg/>"}')
    assert desk.get("/studies/s/results/figures/phase-1-roc.svg?theme=dark").content == b"<svg/>"


@pytest.mark.parametrize(
    "address",
    [
        "results/figures/phase-2-roc.json", "results/figures/practice-roc.json", "results/figures/phase-1-pie.json",
        "results/figures/phase-1-roc.pdf", "results/figures/phase-1-roc.json?theme=pink", "export/secrets.csv",
        "export/..%2Fratings.csv",
    ],
)  # fmt: skip
def test_what_there_is_not_is_404(desk: Client, finished: Study, address: str) -> None:
    make_report(study=finished, actor=None)
    assert desk.get(f"/studies/s/{address}").status_code == 404


@pytest.mark.parametrize("address", ["results/figures/phase-1-roc.json", "export/ratings.csv"])
def test_without_a_report_there_is_no_file(desk: Client, finished: Study, address: str) -> None:
    assert desk.get(f"/studies/s/{address}").status_code == 404


def test_the_files_of_a_report_can_be_taken_away(desk: Client, finished: Study) -> None:
    report = make_report(study=finished, actor=None)
    files = {name: desk.get(f"/studies/s/export/{name}") for name in
             ("ratings.csv", "readers.csv", "cases.csv", "results.json", "report.html")}  # fmt: skip
    for name, response in files.items():
        assert response.headers["Content-Disposition"] == f'attachment; filename="s-{name}"'
        assert response.headers["Cache-Control"] == "private, no-store"
    assert hashlib.sha256(files["ratings.csv"].content).hexdigest() == report.ratings_sha256
    assert json.loads(files["results.json"].content)["study"] == "s"
    assert files["readers.csv"].content.startswith(b"reader,years,subspecialty,country\nR01,")
    assert files["report.html"].content.startswith(b"<!doctype html>")


@pytest.mark.parametrize(
    "address", ["results/", "results/figures/phase-1-roc.json", "export/ratings.csv", "export/cases.csv"]
)
def test_a_reader_sees_nothing_of_it(client: Client, finished: Study, address: str) -> None:
    make_report(study=finished, actor=None)
    user = finished.readers.all()[0].user
    assert user is not None
    client.force_login(user)
    assert client.get(f"/studies/s/{address}").status_code == 404
    assert client.post("/studies/s/results/make/").status_code == 404

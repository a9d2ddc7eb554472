"""The results page: blinded, then ready to compute, then the latest report with its charts and files."""

from __future__ import annotations

import hashlib
import json
from html import unescape
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from readerstudy.accounts.models import User
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
    page = desk.post("/studies/s/results/make/", follow=True).content.decode()
    report = Report.objects.get()
    assert report.created_by == coordinator
    assert report.ratings_sha256 in page
    assert "Mean AUC" in page
    assert "75.0 %" in page  # every reader's accuracy


def test_a_study_that_nobody_read_says_so(desk: Client, unread: Study) -> None:
    page = desk.post("/studies/s/results/make/", follow=True).content.decode()
    assert "Nobody has judged a case in this study yet, so there is nothing to analyse." in page
    assert not Report.objects.exists()


def test_a_new_report_takes_the_place_of_the_old_one_which_is_kept(desk: Client, finished: Study) -> None:
    old = make_report(study=finished, actor=None)
    Report.objects.update(ratings_sha256="0" * 64)
    desk.post("/studies/s/results/make/")
    assert "0" * 64 not in text_of(desk)
    assert Report.objects.filter(pk=old.pk).exists()


def test_one_reader_has_a_page_with_the_reason_where_a_figure_is_missing(desk: Client, one_reader: Study) -> None:
    (phase,) = make_report(study=one_reader, actor=None).results["phases"]
    text = unescape(text_of(desk))
    assert phase["agreement"]["problem"] in text
    assert "None" not in text


@pytest.mark.parametrize("name", ["roc", "forest"])
@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_a_chart_is_drawn_for_the_page_as_vega_lite(desk: Client, finished: Study, name: str, theme: str) -> None:
    make_report(study=finished, actor=None)
    response = desk.get(f"/studies/s/results/phase-1/{name}.json?theme={theme}")
    assert response.headers["Content-Type"] == "application/json"
    assert "vega-lite" in json.loads(response.content)["$schema"]


@pytest.mark.parametrize("name", ["roc", "forest"])
def test_a_chart_can_be_taken_away_for_paper(desk: Client, finished: Study, name: str) -> None:
    make_report(study=finished, actor=None)
    svg, png = (desk.get(f"/studies/s/results/phase-1/{name}.{form}") for form in ("svg", "png"))
    assert svg.content.startswith(b"<svg")
    assert svg.headers["Content-Disposition"] == f'attachment; filename="s-phase-1-{name}.svg"'
    picture = Image.open(BytesIO(png.content))
    assert picture.width >= 1500  # a column of a journal, 87 mm, at 430 dpi
    assert png.headers["Cache-Control"] == "private, no-store"


def test_a_chart_that_the_data_do_not_allow_is_refused_in_words(desk: Client, finished: Study) -> None:
    make_report(study=finished, actor=None)
    table = Report.objects.get().ratings_csv.splitlines()
    one_class = [line for line in table if ",phase-1,1," in line]
    Report.objects.update(ratings_csv="\n".join([table[0], *one_class]) + "\n")
    for name in ("roc", "forest"):
        response = desk.get(f"/studies/s/results/phase-1/{name}.json")
        assert (response.status_code, response.headers["Content-Type"]) == (409, "text/plain; charset=utf-8")
        assert "both classes are needed" in response.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "results/phase-2/roc.json", "results/practice/roc.json", "results/phase-1/pie.json", "results/phase-1/roc.pdf",
        "results/phase-1/roc.json?theme=pink", "export/secrets.csv", "export/..%2Fratings.csv",
    ],
)  # fmt: skip
def test_what_there_is_not_is_404(desk: Client, finished: Study, address: str) -> None:
    make_report(study=finished, actor=None)
    assert desk.get(f"/studies/s/{address}").status_code == 404


@pytest.mark.parametrize("address", ["results/phase-1/roc.json", "export/ratings.csv"])
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


@pytest.mark.parametrize("address", ["results/", "results/phase-1/roc.json", "export/ratings.csv", "export/cases.csv"])
def test_a_reader_sees_nothing_of_it(client: Client, finished: Study, address: str) -> None:
    make_report(study=finished, actor=None)
    user = finished.readers.all()[0].user
    assert user is not None
    client.force_login(user)
    assert client.get(f"/studies/s/{address}").status_code == 404
    assert client.post("/studies/s/results/make/").status_code == 404

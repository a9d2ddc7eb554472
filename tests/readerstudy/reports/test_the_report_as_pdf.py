"""The report as PDF: Chromium prints it in the background; without Chromium the page says how to print."""

from __future__ import annotations

import os
import time
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from pypdf import PdfReader

from readerstudy.accounts.models import Role
from readerstudy.jobs.models import Job, Status
from readerstudy.jobs.services import work_off
from readerstudy.reports import printing
from readerstudy.reports.exports import report_html
from readerstudy.reports.made_files import PDF as PDF_FILE
from readerstudy.reports.models import Report
from readerstudy.reports.services import make_report
from readerstudy.studies.models import Member, Study, TeamRole
from tests.readerstudy.unpictured import a_person

pytestmark = pytest.mark.django_db

EXPORTS, MAKE, PDF = (f"/studies/s/export/{rest}" for rest in ("", "pdf/make/", "pdf/"))
A_SMALL_PDF = b"%PDF-1.4 printed"


@pytest.fixture
def report(finished: Study) -> Report:
    """The report of a study that three readers have read."""
    return make_report(study=finished, actor=None)


@pytest.fixture
def printer(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    """A program that stands for Chromium: what it does is to be written into it."""
    path = tmp_path / "printer"
    settings.CHROMIUM = str(path)  # type: ignore[attr-defined]
    write_program(path, f"printf '{A_SMALL_PDF.decode().replace('%', '%%')}' > \"$target\"")
    return path


def write_program(path: Path, does: str) -> None:
    """A shell script that knows the file that it is to print into as $target."""
    find = 'for word in "$@"; do case "$word" in --print-to-pdf=*) target="${word#*=}";; esac; done'
    path.write_text(f"#!/bin/sh\n{find}\n{does}\n")
    path.chmod(0o755)


def pages_of(pdf: bytes) -> list[str]:
    """Give the text of each page."""
    assert pdf.startswith(b"%PDF-")
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def is_alive(process: int) -> bool:
    """Whether a process runs; one that nobody has taken leave of does not."""
    try:
        return "Z (zombie)" not in Path(f"/proc/{process}/status").read_text()
    except FileNotFoundError:
        return False


def words_of(answer: object) -> str:
    return unescape(answer.content.decode())  # type: ignore[attr-defined]


def test_the_page_lets_a_worker_print_and_then_has_the_pdf(desk: Client, report: Report, printer: Path) -> None:
    assert "Make the PDF" in words_of(desk.get(EXPORTS))
    assert desk.get(PDF).status_code == 404

    desk.post(MAKE)
    desk.post(MAKE)
    assert Job.objects.filter(kind=PDF_FILE.kind).count() == 1
    assert "Make the PDF" not in words_of(desk.get(EXPORTS))

    work_off()
    assert "Download the PDF" in words_of(desk.get(EXPORTS))
    answer = desk.get(PDF)
    assert (answer.content, answer["Content-Type"]) == (A_SMALL_PDF, "application/pdf")
    assert 'filename="s-report.pdf"' in answer["Content-Disposition"]


def test_a_new_report_is_printed_anew(desk: Client, report: Report, printer: Path) -> None:
    desk.post(MAKE)
    work_off()
    make_report(study=report.study, actor=None)
    assert desk.get(PDF).status_code == 404
    assert "Make the PDF" in words_of(desk.get(EXPORTS))


def test_without_chromium_the_page_says_how_to_print(
    desk: Client, report: Report, settings: pytest.FixtureRequest
) -> None:
    settings.CHROMIUM = "/nowhere/chromium"  # type: ignore[attr-defined]
    page = words_of(desk.get(EXPORTS))
    assert "Make the PDF" not in page
    assert "Save as PDF" in page
    assert 'href="/studies/s/export/report.html"' in page

    desk.post(MAKE)
    work_off()
    assert Job.objects.get(kind=PDF_FILE.kind).status == Status.FAILED
    assert "print the report from your own browser" in words_of(desk.get(EXPORTS))


def test_a_browser_that_fails_is_quoted_and_can_be_asked_again(desk: Client, report: Report, printer: Path) -> None:
    write_program(printer, "echo 'no fonts at all' >&2")
    desk.post(MAKE)
    work_off()
    page = words_of(desk.get(EXPORTS))
    assert "no fonts at all" in page
    assert "Make the PDF" in page


def test_a_browser_that_hangs_is_ended_with_its_children(
    printer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_program(printer, f"sleep 600 & echo $! > {tmp_path}/child; sleep 600")
    monkeypatch.setattr(printing, "SECONDS", 0.5)
    with pytest.raises(printing.NotPrintedError, match="took longer"):
        printing.printed("<p>x</p>")
    child = int((tmp_path / "child").read_text())
    deadline = time.monotonic() + 30  # the kernel ends a process when it comes to it
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(child)


def test_the_browser_gets_no_secret_of_the_server(
    printer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "a-secret-word")
    write_program(printer, f'env > {tmp_path}/env; printf "%%PDF-1.4" > "$target"')
    printing.printed("<p>x</p>")
    assert "a-secret-word" not in (tmp_path / "env").read_text()


@pytest.mark.parametrize(("role", "answer"), [(TeamRole.STATISTICIAN, 200), (TeamRole.MONITOR, 404), (None, 404)])
def test_only_who_may_see_results_gets_it(
    client: Client, report: Report, printer: Path, role: TeamRole | None, answer: int
) -> None:
    PDF_FILE.ask_for(report=report, page="", actor=None)
    work_off()
    person = a_person("somebody", Role.OBSERVER if role else Role.READER)
    if role:
        Member.objects.create(study=report.study, user=person, role=role)
    client.force_login(person)
    assert client.get(PDF).status_code == answer
    assert client.get(EXPORTS).status_code == answer


@pytest.mark.skipif(printing.browser() is None and not os.environ.get("CI"), reason="Chromium is missing")
class TestARealChromium:
    """What Debian's Chromium makes of it."""

    def test_prints_the_whole_report(self, report: Report) -> None:
        pages = pages_of(printing.printed(report_html(report)))
        text = " ".join(pages)
        assert len(pages) > 3
        for words in (report.study.title, "R01", "The study as a whole", "Record", report.ratings_sha256[:12]):
            assert words in text

    def test_runs_no_script_of_the_page(self, report: Report) -> None:
        script = "<script>document.querySelector('h1').textContent = 'by a script'</script></body>"
        [first, *_] = pages_of(printing.printed(report_html(report).replace("</body>", script)))
        assert report.study.title in first
        assert "by a script" not in first

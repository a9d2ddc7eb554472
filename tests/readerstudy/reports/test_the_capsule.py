"""A study's capsule holds all that its results rest on, and is verified without the application."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from readerstudy.audit.models import Event
from readerstudy.detectors.models import DetectorScore
from readerstudy.jobs.models import Job
from readerstudy.jobs.services import work_off
from readerstudy.reports.made_files import CAPSULE
from readerstudy.reports.services import make_report
from readerstudy.studies.models import Study
from tests.readerstudy.reports.conftest import score_by_code
from tests.readerstudy.unpictured import an_unpictured_study

pytestmark = pytest.mark.django_db


def export(out: Path) -> dict[str, Any]:
    said = StringIO()
    call_command("export_study", "s", out, json=True, stdout=said)
    summary: dict[str, Any] = json.loads(said.getvalue().splitlines()[-1])
    return summary


def verified(capsule: Path, folder: Path) -> tuple[int, dict[str, Any]]:
    """Verify with the package `analysis` alone, copied to a place where there is no application."""
    (folder / "analysis").symlink_to(Path(settings.BASE_DIR) / "analysis")
    command = [sys.executable, "-m", "analysis", "verify", str(capsule), "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, json.loads(done.stdout)


def test_it_is_verified_where_there_is_no_application(finished: Study, tmp_path: Path) -> None:
    score_by_code(finished.phases.get(name="phase-1").cohort, tmp_path)
    out = tmp_path / "s.zip"
    assert export(out)["bytes"] == out.stat().st_size
    code, said = verified(out, tmp_path)
    assert (code, said["ok"], said["broken"], said["differing"]) == (0, True, [], [])
    assert said["numbers"] > 300
    assert said["audit"]["links"] == Event.objects.count()
    assert said["audit"]["events"] == Event.objects.filter(target="study:s").count()
    assert said["audit"]["broken"] is None


def test_a_rating_that_is_changed_in_it_shows(finished: Study, tmp_path: Path) -> None:
    export(tmp_path / "s.zip")
    with zipfile.ZipFile(tmp_path / "s.zip") as whole, zipfile.ZipFile(tmp_path / "t.zip", "w") as spoilt:
        for name in whole.namelist():
            content = whole.read(name)
            spoilt.writestr(name, content.replace(b",75.0,", b",99.0,", 1) if name == "ratings.csv" else content + b"")
    code, said = verified(tmp_path / "t.zip", tmp_path)
    changed = zipfile.ZipFile(tmp_path / "t.zip").read("ratings.csv") != zipfile.ZipFile(tmp_path / "s.zip").read(
        "ratings.csv"
    )
    assert (code == 1 and said["broken"] == ["ratings.csv was changed"]) is changed


def test_it_holds_what_was_fixed_and_what_came_of_it(finished: Study, tmp_path: Path) -> None:
    score_by_code(finished.phases.get(name="phase-1").cohort, tmp_path)
    export(tmp_path / "s.zip")
    with zipfile.ZipFile(tmp_path / "s.zip") as archive:
        names = set(archive.namelist())
        scores = json.loads(archive.read("detectors.json"))
        environment = json.loads(archive.read("environment.json"))
    assert {"ratings.csv", "readers.csv", "cases.csv", "results.json", "report.html", "audit.jsonl"} <= names
    assert any(name.startswith("versions/protocol-1.") for name in names)
    assert len(scores) == DetectorScore.objects.count()
    assert "numpy" in {name.lower() for name in environment["packages"]}


def test_of_other_studies_it_holds_links_and_no_word(finished: Study, tmp_path: Path) -> None:
    an_unpictured_study("another-one")
    export(tmp_path / "s.zip")
    with zipfile.ZipFile(tmp_path / "s.zip") as archive:
        assert b"another-one" not in archive.read("audit.jsonl")


def test_a_coordinator_takes_it_from_the_page(desk: Client, finished: Study, tmp_path: Path) -> None:
    make_report(study=finished, actor=None)
    assert desk.get("/studies/s/export/capsule/").status_code == 404
    desk.post("/studies/s/export/capsule/make/")
    desk.post("/studies/s/export/capsule/make/")
    assert Job.objects.filter(kind=CAPSULE.kind).count() == 1
    work_off()
    page = desk.get("/studies/s/export/").content.decode()
    assert 'href="/studies/s/export/capsule/"' in page
    assert "Make it again" in page
    answer = desk.get("/studies/s/export/capsule/")
    assert answer["Content-Disposition"] == 'attachment; filename="s.zip"'
    (tmp_path / "page.zip").write_bytes(answer.content)
    assert verified(tmp_path / "page.zip", tmp_path)[0] == 0


def test_one_that_is_made_again_knows_of_the_first(desk: Client, finished: Study, tmp_path: Path) -> None:
    make_report(study=finished, actor=None)
    for name in ("first", "second"):
        desk.post("/studies/s/export/capsule/make/")
        work_off()
        (tmp_path / name).write_bytes(desk.get("/studies/s/export/capsule/").content)
    logs = [zipfile.ZipFile(tmp_path / name).read("audit.jsonl") for name in ("first", "second")]
    assert logs[1].startswith(logs[0])
    assert b"reports.packed" not in logs[0]
    assert b"reports.packed" in logs[1]


def test_a_study_that_is_still_blinded_has_none(running: Study, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="close it and unblind it first"):
        export(tmp_path / "s.zip")
    assert not (tmp_path / "s.zip").exists()


def test_a_folder_in_its_place_is_refused(finished: Study, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is a folder: name the zip file"):
        export(tmp_path)

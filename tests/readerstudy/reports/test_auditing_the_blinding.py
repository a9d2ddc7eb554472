"""The blinding audit as people use it: it is stored, acknowledged, shown, exported, and asked for as a job."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.cohorts import frames
from readerstudy.cohorts.models import Case, Cohort, NearDuplicate
from readerstudy.cohorts.services import create_cohort
from readerstudy.jobs.models import Job
from readerstudy.jobs.services import work_off
from readerstudy.reports.blinding_audit import BlindingAuditError, acknowledge, audit_blinding
from readerstudy.reports.exports import caveats, write_files
from readerstudy.reports.models import BlindingAudit
from readerstudy.reports.services import make_report
from readerstudy.studies.models import Study
from readerstudy.studies.services import create_study, lock_study, what_the_audit_misses
from readerstudy.truth.importing import import_cases
from tests.readerstudy.makers import a_sealed_cohort, draw_folder
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort() -> Cohort:
    return a_sealed_cohort("main", cases=14)


def run(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("audit_blinding", *arguments, "--json", stdout=out)
    summary: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return summary


def test_the_command_gives_the_summary_that_was_promised(cohort: Cohort) -> None:
    found = run("main")
    assert (found["cohort"], found["n"], found["profile"]) == ("main", 14, "square-1024-8bit/2")
    assert found["container"]["verdict"] == "pass", found["container"]
    assert found["container"]["differences"] == []
    assert {"feature", "p", "n_needed"} <= set(found["container"]["tests"][0])
    assert 0 <= found["picture"]["ci"][0] <= found["picture"]["auc"] <= found["picture"]["ci"][1] <= 1
    stages = {one["stage"] for one in found["picture"]["features"]}
    assert stages == {"source", "presentation"}
    assert {"feature", "stage", "auc", "ci"} <= set(found["picture"]["features"][0])
    assert found["near_duplicates"] == []


def test_a_cue_that_no_case_differs_in_has_an_area_of_a_half(cohort: Cohort) -> None:
    found = run("main")["picture"]["features"]
    [aspect] = [one for one in found if one["feature"] == "aspect" and one["stage"] == "presentation"]
    assert (aspect["auc"], aspect["higher_in"]) == (0.5, "neither")


def test_the_command_says_it_in_words_too(cohort: Cohort) -> None:
    out = StringIO()
    call_command("audit_blinding", "main", stdout=out)
    assert "main, 14 cases, profile square-1024-8bit/2: passed" in out.getvalue()
    assert "import order: p = " in out.getvalue()
    assert "Picture cues together: AUC " in out.getvalue()


def test_the_verdict_is_stored_and_marked_and_noted(cohort: Cohort, coordinator: User) -> None:
    audit = audit_blinding(cohort=cohort, actor=coordinator)
    cohort.refresh_from_db()
    assert (cohort.audit_verdict, cohort.is_audited, cohort.audit_acknowledged) == ("pass", True, False)
    assert BlindingAudit.objects.get() == audit
    event = Event.objects.latest("pk")
    assert (event.verb, event.target, event.actor_id) == (
        "reports.blinding_audited", "cohort:main", coordinator.pk,
    )  # fmt: skip
    assert event.detail["verdict"] == "pass"


def test_acknowledging_is_noted_once(cohort: Cohort, coordinator: User) -> None:
    audit = audit_blinding(cohort=cohort, actor=coordinator)
    acknowledge(audit=audit, actor=coordinator)
    acknowledge(audit=audit, actor=None)
    audit.refresh_from_db()
    cohort.refresh_from_db()
    assert audit.acknowledged_by == coordinator
    assert cohort.audit_acknowledged
    assert Event.objects.filter(verb="reports.confounds_acknowledged").count() == 1


def test_an_audited_and_acknowledged_cohort_is_locked_without_a_reason(cohort: Cohort) -> None:
    study = create_study(slug="s", preset="single-phase", cohorts=[cohort])
    assert "Nobody has looked" in what_the_audit_misses(study)[0]
    assert run("main", "--acknowledge")["acknowledged"] is True
    lock_study(study=study, actor=None)
    study.refresh_from_db()
    assert (study.status, study.unaudited_because) == ("running", "")


def test_another_audit_asks_for_another_acknowledgement(cohort: Cohort) -> None:
    first = audit_blinding(cohort=cohort, actor=None)
    acknowledge(audit=first, actor=None)
    audit_blinding(cohort=cohort, actor=None)
    cohort.refresh_from_db()
    assert not cohort.audit_acknowledged
    with pytest.raises(BlindingAuditError, match="is not of main as it is now"):
        acknowledge(audit=first, actor=None)


def test_what_came_in_later_makes_the_audit_old(cohort: Cohort, tmp_path: Path) -> None:
    audit = audit_blinding(cohort=cohort, actor=None)
    truth = draw_folder(tmp_path, cases=2, seed=99)
    (tmp_path / "case-00.png").rename(tmp_path / "new-0.png")
    (tmp_path / "case-01.png").rename(tmp_path / "new-1.png")
    truth.write_text(truth.read_text().replace("case-0", "new-"))
    assert import_cases(source=str(tmp_path), name="main", truth=truth, actor=None).sealed
    cohort.refresh_from_db()
    assert not cohort.is_audited
    with pytest.raises(BlindingAuditError, match="run it again"):
        acknowledge(audit=audit, actor=None)


def test_a_cohort_that_changes_meanwhile_is_not_given_a_verdict(cohort: Cohort) -> None:
    def change(done: int, total: int, words: str) -> None:
        if done == 3:
            Cohort.objects.filter(pk=cohort.pk).update(sealed_digest="0" * 64)

    with pytest.raises(BlindingAuditError, match="changed while it was being audited"):
        audit_blinding(cohort=cohort, actor=None, progress=change)
    assert not BlindingAudit.objects.exists()


def test_progress_reaches_its_end(cohort: Cohort) -> None:
    told: list[tuple[int, int]] = []
    audit_blinding(cohort=cohort, actor=None, progress=lambda done, total, words: told.append((done, total)))
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_without_a_sealed_truth_what_is_received_is_compared_all_the_same(cohort: Cohort) -> None:
    Cohort.objects.update(sealed_digest="", sealed_cases=0)
    found = run("main")
    assert found["container"]["verdict"] == "pass"
    assert found["container"]["tests"] == []
    assert "not sealed" in found["container"]["problem"]
    assert (found["picture"]["auc"], found["picture"]["ci"], found["picture"]["features"]) == (None, None, [])
    assert "not sealed" in found["picture"]["problems"][0]


def test_with_too_few_cases_nothing_is_claimed() -> None:
    a_sealed_cohort("few", cases=4)
    out = StringIO()
    call_command("audit_blinding", "few", "--json", stdout=out)
    line = out.getvalue().splitlines()[-1]
    assert "NaN" not in line
    found = json.loads(line)
    assert all(one["too_few"] and one["n_needed"] > 4 for one in found["container"]["tests"])
    assert found["picture"]["auc"] is None
    assert "at least 5 patients" in found["picture"]["problems"][0]


def test_lost_pictures_fail_and_leave_no_figure_of_them() -> None:
    an_unpictured_cohort("lost", cases=6)
    found = run("lost")
    assert found["container"]["verdict"] == "fail"
    assert "every case is answered with status 404" in {one["example"] for one in found["container"]["differences"]}
    assert any("6 presentation images could not be read" in one for one in found["picture"]["problems"])
    assert any("6 sources were not kept" in one for one in found["picture"]["problems"])


def test_excluded_cases_are_not_looked_at(cohort: Cohort) -> None:
    odd = cohort.cases.first()
    assert odd
    frames.path_of(odd.image).unlink()
    Case.with_excluded.filter(pk=odd.pk).update(excluded_at=odd.created_at)
    found = run("main")
    assert found["n"] == 13
    assert found["container"]["verdict"] == "pass"


def test_near_duplicates_are_listed_by_their_codes(cohort: Cohort) -> None:
    first, second = cohort.cases.all()[:2]
    NearDuplicate.objects.filter(cohort=cohort).delete()
    NearDuplicate.objects.create(cohort=cohort, first=first, second=second, distance=3)
    assert run("main")["near_duplicates"] == [
        {"first": first.code, "second": second.code, "distance": 3, "decision": "open"}
    ]


@pytest.mark.parametrize(("name", "words"), [("nowhere", "There is no cohort 'nowhere'"), ("empty", "has no cases")])
def test_what_cannot_be_audited_is_refused_in_words(name: str, words: str) -> None:
    create_cohort(name="empty", actor=None)
    with pytest.raises(CommandError, match=words):
        call_command("audit_blinding", name)


def test_the_page_runs_the_audit_as_a_job_and_shows_it(desk: Client, cohort: Cohort, coordinator: User) -> None:
    page = desk.get("/cohorts/main/blinding/").content.decode()
    assert "Not audited yet" in page
    page = desk.post("/cohorts/main/blinding/run/", follow=True).content.decode()
    assert "Blinding audit of main" in page
    desk.post("/cohorts/main/blinding/run/")
    assert Job.objects.count() == 1, "while one waits, no second is asked for"
    assert work_off() == 1
    audit = BlindingAudit.objects.get()
    assert audit.created_by == coordinator
    assert Job.objects.get().result == {"audit": audit.pk, "verdict": "pass"}
    page = desk.get("/cohorts/main/blinding/").content.decode()
    for words in ("Passed", "Import order", "All cues together", "Energy in fine detail", "Not acknowledged"):
        assert words in page
    page = desk.post(f"/cohorts/main/blinding/{audit.pk}/acknowledge/", follow=True).content.decode()
    assert "by coordinator" in page
    assert "Acknowledge the confound report" not in page


def test_a_job_that_is_started_again_after_a_kill_has_one_result(desk: Client, cohort: Cohort) -> None:
    desk.post("/cohorts/main/blinding/run/")
    work_off()
    Job.objects.update(status="queued", result={})
    work_off()
    assert BlindingAudit.objects.count() == 1
    assert Job.objects.get().result["audit"] == BlindingAudit.objects.get().pk


def test_the_page_of_an_audit_that_failed_names_what_differs(desk: Client) -> None:
    audit_blinding(cohort=an_unpictured_cohort("lost", cases=6), actor=None)
    page = desk.get("/cohorts/lost/blinding/").content.decode()
    assert "Failed" in page
    assert "every case is answered with status 404" in page


def test_the_page_says_when_the_cohort_has_changed_since(desk: Client, cohort: Cohort) -> None:
    audit_blinding(cohort=cohort, actor=None)
    Cohort.objects.update(sealed_digest="0" * 64)
    page = desk.get("/cohorts/main/blinding/").content.decode()
    assert "The cohort has changed since this audit" in page
    assert "Acknowledge the confound report" not in page


def test_an_empty_cohort_is_not_audited(desk: Client) -> None:
    create_cohort(name="empty", actor=None)
    page = desk.post("/cohorts/empty/blinding/run/", follow=True).content.decode()
    assert "import some cases first" in page
    assert not Job.objects.exists()


@pytest.mark.parametrize(("form", "start"), [("json", b"{"), ("svg", b"<svg"), ("png", b"\x89PNG")])
def test_the_chart_is_drawn_in_every_form(desk: Client, cohort: Cohort, form: str, start: bytes) -> None:
    audit = audit_blinding(cohort=cohort, actor=None)
    answer = desk.get(f"/cohorts/main/blinding/{audit.pk}/chart.{form}?theme=dark")
    assert answer.content.startswith(start)
    assert desk.get(f"/cohorts/main/blinding/{audit.pk}/chart.{form}?theme=sepia").status_code == 404


def test_the_summary_can_be_taken_away(desk: Client, cohort: Cohort) -> None:
    audit = audit_blinding(cohort=cohort, actor=None)
    assert desk.get(f"/cohorts/main/blinding/{audit.pk}/audit.json").json() == audit.result
    other = a_sealed_cohort("other", cases=4)
    assert desk.get(f"/cohorts/{other.slug}/blinding/{audit.pk}/audit.json").status_code == 404


def test_a_report_holds_the_audit_of_its_cohorts(finished: Study, tmp_path: Path) -> None:
    audit = audit_blinding(cohort=Cohort.objects.get(slug="s-cases"), actor=None)
    write_files(make_report(study=finished, actor=None), tmp_path)
    said = json.loads((tmp_path / "blinding_audit.json").read_text())
    assert said == {"study": "s", "unaudited_because": "a test of something else", "audits": [audit.result]}
    page = (tmp_path / "report.html").read_text()
    assert "Blinding audit of s-cases (12 cases, " in page
    assert "locked without a passed and acknowledged blinding audit: a test of something else" in page


def test_results_say_why_there_was_no_audit(finished: Study, desk: Client) -> None:
    make_report(study=finished, actor=None)
    assert caveats(finished)["audits"] == []
    page = desk.get("/studies/s/results/").content.decode()
    assert "locked without a passed and acknowledged blinding audit" in page

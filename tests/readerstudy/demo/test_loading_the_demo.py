"""`load_demo` makes a finished study and a running one; done again it does nothing, and after a crash it goes on."""

from __future__ import annotations

import json
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from fixtures.cohort import write_cohort
from fixtures.readers import demo_readers
from readerstudy.accounts.models import Role
from readerstudy.accounts.services import create_user
from readerstudy.audit.services import first_broken_event
from readerstudy.cohorts.models import Cohort
from readerstudy.demo import demo_study
from readerstudy.detectors.models import Detector
from readerstudy.jobs.models import Job
from readerstudy.jobs.services import work_off
from readerstudy.reading.models import Judgement
from readerstudy.reports.charts import THEMES, figure_names
from readerstudy.reports.models import Report
from readerstudy.studies.models import Reader, Study

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _a_small_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four small phantoms and two readers, for sixty and eight take a minute."""
    monkeypatch.setattr(demo_study, "write_cohort", partial(write_cohort, long_side=256))
    monkeypatch.setattr(demo_study, "CASES", 4)
    readers = demo_readers()[:2]
    monkeypatch.setattr(demo_study, "demo_readers", lambda: readers)


def load() -> dict[str, Any]:
    out = StringIO()
    call_command("load_demo", json=True, stdout=out)
    summary: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return summary


def counts() -> list[int]:
    judged = Judgement.objects.filter(revision=1).count()
    cohorts, studies, readers, *more = (
        model._default_manager.count() for model in (Cohort, Study, Reader, Report, Detector)
    )
    return [cohorts, studies, readers, judged, *more]


def test_the_demo_is_whole_and_loading_it_again_changes_nothing() -> None:
    first = load()
    assert (first["study"], first["open_study"], first["cohort"]) == ("demo-finished", "demo-open", "demo-phantoms")
    finished, running = (Study.objects.get(slug=first[key]) for key in ("study", "open_study"))
    assert (finished.status, running.status) == ("unblinded", "running")
    assert counts() == [2, 2, 2 + 1, 2 * (4 + 2), 1, 2]
    (phase,) = Report.objects.get().results["phases"]
    assert phase["summary"]["reads"] == 2 * 4
    assert len(phase["roc"]["detectors"]) == 2
    assert first_broken_event() is None
    for login in first["logins"]:
        assert Client().login(username=login["username"], password=login["password"])
    before = counts()
    assert load() == first
    assert counts() == before


def test_the_figures_are_left_to_the_worker_that_is_served_beside(settings: Any) -> None:
    load()
    (job,) = Job.objects.all()
    report = Report.objects.get()
    drawn = settings.DATA_DIR / "figures" / str(report.pk)
    assert (job.status, drawn.exists()) == ("queued", False)
    work_off()
    job.refresh_from_db()
    assert (job.status, job.page) == ("done", "/studies/demo-finished/results/")
    assert len(list(drawn.iterdir())) == len(THEMES) * len(figure_names(report)) > 0


def test_after_a_crash_loading_again_makes_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(**_: object) -> None:
        raise RuntimeError("the power went out")

    with monkeypatch.context() as broken:
        broken.setattr(demo_study, "make_report", crash)
        with pytest.raises(RuntimeError):
            load()
    assert not Report.objects.exists()
    load()
    assert counts() == [2, 2, 2 + 1, 2 * (4 + 2), 1, 2]


def test_an_account_of_the_same_name_that_is_not_the_demos_is_left_alone() -> None:
    create_user(username="coordinator", password="of somebody else", role=Role.COORDINATOR)
    with pytest.raises(CommandError, match="not the demo's"):
        load()
    assert not Cohort.objects.exists()


def test_a_crash_before_the_detectors_scores_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(demo_study, "_import_detectors", crash)
        with pytest.raises(KeyboardInterrupt):
            load()
    assert not Detector.objects.exists()
    load()
    assert Detector.objects.count() == 2

"""A draft is made from a preset and cohorts, on the page or by command; what does not fit is refused in words."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.cohorts.services import create_cohort
from readerstudy.studies.models import Phase, Study
from readerstudy.studies.presets import PRESETS, preset, preset_text
from readerstudy.studies.services import StudyError, create_study
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = pytest.mark.django_db


def create(slug: str, *cohorts: str, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("create_study", slug, *(f"--cohort={name}" for name in cohorts), json=True, stdout=out, **options)
    summary: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return summary


def test_one_cohort_makes_a_draft_of_one_phase() -> None:
    an_unpictured_cohort("main", cases=2)
    assert create("mine", "main") == {"study": "mine", "status": "draft", "phases": ["phase-1"]}
    phase = Phase.objects.get()
    assert (phase.cohort.slug, phase.purpose, phase.feedback) == ("main", "informed", "none")


def test_a_second_cohort_is_practised_on_first_with_feedback() -> None:
    for slug in ("main", "warm-up"):
        an_unpictured_cohort(slug, cases=2)
    assert create("mine", "main", "warm-up", title="My study")["phases"] == ["practice", "phase-1"]
    practice, test = Phase.objects.order_by("position")
    assert (practice.cohort.slug, practice.feedback, practice.is_practice) == ("warm-up", "after-each", True)
    assert (test.cohort.slug, test.feedback, test.is_practice) == ("main", "none", False)
    assert Study.objects.get().title == "My study"


def test_making_a_study_is_audited(coordinator: User) -> None:
    cohort = an_unpictured_cohort("main", cases=2)
    create_study(slug="mine", preset="single-phase", cohorts=[cohort], actor=coordinator)
    event = Event.objects.latest("pk")
    assert (event.actor_id, event.verb, event.target) == (coordinator.pk, "studies.created", "study:mine")
    assert event.detail == {"preset": "single-phase", "cohorts": ["main"]}


@pytest.mark.parametrize("slug", ["two words", "a/b", "", "ü", "x" * 51, "../etc"])
def test_a_short_name_that_no_address_can_hold_is_refused(slug: str) -> None:
    cohort = an_unpictured_cohort("main", cases=2)
    with pytest.raises(StudyError):
        create_study(slug=slug, preset="single-phase", cohorts=[cohort])
    assert not Study.objects.exists()


@pytest.mark.parametrize("slug", ["new", "join"])
def test_a_short_name_that_would_hide_behind_a_page_of_its_own_still_has_its_pages(
    client: Client, coordinator: User, slug: str
) -> None:
    create_study(slug=slug, preset="single-phase", cohorts=[an_unpictured_cohort("main", cases=2)])
    client.force_login(coordinator)
    for tab in ("protocol", "readers", "monitor", "results"):
        assert client.get(f"/studies/{slug}/{tab}/").status_code == 200


def test_a_taken_short_name_is_refused() -> None:
    an_unpictured_cohort("main", cases=2)
    create("mine", "main")
    with pytest.raises(CommandError, match="Study with this Slug already exists"):
        create("mine", "main")
    assert Study.objects.count() == 1


def test_an_unknown_cohort_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(CommandError, match=r"There is no cohort 'main'\. Known: none yet \(import_cases makes one\)"):
        create("mine", "main")
    create_cohort(name="other", actor=None)
    with pytest.raises(CommandError, match=r"Known: other\."):
        create("mine", "main")


def test_the_same_cohort_twice_is_refused() -> None:
    an_unpictured_cohort("main", cases=2)
    with pytest.raises(CommandError, match="practice cases must not be read again in the test"):
        create("mine", "main", "main")


def test_too_many_cohorts_are_refused_with_what_the_preset_takes() -> None:
    for slug in ("a", "b", "c"):
        an_unpictured_cohort(slug, cases=2)
    with pytest.raises(CommandError, match="This preset takes 1 to 2 cohorts, in this order: cases to read; practice"):
        create("mine", "a", "b", "c")


def test_an_unknown_preset_is_refused_with_those_that_are_known() -> None:
    cohort = an_unpictured_cohort("main", cases=2)
    with pytest.raises(StudyError, match=r"There is no preset “double”\. Known: rsna2026, single-phase"):
        create_study(slug="mine", preset="double", cohorts=[cohort])


def test_the_command_says_what_is_missing_before_the_draft_can_be_locked() -> None:
    create_cohort(name="empty", actor=None)
    out = StringIO()
    call_command("create_study", "mine", "--cohort=empty", stdout=out)
    assert "Before it can be locked: The cohort empty has no cases: import some (import_cases)." in out.getvalue()


def test_the_page_makes_a_draft_and_leads_to_its_protocol(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    main, warm_up = (an_unpictured_cohort(slug, cases=2) for slug in ("main", "warm-up"))
    form = {"title": "My study", "slug": "mine", "cohort-A": main.pk, "cohort-P": warm_up.pk}
    answer = client.post("/studies/new/from/single-phase/", form)
    assert answer.headers["Location"] == "/studies/mine/protocol/"
    study = Study.objects.get()
    assert study.created_by == coordinator
    assert [phase.name for phase in study.phases.all()] == ["practice", "phase-1"]
    assert "My study" in client.get("/studies/").content.decode()


def test_a_pilot_is_made_by_page_and_by_command(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    main = an_unpictured_cohort("main", cases=2)
    form = {"title": "T", "slug": "by-page", "cohort-A": main.pk, "pilot": "on"}
    client.post("/studies/new/from/single-phase/", form)
    create("by-command", "main", pilot=True)
    create("no-pilot", "main")
    assert set(Study.objects.filter(is_pilot=True).values_list("slug", flat=True)) == {"by-page", "by-command"}


def test_the_page_says_what_is_wrong_and_makes_nothing(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    cohort = an_unpictured_cohort("main", cases=2)
    create_study(slug="taken", preset="single-phase", cohorts=[cohort])
    wrong: dict[str, dict[str, object]] = {
        "There is a study of this name: choose another.": {"slug": "taken", "cohort-A": cohort.pk},
        "Enter a valid “slug”": {"slug": "two words", "cohort-A": cohort.pk},
        "This field is required.": {"slug": "mine"},
        "Choose other cases than those for: cases to read.": {
            "slug": "mine", "cohort-A": cohort.pk, "cohort-P": cohort.pk,
        },
    }  # fmt: skip
    for message, fields in wrong.items():
        assert message in client.post("/studies/new/from/single-phase/", {"title": "T", **fields}).content.decode()
    assert Study.objects.count() == 1


def test_every_preset_is_offered_and_has_its_form(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    an_unpictured_cohort("main", cases=2)
    offered = client.get("/studies/new/").content.decode()
    for name in PRESETS:
        assert f"/studies/new/from/{name}/" in offered
        page = client.get(f"/studies/new/from/{name}/").content.decode()
        assert page.count("<select") == len(preset(name).cohorts)
    assert client.get("/studies/new/from/none-such/").status_code == 404


def test_without_a_cohort_the_form_says_how_to_get_one(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    page = client.get("/studies/new/from/rsna2026/").content.decode()
    assert "There are no cohorts yet" in page
    assert "<select" not in page


def test_a_protocol_of_ones_own_is_read_first_and_then_asked_about(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    cohort = an_unpictured_cohort("main", cases=2)
    document = preset_text("training").replace("name: training\ntitle: Training", "name: ours\ntitle: Ours", 1)
    asked = client.post("/studies/new/from/own/", {"document": document}).content.decode()
    assert "cohort-A" in asked
    form = {"document": document, "slug": "mine", "title": "T", "cohort-A": cohort.pk}
    client.post("/studies/new/from/own/", form)
    study = Study.objects.get()
    assert study.preset == "ours"
    assert [phase.name for phase in study.phases.all()] == ["training"]


def test_a_protocol_comes_from_a_file_too(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    an_unpictured_cohort("main", cases=2)
    file = SimpleUploadedFile("p.yaml", ("\ufeff" + preset_text("training")).encode())
    assert "cohort-A" in client.post("/studies/new/from/own/", {"file": file}).content.decode()
    picture = SimpleUploadedFile("p.yaml", b"\x89PNG\xff\xfe")
    assert "no text in UTF-8" in client.post("/studies/new/from/own/", {"file": picture}).content.decode()


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("name: [", "The YAML cannot be read"),
        ("name: x\nphases: []", "cohorts: is missing"),
        ("", "must be settings"),
    ],
)
def test_a_protocol_that_cannot_be_read_makes_nothing_and_says_why(
    client: Client, coordinator: User, document: str, said: str
) -> None:
    client.force_login(coordinator)
    assert said in client.post("/studies/new/from/own/", {"document": document}).content.decode()
    assert not Study.objects.exists()


def test_the_command_takes_a_file_and_names_its_faults(tmp_path: Path) -> None:
    an_unpictured_cohort("main", cases=2)
    file = tmp_path / "ours.yaml"
    file.write_text(preset_text("training"), encoding="utf-8")
    assert create("mine", "main", preset=str(file))["phases"] == ["training"]
    file.write_text("name: x", encoding="utf-8")
    with pytest.raises(CommandError, match="title: is missing"):
        create("second", "main", preset=str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        create("second", "main", preset=str(tmp_path / "absent.yaml"))
    with pytest.raises(CommandError, match=r"no preset “absent”.* or name a file that ends in \.yaml"):
        create("second", "main", preset="absent")
    assert Study.objects.count() == 1


def test_rsna2026_takes_two_cohorts_in_its_order_and_practice_if_there_is_a_third() -> None:
    for slug in ("a", "b", "c"):
        an_unpictured_cohort(slug, cases=2)
    assert create("two", "a", "b", preset="rsna2026")["phases"] == ["phase-1", "phase-2", "phase-3"]
    assert create("three", "a", "b", "c", preset="rsna2026")["phases"] == ["practice", "phase-1", "phase-2", "phase-3"]
    read = dict(Phase.objects.filter(study__slug="three").values_list("name", "cohort__slug"))
    assert read == {"practice": "c", "phase-1": "a", "phase-2": "a", "phase-3": "b"}
    with pytest.raises(CommandError, match="takes 2 to 3 cohorts, in this order: cases of phases 1 and 2; cases of"):
        create("one", "a", preset="rsna2026")


def test_without_a_study_the_page_says_how_to_begin(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    assert "No study yet" in client.get("/studies/").content.decode()

"""A coordinator reads a protocol and changes a draft on its pages; what is locked has no page that changes it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from readerstudy.accounts.models import User
from readerstudy.cohorts.models import Cohort
from readerstudy.studies.models import Phase, Question, Study
from readerstudy.studies.plans import Protocol
from readerstudy.studies.protocol import protocol_of, read_protocol, write_protocol
from readerstudy.studies.services import create_study, invite_reader, lock_study
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = pytest.mark.django_db
ROOT = "/studies/s/protocol/"
PHASE = {
    "title": "Other cases",
    "purpose": "informed",
    "told": "Read **these**.\r\n\r\nThen rest.",
    "order": "blocked",
    "block_size": "5",
    "allocation": "crossed",
    "parts": "1",
    "anchors": "0",
    "reread_percent": "10",
    "aid": "none",
    "modality": "unaided",
    "feedback": "none",
    "attempts": "1",
    "washout_days": "28",
    "time_limit": "soft",
    "time_limit_seconds": "60",
    "undo_seconds": "30",
}


@pytest.fixture
def coordinator_client(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


@pytest.fixture
def study() -> Study:
    cohorts = [an_unpictured_cohort(slug, cases=4) for slug in ("set-a", "set-b")]
    return create_study(slug="s", preset="rsna2026", cohorts=cohorts)


def the_protocol() -> Protocol:
    return protocol_of(Study.objects.get())


def page(client: Client, path: str = ROOT, **fields: Any) -> str:
    """Post the fields, or get the page where there are none, and follow where it leads."""
    answer = client.post(path, fields, follow=True) if fields else client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_protocol_is_shown_whole(coordinator_client: Client, study: Study) -> None:
    text = page(coordinator_client)
    for words in (
        "The same cases, now that you know", "Purpose-blinded reading", "4 cases", "<strong>technical quality</strong>",
        "How good is the technical quality", "Excellent", "at the end of the phase", "Image quality and diagnosis",
        "Every reader reads every case", "the last one, for 60 seconds", "not possible",
    ):  # fmt: skip
        assert words in text, words


def test_the_phases_stand_in_the_order_of_each_arm_with_the_washout_between(
    coordinator_client: Client,
) -> None:
    create_study(slug="s", preset="aided-vs-unaided", cohorts=[an_unpictured_cohort("main", cases=2)])
    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page(coordinator_client)))
    assert "Arm A First on their own, then aided Reading on your own Informed reading · 2 cases washout 28 days" in text
    assert "Arm B First aided, then on their own Reading with a second opinion Aided reading · 2 cases washout" in text


def test_what_readers_are_told_cannot_bring_script_into_the_page(coordinator_client: Client, study: Study) -> None:
    Phase.objects.update(instructions="<script>alert(1)</script> [x](javascript:alert(1))")
    Study.objects.update(consent="<img src=x onerror=alert(1)>")
    text = page(coordinator_client)
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert 'href="javascript' not in text


def test_a_phase_is_changed_and_the_change_undone(coordinator_client: Client, study: Study) -> None:
    before = the_protocol()
    cohort = Cohort.objects.get(slug="set-b")
    text = page(coordinator_client, f"{ROOT}phases/phase-3/", **PHASE, cohort=cohort.pk)
    assert "Saved: settings of “Other cases”." in text
    phase = the_protocol().phase("phase-3")
    assert phase
    assert phase.told == "Read **these**.\n\nThen rest."
    assert (phase.order, phase.block_size, phase.reread_percent) == ("blocked", 5, 10)
    assert (phase.washout_days, phase.time_limit, phase.time_limit_seconds) == (28, "soft", 60)
    assert [one.kind for one in phase.questions] == ["call"]  # the form of its settings leaves its questions alone
    assert "Undo: settings of “Other cases”" in text
    assert "Undone: settings of “Other cases”." in page(coordinator_client, f"{ROOT}undo/", now="yes")
    assert the_protocol() == before


def test_opening_a_form_and_saving_it_as_it_is_changes_nothing(coordinator_client: Client, study: Study) -> None:
    before = the_protocol()
    for name in ("phase-1", "phase-2"):
        page(
            coordinator_client, f"{ROOT}phases/{name}/", **fields_of(page(coordinator_client, f"{ROOT}phases/{name}/"))
        )
    for name in ("quality", "diagnosis", "unusual"):
        path = f"{ROOT}phases/phase-1/questions/{name}/"
        page(coordinator_client, path, **fields_of(page(coordinator_client, path)))
    for path in (f"{ROOT}texts/", f"{ROOT}arms/", f"{ROOT}document/"):
        page(coordinator_client, path, **fields_of(page(coordinator_client, path)))
    assert the_protocol() == before
    assert not study.revisions.exists()


def fields_of(text: str) -> dict[str, Any]:
    """Read a form as a browser would send it."""
    form = text[text.index('<form method="post" class="form') :]
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, kind = re.search(r'name="([^"]+)"', tag), re.search(r'type="([^"]+)"', tag)
        if not name or not kind or kind[1] == "file" or (kind[1] in ("radio", "checkbox") and "checked" not in tag):
            continue
        value = re.search(r'value="([^"]*)"', tag)
        fields.setdefault(name[1], []).append(value[1] if value else "on" if "checked" in tag else "")
    for name_of, inner in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        fields[name_of] = [chosen[1] if chosen else ""]
    for name_of, inner in re.findall(r'<textarea name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        fields[name_of] = [_plain(inner.removeprefix("\n"))]
    return {name: [_plain(one) for one in values] for name, values in fields.items() if name != "csrfmiddlewaretoken"}


def _plain(text: str) -> str:
    for entity, letter in {"&quot;": '"', "&#x27;": "'", "&lt;": "<", "&gt;": ">", "&amp;": "&"}.items():
        text = text.replace(entity, letter)
    return text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"purpose": "purpose-blinded"}, "Must be 0 in a purpose-blinded phase"),
        ({"feedback": "after-each"}, "Is for practice and training only"),
        ({"time_limit": "hard", "time_limit_seconds": ""}, "Is missing: how many seconds"),
        ({"allocation": "split-plot"}, "Must be 2 or more: into how many parts"),
        ({"block_size": "many"}, "Enter a whole number."),
        ({"washout_days": "-1"}, "greater than or equal to 0"),
        ({"aid": "concurrent"}, "Makes this an aided phase"),
        ({"cohort": "999999"}, "Select a valid choice"),
        ({"title": ""}, "This field is required."),
        ({"told": "x" * 20_001}, "at most 20000 characters"),
        ({"told": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_what_does_not_go_together_is_said_at_its_field_and_nothing_is_saved(
    coordinator_client: Client, study: Study, wrong: dict[str, str], said: str
) -> None:
    before = the_protocol()
    cohort = Cohort.objects.get(slug="set-b")
    text = page(coordinator_client, f"{ROOT}phases/phase-3/", **{**PHASE, "cohort": cohort.pk, **wrong})
    assert said in text
    assert "Nothing was saved yet." in text
    assert the_protocol() == before


def test_a_phase_is_added_at_the_end_with_a_cohort_that_the_study_had_not(
    coordinator_client: Client, study: Study
) -> None:
    third = an_unpictured_cohort("set-c", cases=2)
    page(coordinator_client, f"{ROOT}new-phase/", **{**PHASE, "title": "Once more", "cohort": third.pk})
    protocol = the_protocol()
    assert [slot.slot for slot in protocol.cohorts] == ["A", "B", "C"]
    assert protocol.arms[0].phases[-1] == protocol.phases[-1].name == "phase-4"
    assert protocol.phases[-1].call()
    assert Phase.objects.get(name="phase-4").cohort == third


def test_a_phase_is_removed_with_its_place_in_the_arms_and_its_cohort(coordinator_client: Client, study: Study) -> None:
    assert "“Other cases” removed" in page(coordinator_client, f"{ROOT}phases/phase-3/remove/", now="yes")
    protocol = the_protocol()
    assert [slot.slot for slot in protocol.cohorts] == ["A"]
    assert protocol.arms[0].phases == ("phase-1", "phase-2")


def test_the_last_phase_stays(coordinator_client: Client) -> None:
    create_study(slug="s", preset="training", cohorts=[an_unpictured_cohort("main", cases=2)])
    text = page(coordinator_client, f"{ROOT}phases/training/remove/", now="yes")
    assert "a study has at least one phase" in text
    assert Phase.objects.count() == 1


def test_a_question_of_each_kind_is_added_by_its_form_as_it_comes(coordinator_client: Client, study: Study) -> None:
    offered = page(coordinator_client, f"{ROOT}phases/phase-3/new-question/")
    assert "kind=call" not in offered  # a case has one, and this phase asks for it
    for kind in ("quality", "diagnosis", "open", "marks"):
        assert f"kind={kind}" in offered
        path = f"{ROOT}phases/phase-3/new-question/?kind={kind}"
        page(coordinator_client, path, **fields_of(page(coordinator_client, path)))
    phase = the_protocol().phase("phase-3")
    assert phase
    assert [one.kind for one in phase.questions] == ["call", "quality", "diagnosis", "open", "marks"]
    assert phase.questions[1].options == ("Not diagnostic", "Poor", "Acceptable", "Good", "Excellent")
    assert phase.questions[4].tools == ("point", "box")


def test_a_purpose_blinded_phase_is_offered_no_call(coordinator_client: Client, study: Study) -> None:
    assert "kind=call" not in page(coordinator_client, f"{ROOT}phases/phase-1/new-question/")
    form = {"text": "Is it synthetic?", "points": "0", "forced": "on"}
    text = page(coordinator_client, f"{ROOT}phases/phase-1/new-question/?kind=call", **form)
    assert "asks authentic or synthetic, which tells the purpose" in text
    assert Question.objects.filter(phase__name="phase-1", kind="call").count() == 0


def test_a_question_is_asked_on_a_condition_that_is_ticked(coordinator_client: Client, study: Study) -> None:
    path = f"{ROOT}phases/phase-3/new-question/?kind=open"
    form = {"text": "Why?", "asked": "case", "condition": ["call=synthetic"]}
    page(coordinator_client, path, **form)
    assert Question.objects.get(text="Why?").condition == {"question": "call", "is": ["synthetic"]}
    assert "Asked only after call: synthetic" in page(coordinator_client)
    mixed = {"text": "And?", "asked": "end", "condition": ["call=synthetic"]}
    assert "Cannot be set on a question at the end of the phase" in page(coordinator_client, path, **mixed)


def test_an_answer_on_a_scale_is_a_condition_by_its_number(coordinator_client: Client, study: Study) -> None:
    form = {"text": "What is wrong?", "asked": "case", "condition": ["quality=1", "quality=2"]}
    page(coordinator_client, f"{ROOT}phases/phase-1/new-question/?kind=open", **form)
    assert Question.objects.get(text="What is wrong?").condition == {"question": "quality", "is": [1, 2]}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"options": "one step"}, "Must name the steps of the scale"),
        ({"options": "same\nsame"}, "“same” stands there twice"),
        ({"text": ""}, "This field is required."),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(
    coordinator_client: Client, study: Study, fields: dict[str, str], said: str
) -> None:
    form = {"text": "Quality?", "asked": "case", "options": "bad\ngood", **fields}
    assert said in page(coordinator_client, f"{ROOT}phases/phase-1/questions/quality/", **form)
    assert the_protocol().phases[0].questions[0].options[0] == "Not diagnostic"


def test_questions_change_places_and_one_is_removed_with_the_conditions_on_it(
    coordinator_client: Client, study: Study
) -> None:
    questions = f"{ROOT}phases/phase-1/questions/"
    form = {"text": "What is wrong?", "asked": "case", "condition": ["quality=1"]}
    page(coordinator_client, f"{ROOT}phases/phase-1/new-question/?kind=open", **form)
    page(coordinator_client, f"{questions}diagnosis/move/", to="up")
    assert [one.name for one in the_protocol().phases[0].questions] == ["diagnosis", "quality", "unusual", "open"]
    page(coordinator_client, f"{questions}diagnosis/move/", to="up")  # it is first: it stays
    assert the_protocol().phases[0].questions[0].name == "diagnosis"
    page(coordinator_client, f"{questions}quality/remove/", now="yes")
    assert [(one.name, one.condition) for one in the_protocol().phases[0].questions] == [
        ("diagnosis", None), ("unusual", None), ("open", None),
    ]  # fmt: skip


def test_a_question_is_not_moved_before_the_one_its_condition_asks_for(
    coordinator_client: Client, study: Study
) -> None:
    form = {"text": "Why?", "asked": "case", "condition": ["call=synthetic"]}
    page(coordinator_client, f"{ROOT}phases/phase-3/new-question/?kind=open", **form)
    text = page(coordinator_client, f"{ROOT}phases/phase-3/questions/open/move/", to="up")
    assert "names no question that is asked before it" in text
    assert [one.name for one in the_protocol().phases[2].questions] == ["call", "open"]


def test_arms_are_added_ordered_and_removed_in_a_table(coordinator_client: Client, study: Study) -> None:
    assert 'name="name-1"' in page(coordinator_client, f"{ROOT}arms/?more=1")
    form = {"count": "2", "name-0": "A", "title-0": "", "name-1": "B", "title-1": "Without the first"}
    places = {"place-0-phase-1": "1", "place-0-phase-2": "2", "place-0-phase-3": "3", "place-1-phase-3": "1"}
    page(coordinator_client, f"{ROOT}arms/", **form, **places, **{"place-1-phase-2": "2"})
    assert [arm.phases for arm in the_protocol().arms] == [("phase-1", "phase-2", "phase-3"), ("phase-3", "phase-2")]
    twice = {**form, **places, "place-0-phase-3": "2"}
    assert "two phases have the same place" in page(coordinator_client, f"{ROOT}arms/", **twice)
    page(coordinator_client, f"{ROOT}arms/", **{**form, **places, "name-1": ""})
    assert [arm.name for arm in the_protocol().arms] == ["A"]
    nobody = {**form, **places, "name-0": "", "name-1": ""}
    assert "a study has at least one arm" in page(coordinator_client, f"{ROOT}arms/", **nobody)


def test_titles_consent_and_the_mark_of_a_pilot_are_changed(coordinator_client: Client, study: Study) -> None:
    form = {"title": "Ours", "shown_title": "Radiographs", "summary": "Why?", "consent": "I agree.", "pilot": "on"}
    page(coordinator_client, f"{ROOT}texts/", **form)
    changed = Study.objects.get()
    assert (changed.title, changed.shown_title, changed.consent) == ("Ours", "Radiographs", "I agree.")
    assert changed.is_pilot
    assert "Say what readers agree to." in page(coordinator_client, f"{ROOT}texts/", **{**form, "consent": " "})


def test_the_protocol_is_downloaded_and_comes_back_as_text_or_file(coordinator_client: Client, study: Study) -> None:
    answer = coordinator_client.get(f"{ROOT}protocol.yaml")
    assert answer["Content-Disposition"] == 'attachment; filename="s.yaml"'
    text = answer.content.decode()
    assert read_protocol(text) == the_protocol()
    page(coordinator_client, f"{ROOT}document/", document=text.replace("Other cases", "Other pictures"))
    assert the_protocol().phases[2].title == "Other pictures"
    page(coordinator_client, f"{ROOT}document/", file=SimpleUploadedFile("p.yaml", text.encode()))
    assert the_protocol().phases[2].title == "Other cases"


def test_text_that_names_a_new_cohort_asks_which_it_is(coordinator_client: Client, study: Study) -> None:
    other = an_unpictured_cohort("set-c", cases=2)
    text = write_protocol(the_protocol()).replace("cohort: B", "cohort: C").replace("slot: B", "slot: C")
    asked = page(coordinator_client, f"{ROOT}document/", document=text)
    assert 'name="cohort-C"' in asked
    assert the_protocol().cohorts[1].slot == "B"
    first = Cohort.objects.get(slug="set-a")
    page(coordinator_client, f"{ROOT}document/", document=text, **{"cohort-A": first.pk, "cohort-C": other.pk})
    assert the_protocol().cohorts[1].slot == "C"
    assert Phase.objects.get(name="phase-3").cohort == other


def test_text_with_a_fault_comes_back_with_every_fault_and_as_it_was_typed(
    coordinator_client: Client, study: Study
) -> None:
    before = the_protocol()
    typed = write_protocol(before).replace("kind: call", "kind: cal").replace("cohort: B", "cohort: Z")
    text = page(coordinator_client, f"{ROOT}document/", document=typed)
    assert "phases[1].questions[0].kind: must be one of" in text
    assert "phases[2].questions[0].kind: must be one of" in text
    assert "kind: cal\n" in text
    assert the_protocol() == before


def test_two_windows_do_not_write_over_each_other_unawares(coordinator_client: Client, study: Study) -> None:
    path = f"{ROOT}phases/phase-2/"
    mine = {**fields_of(page(coordinator_client, path)), "title": "Mine"}
    theirs = {**fields_of(page(coordinator_client, path)), "title": "Theirs"}
    page(coordinator_client, path, **theirs)
    refused = page(coordinator_client, path, **mine)
    assert "The protocol was changed since you opened this page" in refused
    assert 'value="Mine"' in refused
    assert Phase.objects.get(name="phase-2").title == "Theirs"
    page(coordinator_client, path, **fields_of(refused))
    assert Phase.objects.get(name="phase-2").title == "Mine"


LOCKED_OUT = [
    "texts/", "arms/", "document/", "undo/", "new-phase/", "phases/phase-1/", "phases/phase-1/remove/",
    "phases/phase-1/new-question/", "phases/phase-1/questions/quality/", "phases/phase-1/questions/quality/move/",
    "phases/phase-1/questions/quality/remove/",
]  # fmt: skip


@pytest.mark.parametrize("path", LOCKED_OUT)
def test_what_is_locked_has_no_page_that_changes_it(coordinator_client: Client, study: Study, path: str) -> None:
    lock_study(study=study, actor=None, unaudited_because="a test")
    before = the_protocol()
    assert coordinator_client.post(ROOT + path, PHASE).status_code == 404
    assert the_protocol() == before
    text = page(coordinator_client)
    assert f'href="{ROOT}{path}"' not in text
    assert f'action="{ROOT}{path}"' not in text


@pytest.mark.parametrize("path", ["phases/gone/", "phases/phase-1/questions/gone/", "phases/gone/new-question/"])
def test_what_is_not_there_is_404(coordinator_client: Client, study: Study, path: str) -> None:
    assert coordinator_client.get(ROOT + path).status_code == 404


def test_a_warning_about_telling_words_stands_where_the_study_is_locked(
    coordinator_client: Client, study: Study
) -> None:
    assert "Look again before you lock" not in page(coordinator_client)
    Study.objects.update(shown_title="The deepfake study")
    text = page(coordinator_client)
    assert "Look again before you lock" in text
    assert "The title that readers see says “deepfake”" in text
    assert "Lock the study" in text


def test_a_training_is_not_said_to_have_passed_an_audit_that_nobody_asked_for(coordinator_client: Client) -> None:
    create_study(slug="s", preset="training", cohorts=[an_unpictured_cohort("main", cases=2)])
    text = page(coordinator_client)
    assert "Everything is in place." in text
    assert "Not asked for: no phase is a test." in text
    assert "Passed and acknowledged" not in text


def test_readers_are_shown_with_what_is_drawn_for_them(coordinator_client: Client, study: Study) -> None:
    for _ in range(2):
        invite_reader(study=study, actor=None)
    assert "drawn when the study is locked" in page(coordinator_client, "/studies/s/readers/")
    lock_study(study=study, actor=None, unaudited_because="a test")
    text = page(coordinator_client, "/studies/s/readers/")
    assert "2 places, with their orders of cases drawn and stored." in text


def test_a_reader_sees_the_title_that_is_shown_and_not_the_study_s_own(client: Client, study: Study) -> None:
    Study.objects.update(title="Deepfakes")
    place = invite_reader(study=study, actor=None)
    text = client.get(place.join_path).content.decode()
    assert "Image quality and diagnosis of radiographs" in text
    assert "Deepfakes" not in text

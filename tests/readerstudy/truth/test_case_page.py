"""The page of a case: before and after, black-outs and exclusion at a click, the truth only when it is shown."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.test import Client
from PIL import Image as Pillow

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.cohorts import frames, masters
from readerstudy.cohorts.models import Blackout, Case, Cohort, Image, NearDuplicate, Source
from readerstudy.truth.models import Truth
from readerstudy.truth.revealing import evidence_of
from tests.readerstudy.makers import MakeCohort
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(make_cohort: MakeCohort) -> Case:
    """The second of four cases by code, with a place that may hold text."""
    case = make_cohort("mine", cases=4).cases.all()[1]
    Source.objects.filter(case=case).update(
        text_candidates=[[4, 4, 20, 10]],
        name="canary-name.png",
        format="CANARYFORMAT",
        attributes={"KVP": "canary-kvp"},
        patient="0123456789abcdef0123",
        provenance={"c2pa": {"state": "valid", "claim_generator": "canary-generator"}, "traces": []},
    )
    return case


@pytest.fixture
def desk(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def page_of(desk: Client, case: Case) -> str:
    return desk.get(f"/cohorts/mine/cases/{case.code}/").content.decode()


def post(desk: Client, case: Case, to: str, **data: object) -> str:
    """Send a form of the page and give the page that follows."""
    response = desk.post(f"/cohorts/mine/cases/{case.code}/{to}", data, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def sha256_of(case: Case) -> str:
    return Image.objects.get(case=case).sha256


def test_source_and_presentation_image_stand_side_by_side_as_pictures(desk: Client, case: Case) -> None:
    text = page_of(desk, case)
    sizes = []
    for picture in ("source.png", "presented.png"):
        assert f"/cohorts/mine/cases/{case.code}/{picture}" in text
        response = desk.get(f"/cohorts/mine/cases/{case.code}/{picture}")
        assert response.headers["Cache-Control"] == "private, no-store"
        sizes.append(Pillow.open(BytesIO(response.content)).size)
    assert sizes == [(64, 64), (1024, 1024)]


def test_the_picture_of_the_source_is_drawn_anew_and_is_not_the_file(desk: Client, case: Case) -> None:
    response = desk.get(f"/cohorts/mine/cases/{case.code}/source.png")
    picture = Pillow.open(BytesIO(response.content))
    assert picture.mode == "L"
    assert picture.info == {}


def test_what_tells_the_class_is_shown_only_with_the_truth(desk: Client, case: Case) -> None:
    secrets = ["canary-name.png", "CANARYFORMAT", "canary-kvp", "canary-generator", "Synthetic", "Authentic"]
    assert [word for word in secrets if word in page_of(desk, case)] == []
    desk.post("/cohorts/mine/reveal/")
    shown = [word for word in secrets if word in page_of(desk, case)]
    assert shown[:4] == secrets[:4]
    assert len(shown) == 5


def test_showing_the_truth_leads_back_to_the_page_and_nowhere_else(desk: Client, case: Case) -> None:
    here = f"/cohorts/mine/cases/{case.code}/"
    assert desk.post("/cohorts/mine/reveal/", {"back": here}).headers["Location"] == here
    for elsewhere in (
        "https://example.org/cohorts/mine/",
        "//example.org",
        "/cohorts/other/",
        "/cohorts/mine/\\evil\n",
    ):
        location = desk.post("/cohorts/mine/hide/", {"back": elsewhere}).headers["Location"]
        assert location.startswith("/cohorts/mine/")
        assert "example" not in location


def test_a_rectangle_is_blacked_out_and_taken_back(desk: Client, case: Case) -> None:
    before = sha256_of(case)
    text = post(desk, case, "blackouts/", x=5, y=6, width=20, height=10)
    assert "Blacked out. Readers get the new picture." in text
    assert "20 × 10 at 5, 6" in text
    assert sha256_of(case) != before
    blackout = Blackout.objects.get(case=case)
    assert blackout.made_by is not None
    assert "taken back" in post(desk, case, f"blackouts/{blackout.pk}/remove/")
    assert sha256_of(case) == before


@pytest.mark.parametrize(
    "rectangle",
    [{}, {"x": -1, "y": 0, "width": 5, "height": 5}, {"x": 0, "y": 0, "width": 0, "height": 5}, {"x": "a"}],
)
def test_what_is_no_rectangle_is_refused_with_words(desk: Client, case: Case, rectangle: dict[str, object]) -> None:
    assert "in whole pixels" in post(desk, case, "blackouts/", **rectangle)
    assert Blackout.objects.count() == 0


def test_blacking_everything_out_is_refused_with_words(desk: Client, case: Case) -> None:
    text = post(desk, case, "blackouts/", x=0, y=0, width=64, height=64)
    assert "cannot be made again" in text
    assert Blackout.objects.count() == 0


@pytest.mark.parametrize(("word", "rectangles"), [("text", 1), ("nothing", 0)])
def test_a_candidate_is_judged_at_a_click_and_the_case_is_not_flagged_any_more(
    desk: Client, case: Case, word: str, rectangles: int
) -> None:
    assert "May hold text" in page_of(desk, case)
    text = post(desk, case, "text/0/", **{"is": word})
    assert "May hold text" not in text
    assert "Checked for text" in text
    assert Blackout.objects.count() == rectangles


def test_a_person_says_that_nothing_more_is_to_be_blacked_out(desk: Client, case: Case) -> None:
    assert "Checked for text" in post(desk, case, "text/", checked="yes")
    assert "May hold text" in post(desk, case, "text/", checked="no")


def test_excluding_seals_anew_and_the_case_can_come_back(desk: Client, case: Case) -> None:
    sealed = case.cohort.sealed_digest
    text = post(desk, case, "exclude/", reason="a name that covers <b>anatomy</b>")
    assert "a name that covers &lt;b&gt;anatomy&lt;/b&gt;" in text
    cohort = Cohort.objects.get(slug="mine")
    assert (cohort.is_sealed, cohort.sealed_cases, cohort.cases.count()) == (True, 3, 3)
    post(desk, case, "include/")
    assert Cohort.objects.get(slug="mine").sealed_digest == sealed


def test_excluding_the_last_of_a_class_says_that_the_truth_is_sealed_no_more(desk: Client, case: Case) -> None:
    for truth in Truth.objects.filter(value="synthetic").select_related("case"):
        text = post(desk, truth.case, "exclude/", reason="blurred")
    assert "The truth is not sealed any more. The cohort mine has only authentic cases" in text
    assert not Cohort.objects.get(slug="mine").is_sealed


def test_an_exclusion_without_a_reason_is_refused_with_words(desk: Client, case: Case) -> None:
    assert "Say why the case is excluded" in post(desk, case, "exclude/", reason=" ")
    assert Case.objects.filter(pk=case.pk).exists()


def test_every_act_names_who_did_it(desk: Client, case: Case, coordinator: User) -> None:
    post(desk, case, "blackouts/", x=5, y=6, width=20, height=10)
    post(desk, case, "text/0/", **{"is": "nothing"})
    post(desk, case, "exclude/", reason="blurred")
    verbs = ["cohorts.blacked_out", "cohorts.no_text", "cohorts.case_excluded"]
    events = Event.objects.filter(target=f"case:{case.code}", verb__in=verbs).order_by("pk")
    assert [(event.verb, event.actor_id) for event in events] == [(verb, coordinator.pk) for verb in verbs]


def test_a_locked_cohort_shows_its_cases_and_offers_no_edit(desk: Client, case: Case) -> None:
    Cohort.objects.update(is_locked=True)
    text = page_of(desk, case)
    assert "in a locked study" in text
    assert [word for word in ("Exclude the case", 'id="blackout"', "Is no text", "data-draw") if word in text] == []
    for to, data in (("blackouts/", {"x": 1, "y": 1, "width": 9, "height": 9}), ("exclude/", {"reason": "late"})):
        assert "part of a locked study" in post(desk, case, to, **data)
    assert (Blackout.objects.count(), Case.objects.count()) == (0, 4)


def test_the_neighbours_by_code_and_the_next_to_check_are_a_key_away(desk: Client, case: Case) -> None:
    codes = [one.code for one in case.cohort.cases.all()]
    last = Source.objects.get(case__code=codes[3])
    last.text_candidates = [[1, 1, 5, 5]]
    last.save()
    text = page_of(desk, case)
    for key, code in (("p", codes[0]), ("n", codes[2]), ("t", codes[3])):
        link = next(line for line in text.splitlines() if f'data-key="{key}"' in line)
        assert f"/cases/{code}/" in link
    assert 'data-key="p"' not in page_of(desk, case.cohort.cases.all()[0])


def test_a_near_duplicate_is_named(desk: Client, case: Case) -> None:
    other = case.cohort.cases.all()[2]
    NearDuplicate.objects.create(cohort=case.cohort, first=other, second=case, distance=4)
    assert f"/cohorts/mine/cases/{other.code}/" in page_of(desk, case)


def test_a_case_whose_source_was_not_kept_says_so(desk: Client) -> None:
    case = an_unpictured_cohort("mine", cases=2).cases.all()[0]
    assert "No grey values are kept" in page_of(desk, case)
    for picture in ("source.png", "presented.png"):
        assert desk.get(f"/cohorts/mine/cases/{case.code}/{picture}").status_code == 404


def test_a_lost_file_is_a_missing_picture_and_a_refusal_with_words(desk: Client, case: Case) -> None:
    masters.remove(Source.objects.get(case=case).master)
    frames.remove(Image.objects.get(case=case).file)
    for picture in ("source.png", "presented.png"):
        assert desk.get(f"/cohorts/mine/cases/{case.code}/{picture}").status_code == 404
    assert "cannot be made again" in post(desk, case, "blackouts/", x=5, y=6, width=20, height=10)


def test_a_case_of_another_cohort_is_not_there(desk: Client, case: Case) -> None:
    an_unpictured_cohort("other", cases=2)
    assert desk.get(f"/cohorts/other/cases/{case.code}/").status_code == 404
    blackout = Blackout.objects.create(case=case, x=1, y=1, width=2, height=2)
    second = case.cohort.cases.all()[0]
    assert desk.post(f"/cohorts/mine/cases/{second.code}/blackouts/{blackout.pk}/remove/").status_code == 404


def test_evidence_is_put_into_words() -> None:
    source = Source(
        provenance={
            "c2pa": {"state": "invalid", "claim_generator": "Firefly", "actions": ["created", "edited"]},
            "dicom_signature": {"state": "none"},
            "traces": [{"where": "PNG text", "generator": "ComfyUI"}],
        }
    )
    assert evidence_of(source) == [
        ("Content credentials (C2PA)", "invalid; claim generator: Firefly; actions: created, edited"),
        ("DICOM digital signature", "none"),
        ("Traces of a generator", "where: PNG text; generator: ComfyUI"),
    ]
    assert evidence_of(None) == []

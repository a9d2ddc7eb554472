"""The coordinator's page of a study's detectors: who has scored what, scores brought in, aid chosen."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from readerstudy.cohorts.models import Image
from readerstudy.detectors import forms
from readerstudy.detectors.models import Detector, DetectorScore, PhaseAid
from readerstudy.studies.models import Study
from tests.readerstudy.detectors.conftest import an_aided_draft, score_all
from tests.readerstudy.makers import lock_without_audit
from tests.readerstudy.protocols import a_draft, a_phase
from tests.readerstudy.unpictured import an_unpictured_cohort

pytestmark = pytest.mark.django_db
PAGE = "/studies/s/detectors/"


@pytest.fixture
def draft(db: None) -> Study:
    """A draft with an aided phase on one cohort, and another phase on a second one."""
    aided = a_phase("aided", purpose="aided", modality="aided", aid="sequential")
    return a_draft(aided, a_phase("alone", cohort="B"))


def shown(desk: Client) -> str:
    return unescape(desk.get(PAGE).content.decode())


def bring_in(desk: Client, study: Study, text: str, *, cohort: str = "s-a", name: str = "Spectrum") -> str:
    chosen = study.phases.filter(cohort__slug=cohort).first()
    data = {
        "cohort": chosen.cohort_id if chosen else 0, "name": name, "version": "",
        "file": SimpleUploadedFile("my scores.csv", text.encode()),
    }  # fmt: skip
    return unescape(desk.post(f"{PAGE}scores/", data, follow=True).content.decode())


def test_it_says_who_has_scored_how_many_cases_of_each_cohort(desk: Client, draft: Study, tmp_path: Path) -> None:
    score_all(draft.phases.get(name="alone").cohort, tmp_path, columns=["call"])
    page = shown(desk)
    assert "s-a: 6 cases, read in Aided" in page
    assert "s-b: 6 cases, read in Alone" in page
    assert page.count("No detector has scored these cases.") == 1
    cells = [page.split("Spectrum 1")[1].split("</td>")[n].split(">")[-1] for n in range(5)]
    assert cells == ["Not said", "–", "0", "6", "0"]


def test_scores_are_brought_in_and_counted(desk: Client, draft: Study) -> None:
    codes = draft.phases.get(name="aided").cohort.cases.values_list("code", flat=True)
    page = bring_in(desk, draft, "case,score,region\n" + "".join(f"{code},0.5,0 0 1 1\n" for code in codes))
    assert "Spectrum: 6 cases scored." in page
    stored = DetectorScore.objects.values_list("score", "region")
    assert list(stored) == [(0.5, [0, 0, 1, 1])] * 6


def test_a_table_is_checked_before_it_is_stored(desk: Client, draft: Study) -> None:
    code = draft.phases.get(name="aided").cohort.cases.all()[0].code
    data = {
        "cohort": draft.phases.get(name="aided").cohort_id, "name": "Spectrum", "version": "", "check": "1",
        "file": SimpleUploadedFile("a.csv", f"case,score\n{code},0.5\n".encode()),
    }  # fmt: skip
    page = unescape(desk.post(f"{PAGE}scores/", data).content.decode())
    assert "Nothing is stored yet." in page
    assert "5 cases of the cohort have no row" in page
    assert not Detector.objects.exists()


def test_every_rejected_row_is_named_and_nothing_is_stored(desk: Client, draft: Study) -> None:
    page = bring_in(desk, draft, "case,score\nGHOST,high\nAAAA,\n,1\n")
    assert "Nothing was stored." in page
    for words in ("my scores.csv, row 2: score is 'high'", "row 3: AAAA has neither", "row 4: the case is empty"):
        assert words in page
    assert not Detector.objects.exists()
    assert 'value="Spectrum"' in page, "what was typed stays"


def test_of_very_many_rejected_rows_the_first_hundred_are_named(desk: Client, draft: Study) -> None:
    page = bring_in(desk, draft, "case,score\n" + "".join(f"G{n},1\n" for n in range(130)))
    assert "and 30 more" in page
    assert page.count("has no case") == 100


def test_a_cohort_of_another_study_is_no_choice(desk: Client, draft: Study) -> None:
    other = an_unpictured_cohort("other")
    data = {"cohort": other.pk, "name": "x", "file": SimpleUploadedFile("a.csv", b"case,score\nA,1\n")}
    page = unescape(desk.post(f"{PAGE}scores/", data).content.decode())
    assert "Select a valid choice" in page
    assert f'value="{other.pk}"' not in page


def test_a_file_too_large_for_a_table_is_refused(desk: Client, draft: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "MAX_BYTES", 10)
    assert "This file is larger than 20 MB" in bring_in(desk, draft, "case,score\nAAAA,1\n")


def test_aid_is_chosen_on_the_page(desk: Client, draft: Study, tmp_path: Path) -> None:
    assert "No detector has scored s-a yet" in shown(desk)
    detector = score_all(draft.phases.get(name="aided").cohort, tmp_path)
    assert "Choose this aid" in shown(desk)
    chosen = desk.post(f"{PAGE}aid/aided/", {"detector": detector.pk, "shows": ["score", "region"]}, follow=True)
    page = unescape(chosen.content.decode())
    assert "Spectrum 1 aids in Aided." in page
    ticked = [box.split('value="')[1].split('"')[0] for box in page.split("<input")[1:] if "checked" in box]
    assert ticked == ["score", "region"]
    aid = PhaseAid.objects.get()
    assert (aid.shows_score, aid.shows_call, aid.shows_region) == (True, False, True)


@pytest.mark.parametrize(
    ("shows", "words"),
    [
        ([], "Choose what readers see: the score, the call or the region."),
        (["region"], "gives no region for 6 of the 6"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_in_words(
    desk: Client, draft: Study, tmp_path: Path, shows: list[str], words: str
) -> None:
    detector = score_all(draft.phases.get(name="aided").cohort, tmp_path, columns=["score"])
    chosen = desk.post(f"{PAGE}aid/aided/", {"detector": detector.pk, "shows": shows}, follow=True)
    assert words in unescape(chosen.content.decode())
    assert not PhaseAid.objects.exists()


def test_a_choice_that_the_cohort_has_outgrown_is_to_be_made_again(desk: Client, tmp_path: Path) -> None:
    an_aided_draft(tmp_path)
    assert "Choose again" not in shown(desk)
    Image.objects.update(sha256="0" * 64)
    page = shown(desk)
    assert "Choose again" in page
    assert "have changed since the aid was chosen" in page


def test_in_a_locked_study_the_aid_is_told_and_not_asked_for(desk: Client, tmp_path: Path) -> None:
    lock_without_audit(an_aided_draft(tmp_path))
    page = shown(desk)
    assert "Spectrum 1" in page
    assert "Change the aid" not in page


def test_a_protocol_without_aid_says_so(desk: Client, db: None) -> None:
    a_draft(a_phase())
    page = shown(desk)
    assert "No phase of this protocol shows its readers a detector." in page
    assert 'id="aid"' not in page

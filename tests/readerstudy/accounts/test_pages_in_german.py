"""Who reads German meets no English on a page, but what people or a study's own protocol wrote."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from readerstudy import texts
from readerstudy.accounts.models import Role
from readerstudy.cohorts.models import Case, Cohort, NearDuplicate, Source
from readerstudy.jobs.models import Job
from readerstudy.studies import services as studies
from readerstudy.studies.models import Study
from tests.readerstudy.makers import a_study
from tests.readerstudy.unpictured import a_person, an_unpictured_cohort

pytestmark = pytest.mark.django_db

GALLERY = "/cohorts/read-cases/"
DESK = [
    "/studies/", "/studies/new/", "/studies/read/protocol/", "/studies/draft/protocol/", "/studies/read/readers/",
    "/studies/read/monitor/", "/studies/read/detectors/", "/studies/read/results/", "/cohorts/", "/cohorts/new/",
    GALLERY, f"{GALLERY}import/", f"{GALLERY}archive/", f"{GALLERY}duplicates/", f"{GALLERY}deidentification/",
    f"{GALLERY}presentation/", f"{GALLERY}blinding/", f"{GALLERY}sample/", f"{GALLERY}cases/{{case}}/", "/jobs/",
    "/jobs/{job}/", "/nowhere/",
]  # fmt: skip
READER = ["/reading/", "/reading/read/consent/", "/nowhere/"]
ANYBODY = ["/accounts/login/", "/studies/join/{token}/"]
PRESETS = "\n".join(path.read_text() for path in sorted((texts.HERE / "studies" / "presets").glob("*.yaml")))
WORDS_OF_PRESETS = re.sub(r"\s+", " ", PRESETS)


@pytest.fixture(scope="module")
def english() -> list[str]:
    """What only an English page says: texts of two words or more that nobody else can have written."""
    (german,) = (texts.read(path) for path in texts.files_of_translations())
    forms = [
        one for message in german if message.id for one in ([message.id] if isinstance(message.id, str) else message.id)
    ]
    plain = [form for form in forms if "%" not in form and "<" not in form and len(form.split()) > 1]
    return [form for form in plain if form not in WORDS_OF_PRESETS]


@pytest.fixture
def study() -> Study:
    """A study that is read, with a draft beside it, and something to show on every page."""
    study = a_study("read", readers=[a_person("reader")], cases=4, make_cohort=an_unpictured_cohort)
    a_study("draft", locked=False, cases=2, make_cohort=an_unpictured_cohort)
    cohort = Cohort.objects.get(slug="read-cases")
    first, second, *_others = cohort.cases.all()
    source = Source(case=first, cohort=cohort, name="a.png", format="PNG", rows=64, columns=48, bits=8)
    source.text_candidates = [[1, 1, 9, 9]]
    source.save()
    NearDuplicate.objects.create(cohort=cohort, first=first, second=second, distance=3)
    Job.objects.create(kind="any", title="7", target="cohort:read-cases", status="running", done=1, total=3)
    return study


def visible(page: str) -> str:
    """Give all words that a page shows or has read out."""
    page = re.sub(r"<(script|style|code)\b.*?</\1>", " ", page, flags=re.DOTALL)
    attributes = " ".join(re.findall(r'(?:aria-label|title|alt|placeholder|data-confirm)="([^"]*)"', page))
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page) + " " + attributes))


def left_in_english(client: Client, path: str, english: list[str]) -> list[str]:
    page = client.get(path, headers={"Accept-Language": "de"})
    assert page.status_code == (404 if path == "/nowhere/" else 200), path
    text = page.content.decode()
    assert '<html lang="de">' in text, path
    shown = visible(text)
    return [words for words in english if re.search(rf"(?<!\w){re.escape(words)}(?!\w)", shown)]


def test_the_pages_of_coordinators(study: Study, english: list[str], subtests: pytest.Subtests) -> None:
    client = Client()
    client.force_login(a_person("desk", Role.COORDINATOR))
    case = Case.objects.filter(pk__in=Source.objects.values("case"))[0].code
    for path in DESK:
        with subtests.test(path):
            known = path.format(case=case, job=Job.objects.all()[0].pk)
            assert left_in_english(client, known, english) == []


def test_the_pages_of_readers(study: Study, english: list[str], subtests: pytest.Subtests) -> None:
    client = Client()
    reader = study.readers.all()[0].user
    assert reader
    client.force_login(reader)
    for path in READER:
        with subtests.test(path):
            assert left_in_english(client, path, english) == []


def test_the_pages_before_the_login(study: Study, english: list[str], subtests: pytest.Subtests) -> None:
    invitation = studies.invite_reader(study=study, actor=None).invitation
    assert invitation
    for path in ANYBODY:
        with subtests.test(path):
            assert left_in_english(Client(), path.format(token=invitation.token), english) == []


def test_what_is_left_in_english_is_found(english: list[str]) -> None:
    assert len(english) > 500
    page = Client().get("/accounts/login/")
    assert "Log in" in visible(page.content.decode())
    assert any(words in visible(page.content.decode()) for words in english)

"""The page of a report holds everything, loads nothing, and says on paper what it hides on the screen."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from analysis import validate
from analysis.report.document import About, Column, Section, Table
from analysis.report.page import page, svg_for_paper
from analysis.report.report import Report, gather
from analysis.report.study import Study
from tests.analysis.tables import made_up_study, with_detector

DIGESTS = [("ratings.csv", "ab" * 32)]


class Tags(HTMLParser):
    """All tags of a page with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def report() -> Report:
    return gather(Study(validate(with_detector(made_up_study()))))


@pytest.fixture(scope="module")
def html(report: Report) -> str:
    return page(report, title="Is it <real> & true?", draw=svg_for_paper, digests=DIGESTS, files=["results.json"])


def test_it_has_no_script_and_loads_nothing(html: str) -> None:
    tags = Tags(html).tags

    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in tags}
    assert not re.search(r"url\((?!#)|@import", html)
    for _, attributes in tags:
        assert not any(name.startswith("on") for name in attributes)
        assert not str(attributes.get("href") or "").startswith(("http", "//", "javascript"))
        assert "src" not in attributes


def test_every_link_within_the_page_leads_somewhere(html: str) -> None:
    tags = Tags(html).tags
    anchors = {attributes["id"] for _, attributes in tags if "id" in attributes}
    links = [str(attributes["href"]) for tag, attributes in tags if tag == "a"]

    inner = {link.removeprefix("#") for link in links if link.startswith("#")}
    assert len(inner) > 6
    assert inner <= anchors
    assert "results.json" in links


def test_what_a_drawing_refers_to_is_its_own(html: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', html)

    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]+)\)", html)) <= set(ids)


def test_charts_are_drawn_into_it(html: str, report: Report) -> None:
    figures = sum(len(section.figures) for part in report.parts for section in part.sections)

    assert figures > 6
    assert len(re.findall(r"<figure><figcaption>", html)) == figures
    assert sum(tag == "svg" and "viewbox" in attributes for tag, attributes in Tags(html).tags) >= figures


def test_what_people_write_is_escaped(html: str) -> None:
    assert "<title>Is it &lt;real&gt; &amp; true?</title>" in html
    nasty = made_up_study().replace({"reader": {"R1": "<script>alert(1)</script>"}})
    found = page(gather(Study(validate(nasty))), title="x", draw=svg_for_paper, digests=DIGESTS)

    assert "<script" not in found
    assert "&lt;script&gt;" in found


def test_what_a_number_means_opens_on_the_screen_and_stands_on_paper(html: str) -> None:
    hidden = re.findall(r"<details class=\"about\"><summary>.*?</summary>(.*?)</details>", html, flags=re.DOTALL)
    printed = re.findall(r"<div class=\"about on-paper\">(.*?)</div>", html, flags=re.DOTALL)

    assert len(hidden) > 10
    assert hidden == printed
    assert all("<b>Method.</b>" in words for words in hidden)
    style = html[html.index("@media print") :]
    assert "details.about { display: none; }" in style
    assert ".on-paper { display: block; }" in style


def test_missing_sections_are_named_with_their_reason(html: str) -> None:
    assert re.search(r"<dt>Time</dt><dd>The ratings have no seconds\.</dd>", html)
    assert 'id="unaided-time"' not in html


def test_a_long_list_of_notes_is_cut() -> None:
    table = made_up_study(readers=12)
    table["call"] = table["truth"]  # nobody is ever wrong: a note for each reader and figure

    found = page(gather(Study(validate(table))), title="x", draw=svg_for_paper, digests=DIGESTS)
    assert re.search(r"… and \d+ more, which are in results\.json", found)


def test_the_record_names_tables_and_versions(html: str) -> None:
    assert "ab" * 32 in html
    assert re.search(r"Computed with</dt><dd>Python 3\.\d+.*numpy \d", html)


def test_rows_and_columns_have_their_scope(html: str) -> None:
    scopes = {(tag, attributes.get("scope")) for tag, attributes in Tags(html).tags if tag == "th"}

    assert scopes == {("th", "col"), ("th", "row")}


def test_an_empty_cell_is_a_dash(report: Report) -> None:
    table = Table("t", "T", [Column("a", "A"), Column("b", "B", "figure", "ci")], [{"a": "x"}], About("", ""))
    section = Section("s", "S", {}, tables=[table])
    alone = Report(report.study, report.planned, [], [section])

    found = page(alone, title="x", draw=svg_for_paper, digests=DIGESTS)
    assert '<td class="number">–</td>' in found
    assert "<details" not in found

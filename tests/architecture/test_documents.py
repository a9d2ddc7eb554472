"""Every relative link in the documents leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("fixtures/*.md")})
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
HEADING = re.compile(r"^#+\s+(.*?)\s*#*$", re.MULTILINE)


def links(text: str) -> list[str]:
    """Give the relative links of a document, code blocks apart."""
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return [link for link in LINK.findall(prose) if not re.match(r"[a-z]+:", link)]


def anchors(text: str) -> set[str]:
    """Give the names that headings have when they are linked to."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(text)}


def test_there_are_documents_to_check() -> None:
    assert ROOT / "CHANGELOG.md" in DOCUMENTS


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    for link in links(text):
        file, _, anchor = link.partition("#")
        target = (document.parent / file).resolve() if file else document
        assert target.exists(), f"{link} leads nowhere"
        assert target.is_relative_to(ROOT), f"{link} leads out of the project"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{link}: there is no such heading"


@pytest.mark.parametrize("text", ["[a](b.md)", "![a](images/b.png)", 'see [a](b.md "title").', "[a](#b)"])
def test_a_link_is_recognised(text: str) -> None:
    assert len(links(text)) == 1


@pytest.mark.parametrize("text", ["[a](https://example.org)", "[a](mailto:a@b.c)", "```\n[a](b.md)\n```", "a[1] (b)"])
def test_what_is_no_relative_link_is_left_alone(text: str) -> None:
    assert links(text) == []

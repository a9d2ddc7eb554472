"""What coordinators write for readers becomes harmless HTML, whatever they write."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readerstudy.rich_text import as_html

TAGS = {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "br",
    "a", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title", "target", "rel"},
    "ol": {"start"},
    "code": {"class"},
    "th": {"style"},
    "td": {"style"},
}


class Found(HTMLParser):
    """All elements and attributes of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.tags.append((tag, dict(attrs)))


def test_paragraphs_emphasis_lists_and_tables_are_there() -> None:
    html = as_html("Read **each** case.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert "<strong>each</strong>" in html
    assert "<li>two</li>" in html
    assert "<td>2</td>" in html


def test_a_link_leads_to_a_web_page_beside_this_one() -> None:
    (_, (tag, attributes)) = Found(as_html("[the paper](https://example.org/a?b=1&c=2)")).tags
    assert (tag, attributes) == (
        "a",
        {"href": "https://example.org/a?b=1&c=2", "target": "_blank", "rel": "noopener noreferrer"},
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<b>bold</b>", "![x](https://example.org/x.png)",
        "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,hi)", "[x](vbscript:x)",
        "[x](//a.b)", "[x](/reading/)", "[x](https:)", "[x](file:///etc/passwd)", "[x](&#106;avascript:alert(1))", "[x](http://[)",
        "<https://exa mple.org>", "<javascript:alert(1)>", "[x]: javascript:alert(1)\n\n[x]", "&lt;script&gt;",
        '[x](https://a.b "><script>alert(1)</script>")', "<!-- --><style>p{}</style>", "<a href='javascript:1'>x</a>",
        "`<script>`", "```html\n<script>\n```", "<svg/onload=alert(1)>",
    ],
)  # fmt: skip
def test_nothing_that_runs_or_loads_comes_through(text: str) -> None:
    assert_harmless(as_html(text))


@given(st.text(max_size=200) | st.text(st.sampled_from("<>[]()!\"'`&#*_-|\\:/ \nabjhtpsxv"), max_size=120))
def test_whatever_is_written_is_harmless(text: str) -> None:
    assert_harmless(as_html(text))


def assert_harmless(html: str) -> None:
    for tag, attributes in Found(html).tags:
        assert tag in TAGS, html
        assert set(attributes) <= ATTRIBUTES.get(tag, set()), html
        if tag == "a":
            assert str(attributes["href"]).startswith(("http://", "https://")), html

"""Texts that coordinators write for readers: Markdown in, harmless HTML out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

_SCHEMES = ("http", "https")


class _Renderer(RendererHTML):
    """Links open beside the page, so that nobody leaves a case by one, and tell the other site nothing."""

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        tokens[idx].attrSet("target", "_blank")
        tokens[idx].attrSet("rel", "noopener noreferrer")
        return self.renderToken(tokens, idx, options, env)


class _Markdown(MarkdownIt):
    """CommonMark and tables, without raw HTML and pictures, and with links to web pages only."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False}, renderer_cls=_Renderer)
        self.enable("table").disable(["image", "html_block", "html_inline"])

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's own name
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        return parts.scheme in _SCHEMES and bool(parts.netloc)


_MARKDOWN = _Markdown()


def as_html(text: str) -> SafeString:
    """Give the HTML of a Markdown text (CommonMark 0.31, with tables).

    HTML in the text is shown as it is written, pictures are left as text, and links lead to web addresses alone, so
    that whatever somebody writes there runs nothing in a reader's browser and shows it no picture.
    """
    return SafeString(_MARKDOWN.render(text))

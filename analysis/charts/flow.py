"""The flow of readers and cases into the analysis, as STARD asks for: boxes and arrows, drawn as SVG by hand.

Vega has no boxes that hold text, so this figure is the one that is not made by it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from analysis.charts.themes import Theme, theme_named

_WIDTH, _ASIDE, _GAP = 248, 188, 28  # of a box, of a box at its side, and between them
_LINE, _PADDING, _SPACE = 17, 10, 30  # of text, within a box, and between boxes
_CHARACTER = 7.2  # of bold text, on the generous side: fonts differ


@dataclass(frozen=True)
class Step:
    """One box: its words, and who or what was left out on the way to the next one, with numbers."""

    words: str
    left_out: Mapping[str, int] = field(default_factory=dict)


def flow_svg(
    readers: Sequence[Step], cases: Sequence[Step], together: Sequence[Step] = (), theme: str = "light"
) -> str:
    """Two streams of boxes, which join in the boxes `together`; what is left out stands at the side.

    Parameters
    ----------
    readers, cases, together : sequence of Step
    theme : {"light", "dark", "print"}

    Returns
    -------
    str
        An SVG document with a title and words for those who cannot see it.

    Raises
    ------
    RatingsError
        For an unknown theme.
    """
    look = theme_named(theme)
    column = _WIDTH + _GAP + _ASIDE
    left, right = _Stream(readers, 0, 0, look), _Stream(cases, column + _GAP, 0, look)
    bottom = max(left.bottom, right.bottom)
    joined = _Stream(together, (column + _GAP) // 2, bottom + 2 * _SPACE, look)
    parts = [*left.parts, *right.parts, *joined.parts]
    if together:
        parts += [_joint(stream, bottom, joined, look) for stream in (left, right)]
    size = 2 * column + _GAP + 2, (joined.bottom if together else bottom) + 2
    words = "; ".join(step.words.replace("\n", ", ") for step in (*readers, *cases, *together))
    return _document(size, words, parts, look)


class _Stream:
    """Boxes below each other, joined by arrows; `bottom` is where the last one ends."""

    def __init__(self, steps: Sequence[Step], x: int, y: int, look: Theme) -> None:
        self.middle, self.top, self.bottom = x + _WIDTH // 2, y, y
        self.parts: list[str] = []
        for number, step in enumerate(steps):
            lines = _lines(step.words, _WIDTH)
            height = _height(lines)
            self.parts.append(_box(x, y, _WIDTH, lines, look, strong=True))
            self.bottom = y + height
            if step.left_out:
                aside = [line for words, n in step.left_out.items() for line in _lines(f"{words}: {n}", _ASIDE)]
                middle = self.bottom + (_SPACE + _height(aside)) // 2
                side = x + _WIDTH + _GAP
                self.parts.append(_box(side, middle - _height(aside) // 2, _ASIDE, aside, look, strong=False))
                self.parts.append(_arrow(self.middle, middle, side, middle, look))
                y = self.bottom + _SPACE + _height(aside)
            else:
                y = self.bottom + _SPACE
            if number < len(steps) - 1:
                self.parts.append(_arrow(self.middle, self.bottom, self.middle, y, look))


def _joint(stream: _Stream, bottom: int, joined: _Stream, look: Theme) -> str:
    turn = bottom + _SPACE
    path = f"M{stream.middle} {stream.bottom}V{turn}H{joined.middle}"
    line = f'<path d="{path}" fill="none" stroke="{look.quiet}" stroke-width="1.2"/>'
    return line + _arrow(joined.middle, turn, joined.middle, joined.top, look)


def _lines(words: str, width: int) -> list[str]:
    room = int((width - 2 * _PADDING) / _CHARACTER)
    return [line for paragraph in words.split("\n") for line in textwrap.wrap(paragraph, room) or [""]]


def _height(lines: Sequence[str]) -> int:
    return len(lines) * _LINE + 2 * _PADDING


def _box(x: int, y: int, width: int, lines: Sequence[str], look: Theme, *, strong: bool) -> str:
    dash = "" if strong else ' stroke-dasharray="4 3"'
    frame = (
        f'<rect x="{x + 1}" y="{y + 1}" width="{width}" height="{_height(lines)}" rx="4" fill="{look.background}" '
        f'stroke="{look.ink if strong else look.quiet}" stroke-width="1.2"{dash}/>'
    )
    texts = [
        f'<text x="{x + 1 + _PADDING}" y="{y + _PADDING + 13 + number * _LINE}" font-size="{look.font_size}" '
        f'font-weight="{"600" if strong and number == 0 else "400"}" fill="{look.ink}">{escape(line)}</text>'
        for number, line in enumerate(lines)
    ]
    return frame + "".join(texts)


def _arrow(x1: int, y1: int, x2: int, y2: int, look: Theme) -> str:
    across = y1 == y2
    head = f"M{x2} {y2}l-7 -4v8z" if across else f"M{x2} {y2}l-4 -7h8z"
    line = f'<path d="M{x1} {y1}L{x2} {y2}" stroke="{look.quiet}" stroke-width="1.2"/>'
    return line + f'<path d="{head}" fill="{look.quiet}"/>'


def _document(size: tuple[int, int], words: str, parts: Sequence[str], look: Theme) -> str:
    width, height = size
    fonts = str(look.config()["font"]).replace("'", "")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" font-family="{escape(fonts)}"><title>Flow of readers and cases</title><desc>{escape(words)}</desc>'
        f'<rect width="{width}" height="{height}" fill="{look.background}"/>{"".join(parts)}</svg>'
    )

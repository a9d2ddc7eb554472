"""What a report is made of: sections with headlines, tables and figures, each with what it means and its method."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import altair as alt

Kind = Literal[
    "text", "count", "figure", "decimal", "small", "percent", "points", "seconds", "p",
    "interval", "percent_interval", "points_interval",
]  # fmt: skip
# Whether something was asked beforehand, was looked at beside that, or counts what there was.
Standing = Literal["planned", "exploratory", "record"]


@dataclass(frozen=True)
class About:
    """A sentence of meaning for everyone, the method for those who ask, and whom the result speaks for."""

    meaning: str
    method: str
    generalises_to: str = ""


@dataclass(frozen=True)
class Headline:
    """One number in large type."""

    name: str
    value: float | None
    ci: Sequence[float | None] | None = None
    kind: Kind = "figure"


@dataclass(frozen=True)
class Column:
    """A column of a table: the key of its cells, its title, how they are written, and the key of their intervals."""

    key: str
    title: str
    kind: Kind = "text"
    ci: str = ""


@dataclass(frozen=True)
class Table:
    """A table of plain values; rows with ``is_mean`` are set off."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    about: About


@dataclass(frozen=True)
class Figure:
    """A chart that is drawn in a theme when it is asked for; `draw` gives a chart or an SVG document."""

    name: str
    title: str
    draw: Callable[[str], alt.TopLevelMixin | str]
    about: About


@dataclass(frozen=True)
class Section:
    """One question that the report answers, or in one line why it cannot.

    Attributes
    ----------
    name, title : str
        For programs and for people.
    found
        What goes into the results, as plain values under the names of the analyses; ``{"problem": words}`` where there
        is nothing.
    meaning : str
        What the section is about, in a sentence.
    standing : {"planned", "exploratory", "record"}
    """

    name: str
    title: str
    found: Any
    meaning: str = ""
    headlines: Sequence[Headline] = ()
    tables: Sequence[Table] = ()
    figures: Sequence[Figure] = ()
    notes: Sequence[str] = ()
    standing: Standing = "exploratory"

    @property
    def absent(self) -> str:
        """Why there is nothing, or an empty text."""
        return str(self.found.get("problem", "")) if isinstance(self.found, dict) else ""


def absent(name: str, title: str, why: str) -> Section:
    """A section that can say nothing, and why."""
    return Section(name, title, {"problem": why})

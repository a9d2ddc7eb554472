"""The texts for people and their translations: collected from code and templates, kept in .po files, compiled.

`python -m readerstudy.texts collect` brings the .po files up to date with the code; `… compile` makes of them what the
server reads (`make setup`, `make run` and a starting server do). English stands in the code itself. Stored, hashed or
parsed texts stay English and are not marked: verbs of the audit, reasons of rejection, columns, names, what commands
print.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
LOCALE = HERE / "locale"
_KEYWORDS: dict[str, Any] = {
    "_": None, "_lazily": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2),
    "ngettext_lazy": (1, 2), "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip
_HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plurals}\\n"

"""
_Found = tuple[int, str | tuple[str, ...], list[str], str | None]


def collect() -> Catalog:
    """Collect every text for people that the code marks as such."""
    catalog = Catalog(project="readerstudy", charset="utf-8", fuzzy=False)
    method_map = [("templates/**.html", "readerstudy.texts:extract_template"), ("**.py", "python")]
    found = extract_from_dir(HERE, method_map, keywords=_KEYWORDS, comment_tags=("Translators:",))
    for file, _, message, comments, context in found:
        catalog.add(message, locations=[(f"readerstudy/{file}", 0)], auto_comments=comments, context=context)
    return catalog


def extract_template(file: IO[bytes], keywords: Any, comments: Any, options: Any) -> Iterator[_Found]:
    """Find the texts of a Django template: Django itself writes it as calls of gettext, which Babel then reads."""
    from django.utils.translation.template import templatize

    calls = templatize(file.read().decode())
    # Without indents, which are those of HTML and not of Python.
    lines = "\n".join(line.strip() for line in calls.splitlines())
    yield from extract_python(BytesIO(lines.encode()), keywords, comments, {**options, "encoding": "utf-8"})


def files_of_translations(folder: Path = LOCALE) -> list[Path]:
    """Give the .po files, one for each language but English."""
    return sorted(folder.glob("*/LC_MESSAGES/django.po"))


def read(path: Path) -> Catalog:
    """Read a .po file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3], charset="utf-8")


def bring_up_to_date(path: Path) -> None:
    """Add new texts to a .po file, without a translation, and take out those that are gone; nothing is guessed."""
    catalog = read(path)
    catalog.update(collect(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    written = BytesIO()
    write_po(written, catalog, width=120, sort_output=True, include_lineno=False, omit_header=True)
    header = _HEADER.format(language=catalog.locale, plurals=catalog.plural_forms)
    _put(path, header.encode() + written.getvalue())


def compile_all(folder: Path = LOCALE) -> None:
    """Make the .mo files, which the server reads, where they are missing or older than their .po files."""
    for path in files_of_translations(folder):
        compiled = path.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= path.stat().st_mtime:
            continue
        written = BytesIO()
        write_mo(written, read(path))
        _put(compiled, written.getvalue())


def _put(path: Path, content: bytes) -> None:
    """Write a file at once: a server that starts meanwhile reads the old one or the new one."""
    beside = path.with_suffix(".new")
    beside.write_bytes(content)
    beside.replace(path)


if __name__ == "__main__":
    if sys.argv[1:] == ["compile"]:
        compile_all()
    elif sys.argv[1:] == ["collect"]:
        for po in files_of_translations():
            bring_up_to_date(po)
    else:
        sys.exit("usage: python -m readerstudy.texts collect|compile")

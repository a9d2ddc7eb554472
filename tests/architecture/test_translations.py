"""Every text for people can be said in every language that is offered, and says the same there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from django.conf import settings

from readerstudy import texts

TEMPLATES = texts.HERE / "templates"
_PLACEHOLDER = re.compile(r"%\(\w+\)[srd]|%%|\{\w*\}")
_TAG = re.compile(r"<[^>]+>")

# What needs no translation: names of formats and programs, and what a machine reads.
UNTRANSLATED = {
    "SVG", "PNG", "JSON", "SHA-256", "AUC", "blinding_audit.json", "UTC", "YAML", "CSV",
}  # fmt: skip
# The API's own page and the file of a report are in English for everybody.
ENGLISH = {"api_docs.html", "report.html"}


@pytest.fixture(scope="module")
def collected() -> Catalog:
    """Everything that code and templates say."""
    return texts.collect()


def messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def said(message: Message) -> list[tuple[str, str]]:
    """Give each form of an English text with its translation."""
    forms, translated = ((one,) if isinstance(one, str) else tuple(one or ()) for one in (message.id, message.string))
    return list(zip(forms, translated, strict=True))


def test_every_language_that_is_offered_has_its_translation() -> None:
    offered = {code for code, _name in settings.LANGUAGES} - {settings.LANGUAGE_CODE}
    assert {path.parts[-3] for path in texts.files_of_translations()} == offered == {"de"}


def test_the_search_finds_what_code_and_templates_say(collected: Catalog) -> None:
    assert len(collected) > 1000
    assert collected.get("Skip to the content") is not None
    assert collected.get(("%(n)s case shown.", "%(n)s cases shown.")) is not None
    assert collected.get("Main", context="navigation") is not None


@pytest.mark.parametrize("path", texts.files_of_translations(), ids=lambda path: path.parts[-3])
class TestTranslation:
    """What holds for every .po file."""

    def test_it_says_everything_and_nothing_that_is_gone(self, path: Path, collected: Catalog) -> None:
        known = texts.read(path)
        here, there = ({(message.context, message.id) for message in messages(one)} for one in (collected, known))
        assert here - there == set(), "run `make messages`, then translate what is new"
        assert there - here == set(), "run `make messages`"
        assert [message.id for message in messages(known) if not all(words for _, words in said(message))] == []
        assert [message.id for message in messages(known) if message.fuzzy] == []

    def test_placeholders_and_tags_are_those_of_the_english_text(self, path: Path) -> None:
        for message in messages(texts.read(path)):
            for english, translated in said(message):
                for what in (_PLACEHOLDER, _TAG):
                    assert set(what.findall(translated)) == set(what.findall(english)), english

    def test_spaces_at_the_ends_and_lines_are_those_of_the_english_text(self, path: Path) -> None:
        for message in messages(texts.read(path)):
            for english, translated in said(message):
                assert (translated[0] == " ", translated[-1] == " ") == (english[0] == " ", english[-1] == " "), english
                assert translated.count("\n") == english.count("\n"), english

    def test_a_choice_of_two_words_stays_one(self, path: Path) -> None:
        """`yesno` takes "Applied,Not applied" apart at the comma."""
        pairs = [one for message in messages(texts.read(path)) for one in said(message) if re.search(r"\w,\w", one[0])]
        assert pairs
        assert all(english.count(",") == translated.count(",") for english, translated in pairs)

    def test_what_the_server_reads_is_what_stands_there(self, path: Path) -> None:
        with path.with_suffix(".mo").open("rb") as file:
            compiled = GNUTranslations(file)
        for message in messages(texts.read(path)):
            for count, (english, translated) in enumerate(said(message), start=1):
                if message.context:
                    assert compiled.pgettext(message.context, english) == translated
                elif isinstance(message.id, tuple):
                    assert compiled.ngettext(message.id[0], message.id[1], count) == translated
                else:
                    assert compiled.gettext(english) == translated


def bare_words(template: str) -> list[str]:
    """Find words that a template says outside of its translated parts."""
    text = re.sub(r"{%\s*comment\s*%}.*?{%\s*endcomment\s*%}", "", template, flags=re.DOTALL)
    text = re.sub(r"{%\s*blocktrans.*?{%\s*endblocktrans(late)?\s*%}", "", text, flags=re.DOTALL)
    text = re.sub(r"<(style|script|code)\b.*?</\1>|<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"{[{%#].*?[}%#]}", "\0", text, flags=re.DOTALL)
    spoken = re.findall(r'(?:aria-label|title|alt|placeholder|data-confirm)="([^"\0]*)"', text)
    spoken += re.sub(r"<[^>]*>", "\0", text).split("\0")
    words = [re.sub(r"&\w+;", "", one).strip() for one in spoken]
    return [one for one in words if re.search(r"[A-Za-z]{2,}", one) and one.strip(" .,:;()·") not in UNTRANSLATED]


def test_no_template_says_a_word_that_cannot_be_translated() -> None:
    found = {
        str(path.relative_to(TEMPLATES)): words
        for path in sorted(TEMPLATES.rglob("*.html"))
        if path.name not in ENGLISH and (words := bare_words(path.read_text()))
    }
    assert found == {}


@pytest.mark.parametrize(
    "template",
    ["<p>Some words</p>", '<b title="Some words"></b>', "{% if a %}Some words{% endif %}", "<h1>{{ a }} words</h1>"],
)
def test_a_word_that_is_not_marked_is_found(template: str) -> None:
    assert bare_words(template)


def test_a_text_that_is_new_is_added_without_a_guess_and_one_that_is_gone_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "de" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(
        'msgid ""\nmsgstr "Language: de\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        'msgid "Skip to the content"\nmsgstr "Zum Inhalt"\n\nmsgid "Skip to the contents"\nmsgstr "Weg"\n'
    )
    texts.bring_up_to_date(path)
    catalog = texts.read(path)
    kept, new = catalog.get("Skip to the content"), catalog.get("Log out")
    assert kept is not None
    assert kept.string == "Zum Inhalt"
    assert new is not None
    assert new.string == ""
    assert catalog.get("Skip to the contents") is None
    before = path.read_bytes()
    texts.bring_up_to_date(path)
    assert path.read_bytes() == before


def test_what_is_missing_or_out_of_date_is_compiled_and_the_rest_is_left_alone(tmp_path: Path) -> None:
    for language in ("de", "fr"):
        path = tmp_path / language / "LC_MESSAGES" / "django.po"
        path.parent.mkdir(parents=True)
        path.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "a"\nmsgstr "ä"\n')
    texts.compile_all(tmp_path)
    german, french = (path.with_suffix(".mo") for path in texts.files_of_translations(tmp_path))
    with german.open("rb") as file:
        assert GNUTranslations(file).gettext("a") == "ä"
    french.write_bytes(b"as it was")
    german.write_bytes(b"old")
    os.utime(german, (0, 0))
    texts.compile_all(tmp_path)
    assert french.read_bytes() == b"as it was"
    assert german.read_bytes() != b"old"
    assert [path.name for path in german.parent.iterdir() if path.suffix == ".new"] == []


@pytest.mark.parametrize("arguments", [[], ["translate"], ["compile", "de"]])
def test_the_program_says_what_it_takes(arguments: list[str]) -> None:
    said = subprocess.run([sys.executable, "-m", "readerstudy.texts", *arguments], capture_output=True, text=True)
    assert said.returncode == 1
    assert said.stderr == "usage: python -m readerstudy.texts collect|compile\n"

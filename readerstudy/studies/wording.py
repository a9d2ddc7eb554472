"""Words that would tell readers of a purpose-blinded phase what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from readerstudy.studies.plans import PhasePlan, Protocol

# In the languages that readers are addressed in. "Real" and "echt" alone are left out: much is really something else.
TELLING = (
    r"synthetic\w*", r"synthes\w*", r"deep-?fakes?", r"fakes?", r"faked", r"forge\w*", r"authentic\w*", r"genuine",
    r"ai-\w+", r"ai", r"a\.i\.", r"artificial\w*", r"generated", r"generat(?:ive|or|ors)", r"computer-made",
    r"made by a computer", r"chatgpt", r"gpt\w*", r"gans?", r"diffusion model\w*", r"roentgen-v\d", r"detectors?",
    r"real or", r"manipulated",
    r"synthetisch\w*", r"künstlich\w*", r"ki-\w+", r"ki", r"generiert\w*", r"gefälscht\w*", r"fälschung\w*",
    r"echtheit", r"authentisch\w*",
)  # fmt: skip
_TELLING = re.compile(rf"(?<![\w.])(?:{'|'.join(TELLING)})(?!\w)", re.IGNORECASE)


def telling_words(text: str) -> list[str]:
    """Give the words of a text that name the purpose, each once, in lower case."""
    return list(dict.fromkeys(found.group().lower() for found in _TELLING.finditer(text)))


def doubts_of(protocol: Protocol, slug: str = "") -> list[str]:
    """Say where a protocol with a purpose-blinded phase may tell the purpose before its time.

    It can be locked all the same: a word may mean something else.

    Parameters
    ----------
    protocol : Protocol
        The protocol.
    slug : str
        The study's short name, which stands in addresses.
    """
    if not any(phase.purpose == "purpose-blinded" for phase in protocol.phases):
        return []
    untitled = _("Readers see the study's own title: give it a neutral one to show, as a phase hides its purpose.")
    words = _("%(place)s says “%(words)s”, which may tell readers the purpose of a phase that hides it.")
    return ([] if protocol.shown_title else [untitled]) + [
        words % {"place": place, "words": "”, “".join(found)}
        for place, text in _read_before_the_purpose(protocol, slug)
        if (found := telling_words(text))
    ]


def _read_before_the_purpose(protocol: Protocol, slug: str) -> Iterator[tuple[str, str]]:
    yield _("The short name of the study"), slug.replace("-", " ").replace("_", " ")
    yield _("The title that readers see"), protocol.shown_title
    yield _("The consent"), protocol.consent
    for phase in protocol.phases:
        if not phase.tells_purpose:
            yield from _of_phase(phase)


def _of_phase(phase: PhasePlan) -> Iterator[tuple[str, str]]:
    named = {"phase": phase.title}
    yield _("The phase “%(phase)s”") % named, f"{phase.title} {phase.told}"
    asked = " ".join(" ".join([one.text, one.help, *one.options]) for one in phase.questions)
    yield _("A question of “%(phase)s”") % named, asked

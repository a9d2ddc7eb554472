"""Presets: protocols as documents beside this file, from which a study is made."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from readerstudy.studies.protocol import Protocol, read_protocol

FOLDER = Path(__file__).parent
# In the order in which they are offered.
PRESETS = ("rsna2026", "single-phase", "aided-vs-unaided", "training")


def preset_text(name: str) -> str:
    """Give a preset's document, with the comments in it.

    Raises
    ------
    KeyError
        There is no preset of this name.
    """
    if name not in PRESETS:
        raise KeyError(name)
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


@cache
def preset(name: str) -> Protocol:
    """Give a preset as a protocol.

    Raises
    ------
    KeyError
        There is no preset of this name.
    """
    return read_protocol(preset_text(name))

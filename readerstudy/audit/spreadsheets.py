"""What a spreadsheet is given: texts that it must not take for formulas.

Tables for machines are written as they are; only what people open in a spreadsheet goes through here.
"""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")

# Their full-width forms are taken for the same signs by some programs.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def harmless(cell: T) -> T | str:
    """Put an apostrophe before a text that begins like a formula; numbers and all other texts stay as they are.

    The rule is OWASP's on CSV injection.

    >>> [harmless(cell) for cell in ("=1+1", "-5", -5, "a=b", "")]
    ["'=1+1", "'-5", -5, 'a=b', '']
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell

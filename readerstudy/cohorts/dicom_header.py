"""Walking a whole DICOM file element by element, without ever believing it: what is there, and where its bytes lie.

pydicom reads what is needed for a picture (dicom.py). Evidence needs the rest as well: nested sequences, private
elements, what lies behind the pixels, and the very bytes that a signature was made over.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

MAX_ELEMENTS = 100_000
MAX_DEPTH = 64
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_UNDEFINED = 0xFFFFFFFF
_PREAMBLE = 128
_TRANSFER_SYNTAX = 0x00020010
_PIXEL_DATA = 0x7FE00010
# These have two reserved bytes and a length of four (PS3.5, 7.1.2).
LONG_VRS = {"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"}


@dataclass(frozen=True)
class Element:
    """One data element, item or sequence end, by its place in the file.

    Attributes
    ----------
    tag : int
        Group and element number.
    vr : str
        Value representation; empty for items and ends.
    path : tuple of int
        Tags of the sequences around it, outermost first.
    start, end : int
        Where its value lies; empty where it is nested.
    is_nested : bool
        Whether its value is the items that follow it: a sequence, or encapsulated pixels.
    """

    tag: int
    vr: str
    path: tuple[int, ...]
    start: int
    end: int
    is_nested: bool = False

    @property
    def is_private(self) -> bool:
        """Whether a manufacturer made it up (an odd group, PS3.5, 7.8.1), or it lies within such a sequence."""
        return any(tag >> 16 & 1 for tag in (*self.path, self.tag))

    @property
    def is_mark(self) -> bool:
        """Whether it only begins or ends something."""
        return self.tag >> 16 == 0xFFFE

    @property
    def name(self) -> str:
        """Its keyword, or the tag where the dictionary has none."""
        return name_of(self.tag)

    @property
    def full_name(self) -> str:
        """Its name behind those of the sequences around it."""
        return " > ".join(name_of(tag) for tag in (*self.path, self.tag))


@dataclass(frozen=True)
class Header:
    """All that could be walked through.

    Attributes
    ----------
    elements : list of Element
        In the file's order, file meta information first.
    complete : bool
        Whether the walk reached the end of the file without meeting damage or a limit.
    has_preamble : bool
        Whether something other than zeros stands before the header.
    """

    data: bytes
    elements: list[Element]
    complete: bool
    has_preamble: bool

    def value(self, element: Element) -> bytes:
        """Give the bytes of an element's value."""
        return self.data[element.start : element.end]

    def top(self, tag: int) -> bytes:
        """Give the value of an element that lies in no sequence; empty where there is none."""
        found = (self.value(one) for one in self.elements if one.tag == tag and not one.path)
        return next(found, b"")

    @property
    def is_big_endian(self) -> bool:
        """Whether numbers are stored with their highest byte first."""
        return self.words(_TRANSFER_SYNTAX)[0] == ExplicitVRBigEndian

    def numbers(self, tag: int) -> list[int]:
        """Give the values of an element of unsigned two-byte numbers (US)."""
        order = ">" if self.is_big_endian else "<"
        value = self.top(tag)
        return [number for (number,) in struct.iter_unpack(f"{order}H", value[: len(value) // 2 * 2])]

    def words(self, tag: int) -> list[str]:
        """Give the values of a text element, trimmed."""
        return [word.strip(" \0") for word in self.top(tag).decode("latin-1").split("\\")]


def name_of(tag: int) -> str:
    """Give the keyword of a tag, or the tag itself as (gggg,eeee)."""
    return keyword_for_tag(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def walk(data: bytes) -> Header:
    """Walk through a DICOM file (PS3.10, 7) as far as it can be followed.

    Parameters
    ----------
    data : bytes
        The whole file; a deflated one is only followed to the end of its file meta information.
    """
    walker = _Walker(data)
    found: list[Element] = []
    complete = True
    try:
        found.extend(_bounded(walker.file_meta()))
        walker.use(_transfer_syntax(data, found))
        for element in _bounded(walker.dataset(len(data), (), 0)):
            found.append(element)  # one by one: what was walked before the damage stays
    except (_DamagedError, struct.error):
        complete = False
    return Header(data, found, complete, any(data[:_PREAMBLE]))


class _DamagedError(Exception):
    """The bytes cannot be followed any further."""


def _bounded(elements: Iterator[Element]) -> Iterator[Element]:
    for number, element in enumerate(elements):
        if number >= MAX_ELEMENTS:
            raise _DamagedError
        yield element


def _transfer_syntax(data: bytes, found: list[Element]) -> str:
    values = [data[one.start : one.end] for one in found if one.tag == _TRANSFER_SYNTAX]
    return values[0].decode("latin-1").strip(" \0") if values else ""


class _Walker:
    """A place in the bytes that moves on with every element."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = _PREAMBLE + 4
        self.order = "<"
        self.implicit = False

    def use(self, transfer_syntax: str) -> None:
        self.order = ">" if transfer_syntax == ExplicitVRBigEndian else "<"
        self.implicit = transfer_syntax == ImplicitVRLittleEndian

    def file_meta(self) -> Iterator[Element]:
        """Group 2, which is explicit and little endian in every file (PS3.10, 7.1)."""
        while self.at + 8 <= len(self.data) and self.data[self.at : self.at + 2] == b"\x02\0":
            yield from self.element((), 0)

    def dataset(self, end: int, path: tuple[int, ...], depth: int) -> Iterator[Element]:
        """Elements until `end`, or until the mark that ends an item of undefined length."""
        while self.at < end:
            if self.peek_tag() == ITEM_END:
                self.at += 8
                return
            yield from self.element(path, depth)

    def element(self, path: tuple[int, ...], depth: int) -> Iterator[Element]:
        tag = self.take_tag()
        vr, length = self.take_vr_and_length(tag)
        is_nested = vr == "SQ" or (length == _UNDEFINED and vr == "UN")
        if not is_nested and length == _UNDEFINED and tag != _PIXEL_DATA:
            raise _DamagedError
        if is_nested or length == _UNDEFINED:
            yield Element(tag, vr, path, self.at, self.at, is_nested=True)
            yield from self.items(tag, vr, length, path, depth)
            return
        start = self.skip(length)
        yield Element(tag, vr, path, start, self.at)

    def items(self, tag: int, vr: str, length: int, path: tuple[int, ...], depth: int) -> Iterator[Element]:
        """The items of a sequence, or the fragments of encapsulated pixels (PS3.5, 7.5 and A.4)."""
        if depth >= MAX_DEPTH:
            raise _DamagedError
        inner = (*path, tag)
        end = len(self.data) if length == _UNDEFINED else self.at + length
        was_implicit = self.implicit
        # A sequence of unknown VR is written implicitly, whatever surrounds it (PS3.5, 6.2.2, note 4).
        self.implicit = was_implicit or vr == "UN"
        while self.at < end:
            mark, size = self.take_tag(), self.take("L")
            if mark == SEQUENCE_END:
                break
            if mark != ITEM:
                raise _DamagedError
            yield from self.item(inner, size, depth, is_fragment=tag == _PIXEL_DATA)
        self.implicit = was_implicit
        yield Element(SEQUENCE_END, "", inner, self.at, self.at)

    def item(self, path: tuple[int, ...], size: int, depth: int, *, is_fragment: bool) -> Iterator[Element]:
        if is_fragment:
            start = self.skip(size)
            yield Element(ITEM, "", path, start, self.at)
            return
        yield Element(ITEM, "", path, self.at, self.at)
        end = len(self.data) if size == _UNDEFINED else self.at + size
        if end > len(self.data):
            raise _DamagedError
        yield from self.dataset(end, path, depth + 1)

    def take(self, form: str) -> int:
        size = {"H": 2, "L": 4}[form]
        (value,) = struct.unpack_from(self.order + form, self.data, self.at)
        self.at += size
        return int(value)

    def take_tag(self) -> int:
        return self.take("H") << 16 | self.take("H")

    def peek_tag(self) -> int:
        tag = self.take_tag()
        self.at -= 4
        return tag

    def take_vr_and_length(self, tag: int) -> tuple[str, int]:
        if self.implicit:
            return _known_vr(tag), self.take("L")
        vr = self.data[self.at : self.at + 2].decode("latin-1")
        self.at += 2
        if not (vr.isalpha() and vr.isupper() and vr.isascii()):
            raise _DamagedError
        if vr not in LONG_VRS:
            return vr, self.take("H")
        self.at += 2
        return vr, self.take("L")

    def skip(self, length: int) -> int:
        """Step over a value and give where it began."""
        start = self.at
        self.at += length
        if self.at > len(self.data):
            raise _DamagedError
        return start


def _known_vr(tag: int) -> str:
    try:
        return dictionary_VR(tag)[:2]
    except KeyError:
        return "UN"

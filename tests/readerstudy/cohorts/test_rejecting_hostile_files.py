"""Files that are made to do harm get a verdict each, and do none: no crash, no hang, nothing but an image or words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from readerstudy.cohorts.examining import examine
from readerstudy.cohorts.profiles import DEFAULT_PROFILE
from readerstudy.cohorts.source_image import RejectedImageError
from tests.readerstudy.cohorts.hostile import hostile_files, mutants, sound_files

FILES = hostile_files()
# These lie about nothing that matters to the picture, and its pixels can be had.
HARMLESS = {
    "PNG whose EXIF points at itself", "JPEG whose EXIF points at itself", "WebP whose EXIF points at itself",
    "JPEG without Huffman tables", "JPEG with a segment of no length", "JPEG of a thousand scans",
    "JPEG with a colour profile in too many parts", "polyglot: a DICOM preamble that begins a TIFF",
    "polyglot: a PNG with a DICOM file behind it", "an implicit header that says it is explicit",
    "a character set that does not exist", "a name in bytes that no character set has",
    "a thousand times its own pixel data", "a high bit elsewhere", "a rescale of nothing", "a window of 1e308",
    "a sigmoid of nothing", "fifty thousand windows", "a spacing of ten thousand numbers", "an aspect ratio by zero",
    "offsets of frames without frames", "modality table as a sequence of nothing",
    "VOI table that begins beyond every value", "VOI table as a sequence of nothing", "JPEG in the place of 12 bits",
    "JPEG of arithmetic codes", "a fragment that is no fragment",
}  # fmt: skip


def verdict(data: bytes) -> str:
    """Give the reason why a file is rejected, or nothing."""
    try:
        return "" if examine(data, DEFAULT_PROFILE).frame else "no frame"
    except RejectedImageError as error:
        return str(error) or "no reason"


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 150
    assert set(FILES) > HARMLESS


@pytest.mark.parametrize("name", sorted(set(FILES) - HARMLESS))
def test_a_hostile_file_is_rejected_in_words(name: str) -> None:
    reason = verdict(FILES[name])
    assert reason.startswith(("is ", "has ", "names ", "allocates ", "took ", "needs "))
    assert "\n" not in reason
    assert len(reason) < 300


@pytest.mark.parametrize("name", sorted(HARMLESS))
def test_a_file_that_is_only_odd_becomes_an_image(name: str) -> None:
    assert verdict(FILES[name]) == ""


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WebP", "DICOM", "DICOM RLE", "DICOM JPEG 2000", "DICOM HTJ2K"])
def test_the_sound_twin_of_a_hostile_file_becomes_an_image(name: str) -> None:
    assert verdict(sound_files()[name]) == ""


def test_two_thousand_damaged_files_get_a_verdict_each() -> None:
    with ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(lambda mutant: verdict(mutant[1]), mutants(2000, seed=1)))
    assert len(verdicts) == 2000
    assert verdicts.count("") > 100
    assert len(set(verdicts)) > 40
    assert not [words for words in verdicts if "no reason" in words or "no frame" in words or "\n" in words]

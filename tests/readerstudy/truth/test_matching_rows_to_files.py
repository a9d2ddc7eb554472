"""A row of the truth table finds its file by path, or by bare name where only one file has it."""

from __future__ import annotations

from readerstudy.cohorts.models import Case
from readerstudy.truth.matching import match
from readerstudy.truth.models import Value
from readerstudy.truth.table import TruthRow

REAL, FAKE = Value.AUTHENTIC, Value.SYNTHETIC


def table_of(**truths: Value) -> dict[str, TruthRow]:
    return {name: TruthRow(name, value) for name, value in truths.items()}


def cases(count: int) -> list[Case]:
    return [Case(pk=number) for number in range(1, count + 1)]


def test_a_row_finds_its_file_by_path() -> None:
    one, two = cases(2)
    matched = match(table_of(**{"real/a.png": REAL, "fake/a.png": FAKE}), [("real/a.png", one), ("fake/a.png", two)])
    assert {case: row.value for case, row in matched.rows.items()} == {one: REAL, two: FAKE}
    assert (matched.missing, matched.unknown, matched.contradictions) == ([], [], {})


def test_a_bare_name_finds_the_one_file_of_this_name_in_a_subfolder() -> None:
    (one,) = cases(1)
    matched = match(table_of(**{"a.png": FAKE}), [("deep/down/a.png", one)])
    assert matched.rows[one].value == FAKE


def test_a_bare_name_that_two_files_have_finds_neither() -> None:
    one, two = cases(2)
    matched = match(table_of(**{"a.png": FAKE}), [("left/a.png", one), ("right/a.png", two)])
    assert matched.rows == {}
    assert matched.missing == ["left/a.png", "right/a.png"]
    assert matched.unknown == ["a.png"]


def test_a_rejected_file_of_the_same_name_makes_a_bare_name_ambiguous() -> None:
    (one,) = cases(1)
    matched = match(table_of(**{"a.png": FAKE}), [("left/a.png", one)], rejected=["right/a.png"])
    assert matched.missing == ["left/a.png"]


def test_a_path_written_with_backslashes_or_a_dot_finds_its_file() -> None:
    one, two = cases(2)
    matched = match(table_of(**{"sub\\a.png": REAL, "./sub/b.png": FAKE}), [("sub/a.png", one), ("sub/b.png", two)])
    assert {case: row.value for case, row in matched.rows.items()} == {one: REAL, two: FAKE}
    assert matched.unknown == []


def test_a_row_about_a_rejected_file_is_no_mistake() -> None:
    matched = match(table_of(**{"broken.png": FAKE}), [], rejected=["broken.png"])
    assert matched.unknown == []


def test_files_without_a_row_and_rows_without_a_file_are_listed() -> None:
    (one,) = cases(1)
    matched = match(table_of(**{"z.png": REAL, "b.png": FAKE}), [("a.png", one)])
    assert matched.missing == ["a.png"]
    assert matched.unknown == ["b.png", "z.png"]


def test_the_same_pixels_under_two_names_may_have_one_truth_only() -> None:
    one, two = cases(2)
    truths = {"a.png": REAL, "copy-of-a.png": FAKE, "b.png": FAKE, "copy-of-b.png": FAKE}
    files = [("a.png", one), ("copy-of-a.png", one), ("b.png", two), ("copy-of-b.png", two)]
    matched = match(table_of(**truths), files)
    assert list(matched.rows) == [two]
    assert "cannot be both: a.png authentic, copy-of-a.png synthetic" in matched.contradictions[one]


def test_another_row_about_the_very_file_corrects_what_was_known() -> None:
    (one,) = cases(1)
    matched = match(table_of(**{"a.png": FAKE}), [("a.png", one)], known={one: TruthRow("a.png", REAL)})
    assert matched.rows[one].value == FAKE


def test_a_row_about_another_file_with_the_same_pixels_must_agree_with_what_was_known() -> None:
    (one,) = cases(1)
    known = {one: TruthRow("a.png", REAL)}
    assert match(table_of(**{"b.png": REAL}), [("b.png", one)], known=known).rows[one].value == REAL
    assert one in match(table_of(**{"b.png": FAKE}), [("b.png", one)], known=known).contradictions

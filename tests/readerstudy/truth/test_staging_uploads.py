"""Uploaded files grow piece by piece, survive a break, and cannot leave their folder, fill the disk or be mixed up."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from readerstudy.truth.staging import StagedFile, Staging, UploadError


def send(
    name: str = "a.png", data: bytes = b"0123456789", *, offset: int = 0, end: int | None = None, stamp: int = 7
) -> int:
    """Send a stretch of a file, all of it unless told otherwise."""
    return Staging("c").receive(name=name, size=len(data), stamp=stamp, offset=offset, pieces=[data[offset:end]])


def refusal(**sent: object) -> UploadError:
    with pytest.raises(UploadError) as caught:
        send(**sent)  # type: ignore[arg-type]
    return caught.value


def names() -> list[str]:
    return [file.name for file in Staging("c").files()]


def test_a_file_sent_in_pieces_is_the_file() -> None:
    assert [send(end=4), send(offset=4, end=8), send(offset=8)] == [4, 8, 10]
    assert (Staging("c").folder / "a.png").read_bytes() == b"0123456789"
    assert Staging("c").files() == [StagedFile("a.png", 10, 10, 7)]


@given(data=st.binary(max_size=300), cuts=st.lists(st.integers(0, 300), max_size=5))
def test_however_a_file_is_cut_it_arrives_whole(data: bytes, cuts: list[int]) -> None:
    staging = Staging("cut")
    staging.clear()
    ends = sorted({min(cut, len(data)) for cut in cuts} | {len(data)})
    offset = 0
    for end in ends:
        offset = staging.receive(name="f", size=len(data), stamp=0, offset=offset, pieces=[data[offset:end]])
    assert (staging.folder / "f").read_bytes() == data


def test_a_begun_file_says_how_far_it_is_and_is_not_among_the_whole_ones() -> None:
    send(end=4)
    (file,) = Staging("c").files()
    assert (file.received, file.is_whole) == (4, False)
    assert Staging("c").is_empty


@pytest.mark.parametrize("offset", [0, 3, 5, 10])
def test_a_wrong_offset_is_refused_with_the_right_one(offset: int) -> None:
    send(end=4)
    error = refusal(offset=offset)
    assert (error.status, error.received) == (409, 4)


def test_a_file_that_is_there_costs_nothing_again() -> None:
    send()
    error = refusal(end=4)
    assert (error.status, error.received) == (409, 10)
    assert send(offset=10) == 10


def test_a_corrected_file_of_the_same_size_replaces_the_one_before() -> None:
    send("truth.csv", b"file,truth\na,0\n")
    send("truth.csv", b"file,truth\na,1\n", stamp=8)
    assert (Staging("c").folder / "truth.csv").read_bytes() == b"file,truth\na,1\n"
    assert names() == ["truth.csv"]


def test_a_begun_file_that_changed_begins_anew() -> None:
    send(end=4)
    assert send(data=b"abcdefgh", stamp=9) == 8
    assert (Staging("c").folder / "a.png").read_bytes() == b"abcdefgh"


def test_more_bytes_than_announced_are_refused_and_not_kept() -> None:
    with pytest.raises(UploadError, match="longer than the 3 bytes"):
        Staging("c").receive(name="a", size=3, stamp=0, offset=0, pieces=[b"12", b"34"])
    assert Staging("c").files() == [StagedFile("a", 3, 0, 0)]


def test_a_second_window_waits_while_the_first_one_sends() -> None:
    send(end=4)
    (part,) = (path for path in Staging("c").root.rglob("parts/*") if path.suffix == "")
    with part.open("r+b") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        error = refusal(offset=4)
    assert (error.status, error.received) == (409, 4)
    assert send(offset=4) == 10


HOSTILE = [
    "../a", "a/../../b", "/etc/passwd", "a//b", ".", "..", "a/.", "", "a\\b", "a\0b", "a\nb", "\u202ea", "\udcff",
    ".hidden", "folder/.ssh/key", "a" * 256, "/".join("ab" for _ in range(90)), "é" * 200,
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_is_no_plain_path_is_refused_and_touches_nothing(name: str, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert refusal(name=name).status == 400
    with pytest.raises(UploadError):
        Staging("c").remove(name)
    assert sorted(tmp_path.rglob("*")) == before


@given(st.text(max_size=30))
def test_whatever_its_name_a_file_lies_below_its_folder_or_nowhere(name: str) -> None:
    staging = Staging("names")
    try:
        staging.receive(name=name, size=1, stamp=0, offset=0, pieces=[b"x"])
    except UploadError:
        return
    assert (staging.folder / name).resolve().is_relative_to(staging.folder.resolve())


def test_names_with_folders_accents_and_spaces_are_kept() -> None:
    for name in ("chest/Lungenödem 3.png", "手/1.dcm"):
        send(name)
    assert names() == ["chest/Lungenödem 3.png", "手/1.dcm"]


def test_a_file_and_a_folder_of_one_name_cannot_both_be() -> None:
    send("a")
    assert "name of a folder" in str(refusal(name="a/b"))


@pytest.mark.parametrize(("name", "limit", "status"), [("UPLOAD_MAX_FILES", 2, 413), ("UPLOAD_MAX_BYTES", 25, 413)])
def test_there_is_an_end_to_how_much_may_lie_ready(settings: Settings, name: str, limit: int, status: int) -> None:
    setattr(settings, name, limit)
    send("a")
    send("b")
    assert refusal(name="c").status == status
    Staging("c").remove("a")
    assert send("c") == 10


def test_a_nearly_full_disk_is_told_before_anything_is_sent(settings: Settings) -> None:
    settings.UPLOAD_SPARE_BYTES = 2**60
    error = refusal()
    assert error.status == 507
    assert "disk is nearly full" in str(error)
    assert names() == []


def test_an_image_larger_than_any_radiograph_is_refused_before_it_is_sent() -> None:
    with pytest.raises(UploadError, match="is larger than 256 MB"):
        Staging("c").receive(name="a.dcm", size=2**30, stamp=0, offset=0, pieces=[])
    assert Staging("c").receive(name="a.zip", size=2**30, stamp=0, offset=0, pieces=[b"PK"]) == 2


def test_one_file_is_removed_or_all() -> None:
    for name in ("a", "b", "c"):
        send(name)
    send("d", end=3)
    Staging("c").remove("b")
    Staging("c").remove("d")
    Staging("c").remove("never-sent")
    assert names() == ["a", "c"]
    Staging("c").clear()
    assert names() == []


def test_files_that_an_import_has_seen_change_their_folder_when_one_of_them_changes() -> None:
    send("a")
    send("b")
    seen = Staging("c").folder
    send("c")
    Staging("c").remove("c")
    assert Staging("c").folder == seen
    Staging("c").mark_started()
    send("d")
    assert Staging("c").folder == seen
    Staging("c").remove("a")
    assert Staging("c").folder != seen
    assert names() == ["b", "d"]

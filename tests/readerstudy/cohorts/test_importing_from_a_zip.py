"""A zip archive is a source like a folder, and one that is made to do harm does none."""

from __future__ import annotations

import contextlib
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readerstudy.cohorts.decoding import decode
from readerstudy.cohorts.source_image import MAX_BYTES, RejectedImageError
from readerstudy.cohorts.sources import SourceFile, SourceUnavailableError, frames_named, list_files
from tests.readerstudy.cohorts.samples import as_file, radiograph

PICTURE = as_file(radiograph())


def archive(folder: Path, members: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / "upload.zip"
    with zipfile.ZipFile(path, "w", method) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return path


def changed(path: Path, old: bytes, new: bytes) -> Path:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))
    return path


def reason(file: SourceFile) -> str:
    with pytest.raises(RejectedImageError) as caught:
        file.read()
    return str(caught.value)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_images_of_an_archive_are_listed_by_their_paths_and_read(tmp_path: Path, method: int) -> None:
    path = archive(tmp_path, {"a/one.png": PICTURE, "two.png": PICTURE[:-4]}, method=method)
    one, two = list_files(path)
    assert (one.name, one.size, one.frame) == ("a/one.png", len(PICTURE), None)
    assert (one.read(), two.read()) == (PICTURE, PICTURE[:-4])


def test_an_archive_is_told_by_its_content(tmp_path: Path) -> None:
    path = archive(tmp_path, {"one.png": PICTURE}).rename(tmp_path / "images.dat")
    assert [file.name for file in list_files(path)] == ["one.png"]


def test_nothing_is_unpacked_to_disk(tmp_path: Path) -> None:
    path = archive(tmp_path, {"a/one.png": PICTURE})
    for file in list_files(path):
        file.read()
    assert list(tmp_path.rglob("*")) == [path]


def test_droppings_hidden_files_and_tables_are_passed_over(tmp_path: Path) -> None:
    names = ["one.png", "__MACOSX/._one.png", ".hidden/two.png", "Thumbs.db", "truth.csv", "DICOMDIR"]
    path = archive(tmp_path, dict.fromkeys(names, PICTURE))
    assert [file.name for file in list_files(path)] == ["one.png"]


def test_an_archive_without_images_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailableError, match="no image files in upload"):
        list_files(archive(tmp_path, {"truth.csv": b"file,truth\n"}))


@pytest.mark.parametrize(
    "name", ["../one.png", "a/../../one.png", "/etc/one.png", "C:/one.png", "c:one.png", "..\\one.png", "\\one.png"]
)
def test_a_name_that_leads_out_of_the_archive_is_rejected(tmp_path: Path, name: str) -> None:
    bad, sound = list_files(archive(tmp_path, {name: PICTURE, "sound.png": PICTURE}))
    assert reason(bad) == "has a name that leads out of the archive"
    assert sound.read() == PICTURE


def test_a_name_with_control_characters_is_rejected_and_shown_without_them(tmp_path: Path) -> None:
    (file,) = list_files(archive(tmp_path, {"one\x1b[2J.png": PICTURE}))
    assert file.name == "one\ufffd[2J.png"
    assert reason(file) == "has a name with control characters"


def test_the_second_file_of_a_name_is_rejected(tmp_path: Path) -> None:
    first, second = list_files(
        changed(archive(tmp_path, {"one.png": PICTURE, "two.png": b"x"}), b"two.png", b"one.png")
    )
    assert first.read() == PICTURE
    assert "the name of another file" in reason(second)


def test_an_encrypted_file_is_rejected(tmp_path: Path) -> None:
    path = archive(tmp_path, {"one.png": PICTURE})
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\1\2")
    data[at + 8] |= 1
    path.write_bytes(data)
    assert "is encrypted" in reason(list_files(path)[0])


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_may_cost_any_memory_are_not_unpacked(tmp_path: Path, method: int) -> None:
    (file,) = list_files(archive(tmp_path, {"one.png": PICTURE}, method=method))
    assert f"a method that is not accepted ({method})" in reason(file)


def test_a_bomb_is_one_rejected_file(tmp_path: Path) -> None:
    bomb, sound = list_files(archive(tmp_path, {"bomb.png": bytes(50 * 2**20), "sound.png": PICTURE}))
    assert "more than 100 times its packed size" in reason(bomb)
    assert sound.read() == PICTURE


def test_a_bomb_that_lies_about_its_size_is_one_rejected_file(tmp_path: Path) -> None:
    size = 50 * 2**20
    path = archive(tmp_path, {"bomb.png": bytes(size)})
    (file,) = list_files(changed(path, struct.pack("<L", size), struct.pack("<L", 1000)))
    assert "not as long as it says" in reason(file)


def test_a_file_that_says_it_is_larger_than_it_is_is_rejected(tmp_path: Path) -> None:
    path = archive(tmp_path, {"one.png": PICTURE})
    (file,) = list_files(changed(path, struct.pack("<L", len(PICTURE)), struct.pack("<L", len(PICTURE) + 9)))
    assert "not as long as it says" in reason(file)


def test_a_file_larger_than_any_image_is_rejected_unread(tmp_path: Path) -> None:
    path = archive(tmp_path, {"one.png": PICTURE})
    (file,) = list_files(changed(path, struct.pack("<L", len(PICTURE)), struct.pack("<L", MAX_BYTES + 1)))
    assert reason(file) == "is larger than 256 MB"


def test_a_damaged_file_is_rejected(tmp_path: Path) -> None:
    path = archive(tmp_path, {"one.png": PICTURE}, method=zipfile.ZIP_STORED)
    (file,) = list_files(changed(path, PICTURE[100:110], bytes(10)))
    assert "is damaged inside the archive" in reason(file)


def test_files_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, {"one.png": PICTURE, "two.png": PICTURE})
    data = bytearray(path.read_bytes())
    first = data.index(b"PK\1\2")
    second = data.index(b"PK\1\2", first + 1)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]  # both begin where the first does
    path.write_bytes(data)
    with pytest.raises(SourceUnavailableError, match="overlap"):
        list_files(path)


def test_a_file_that_reaches_into_the_list_of_files_is_refused(tmp_path: Path) -> None:
    path = archive(tmp_path, {"one.png": PICTURE}, method=zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\1\2")
    struct.pack_into("<L", data, at + 20, len(PICTURE) + 40)
    path.write_bytes(data)
    with pytest.raises(SourceUnavailableError, match="overlap"):
        list_files(path)


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path, {f"{number}.png": b"" for number in range(10_001)})
    with pytest.raises(SourceUnavailableError, match="more than 10,000 files"):
        list_files(path)


def test_an_enormous_list_of_files_is_refused_unread(tmp_path: Path) -> None:
    path = archive(tmp_path, {"one.png": PICTURE})
    data = bytearray(path.read_bytes())
    struct.pack_into("<L", data, data.index(b"PK\5\6") + 12, 2**31)
    path.write_bytes(data)
    with pytest.raises(SourceUnavailableError, match="far more than 10,000 files"):
        list_files(path)


def test_an_archive_of_more_than_four_gigabytes_can_say_where_its_files_are(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    with zipfile.ZipFile(path, "w") as packed, packed.open("one.png", "w", force_zip64=True) as member:
        member.write(PICTURE)
    data = path.read_bytes()
    directory, end = data.index(b"PK\1\2"), data.rindex(b"PK\5\6")
    # The end record of a large archive (APPNOTE.TXT, 4.3.14 and 4.3.15), with all ones in the small one.
    end_64 = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, end - directory, directory)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    small = struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(data[:end] + end_64 + locator + small)
    assert [file.read() for file in list_files(path)] == [PICTURE]


@pytest.mark.parametrize("cut", [5, 50, 2000, -1, -30])
def test_a_truncated_archive_is_refused(tmp_path: Path, cut: int) -> None:
    path = archive(tmp_path, {"one.png": PICTURE})
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(SourceUnavailableError, match="make it again"):
        list_files(path)


def test_an_archive_inside_an_archive_is_rejected_with_advice(tmp_path: Path) -> None:
    inner = archive(tmp_path, {"one.png": PICTURE}).read_bytes()
    (file,) = list_files(archive(tmp_path, {"inner.zip": inner}))
    with pytest.raises(RejectedImageError, match="is a zip archive: import it by itself"):
        decode(file.read())


def test_archives_in_a_folder_are_opened_and_a_bad_one_is_one_rejected_file(tmp_path: Path) -> None:
    archive(tmp_path, {"one.png": PICTURE}).rename(tmp_path / "a.zip")
    (tmp_path / "b.zip").write_bytes((tmp_path / "a.zip").read_bytes()[:-30])
    (tmp_path / "c.png").write_bytes(PICTURE)
    first, second, third = list_files(tmp_path)
    assert (first.name, first.read()) == ("a.zip/one.png", PICTURE)
    assert second.name == "b.zip"
    assert reason(second) == "is an archive that cannot be opened. b.zip is no sound zip archive: make it again."
    assert third.read() == PICTURE


def test_frames_are_named_behind_the_file(tmp_path: Path) -> None:
    path = archive(tmp_path, {"a/clip.dcm": b"x", "b.dcm": b"y"})
    frames = frames_named(["clip.dcm#3", "clip.dcm#12", "b.dcm", "c.dcm#0", "#4", "d#x"])
    assert frames == {"clip.dcm": [3, 12]}
    listed = [(file.name, file.frame, file.read()) for file in list_files(path, frames)]
    assert listed == [("a/clip.dcm#3", 3, b"x"), ("a/clip.dcm#12", 12, b"x"), ("b.dcm", None, b"y")]


def test_frames_of_files_in_a_folder_are_named_by_path_or_by_an_unambiguous_name(tmp_path: Path) -> None:
    for name in ("a/clip.dcm", "b/clip.dcm", "b/other.dcm"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(PICTURE)
    listed = list_files(tmp_path, {"clip.dcm": [1], "b/clip.dcm": [2, 2], "other.dcm": [7]})
    assert [file.name for file in listed] == ["a/clip.dcm", "b/clip.dcm#2", "b/other.dcm#7"]
    assert {file.size for file in listed} == {len(PICTURE)}


@given(data=st.data())
def test_a_damaged_archive_never_does_anything_else(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = archive(tmp_path_factory.mktemp("damaged"), {"a/one.png": b"one" * 1000, "two.png": b"two"})
    damaged = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(damaged)
    with contextlib.suppress(SourceUnavailableError):
        for file in list_files(path):
            with contextlib.suppress(RejectedImageError):
                assert file.read() in (b"one" * 1000, b"two", bytes(damaged))

"""A capsule is checked anywhere: its files, its results computed again, its audit log. Whatever was changed shows."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.capsule.chain import GENESIS, check
from analysis.capsule.comparing import compare
from analysis.capsule.crate import METADATA, digests_of, write_capsule
from analysis.capsule.verifying import Verification, verify
from analysis.commands import main
from analysis.errors import RatingsError
from analysis.report.files import results_json
from analysis.report.report import gather
from analysis.report.study import Study
from analysis.table.covariates import covariates
from analysis.table.files import read

Spoil = Callable[[dict[str, bytes]], None]


def events(count: int) -> list[dict[str, Any]]:
    """Chain events as the application does; every third one belongs to another study."""
    previous, chained = GENESIS, []
    for number in range(count):
        said = [previous, f"2026-01-01T00:00:{number:02}+00:00", 1, "reading.started", "study:s", {"n": number}]
        digest = hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
        event = dict(zip(("previous", "at", "actor", "verb", "target", "detail"), said, strict=True))
        chained.append({"previous": previous, "digest": digest, **({} if number % 3 == 2 else event)})
        previous = digest
    return chained


def as_log(chained: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(event) + "\n" for event in chained).encode()


def ratings() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    rows = [
        (f"R{reader}", case, case % 2, rating, int(rating >= 50))
        for reader in range(3)
        for case in range(24)
        for rating in [round(float(np.clip(rng.normal(40 + 25 * (case % 2), 20), 0, 100)), 1)]
    ]
    return pd.DataFrame(rows, columns=["reader", "case", "truth", "rating", "call"])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a sound capsule."""
    folder = tmp_path_factory.mktemp("tables")
    ratings().to_csv(folder / "ratings.csv", index=False)
    people = pd.DataFrame({"reader": ["R0", "R1", "R2"], "years": [3, 12, 25]})
    people.to_csv(folder / "readers.csv", index=False)
    tables = {name: (folder / name).read_bytes() for name in ("ratings.csv", "readers.csv")}
    study = Study(read(folder / "ratings.csv"), covariates(folder / "readers.csv", "reader"))
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in tables.items()}
    results = results_json(gather(study), digests)
    return {**tables, "results.json": results, "audit.jsonl": as_log(events(7)), "protocol/protocol.yaml": b"name: x\n"}


def packed(files: dict[str, bytes], folder: Path) -> Path:
    """Write a capsule."""
    path = folder / "capsule.zip"
    with path.open("wb") as target:
        write_capsule(
            files, target, name="A study", description="Of a test.", made_at=datetime(2026, 1, 2, tzinfo=UTC),
            words={"ratings.csv": "The ratings"},
        )  # fmt: skip
    return path


def repacked(path: Path, spoil: Spoil) -> Path:
    """Change what is in an archive, and leave its description as it was."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    spoil(content)
    with zipfile.ZipFile(path, "w") as archive:
        for name, stored in content.items():
            archive.writestr(name, stored)
    return path


def test_a_sound_capsule_holds(files: dict[str, bytes], tmp_path: Path) -> None:
    found = verify(packed(files, tmp_path))
    assert (found.ok, found.broken, found.differing) == (True, (), ())
    assert found.numbers > 200
    assert found.audit
    assert (found.audit.links, found.audit.events, found.audit.broken) == (7, 5, None)
    assert "The capsule holds" in str(found)


def test_it_holds_when_it_is_unpacked_too(files: dict[str, bytes], tmp_path: Path) -> None:
    with zipfile.ZipFile(packed(files, tmp_path)) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert verify(tmp_path / "unpacked").ok


def test_the_same_files_make_the_same_archive(files: dict[str, bytes], tmp_path: Path) -> None:
    first, second = (packed(files, tmp_path).read_bytes() for _ in range(2))
    assert first == second


def test_the_description_is_an_ro_crate(files: dict[str, bytes], tmp_path: Path) -> None:
    with zipfile.ZipFile(packed(files, tmp_path)) as archive:
        described = json.loads(archive.read(METADATA))
    assert described["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    by_id = {one["@id"]: one for one in described["@graph"]}
    assert by_id[METADATA]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert {part["@id"] for part in by_id["./"]["hasPart"]} == set(files)
    assert by_id["ratings.csv"]["description"] == "The ratings"
    assert by_id["protocol/protocol.yaml"]["encodingFormat"] == "application/yaml"


def change_a_rating(content: dict[str, bytes]) -> None:
    content["ratings.csv"] = content["ratings.csv"].replace(b"R0,0,0,", b"R0,0,0,9", 1)


def change_a_result(content: dict[str, bytes]) -> None:
    document = json.loads(content["results.json"])
    document["phases"][0]["means"]["auc"]["modalities"][0]["estimate"] += 1e-6
    content["results.json"] = json.dumps(document).encode()


def remove_the_protocol(content: dict[str, bytes]) -> None:
    del content["protocol/protocol.yaml"]


def add_a_file(content: dict[str, bytes]) -> None:
    content["extra.txt"] = b"hello"


def edit_an_event(content: dict[str, bytes]) -> None:
    content["audit.jsonl"] = content["audit.jsonl"].replace(b'{"n": 3}', b'{"n": 4}')


SPOILT: dict[str, tuple[Spoil, str]] = {
    "a rating": (change_a_rating, "ratings.csv was changed"),
    "a result": (change_a_result, "results.json was changed"),
    "a file taken out": (remove_the_protocol, "protocol/protocol.yaml is missing"),
    "a file put in": (add_a_file, "extra.txt is not described"),
    "an event": (edit_an_event, "audit.jsonl was changed"),
}


@pytest.mark.parametrize(("spoil", "words"), SPOILT.values(), ids=SPOILT.keys())
def test_whatever_was_changed_shows(files: dict[str, bytes], tmp_path: Path, spoil: Spoil, words: str) -> None:
    found = verify(repacked(packed(files, tmp_path), spoil))
    assert not found.ok
    assert found.broken == (words,)
    assert "does NOT hold" in str(found)


def test_results_that_were_changed_with_their_description_are_found_by_computing_them(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    spoilt = dict(files)
    change_a_result(spoilt)
    found = verify(packed(spoilt, tmp_path))
    assert (found.ok, found.broken) == (False, ())
    assert [one.where for one in found.differing] == ["phases[0].means.auc.modalities[0].estimate"]
    assert verify(packed(spoilt, tmp_path), relative=1e-3).ok


def test_ratings_that_were_changed_with_their_description_are_found_too(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    spoilt = dict(files)
    change_a_rating(spoilt)
    found = verify(packed(spoilt, tmp_path))
    assert not found.ok
    assert "sha256.ratings.csv" in [one.where for one in found.differing]
    assert len(found.differing) > 5


def test_the_command_says_so_and_ends_with_1(
    files: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = packed(files, tmp_path)
    assert main(["verify", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True
    assert main(["verify", str(repacked(path, add_a_file))]) == 1
    assert "extra.txt is not described" in capsys.readouterr().out


def rubbish(folder: Path) -> dict[str, tuple[Path, str]]:
    """What is no capsule, and what is said of it."""
    made = {
        name: folder / name for name in ("empty.zip", "text.zip", "outside.zip", "twice.zip", "bomb.zip", "words.zip")
    }
    with zipfile.ZipFile(made["empty.zip"], "w"):
        pass
    made["text.zip"].write_bytes(b"hello")
    for name, member, content in (
        ("outside.zip", "../ratings.csv", b""), ("bomb.zip", METADATA, bytes(2**25)), ("words.zip", METADATA, b"[1]"),
    ):  # fmt: skip
        with zipfile.ZipFile(made[name], "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, content)
    with zipfile.ZipFile(made["twice.zip"], "w") as archive:
        archive.writestr(METADATA, b"{}")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr(METADATA, b"{}")
    return {
        "nothing": (folder / "none.zip", "no such file"),
        "an empty archive": (made["empty.zip"], f"is no capsule, as {METADATA} is missing"),
        "no archive": (made["text.zip"], "is no sound zip archive"),
        "a way out": (made["outside.zip"], "a path that leads out of it"),
        "a name twice": (made["twice.zip"], "two files of the same name"),
        "a bomb": (made["bomb.zip"], "unpacks to far more than it holds"),
        "another description": (made["words.zip"], "does not describe a capsule"),
        "an empty folder": (folder / "..", f"is no capsule, as {METADATA} is missing"),
    }


def test_what_is_no_capsule_is_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "files").mkdir()
    for what, (path, words) in rubbish(tmp_path / "files").items():
        assert main(["verify", str(path)]) == 2, what
        assert words in capsys.readouterr().err, what


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"[]", "is no document of results"),
        (b"{}", "these results have the format None"),
        (b'{"format": "reader-study-results/1"}', "does not say how it was computed"),
    ],
)
def test_results_that_say_nothing_of_themselves_are_refused(
    files: dict[str, bytes], tmp_path: Path, document: bytes, words: str
) -> None:
    with pytest.raises(RatingsError, match=words):
        verify(packed({**files, "results.json": document}, tmp_path))


def test_a_report_of_chosen_phases_is_computed_as_it_was(files: dict[str, bytes], tmp_path: Path) -> None:
    table = ratings().assign(phase="first")
    both = pd.concat([table, table.assign(phase="second", rating=100 - table["rating"], call=1 - table["call"])])
    both.to_csv(tmp_path / "ratings.csv", index=False)
    content = (tmp_path / "ratings.csv").read_bytes()
    report = gather(Study(read(tmp_path / "ratings.csv"), alpha=0.1), phases=["second"])
    stored = results_json(report, {"ratings.csv": hashlib.sha256(content).hexdigest()})
    assert verify(packed({"ratings.csv": content, "results.json": stored}, tmp_path)).ok


def test_a_damaged_member_is_named(files: dict[str, bytes], tmp_path: Path) -> None:
    path = packed({**files, "noise.bin": np.random.default_rng(1).bytes(5000)}, tmp_path)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("noise.bin").header_offset + 200
    content[start : start + 50] = bytes(50)
    path.write_bytes(content)
    with pytest.raises(RatingsError, match=r"noise.bin: cannot be unpacked"):
        verify(path)


def test_without_results_there_is_nothing_to_compute_again(files: dict[str, bytes], tmp_path: Path) -> None:
    without = {name: content for name, content in files.items() if name != "results.json"}
    with pytest.raises(RatingsError, match=r"results.json is missing"):
        verify(packed(without, tmp_path))


@given(st.integers(0, 6), st.sampled_from(["cut", "swap", "edit", "digest"]))
def test_a_chain_that_was_touched_is_broken_where_it_was(at: int, how: str) -> None:
    chained = events(7)
    if how == "cut":
        del chained[at]
        broken = None if at == 6 else at + 1
    elif how == "swap":
        other = (at + 1) % 7
        chained[at], chained[other] = chained[other], chained[at]
        broken = min(at, other) + 1
    elif how == "digest":
        chained[at]["digest"] = "0" * 64
        # Of an event of another study only the link to it shows.
        broken = at + 2 if at % 3 == 2 else at + 1
    else:
        chained[at]["at"] = "2020-01-01T00:00:00+00:00"
        broken = None if at % 3 == 2 else at + 1
    assert check(as_log(chained)).broken == broken


def test_a_log_of_rubbish_is_broken_at_its_first_line() -> None:
    for line in (b"{", b"[]", b'{"previous": 1}', b"null", b"[" * 100_000):
        assert check(line + b"\n").broken == 1


plain = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(plain)
def test_a_document_agrees_with_itself(document: Any) -> None:
    assert compare(document, json.loads(json.dumps(document))).differing == ()


@given(st.floats(1e-3, 1e6), st.sampled_from([1e-6, -1e-3]))
def test_numbers_agree_within_rounding_only(number: float, change: float) -> None:
    assert compare([number], [number * (1 + 1e-11)]).differing == ()
    assert len(compare([number], [number * (1 + change)]).differing) == 1


def test_what_is_there_in_one_document_only_differs() -> None:
    assert [one.where for one in compare({"a": 1, "b": None}, {"a": True}).differing] == ["a", "b"]


def test_a_verification_becomes_a_table() -> None:
    found = Verification(True, 0, (), 0, (), None)
    assert list(found.to_frame().columns) == ["where", "stored", "found"]
    assert "There is no audit log in it." in str(found)


def test_digests_are_those_of_the_files(files: dict[str, bytes]) -> None:
    target = io.BytesIO()
    write_capsule(files, target, name="x", description="", made_at=datetime.now(UTC), words={})
    with zipfile.ZipFile(target) as archive:
        described = digests_of(archive.read(METADATA))
    assert described == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}

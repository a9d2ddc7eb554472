"""python -m analysis convert: ratings from one format into another, with a word on what is left out."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from analysis import read
from analysis.commands import main
from tests.analysis.tables import made_up_study, with_detector


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    path = tmp_path / "ratings.csv"
    with_detector(made_up_study()).to_csv(path, index=False)
    return path


def by_read(frame: pd.DataFrame) -> dict[tuple[str, ...], float]:
    keys = zip(frame["reader"], frame["modality"], frame["case"], strict=True)
    return dict(zip(keys, frame["rating"], strict=True))


def test_it_says_what_it_wrote_and_what_is_left_out(ratings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ratings.with_name("study.imrmc")

    assert main(["convert", str(ratings), str(out)]) == 0

    said = capsys.readouterr().out
    assert said == "120 reads as iMRMC; left out: 30 rows of detectors (Detector); column call\n"
    assert len(read(out).frame) == 120


def test_it_says_so_as_json(ratings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(ratings), str(ratings.with_name("all.parquet")), "--json"]) == 0

    assert json.loads(capsys.readouterr().out) == {"format": "parquet", "reads": 150, "left_out": []}


def test_the_format_may_be_named(ratings: Path) -> None:
    out = ratings.with_name("for-r.csv")

    assert main(["convert", str(ratings), str(out), "--format", "mrmcaov"]) == 0

    assert list(pd.read_csv(out).columns) == ["reader", "treatment", "case", "truth", "rating"]


def test_a_way_through_every_format_ends_where_it_began(ratings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, at = by_read(read(ratings).human_reads()), ratings
    for name in ("a.imrmc", "b.xlsx", "c.lrc", "d.parquet", "e.csv"):
        out = ratings.with_name(name)
        assert main(["convert", str(at), str(out)]) == 0
        at = out

    assert by_read(read(at).frame) == before
    assert capsys.readouterr().out.count("nothing is left out") == 4


@pytest.mark.parametrize(
    ("out", "flags", "message"),
    [
        ("ratings.csv", [], "is the file that is read; name another"),
        ("out.doc", [], "no format has the ending '.doc'"),
        ("out.lrc", ["--phase", "none"], "no phase is named 'none'; choose from 1"),
        ("out.csv", ["--format", "word"], "format 'word' is not known"),
        ("nowhere/out.csv", [], "there is no folder"),
    ],
)
def test_what_cannot_be_done_is_said(
    out: str, flags: list[str], message: str, ratings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["convert", str(ratings), str(ratings.parent / out), *flags]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert [path.name for path in ratings.parent.iterdir()] == ["ratings.csv"]

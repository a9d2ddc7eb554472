"""`python -m analysis report` writes a folder from which everything can be computed again."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from analysis import write
from analysis.commands import main
from tests.analysis.tables import made_up_study, with_detector


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of tables, with a report on them in `out`."""
    here = tmp_path_factory.mktemp("study")
    table = with_detector(made_up_study()).assign(seconds=12.5)
    table.to_csv(here / "ratings.csv", index=False)
    pd.DataFrame({"reader": ["R1", "R2", "R3", "R4"], "years": [1, 5, 9, 30]}).to_csv(here / "readers.csv", index=False)
    assert main(["report", str(here / "ratings.csv"), "--out", str(here / "out"), "--title", "Ours"]) == 0
    return here


def test_the_page_the_results_and_the_tables_are_there(folder: Path) -> None:
    assert {path.name for path in (folder / "out").iterdir()} == {
        "report.html", "results.json", "ratings.csv", "readers.csv", "figures", "tables", "tables.tex",
    }  # fmt: skip
    assert "<h1>Ours</h1>" in (folder / "out" / "report.html").read_text(encoding="utf-8")


def test_the_tables_are_copied_bit_for_bit_and_named_by_their_digest(folder: Path) -> None:
    found = json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))

    for name in ("ratings.csv", "readers.csv"):
        copied = (folder / "out" / name).read_bytes()
        assert copied == (folder / name).read_bytes()
        assert found["sha256"][name] == hashlib.sha256(copied).hexdigest()


def test_the_copied_tables_give_the_same_results_again(folder: Path, tmp_path: Path) -> None:
    assert main(["report", str(folder / "out" / "ratings.csv"), "--out", str(tmp_path)]) == 0

    assert (tmp_path / "results.json").read_bytes() == (folder / "out" / "results.json").read_bytes()


def test_results_have_sorted_keys_and_no_time_of_day(folder: Path) -> None:
    text = (folder / "out" / "results.json").read_text(encoding="utf-8")
    document = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))

    assert text == json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    assert not {"created_at", "date", "time"} & set(document)


def test_every_figure_is_there_as_svg_and_png(folder: Path) -> None:
    figures = folder / "out" / "figures"
    names = {path.stem for path in figures.iterdir()}

    assert {
        "unaided-roc",
        "unaided-operating",
        "unaided-forest-auc",
        "unaided-flow",
        "unaided-agreement",
        "unaided-detectors",
        "unaided-cases",
    } <= names
    for name in names:
        ElementTree.parse(figures / f"{name}.svg")  # noqa: S314
        assert (figures / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_tables_hold_their_numbers_in_full(folder: Path) -> None:
    document = json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))
    with (folder / "out" / "tables" / "unaided-readers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert [row["reader"] for row in rows] == ["R1", "R2", "R3", "R4", "Mean"]
    for row, estimate in zip(rows, document["phases"][0]["means"]["auc"]["per_reader"], strict=False):
        assert float(row["auc.estimate"]) == estimate["estimate"]
        assert [float(row["auc.estimate_low"]), float(row["auc.estimate_high"])] == estimate["ci"]


def test_the_command_says_what_it_wrote(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(folder / "ratings.csv"), "--out", str(tmp_path), "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"directory", "files", "sha256"}
    assert "report.html" in found["files"]
    assert set(found["sha256"]) == {"ratings.csv", "readers.csv"}


def test_ratings_of_another_format_are_copied_as_csv(tmp_path: Path) -> None:
    write(made_up_study().drop(columns="call"), tmp_path / "ours.imrmc", format="imrmc")

    assert main(["report", str(tmp_path / "ours.imrmc"), "--out", str(tmp_path / "out")]) == 0
    assert len(pd.read_csv(tmp_path / "out" / "ratings.csv")) == 120


def test_a_name_that_is_no_file_name_is_made_one(tmp_path: Path) -> None:
    made_up_study().assign(phase="A/B: naïve?").to_csv(tmp_path / "ratings.csv", index=False)

    assert main(["report", str(tmp_path / "ratings.csv"), "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "figures" / "A-B-naïve-roc.svg").is_file()


def test_a_report_into_the_folder_of_its_tables_leaves_them_as_they_are(tmp_path: Path) -> None:
    made_up_study().to_csv(tmp_path / "ratings.csv", index=False)
    before = (tmp_path / "ratings.csv").read_bytes()

    assert main(["report", str(tmp_path / "ratings.csv"), "--out", str(tmp_path)]) == 0
    assert (tmp_path / "ratings.csv").read_bytes() == before


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made_up_study().to_csv(tmp_path / "ratings.csv", index=False)

    assert main(["report", str(tmp_path / "ratings.csv"), "--out", str(tmp_path / "ratings.csv")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_ratings_that_cannot_be_analysed_write_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made_up_study().assign(truth=1).to_csv(tmp_path / "ratings.csv", index=False)

    assert main(["report", str(tmp_path / "ratings.csv"), "--out", str(tmp_path / "out")]) == 2
    assert "every case is synthetic" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()

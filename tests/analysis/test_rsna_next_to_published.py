"""Published figures stand next to those here, with their source and what cannot be compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis import rsna
from analysis.commands import main
from analysis.replication import published
from tests.analysis.three_phases import RIGHT_OF_154, calls_with, reader_table, three_phase_study


def figures(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["figure"]: row for row in found["published"]["figures"]}


def test_the_published_figures_are_those_of_the_abstract() -> None:
    values = {figure.figure: round(100 * figure.value) for figure in published.FIGURES}

    assert list(values.values()) == [41, 92, 91, 75, 58, 92, 83, 70, 5, 7]
    assert {name: round(100 * value) for name, value in published.DETECTORS.items()} == {
        "GPT-4o": 85,
        "GPT-5": 83,
        "Llama 4 Maverick": 59,
        "Gemini 2.5 Pro": 56,
    }


def test_each_has_its_value_here_and_the_difference() -> None:
    found = rsna(three_phase_study(), reader_table()).to_dict()
    rows = figures(found)

    mean = rows["phase 2: mean accuracy"]
    assert mean["here"] == found["phases"][1]["accuracy"]
    assert mean["difference"] == pytest.approx(mean["here"] - 0.75)
    assert mean["ci"] == [0.68, 0.81]
    assert rows["phase 1: diagnostic accuracy, synthetic cases"]["here"] == found["phases"][0]["by_class"]["synthetic"]
    assert rows["phase 2: mean accuracy, musculoskeletal"]["here"] is not None
    assert rows["readers who spoke of AI unprompted"]["difference"] == 0


def test_a_study_like_the_published_one_differs_by_less_than_a_point() -> None:
    rows = figures(rsna(calls_with(RIGHT_OF_154, cases=154, phase="phase-2"), reader_table()).to_dict())

    for name in ("phase 2: mean accuracy", "phase 2: lowest reader", "phase 2: highest reader"):
        assert abs(rows[name]["difference"]) < 0.01


def test_what_is_missing_here_has_no_difference() -> None:
    rows = figures(rsna(calls_with((20, 25), cases=30, phase="phase-2")).to_dict())

    assert rows["phase 3: mean accuracy"]["here"] is rows["phase 3: mean accuracy"]["difference"] is None
    assert rows["phase 3: most accurate detector"]["here"] is None


def test_two_p_values_have_no_difference() -> None:
    row = figures(rsna(three_phase_study()).to_dict())[published.P_VALUE]

    assert 0 < row["here"] < 1
    assert row["difference"] is None


def test_a_detector_is_found_by_its_name_whatever_its_version() -> None:
    table = three_phase_study()
    rows = figures(rsna(table).to_dict())

    assert rows["phase 2: accuracy of GPT-4o"]["here"] == rsna(table).to_dict()["detectors"][0]["accuracy"]
    assert rows["phase 2: accuracy of GPT-5"]["here"] is None
    other = table.assign(reader=table["reader"].replace("GPT-4o 2025-05", "GPT-4oracle"))
    assert figures(rsna(other).to_dict())["phase 2: accuracy of GPT-4o"]["here"] is None


def test_source_and_what_cannot_be_compared_are_said() -> None:
    found = rsna(three_phase_study()).published

    assert "Tordjman" in found.source
    assert "24 March 2026" in found.source
    for word in ("share of readers, not of images", "by name only", "no AUC", "other cases"):
        assert any(word in note for note in found.notes)


def test_the_command_prints_tables_or_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ratings.csv"
    three_phase_study().to_csv(path, index=False)
    reader_table().to_csv(tmp_path / "readers.csv", index=False)

    assert main(["rsna", str(path)]) == 0
    out = capsys.readouterr().out
    assert "Spoke of AI unprompted: 7 of 17 readers" in out
    assert "Not comparable:" in out
    assert "GPT-4o 2025-05, Residual net 1" in out
    assert "each reader against each detector: p < 0.05 in" in out
    assert "of 68 pairs" in out
    assert "generalise" in out

    assert main(["rsna", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["unprompted"]["n"] == 7
    assert [phase["readers"] for phase in found["phases"]] == [17, 17, 17]


def test_the_command_takes_other_names_or_some_phases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ratings.csv"
    three_phase_study().to_csv(path, index=False)

    assert main(["rsna", str(path), "--phases", ",phase-3,phase-2", "--json"]) == 0
    turned = json.loads(capsys.readouterr().out)
    assert [phase["phase"] for phase in turned["phases"]] == ["", "phase-3", "phase-2"]
    assert main(["rsna", str(path), "--phase", "phase-2", "--json"]) == 0
    assert [phase["readers"] for phase in json.loads(capsys.readouterr().out)["phases"]] == [0, 17, 0]
    assert main(["rsna", str(path), "--phases", "a,b,c"]) == 2
    assert "'a', 'b', 'c' of --phases A,B,C is not there" in capsys.readouterr().err

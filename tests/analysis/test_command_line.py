"""python -m analysis: tables for people, one JSON document for programs, errors without traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.commands import main
from tests.analysis.tables import made_up_study, with_detector

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ("summary", "roc", "mrmc", "detectors", "agreement")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "ratings.csv"
    with_detector(made_up_study()).to_csv(path, index=False)
    return path


def printed_json(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    assert main([*map(str, arguments), "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_prints_a_table_and_what_it_generalises_to(
    command: str, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, str(table)]) == 0

    out, err = capsys.readouterr()
    assert "generalise" in out
    assert err == ""


def test_mrmc_has_the_agreed_keys(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed_json(capsys, "mrmc", table)

    agreed = "design metric covariance random readers cases reads missing components mean_squares test modalities"
    assert set(agreed.split()) | {"differences", "per_reader", "warnings"} <= set(found)
    assert set(found["components"]) == {"error", "cov1", "cov2", "cov3", "reader", "modality_reader"}
    assert set(found["mean_squares"]) == {"modality", "modality_reader", "reader"}
    assert set(found["modalities"][0]) == {"modality", "estimate", "se", "df", "ci"}
    assert {"reader", "modality", "estimate", "se", "ci"} <= set(found["per_reader"][0])
    assert found["test"] is None


def test_mrmc_of_two_modalities_has_test_and_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "two.csv"
    made_up_study(modalities=("unaided", "aided")).to_csv(path, index=False)
    found = printed_json(capsys, "mrmc", path, "--covariance", "jackknife", "--random", "cases", "--alpha", "0.1")

    assert set(found["test"]) == {"statistic", "value", "df1", "df2", "p"}
    assert found["test"]["statistic"] == "chi2"
    assert set(found["differences"][0]) == {"a", "b", "estimate", "se", "df", "ci", "p"}
    assert (found["covariance"], found["random"], found["alpha"]) == ("jackknife", "cases", 0.1)


def test_roc_has_the_agreed_keys(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed_json(capsys, "roc", table)

    assert {"reader", "modality", "auc", "se", "ci"} <= set(found["readers"][0])
    assert {"a", "b", "difference", "z", "p", "ci"} <= set(found["pairs"][0])
    assert len(found["readers"]) == 4
    assert [item["reader"] for item in found["detectors"]] == ["Detector"]


def test_detectors_has_the_agreed_keys(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [found] = printed_json(capsys, "detectors", table, "--metric", "sensitivity")["detectors"]

    agreed = "detector estimate readers_mean difference se df statistic p ci random"
    assert set(agreed.split()) <= set(found)
    assert found["metric"] == "sensitivity"


def test_a_named_reader_is_taken_as_the_detector(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [found] = printed_json(capsys, "detectors", table, "--detector", "R2")["detectors"]

    assert (found["detector"], found["readers"]) == ("R2", 3)


def test_agreement_has_the_agreed_keys(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed_json(capsys, "agreement", table)

    for name in ("fleiss_kappa", "conger_kappa", "krippendorff_alpha", "gwet_ac", "kendall_w"):
        assert list(found[name]) == ["estimate", "se", "ci"]
    assert list(found["icc"]) == ["1", "A1", "C1", "1k", "Ak", "Ck"]
    assert list(found["icc"]["A1"]) == ["estimate", "ci"]
    assert {"a", "b", "estimate", "se", "ci"} <= set(found["cohen_kappa"][0])
    assert len(found["cohen_kappa"]) == 6


def test_summary_has_exactly_the_agreed_keys(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed_json(capsys, "summary", table)

    agreed = "readers cases reads accuracy sensitivity specificity auc fleiss_kappa"
    assert list(found) == agreed.split()


def test_summary_checks_the_tables_of_readers_and_cases(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    readers = tmp_path / "experience.csv"
    readers.write_text("reader,years\nR1,3\nR2,5\nR3,20\nR4,\n")
    assert printed_json(capsys, "summary", table, "--reader-table", readers)["readers"] == 4

    readers.write_text("reader,years\nR1,3\nR1,5\n")
    assert main(["summary", str(table), "--reader-table", str(readers)]) == 2
    assert "row 3, column 'reader': R1 is repeated" in capsys.readouterr().err


def test_a_phase_is_chosen_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "phases.csv"
    phases = [made_up_study(seed=n).assign(phase=f"phase-{n}") for n in (1, 2)]
    pd.concat(phases).to_csv(path, index=False)

    assert main(["summary", str(path)]) == 2
    assert "choose one (--phase NAME)" in capsys.readouterr().err
    assert printed_json(capsys, "summary", path, "--phase", "phase-2")["reads"] == 120


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mrmc", "none.csv"], "none.csv: no such file"),
        (["mrmc", "{table}", "--metric", "volume"], "metric 'volume' is not known"),
        (["mrmc", "{table}", "--covariance", "magic"], "covariance 'magic' is not known"),
        (["mrmc", "{table}", "--random", "nobody"], "random 'nobody' is not known"),
        (["mrmc", "{table}", "--alpha", "2"], "alpha is 2 and must lie between 0 and 1"),
        (["roc", "{table}", "--alpha", "0"], "alpha is 0 and must lie"),
        (["mrmc", "{table}", "--threshold", "60"], "the AUC has no threshold"),
        (["roc", "{table}", "--phase", "x"], "no phase is named 'x'"),
        (["agreement", "{table}", "--on", "mood"], "on 'mood' is not known; choose from call, rating"),
        (["agreement", "{table}", "--level", "high"], "level 'high' is not known; choose from nominal, ordinal"),
        (["detectors", "{table}", "--detector", "HAL"], "no reader or detector named 'HAL'"),
    ],
)
def test_what_cannot_be_done_is_said_on_stderr(
    arguments: list[str], message: str, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([argument.format(table=table) for argument in arguments]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.startswith("analysis: error: ")
    assert "Traceback" not in err


@pytest.mark.parametrize("arguments", [[], ["fly"], ["mrmc"], ["mrmc", "x.csv", "--colour", "red"]])
def test_an_unknown_command_or_option_ends_with_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert "usage: python -m analysis" in capsys.readouterr().err


def test_the_module_runs_without_database_and_heavy_imports(table: Path) -> None:
    script = (
        "import sys, runpy; sys.argv = ['analysis', 'mrmc', sys.argv[1], '--json']\n"
        "try: runpy.run_module('analysis', run_name='__main__')\n"
        "except SystemExit as ended: assert ended.code == 0\n"
        "heavy = {'scipy.stats', 'statsmodels', 'altair', 'vl_convert', 'django'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(table)], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["readers"] == 4


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("flag", ["--reader-table", "--case-table"])
def test_a_table_that_is_not_there_is_an_error_in_every_command(
    command: str, flag: str, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, str(table), flag, "nowhere.csv"]) == 2
    assert "nowhere.csv" in capsys.readouterr().err

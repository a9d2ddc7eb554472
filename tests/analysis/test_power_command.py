"""python -m analysis power: a plan from a pilot, from components, without either, or by simulation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.commands import main
from analysis.planning.power import power
from tests.analysis.tables import made_up_study, with_detector

VANDYKE = "cases=114 error=8.02288266e-4 cov1=3.46613709e-4 cov2=3.44074829e-4 cov3=2.39028371e-4 var_tr=2.00402523e-4"
MODEL = "auc=.75 reader=.011 modality_reader=.011 case=.3 modality_case=.3 reader_case=.2 rest=.2"


@pytest.fixture
def pilot(tmp_path: Path) -> Path:
    path = tmp_path / "pilot.csv"
    made_up_study(modalities=("unaided", "aided"), seed=2).to_csv(path, index=False)
    return path


def printed(capsys: pytest.CaptureFixture[str], words: str) -> Any:
    assert main(["power", *words.split(), "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))


def test_a_plan_from_a_pilot_has_the_agreed_keys(pilot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, f"--readers 6 --cases 200 --effect .1 --pilot {pilot}")

    assert {"power", "ncp", "df", "cases_needed", "readers_needed", "components", "paragraph"} <= set(found)
    expected = power(made_up_study(modalities=("unaided", "aided"), seed=2), readers=6, cases=200, effect=0.1)
    assert found == expected.to_dict()


def test_options_of_the_pilot_reach_it(pilot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(
        capsys,
        f"--readers 6 --cases 200 --effect .1 --pilot {pilot} --metric sensitivity --threshold 4 --random cases "
        "--target .9 --alpha .1",
    )

    assert (found["figure"], found["random"], found["target"], found["alpha"]) == ("sensitivity", "cases", 0.9, 0.1)
    assert found["df"] is None
    delong = printed(capsys, f"--readers 6 --cases 200 --effect .1 --pilot {pilot} --covariance delong")
    assert "DeLong" in delong["paragraph"]


def test_a_plan_from_components(capsys: pytest.CaptureFixture[str]) -> None:
    one = printed(capsys, f"--readers 6 --cases 251 --effect .05 --components {VANDYKE}")
    other = printed(capsys, f"--readers 6 --cases 251 --effect .05 --components {VANDYKE.replace(' ', ',').upper()}")

    assert one == other
    assert one["cases_needed"] == 170


def test_a_plan_without_pilot(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(
        capsys, "--readers 10 --cases 50 --effect .1 --conjecture expected=.75 range_between=.1 range_within=.05 r1=.47"
    )

    assert (found["cases_needed"], found["positive"], found["negative"]) == (50, 25, 25)


def test_a_plan_by_simulation(capsys: pytest.CaptureFixture[str]) -> None:
    words = f"--readers 4 --cases 40 --effect .15 --roe-metz {MODEL} positive_share=.25 --studies 60 --seed 5"
    found = printed(capsys, words)

    assert (found["positive"], found["negative"]) == (10, 30)
    assert found["simulated"]["studies"] == 60
    assert found == printed(capsys, words)
    assert main(["power", *words.split()]) == 0
    assert "60 simulated studies" in capsys.readouterr().out


def test_a_search_gives_the_surface(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, f"--readers 4 6 8 --cases 100 200 --effect .05 --components {VANDYKE}")
    assert [(x["readers"], x["cases"]) for x in found["surface"]] == [(j, k) for j in (4, 6, 8) for k in (100, 200)]
    assert [x["readers"] for x in found["cases_needed"]] == [4, 6, 8]

    around = printed(capsys, f"--readers 6 --cases 200 --effect .05 --components {VANDYKE} --search")
    assert {x["readers"] for x in around["surface"]} == set(range(3, 13))
    assert {x["cases"] for x in around["surface"]} == set(range(50, 401, 50))
    assert main(["power", *f"--readers 6 --cases 200 --effect .05 --components {VANDYKE} --search".split()]) == 0
    assert "readers for 80 %" in capsys.readouterr().out


def test_blocks_make_a_split_plot(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, f"--readers 6 --cases 240 --effect .05 --components {VANDYKE} --blocks 3")
    assert (found["design"], found["blocks"]) == ("split-plot", 3)

    grid = printed(capsys, f"--readers 6 --cases 240 --effect .05 --components {VANDYKE} --blocks 3 --search")
    assert {x["readers"] for x in grid["surface"]} == {3, 6, 9, 12}


def test_a_margin_needs_no_effect(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, f"--readers 6 --cases 251 --margin .05 --components {VANDYKE}")

    assert (found["effect"], found["margin"]) == (0, 0.05)
    assert "non-inferiority" in found["method"]


def test_detectors_and_single_modalities(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pilot.csv"
    with_detector(made_up_study(seed=3)).to_csv(path, index=False)

    against = printed(capsys, f"--readers 6 --cases 200 --effect .1 --pilot {path} --detector Detector")
    assert against["comparison"] == "detector"
    alone = printed(capsys, f"--readers 6 --cases 200 --effect .1 --pilot {path} --one-modality")
    assert alone["comparison"] == "value"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--effect .1", "give one"),
        (f"--effect .1 --components {VANDYKE} --pilot x.csv", "give one"),
        ("--effect .1 --pilot none.csv", "none.csv"),
        (f"--components {VANDYKE}", "the effect is missing"),
        ("--effect .1 --components cases=many", "'cases=many' is not of the form NAME=VALUE"),
        ("--effect .1 --components cases", "'cases' is not of the form"),
        (f"--effect .1 --components {VANDYKE} --metric volume", "metric 'volume' is not known"),
        (f"--effect .1 --components {VANDYKE} --design latin", "design 'latin' is not known"),
        (f"--effect .1 --components {VANDYKE} --detector D --one-modality", "not both"),
        ("--effect .1 --conjecture expected=.75", "range_between is missing"),
        ("--effect .1 --conjecture colour=3", "'colour' is not known"),
        (f"--effect .1 --roe-metz {MODEL} positive_share=.999", "fewer than two cases of a class"),
        (f"--effect .5 --roe-metz {MODEL}", "every AUC must lie between 0 and 1"),
        ("--effect .1 --roe-metz auc=.8", "reader is missing"),
    ],
)
def test_what_cannot_be_done_is_said_on_stderr(words: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["power", "--readers", "6", "--cases", "100", *words.split()]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.startswith("analysis: error: ")

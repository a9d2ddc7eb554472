"""sim_aided gives the reference values from a file of every format.

Figures by MRMCaov 0.3.0 (R), `mrmc(empirical_auc(truth, rating), treatment, reader, case, data = sim_aided,
method = DeLong)`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from analysis import write
from analysis.commands import main
from analysis.table.files import FORMATS
from tests.reference.printed import printed

NAMES = {name: f"sim_aided{(known.endings or ('.csv',))[0]}" for name, known in FORMATS.items()}


@pytest.mark.parametrize("format", list(FORMATS))
def test_the_command_gives_the_reference_values(
    format: str, textbook: Callable[[str], pd.DataFrame], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / NAMES[format]
    write(textbook("sim_aided"), path, format=format)

    assert main(["mrmc", str(path), "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert (found["design"], found["readers"], found["cases"]) == ("crossed", 6, {"positive": 50, "negative": 70})
    test = found["test"]
    assert (test["value"], test["df2"], test["p"]) == (
        printed("12.27656409"),
        printed("27.4695882"),
        printed(".00159038"),
    )
    [difference] = found["differences"]
    assert (difference["a"], difference["b"]) == ("unaided", "aided")


def test_a_scale_turned_round_gives_the_reference_values_too(
    textbook: Callable[[str], pd.DataFrame], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """LRC may say S: a smaller rating is more diseased."""
    path = tmp_path / "sim_aided.lrc"
    table = textbook("sim_aided")
    write(table.assign(rating=6 - table["rating"]), path)
    path.write_text(path.read_text().replace("\nL L\n", "\nS S\n"))

    assert main(["mrmc", str(path), "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["test"]["value"] == printed("12.27656409")

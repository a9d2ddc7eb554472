"""The tables of a report in LaTeX: escaped, in the style of booktabs, with n and method; LaTeX takes them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import validate
from analysis.commands import main
from analysis.report.document import About, Column, Table
from analysis.report.latex import LONG, escaped, latex_document, latex_table
from analysis.report.report import gather
from analysis.report.study import Study
from tests.analysis.tables import made_up_study, with_detector

_COMMAND = re.compile(r"\\(?:[A-Za-z]+(?:\{\})?|[{}$&%#_,]|\\)")
HOSTILE = 'R_1 & Co. {50 %} #1 $x^2$ ~ \\input{/etc/passwd} <b> | "q"\n[2pt]*'


def a_table(*names: str) -> Table:
    columns = [Column("who", "Reader"), Column("n", "Cases", "count"), Column("auc", "AUC (95 % CI)", "figure", "ci")]
    rows = [{"who": name, "n": 12, "auc": 0.75, "ci": (0.5, 1.0)} for name in names]
    mean = {"who": "Mean", "n": 12, "auc": 0.75, "ci": (-0.5, 1.0), "is_mean": True}
    return Table("readers", "Readers", columns, [*rows, mean], About("", "Method of DeLong", "Other cases"))


def structure(text: str) -> None:
    """Hold what LaTeX holds: groups and environments close in order, and every row has as many cells as the head."""
    depth = 0
    for sign in re.sub(r"\\[{}]", "", text):
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0
    opened: list[str] = []
    for what, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        if what == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert opened == []
    for head, body in re.findall(r"\\toprule\n(.*?) \\\\\n\\midrule\n(.*?)\\bottomrule", text, re.DOTALL):
        rows = [row for row in body.split("\n") if row.endswith(r" \\") and "caption" not in row]
        assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {len(re.findall(r"(?<!\\)&", head))}


def test_a_table_has_rules_of_booktabs_no_vertical_line_and_the_mean_set_off() -> None:
    text = latex_table(a_table("R01", "R02"), counts="n = 2 readers", label="phase-1-readers")

    structure(text)
    assert r"\begin{tabular}{lrr}" in text
    assert text.count(r"\toprule") == text.count(r"\bottomrule") == 1
    assert r"R02 & 12 & 0.750 (0.500 to 1.000) \\" + "\n\\midrule\nMean & 12 & 0.750 ($-$0.500 to 1.000)" in text
    assert r"\hline" not in text


def test_the_caption_says_n_method_and_whom_it_speaks_for() -> None:
    text = latex_table(a_table("R01"), counts="phase-1, n = 1 reader", label="phase-1-readers")

    caption = r"\caption{Readers (phase-1, n = 1 reader). Method of DeLong. Other cases.}\label{tab:phase-1-readers}"
    assert caption in text


def test_a_long_table_goes_over_pages_and_repeats_its_head() -> None:
    text = latex_table(a_table(*(f"R{number}" for number in range(LONG))))

    structure(text)
    assert text.count("Reader & Cases &") == 2
    assert r"\endfirsthead" in text
    assert r"\begin{table}" not in text


def test_long_texts_are_broken_into_lines() -> None:
    assert r"p{6.0cm}" in latex_table(a_table("a long name " * 6))


def test_no_name_is_taken_for_a_command() -> None:
    text = latex_table(a_table(HOSTILE))

    structure(text)
    assert r"\textbackslash{}input\{/etc/passwd\}" in text
    assert r"\input" not in text
    assert "{[}2pt{]}{*}" in text


@given(st.text())
def test_nothing_special_is_left_in_any_text(text: str) -> None:
    rest = re.sub(r"\$(?:[-\\A-Za-z]+|\^\{[-\d]\})\$|\{[\[\]]\}|\{\*\}|~", "", escaped(text.replace("~", "")))
    assert not set(_COMMAND.sub("", rest)) & set("\\{}$&%#_^\n*[]<>|")


def test_every_table_of_the_command_has_a_twin_in_latex(tmp_path: Path) -> None:
    with_detector(made_up_study()).assign(seconds=12.5).to_csv(tmp_path / "ratings.csv", index=False)
    assert main(["report", str(tmp_path / "ratings.csv"), "--out", str(tmp_path / "out"), "--title", "50 % off"]) == 0

    tables = tmp_path / "out" / "tables"
    assert {path.stem for path in tables.glob("*.tex")} == {path.stem for path in tables.glob("*.csv")}
    whole = (tmp_path / "out" / "tables.tex").read_text(encoding="utf-8")
    structure(whole)
    assert r"\title{50 \% off}" in whole
    for path in tables.glob("*.tex"):
        text = path.read_text(encoding="utf-8")
        assert text in whole
        assert re.search(r"n = 4 readers, \d+ cases, \d+ reads", text), path
    readers = (tables / "unaided-readers.tex").read_text(encoding="utf-8")
    rows = len(pd.read_csv(tables / "unaided-readers.csv"))
    assert readers.count(r" \\") == rows + 1


@pytest.mark.bench  # TeX is larger than all else that the tests install
def test_latex_itself_takes_them(tmp_path: Path) -> None:
    program = shutil.which("pdflatex") or pytest.skip(
        "there is no pdflatex: sudo apt-get install texlive-latex-recommended"
    )
    ratings = with_detector(made_up_study()).replace({"reader": {"R1": HOSTILE.replace("\n", " ")}})
    text = latex_document(gather(Study(validate(ratings))), title=HOSTILE)
    long = latex_table(a_table(*(f"Ré{number} κ 10⁻³ × … ’–" for number in range(3 * LONG))), counts=HOSTILE)
    (tmp_path / "tables.tex").write_text(text.replace(r"\end{document}", long + r"\end{document}"), encoding="utf-8")

    command = [program, "-halt-on-error", "-interaction=nonstopmode", "-no-shell-escape", "tables.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "tables.pdf").read_bytes().startswith(b"%PDF")

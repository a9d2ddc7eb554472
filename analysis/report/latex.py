"""The tables of a report in LaTeX, to be taken into a manuscript, and as one document that compiles as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from analysis.report import writing
from analysis.report.document import Column, Table
from analysis.report.plain import OF_THE_STUDY, placed
from analysis.report.report import Report
from analysis.results import counted

LONG = 40  # rows; a longer table goes over pages
_WIDE = 28  # letters; a longer text is broken into lines of about this length
_NARROW, _BROAD = 3.2, 6.0  # cm of a column of texts that are broken

# "[" and "*" would be taken for an option of the end of the line before.
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", "[": "{[}", "]": "{]}", "*": "{*}", '"': r"\textquotedbl{}", "\n": " ", "\r": " ", "\t": " ",
}  # fmt: skip
_SIGNS = {
    "−": "$-$", "×": r"$\times$", "±": r"$\pm$", "≤": r"$\leq$", "≥": r"$\geq$", "≠": r"$\neq$", "≈": r"$\approx$",
    "→": r"$\rightarrow$", "·": r"\textperiodcentered{}", "…": r"\ldots{}", "\N{NO-BREAK SPACE}": "~",
    "\N{NARROW NO-BREAK SPACE}": r"\,", "\N{THIN SPACE}": r"\,", "∞": r"$\infty$", "√": r"$\surd$",
    "α": r"$\alpha$", "β": r"$\beta$", "κ": r"$\kappa$", "ρ": r"$\rho$", "τ": r"$\tau$", "χ": r"$\chi$",
    "σ": r"$\sigma$", "μ": r"$\mu$", "δ": r"$\delta$", "Δ": r"$\Delta$",
    "⁻": "$^{-}$", **{sign: f"$^{{{digit}}}$" for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
}  # fmt: skip
_ESCAPES = str.maketrans(_SPECIAL | _SIGNS)

_PREAMBLE = r"""% Each table stands alone: copy it into a manuscript that loads booktabs, longtable and array.
% Names in other letters than Latin ones need LuaLaTeX or XeLaTeX.
\documentclass[10pt]{article}
\usepackage{iftex}
\ifPDFTeX
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
\else
  \usepackage{fontspec}
\fi
\usepackage[a4paper,landscape,margin=15mm]{geometry}
\usepackage{array}
\usepackage{booktabs}
\usepackage{longtable}
\setlength{\tabcolsep}{4pt}
"""


def escaped(text: str) -> str:
    r"""Write a text so that LaTeX sets it as it is.

    Examples
    --------
    >>> print(escaped("50 % of R_01 & co, −2"))
    50 \% of R\_01 \& co, $-$2
    """
    return text.translate(_ESCAPES)


def latex_table(table: Table, *, counts: str = "", label: str = "") -> str:
    r"""Write a table in the style of booktabs.

    Parameters
    ----------
    table : Table
    counts : str
        How many readers and cases it speaks of, for the caption.
    label : str
        What the manuscript refers to it by; ASCII letters, digits and hyphens.

    Returns
    -------
    str
        A ``table`` with title, counts, and method as its caption, or a ``longtable`` where it has more than `LONG`
        rows. It needs the packages booktabs, longtable and array.

    Examples
    --------
    >>> from analysis.report.document import About
    >>> table = Table(
    ...     "t", "Readers", [Column("who", "Reader"), Column("auc", "AUC", "figure", "ci")],
    ...     [{"who": "R_1", "auc": 0.75, "ci": (0.5, 1)}], About("", "By hand"),
    ... )
    >>> print(latex_table(table, counts="1 reader"))
    \begin{table}
    \caption{Readers (1 reader). By hand.}
    \centering\small
    \begin{tabular}{lr}
    \toprule
    Reader & AUC \\
    \midrule
    R\_1 & 0.750 (0.500 to 1.000) \\
    \bottomrule
    \end{tabular}
    \end{table}
    <BLANKLINE>
    """
    named = f"\\label{{tab:{label}}}" if label else ""
    caption = f"\\caption{{{escaped(_caption(table, counts))}}}{named}"
    widths = "".join(_alignment(table, column) for column in table.columns)
    head = [r"\toprule", " & ".join(_heading(column) for column in table.columns) + r" \\", r"\midrule"]
    body = list(_body(table))
    if len(table.rows) > LONG:
        lines = _over_pages(caption, widths, head, body)
    else:
        tabular = [f"\\begin{{tabular}}{{{widths}}}", *head, *body, r"\bottomrule", r"\end{tabular}"]
        lines = [r"\begin{table}", caption, r"\centering\small", *tabular, r"\end{table}"]
    return "\n".join(lines) + "\n"


def latex_document(report: Report, *, title: str) -> str:
    """Write all tables of a report as one document, which pdfLaTeX, XeLaTeX and LuaLaTeX take.

    Parameters
    ----------
    report : Report
    title : str
    """
    lines = [_PREAMBLE, f"\\title{{{escaped(title)}}}", r"\date{}", r"\begin{document}", r"\maketitle"]
    for _, _, written in latex_tables(report):
        lines += [written, r"\clearpage"]  # no more tables wait for a page than LaTeX can hold
    return "\n".join([*lines, r"\end{document}"]) + "\n"


def latex_tables(report: Report) -> Iterator[tuple[str, Table, str]]:
    """Give each table of a report with the name of what it belongs to, and in LaTeX."""
    human = report.study.ratings.frame["kind"] == "human"
    reads = {OF_THE_STUDY: report.study.ratings.frame[human]}
    reads |= {part.condition.name: part.condition.all_reads for part in report.parts}
    for where, section in placed(report):
        counts = f"{where}, {_counted(reads[where])}"
        for table in section.tables:
            yield where, table, latex_table(table, counts=counts, label=_label(where, table))


def _counted(reads: pd.DataFrame) -> str:
    readers, cases = (counted(reads[key].nunique(), key) for key in ("reader", "case"))
    return f"n = {readers}, {cases}, {counted(len(reads), 'read')}"


def _caption(table: Table, counts: str) -> str:
    sentences = [f"{table.title} ({counts})" if counts else table.title, table.about.method, table.about.generalises_to]
    return " ".join(f"{one.rstrip('. ')}." for one in sentences if one)


def _label(where: str, table: Table) -> str:
    name = f"{where}-{table.name}".lower()
    return "-".join("".join(sign if sign.isascii() and sign.isalnum() else " " for sign in name).split())


def _alignment(table: Table, column: Column) -> str:
    if column.kind != "text":
        return "r"
    longest = max((len(writing.cell(row, column)) for row in table.rows), default=0)
    if longest <= _WIDE:
        return "l"
    return f">{{\\raggedright\\arraybackslash}}p{{{_NARROW if longest < 2 * _WIDE else _BROAD}cm}}"


def _heading(column: Column) -> str:
    """The title, broken into two lines where it is long: columns of numbers are narrow."""
    words = column.title.split()
    if column.kind == "text" or len(column.title) <= 14 or len(words) < 2:
        return escaped(column.title)
    half = min(range(1, len(words)), key=lambda at: abs(len(" ".join(words[:at])) - len(" ".join(words[at:]))))
    lines = (escaped(" ".join(part)) for part in (words[:half], words[half:]))
    return r"\shortstack[r]{" + r"\\".join(lines) + "}"


def _body(table: Table) -> Iterator[str]:
    for row in table.rows:
        if row.get("is_mean") and row is not table.rows[0]:
            yield r"\midrule"
        cells = [writing.cell(row, column) for column in table.columns]
        intervals = [writing.interval(row, column) for column in table.columns]
        both = [f"{cell} ({ci})" if ci else cell for cell, ci in zip(cells, intervals, strict=True)]
        yield " & ".join(escaped(text) for text in both) + r" \\"


def _over_pages(caption: str, widths: str, head: Sequence[str], body: Sequence[str]) -> list[str]:
    return [
        r"{\small", f"\\begin{{longtable}}{{{widths}}}", caption + r" \\", *head, r"\endfirsthead", *head, r"\endhead",
        r"\bottomrule", r"\endfoot", *body, r"\end{longtable}", "}",
    ]  # fmt: skip

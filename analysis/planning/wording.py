"""A plan in words that can stand in a protocol."""

from __future__ import annotations

from analysis.planning.search import Power, Question
from analysis.planning.sources import Pilot, Source

_RANDOM = {
    "both": "Readers and cases are both taken as samples of their populations",
    "readers": "Readers are taken as a sample of their population, and the cases as fixed",
    "cases": "Cases are taken as a sample of their population, and the readers as fixed",
}
_COMPARED = {
    "modalities": "the two modalities",
    "detector": "the readers' mean and the detector",
    "value": "the readers' mean and the given value",
}


def method(source: Source, question: Question) -> str:
    """One line on how the power is computed."""
    test = "equality" if question.margin is None else f"non-inferiority with a margin of {question.margin:g}"
    what = {"both": "readers and cases", "readers": "readers", "cases": "cases"}[question.random]
    return f"Power of the test of {test}, {what} random, by the method of {source.method}"


def paragraph(
    source: Source, question: Question, readers: int, cases: tuple[int, int], found: Power, needed: int | None
) -> str:
    """Sentences on sizes, aim, power, method and where the assumptions come from."""
    positive, negative = cases
    return " ".join(
        [
            f"With {_counted(readers, 'reader')} and {positive + negative} cases ({positive} synthetic and {negative} "
            f"authentic), {_layout(source, question)}, the study has a power of {100 * float(found.power[0]):.1f} % "
            f"{_aim(source, question)}.",
            f"{_RANDOM[question.random]}; the analysis is that of Obuchowski and Rockette with {_df(found)}, and the "
            f"power was computed by the method of {source.method}, with a non-centrality of {float(found.ncp[0]):.2f}.",
            f"The variances were {source.words}{_components(source)}.",
            _needed(question, readers, needed),
        ]
    )


def _layout(source: Source, question: Question) -> str:
    if source.comparison != "modalities":
        return "each reader reading every case"
    return question.layout.words


def _aim(source: Source, question: Question) -> str:
    level = 100 * question.alpha
    compared = _COMPARED[source.comparison]
    if question.margin is None:
        return (
            f"to find a true difference of {abs(question.effect):g} in {source.figure} between {compared}, at a "
            f"two-sided significance level of {level:g} %"
        )
    truth = "no true difference" if question.effect == 0 else f"a true difference of {question.effect:g}"
    return (
        f"to show that the {source.figure} of the new is not lower than that of the reference by {question.margin:g} "
        f"or more, with {truth}, at a one-sided significance level of {level / 2:g} %"
    )


def _df(found: Power) -> str:
    df = float(found.df[0])
    return "the normal distribution" if df == float("inf") else f"{df:.1f} denominator degrees of freedom"


def _components(source: Source) -> str:
    if not isinstance(source, Pilot):
        return ""
    names = {
        "modality × reader": source.components.modality_reader,
        "reader": source.components.reader,
        "error": source.components.error,
        "Cov1": source.components.cov1,
        "Cov2": source.components.cov2,
        "Cov3": source.components.cov3,
    }
    return " (" + ", ".join(f"{name} {value:.3g}" for name, value in names.items() if value is not None) + ")"


def _needed(question: Question, readers: int, needed: int | None) -> str:
    target = f"a power of {100 * question.target:g} %"
    if needed is None:
        return f"No number of cases gives {target} with {_counted(readers, 'reader')}."
    return f"{target[0].upper()}{target[1:]} needs {needed} cases with {_counted(readers, 'reader')}."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

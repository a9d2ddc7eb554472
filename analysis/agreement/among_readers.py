"""Agreement among readers, by every usual coefficient at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Literal, get_args

import numpy as np
import pandas as pd

from analysis import intervals
from analysis.agreement import chance
from analysis.agreement.among_readers_result import COEFFICIENTS, AgreementResult, CohenKappa
from analysis.agreement.coefficient import Coefficient
from analysis.agreement.intraclass import intraclass
from analysis.agreement.kendall import kendall_w
from analysis.agreement.krippendorff import krippendorff
from analysis.agreement.weights import Kind, weights
from analysis.agreement.within_reader import of_repetitions, repetitions
from analysis.errors import RatingsError
from analysis.measures.curves import Curves, from_reads
from analysis.results import counted
from analysis.table.oddities import mixed_scales
from analysis.table.ratings import Phases, Ratings, validate

Level = Literal["nominal", "ordinal", "interval"]
On = Literal["call", "rating"]

# Of the kappas over all readers and Gwet's coefficient; of Cohen's kappa.
_WEIGHTS: dict[Level, tuple[Kind, Kind]] = {
    "nominal": ("identity", "identity"),
    "ordinal": ("ordinal", "linear"),
    "interval": ("quadratic", "quadratic"),
}
# With more distinct ratings than these, a scale is as good as continuous.
_MANY = 20


def reader_agreement(
    ratings: pd.DataFrame | Ratings,
    *,
    level: Level = "nominal",
    on: On = "call",
    phase: Phases = None,
    modality: str | None = None,
    alpha: float = 0.05,
) -> AgreementResult:
    """Agreement of the readers' calls or ratings, with intervals over cases.

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        A ratings table; human first reads of one phase and modality are used. Detectors are not readers.
    level : {"nominal", "ordinal", "interval"}
        What two different calls or ratings have in common. Weights of Fleiss' and Conger's kappa and of Gwet's AC:
        identity (AC1), ordinal, or quadratic (AC2); of Cohen's kappa: none, linear by the places of all ratings given,
        or quadratic; metric of Krippendorff's alpha: his own of that name. W is always ordinal, the ICCs are interval.
    on : {"call", "rating"}
        What is compared.
    phase, modality : str, optional
        Restrict to these.
    alpha : float
        Intervals have confidence 1 - alpha.

    Raises
    ------
    RatingsError
        When there is nothing to compare, one reader only (and no read repeated), an unknown word, or the choices do
        not allow the analysis.

    Notes
    -----
    Missing ratings: the kappas and Gwet's AC as in Gwet (2014), alpha from pairable values, Cohen's kappa on the cases
    that both have rated, ICCs and W on the cases that every reader has rated. The ratio metric is to be had of
    :func:`analysis.agreement.krippendorff.krippendorff`. Formulas, sources and peers stand with each coefficient.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"reader": ["R1"] * 4 + ["R2"] * 4, "case": [1, 2, 3, 4] * 2, "truth": [0, 0, 1, 1] * 2,
    ...                       "call": [0, 0, 1, 1, 0, 1, 1, 1]})
    >>> found = reader_agreement(table)
    >>> found.cohen_kappa[0].estimate, round(found.fleiss_kappa.estimate, 4), round(found.gwet_ac.estimate, 4)
    (0.5, 0.4667, 0.5294)
    """
    intervals.quantile(None, alpha)
    _require_known(level, on)
    ratings = validate(ratings)
    reads = ratings.single_modality_reads(phase=phase, modality=modality)
    repeated = repetitions(ratings, reads)
    curves = _what_is_compared(reads, on)
    if len(curves.readers) < 2 and repeated.empty:
        raise RatingsError(f"column 'reader': {_only_reader(curves.readers, on)}; agreement needs at least two readers")
    found = _analyse(curves, level, on, alpha, repeated)
    return replace(found, warnings=(*found.warnings, *mixed_scales(reads))) if on == "rating" else found


def _analyse(curves: Curves, level: Level, on: On, alpha: float, repeated: pd.DataFrame) -> AgreementResult:
    scores, (kind, kind_of_two) = curves.scores, _WEIGHTS[level]
    table = chance.tabulate(scores, kind)
    complete = int(curves.read.all(axis=0).sum())
    found = AgreementResult(
        fleiss_kappa=chance.fleiss(table, alpha),
        conger_kappa=chance.conger(table, alpha),
        krippendorff_alpha=krippendorff(scores, level, alpha),
        gwet_ac=chance.gwet(table, alpha),
        kendall_w=kendall_w(scores, alpha),
        icc=intraclass(scores, alpha),
        cohen_kappa=_pairs(curves, table, kind_of_two, alpha),
        observed_agreement=table.observed,
        level=level,
        on=on,
        weights={"fleiss_kappa": kind, "conger_kappa": kind, "gwet_ac": kind, "cohen_kappa": kind_of_two},
        readers=len(curves.readers),
        cases=scores.shape[1],
        reads=int(curves.read.sum()),
        missing=int((~curves.read).sum()),
        complete_cases=complete,
        intra_reader=of_repetitions(repeated, alpha) if len(repeated) else None,
        alpha=alpha,
        method=f"Agreement on the {on}, {level} ({_named(kind)}; Cohen's kappa {_named(kind_of_two)}); standard errors "
        "over cases (Gwet; Cohen: Fleiss, Cohen and Everitt); ICC: McGraw and Wong",
        generalises_to=f"The result generalises to cases like these {scores.shape[1]}, as read by "
        f"{_these(len(curves.readers))}; ICC 1 and A1 also to readers like these.",
        warnings=(),
    )
    if found.readers < 2:
        return replace(found, warnings=(f"{_only_reader(curves.readers, on)}: agreement is within that reader only.",))
    return replace(found, warnings=tuple(_warnings(found, table.categories)))


def _named(kind: Kind) -> str:
    return "unweighted" if kind == "identity" else f"{kind} weights"


def _these(readers: int) -> str:
    return "this reader" if readers == 1 else f"these {readers} readers"


def _pairs(curves: Curves, table: chance.Table, kind: Kind, alpha: float) -> tuple[CohenKappa, ...]:
    """Cohen's kappa of each pair, by the places of the categories that anyone has used where the order counts."""
    if kind == "linear":
        table = replace(table, weights=weights(np.arange(table.categories, dtype=float), kind))
    pairs = []
    for one, other in combinations(range(len(curves.readers)), 2):
        of_two = table.of_two(one, other)
        found = chance.cohen(of_two, alpha)
        names = curves.readers[one], curves.readers[other]
        pairs.append(CohenKappa(*names, found.estimate, found.se, found.ci, of_two.codes.shape[1]))
    return tuple(pairs)


def _require_known(level: str, on: str) -> None:
    for name, value, known in (("level", level, get_args(Level)), ("on", on, get_args(On))):
        if value not in known:
            raise RatingsError(f"{name} {value!r} is not known; choose from {', '.join(known)}")


def _what_is_compared(reads: pd.DataFrame, on: On) -> Curves:
    if reads[on].isna().all():
        other = "rating" if on == "call" else "call"
        raise RatingsError(
            f"column '{on}': no read has a {on}; fill the column, or compare the {other}s (--on {other})"
        )
    return from_reads(reads, on)


def _only_reader(readers: tuple[str, ...], on: str) -> str:
    return f"{readers[0]} is the only reader with {on}s"


def _warnings(found: AgreementResult, categories: int) -> Iterator[str]:
    on, all_same = found.on, categories < 2
    if found.missing:
        yield (
            f"{found.missing} of {found.readers * found.cases} {on}s are missing: kappas and AC follow Gwet (2014), "
            f"alpha uses the cases with two {on}s or more, ICC and W the {found.complete_cases} that everyone has read."
        )
    if found.observed_agreement is None:
        yield f"No case has two {on}s: nothing is defined."
    elif all_same:
        yield f"All {on}s are the same: the kappas, alpha, W and ICC are not defined, and Gwet's AC is 1."
    elif found.complete_cases < 2:
        yield f"Fewer than two cases have a {on} by every reader: ICC and W are not defined."
    if categories > _MANY and found.level != "interval":
        yield _continuous(categories, found.level)
    certain = [words for name, words in COEFFICIENTS.items() if _is_certain(getattr(found, name))]
    if certain:
        yield f"The estimated variance is zero and no interval possible: {', '.join(certain)}."
    undefined = sum(pair.estimate is None for pair in found.cohen_kappa)
    if undefined and not all_same:
        yield (
            f"Cohen's kappa of {counted(undefined, 'pair')} of readers is not defined: no case in common, or the same "
            f"{on} for all of them."
        )


def _continuous(categories: int, level: str) -> str:
    if level == "nominal":
        return (
            f"There are {categories} distinct ratings, and the nominal level counts any two different ones as "
            "disagreement, however near; use --level interval, or --on call."
        )
    return (
        f"There are {categories} distinct ratings: kappas and Gwet's AC at the ordinal level go by the places of the "
        "ratings that happen to have been given; alpha, W and ICC are of more use, or --level interval."
    )


def _is_certain(coefficient: Coefficient) -> bool:
    return coefficient.estimate is not None and coefficient.se == 0

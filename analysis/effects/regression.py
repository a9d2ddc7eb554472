"""Right calls regressed on covariates, with readers, cases or both as clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from analysis import results
from analysis.effects.clusters import Codes, Fit, bias_reduced, two_way
from analysis.effects.design import Design, build
from analysis.effects.inference import coefficients, degrees_of_freedom, tests
from analysis.effects.regression_result import RegressionResult
from analysis.effects.traits import Trait, Wanted, right
from analysis.errors import RatingsError
from analysis.measures.covariance import FloatArray
from analysis.mrmc.hillis import Random
from analysis.mrmc.obuchowski_rockette import RANDOM_NAMES, generalises_to, refuse_unknown
from analysis.table.ratings import Phases, Ratings, validate

Working = Literal["independence", "exchangeable"]

FEW_CLUSTERS = 10


@dataclass(frozen=True)
class Settings:
    """How a regression is made, besides its columns."""

    random: Random = "both"
    working: Working = "independence"
    cluster: str | None = None
    threshold: float | None = None
    alpha: float = 0.05


def regress_accuracy(
    ratings: pd.DataFrame | Ratings,
    *,
    by: str | Sequence[str],
    readers: pd.DataFrame | None = None,
    cases: pd.DataFrame | None = None,
    groups: Sequence[str] = (),
    log: Sequence[str] = (),
    threshold: float | None = None,
    random: Random = "both",
    working: Working = "independence",
    cluster: str | None = None,
    phase: Phases = None,
    modality: str | None = None,
    alpha: float = 0.05,
) -> RegressionResult:
    """Logistic regression of right calls on covariates of readers, cases and reads, by estimating equations (GEE).

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        A ratings table; human first reads are used.
    by : str or sequence of str
        Columns of the ratings, or of the tables of `readers` and `cases`, all in one model.
    readers, cases : pandas.DataFrame, optional
        Indexed by reader or case.
    groups, log : sequence of str
        Columns whose numbers are names of groups; columns that enter as logarithms to base 2.
    threshold : float, optional
        Call synthetic what is rated at or above it, instead of the calls.
    random : {"both", "readers", "cases"}
        What is a sample from a population, and so the clusters.
    working : {"independence", "exchangeable"}
        Working correlation; exchangeable with one kind of clusters only.
    cluster : str, optional
        Column that says which cases belong together, for example to a patient: then these are the clusters of cases.
    phase, modality, alpha
        As in :func:`analysis.obuchowski_rockette`; several phases or modalities where they are among `by`.

    Returns
    -------
    RegressionResult

    Raises
    ------
    RatingsError
        When the table or the choices do not allow the analysis: a column that is missing, empty, constant, told by the
        others, or that separates right from wrong calls.

    Notes
    -----
    The model is marginal: an odds ratio compares reads in the population and not within one reader. A mixed model with
    crossed random effects of readers and cases is not offered: statsmodels has no Laplace fit of it (its
    ``BinomialBayesMixedGLM`` is variational Bayes).

    Coefficients are those of statsmodels' ``GLM`` (independence) or ``GEE`` (exchangeable). The covariance is Mancl and
    DeRouen's, for both readers and cases put together as V_R + V_C - V_RC, see :mod:`analysis.effects.clusters`; t on
    the number of clusters less the coefficients (with the constant) that vary between clusters only, for both kinds of
    clusters together by Satterthwaite's rule. Several groups are tested together by F = W (df - q + 1)/(df q) on q and
    df - q + 1. Checked against statsmodels (``GEE(cov_type="bias_reduced")``; two-way clusters of ``GLM``) and geepack.

    Examples
    --------
    >>> table = pd.DataFrame([(r, c, c % 2, (c * 7 + r * r * 5 + c // 3) % 11 < 4 + 3 * (c % 2), (c * 5) % 4)
    ...                       for r in range(12) for c in range(40)],
    ...                      columns=["reader", "case", "truth", "call", "dose"])
    >>> [found] = regress_accuracy(table.astype({"call": int}), by="dose").coefficients
    >>> found.name, round(found.df, 2)
    ('dose', 19.96)
    """
    reads, traits = Wanted(by, groups, log, cluster, phase, modality).of(validate(ratings), readers, cases)
    return regress(reads, traits, Settings(random, working, cluster, threshold, alpha))


def regress(reads: pd.DataFrame, traits: Sequence[Trait], settings: Settings) -> RegressionResult:
    """Regression of right calls on traits of the `reads`; see :func:`regress_accuracy`."""
    refuse_unknown(settings.random)
    _refuse_working(settings)
    clusters = _clusters(reads, settings)
    design = build(reads, traits, right(reads, settings.threshold), clusters)
    codes = {name: np.unique(each[design.used], return_inverse=True)[1] for name, each in clusters.items()}
    fit, covariances = _fitted(design, codes, settings)
    df = degrees_of_freedom(design, codes, covariances)
    used = reads[design.used]
    readers, cases = used["reader"].nunique(), used["case"].nunique()
    column_tests, untested = tests(design, fit, covariances, df)
    return RegressionResult(
        coefficients=coefficients(design, fit, covariances, df, settings.alpha),
        tests=column_tests,
        reads=len(used),
        left_out=len(reads) - len(used),
        readers=readers,
        cases=cases,
        clusters=min(int(each.max()) + 1 for each in codes.values()),
        random=settings.random,
        working=settings.working,
        alpha=settings.alpha,
        method=_method(settings),
        generalises_to=generalises_to(settings.random, readers, results.counted(cases, "case")),
        warnings=(*design.notes, *_few_clusters(codes), *untested),
    )


def _refuse_working(settings: Settings) -> None:
    if settings.working not in get_args(Working):
        raise RatingsError(
            f"working correlation {settings.working!r} is not known; choose from {', '.join(get_args(Working))}"
        )
    if settings.working == "exchangeable" and settings.random == "both":
        raise RatingsError(
            "an exchangeable working correlation needs clusters of one kind; choose random readers or cases, or "
            "independence"
        )


def _clusters(reads: pd.DataFrame, settings: Settings) -> dict[str, Codes]:
    """Number of each read's cluster, of the kinds that are random."""
    of_case = reads["case"] if settings.cluster is None else reads[settings.cluster]
    codes = {"readers": pd.factorize(reads["reader"])[0], "cases": pd.factorize(of_case.astype(object))[0]}
    if (codes["cases"] < 0).any():
        name = reads["case"].iloc[int((codes["cases"] < 0).argmax())]
        raise RatingsError(f"column '{settings.cluster}': case {name} has none; fill it for every case")
    return {name: each for name, each in codes.items() if settings.random in ("both", name)}


def _fitted(design: Design, codes: dict[str, Codes], settings: Settings) -> tuple[Fit, list[FloatArray]]:
    """Fit the model; its covariances, of which the least favourable counts."""
    try:
        if settings.working == "exchangeable":
            return _exchangeable(design, *codes.values())
        fit = _independence(design)
        if settings.random == "both":
            return fit, list(two_way(fit, codes["readers"], codes["cases"]))
        [clusters] = codes.values()
        return fit, [bias_reduced(fit, clusters)]
    except np.linalg.LinAlgError:
        names = ", ".join(trait.name for trait in design.traits)
        raise RatingsError(
            f"columns {names}: what one of them does rests on one {'reader' if 'readers' in codes else 'case'} alone; "
            "leave columns or that one out"
        ) from None


def _independence(design: Design) -> Fit:
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    found = GLM(design.outcome, design.matrix, family=Binomial()).fit(tol=1e-12)
    return Fit(design.matrix, found.params, found.fittedvalues, design.outcome - found.fittedvalues)


def _exchangeable(design: Design, clusters: Codes) -> tuple[Fit, list[FloatArray]]:
    from statsmodels.genmod.cov_struct import Exchangeable
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_estimating_equations import GEE

    order = np.argsort(clusters, kind="stable")
    model = GEE(
        design.outcome[order], design.matrix[order], clusters[order], family=Binomial(), cov_struct=Exchangeable()
    )
    found = model.fit(cov_type="bias_reduced", ctol=1e-10, maxiter=200)
    fit = Fit(design.matrix[order], found.params, found.fittedvalues, design.outcome[order] - found.fittedvalues)
    return fit, [found.cov_params()]


def _few_clusters(codes: dict[str, Codes]) -> list[str]:
    return [
        f"There are only {int(each.max()) + 1} {name}: standard errors over so few are rough, even with their bias "
        "reduced."
        for name, each in codes.items()
        if each.max() + 1 < FEW_CLUSTERS
    ]


def _method(settings: Settings) -> str:
    clusters = RANDOM_NAMES[settings.random]
    covariance = f"Mancl and DeRouen's covariance, clusters of {clusters}"
    if settings.random == "both":
        covariance += " (Cameron, Gelbach and Miller: readers + cases − reads, or the larger of readers and cases)"
    if settings.cluster is not None and settings.random != "readers":
        covariance += f", cases by {settings.cluster}"
    return (
        f"Logistic regression of right calls: estimating equations (GEE) with working {settings.working}, "
        f"{covariance}, t tests"
    )

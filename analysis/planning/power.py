"""Power of a planned study, and how many readers and cases it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.errors import RatingsError
from analysis.mrmc.hillis import Random
from analysis.mrmc.obuchowski_rockette import refuse_unknown
from analysis.planning import search
from analysis.planning.pilots import from_pilot
from analysis.planning.result import CasesNeeded, FewestReads, PowerResult, ReadersNeeded, SurfacePoint, SurfaceResult
from analysis.planning.search import Question
from analysis.planning.sources import Pilot, Source
from analysis.planning.studies import Rates, Study, run
from analysis.planning.terms import Layout
from analysis.planning.wording import method, paragraph
from analysis.table.ratings import Ratings


def power(
    source: Source | pd.DataFrame | Ratings,
    *,
    readers: int,
    cases: int,
    effect: float,
    random: Random = "both",
    margin: float | None = None,
    target: float = 0.8,
    alpha: float = 0.05,
    layout: Layout | None = None,
    studies: int = 0,
    seed: int = 0,
    jobs: int | None = None,
) -> PowerResult:
    """Power of a study with so many readers and cases, and the numbers that a target needs.

    Parameters
    ----------
    source : Source, pandas.DataFrame or Ratings
        What the plan rests on: what ``from_pilot``, ``from_components`` and ``from_model`` of
        :mod:`analysis.planning.pilots` give, or a :class:`analysis.planning.conjecture.Conjecture`; or simply the
        ratings of a pilot study with two modalities.
    readers : int
        J; in each modality, where readers are nested in modalities.
    cases : int
        K in all, with the share of synthetic cases of the source.
    effect : float
        The true difference that is to be found; with `margin`, the true difference, new less reference.
    random : {"both", "readers", "cases"}
        Readers and cases are samples of populations, or one of them alone.
    margin : float, optional
        Plan a test of non-inferiority with it, one-sided at alpha/2, in place of a two-sided one of equality at alpha.
    target : float
        Power for which numbers are sought.
    alpha : float
    layout : Layout, optional
        Who reads what; by default crossed.
    studies : int
        Draw so many studies from the Roe–Metz model of the source, or one that has its components, and analyse each.
    seed, jobs : int
        Of the simulation, see :func:`analysis.planning.studies.run`.

    Returns
    -------
    PowerResult

    Raises
    ------
    RatingsError
        When the numbers or the source do not allow the plan.

    Notes
    -----
    Hillis, Obuchowski, Berbaum. Acad Radiol 2011;18:129: D = Var(TR) + (K*/K)[Var - Cov1 + (J - 1) max(Cov2 - Cov3, 0)]
    from a pilot of K* cases, non-centrality J effect²/(2D), degrees of freedom
    D² (J - 1)/{Var(TR) + (K*/K)[Var - Cov1 - max(Cov2 - Cov3, 0)]}²; a negative Var(TR) counts as zero. With readers
    fixed the test is a chi-square. Checked against RJafroc, see `tests/reference`; by simulation in `tests/analysis`.

    Examples
    --------
    >>> from analysis.planning.pilots import from_components
    >>> vandyke = from_components({"cases": 114, "error": 8.0229e-4, "cov1": 3.4661e-4, "cov2": 3.4407e-4,
    ...                            "cov3": 2.3903e-4, "var_tr": 2.0040e-4})
    >>> plan = power(vandyke, readers=6, cases=251, effect=0.05)
    >>> round(plan.power, 3), round(plan.df, 2), plan.cases_needed
    (0.892, 16.13, 170)
    """
    refuse_unknown(random)
    known, layout = _source(source), layout or Layout()
    question = Question(effect, random, margin, alpha, target, layout)
    _refuse_sizes([readers], [cases])
    found = search.power_at(known, question, readers, np.array([float(cases)]))
    df = float(found.df[0])
    positive = round(cases * known.positive_share)
    needed = search.cases_needed(known, question, readers)
    simulated = _simulated(known, question, readers, positive, cases - positive, studies, seed, jobs)
    return PowerResult(
        power=float(found.power[0]),
        ncp=float(found.ncp[0]),
        df=df if np.isfinite(df) else None,
        se=float(found.se[0]),
        cases_needed=needed,
        readers_needed=search.readers_needed(known, question, cases),
        target=target,
        readers=readers,
        cases=cases,
        positive=positive,
        negative=cases - positive,
        effect=effect,
        margin=margin,
        random=random,
        alpha=alpha,
        design=layout.design,
        blocks=layout.blocks,
        comparison=known.comparison,
        figure=known.figure,
        components=known.components if isinstance(known, Pilot) else None,
        pilot_cases=known.cases if isinstance(known, Pilot) else None,
        simulated=simulated,
        method=method(known, question),
        paragraph=paragraph(known, question, readers, (positive, cases - positive), found, needed),
        warnings=tuple(_warnings(known, question, readers, needed)),
    )


def power_surface(
    source: Source | pd.DataFrame | Ratings,
    *,
    readers: Sequence[int],
    cases: Sequence[int],
    effect: float,
    random: Random = "both",
    margin: float | None = None,
    target: float = 0.8,
    alpha: float = 0.05,
    layout: Layout | None = None,
) -> SurfaceResult:
    """Power for each of these numbers of readers and of cases, and the least of the one that each of the other needs.

    Parameters
    ----------
    readers, cases : sequence of int
    source, effect, random, margin, target, alpha, layout
        As in :func:`power`.

    Returns
    -------
    SurfaceResult

    Raises
    ------
    RatingsError
        As :func:`power`.
    """
    refuse_unknown(random)
    known, layout = _source(source), layout or Layout()
    question = Question(effect, random, margin, alpha, target, layout)
    _refuse_sizes(readers, cases)
    grid = np.array(cases, dtype=float)
    values = {j: search.power_at(known, question, j, grid).power for j in readers}
    needed = tuple(CasesNeeded(j, search.cases_needed(known, question, j)) for j in readers)
    reachable = [
        FewestReads(x.readers, x.cases, layout.reads(x.readers, x.cases, known.comparison))
        for x in needed
        if x.cases is not None
    ]
    needed = tuple(CasesNeeded(j, search.cases_needed(known, question, j)) for j in readers)
    reachable = [FewestReads(x.readers, x.cases, 2 * x.readers * x.cases) for x in needed if x.cases is not None]
    return SurfaceResult(
        surface=tuple(
            SurfacePoint(j, k, float(value)) for j in readers for k, value in zip(cases, values[j], strict=True)
        ),
        cases_needed=needed,
        readers_needed=tuple(ReadersNeeded(k, search.readers_needed(known, question, k)) for k in cases),
        fewest_reads=min(reachable, key=lambda x: x.reads, default=None),
        target=target,
        effect=effect,
        margin=margin,
        random=random,
        alpha=alpha,
        design=layout.design,
        method=method(known, question),
        warnings=tuple(_clipped(known)),
    )


def _source(source: Source | pd.DataFrame | Ratings) -> Source:
    return from_pilot(source) if isinstance(source, (pd.DataFrame, Ratings)) else source


def _refuse_sizes(readers: Sequence[int], cases: Sequence[int]) -> None:
    if not readers or not cases:
        raise RatingsError("give numbers of readers and of cases")
    if min(readers) < 1 or min(cases) < 4:
        raise RatingsError("a study needs one reader and four cases at least")


def _simulated(
    known: Source,
    question: Question,
    readers: int,
    positive: int,
    negative: int,
    studies: int,
    seed: int,
    jobs: int | None,
) -> Rates | None:
    if not studies:
        return None
    if not isinstance(known, Pilot) or known.comparison != "modalities" or question.layout.design != "crossed":
        raise RatingsError(
            "a simulation is of two modalities in a crossed design, from a pilot, components or a Roe-Metz model"
        )
    if question.random == "readers":
        raise RatingsError("a simulation draws cases anew; choose --random both or cases")
    model = known.model(question.effect)
    if question.random == "cases":  # the readers are as they are, so they do not vary between studies
        model = replace(model, reader=0.0, modality_reader=0.0)
    study = Study(
        model,
        readers,
        positive,
        negative,
        random=question.random,
        margin=question.margin,
        alpha=question.alpha,
    )
    return run(study, studies=studies, seed=seed, jobs=jobs)


def _warnings(known: Source, question: Question, readers: int, needed: int | None) -> list[str]:
    said = _clipped(known)
    if needed is None:
        said.append(
            f"No number of cases up to a million gives a power of {100 * question.target:g} % with {readers} readers; "
            "more readers are needed."
        )
    return said


def _clipped(known: Source) -> list[str]:
    """What counts as zero in the formulas."""
    if not isinstance(known, Pilot):
        return []
    found, said = known.components, []
    between = found.modality_reader if known.comparison == "modalities" else found.reader
    if between is not None and between < 0:
        said.append(f"The variance that readers add is negative in the source ({between:.3g}); it counts as zero.")
    if found.cov2 is not None and found.cov3 is not None and found.cov2 < found.cov3:
        said.append("Cov2 - Cov3 is negative in the source; it counts as zero.")
    return said

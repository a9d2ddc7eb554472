"""Many imagined studies, analysed one by one: how often a test rejects, and an interval holds the truth.

Every study has a random stream of its own, spawned from one seed, and results are put together in their order: the same
seed gives the same bits with any number of workers, on this machine or others. Which workers they are is joblib's
matter: ``with joblib.parallel_config("dask"): run(...)`` spreads the studies over a Dask cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from analysis import intervals, results
from analysis.errors import RatingsError
from analysis.intervals import Interval
from analysis.measures.covariance import COVARIANCES
from analysis.measures.measurement import measure_curves
from analysis.mrmc import obuchowski_rockette, u_statistics
from analysis.mrmc.detectors import compare_measured
from analysis.mrmc.hillis import Random
from analysis.mrmc.obuchowski_rockette import refuse_unknown
from analysis.planning.roe_metz import RoeMetz, draw, refuse_sizes

Method = Literal["obuchowski-rockette", "u-statistics", "detector"]

# Studies that a worker takes at a time.
_BATCH = 50


@dataclass(frozen=True)
class Study:
    """One imagined study and its analysis.

    Attributes
    ----------
    model : RoeMetz
    readers, positive, negative : int
    missing : float
        Share of the reads that are missing.
    points : int, optional
        Categories of the scale.
    method : {"obuchowski-rockette", "u-statistics", "detector"}
        The first two compare the first two modalities, the last the readers of the first with the model's detector.
    covariance : {"delong", "jackknife", "unbiased"}
    random : {"both", "readers", "cases"}
    margin : float, optional
        Test that the second modality is not inferior to the first with it, one-sided at alpha/2, in place of equality.
    alpha : float
    """

    model: RoeMetz
    readers: int
    positive: int
    negative: int
    missing: float = 0.0
    points: int | None = None
    method: Method = "obuchowski-rockette"
    covariance: str = "delong"
    random: Random = "both"
    margin: float | None = None
    alpha: float = 0.05

    def __post_init__(self) -> None:
        refuse_sizes(self.readers, self.positive, self.negative, self.missing, self.points)
        refuse_unknown(self.random)
        if self.method not in get_args(Method):
            raise RatingsError(f"method {self.method!r} is not known; choose from {', '.join(get_args(Method))}")
        if self.covariance not in COVARIANCES:
            raise RatingsError(f"covariance {self.covariance!r} is not known; choose from {', '.join(COVARIANCES)}")
        if (self.method == "detector") != (self.model.detector_auc is not None):
            raise RatingsError("Roe-Metz model: detector_auc is for the comparison with a detector, and needed there")
        if self.method != "detector" and len(self.model.aucs) < 2:
            raise RatingsError("Roe-Metz model: give the AUC of two modalities")

    @property
    def truth(self) -> float:
        """The true difference: first modality less second, or readers less detector."""
        aucs = self.model.aucs
        return aucs[0] - (aucs[1] if self.model.detector_auc is None else self.model.detector_auc)


@dataclass(frozen=True)
class Rates(results.Result):
    """What many studies said.

    Attributes
    ----------
    studies, undefined : int
        How many there were, and how many of them gave no test; these reject nothing and are left out of the coverage.
    rejected, rejected_ci
        Share of the tests that reject equality (or inferiority), with Wilson's 95 % interval for the chance in so many
        studies.
    covered, covered_ci
        The same for intervals that contain the true difference.
    truth, mean, sd, mean_se : float
        True difference; mean and standard deviation of the estimates; square root of the mean variance estimate.
    median_df : float or None
    """

    studies: int
    undefined: int
    rejected: float
    rejected_ci: Interval
    covered: float
    covered_ci: Interval
    truth: float
    mean: float
    sd: float
    mean_se: float
    median_df: float | None

    def __str__(self) -> str:
        return (
            f"{self.studies} simulated studies: {100 * self.rejected:.1f} % reject (95 % CI "
            f"{100 * self.rejected_ci[0]:.1f} to {100 * self.rejected_ci[1]:.1f}), {100 * self.covered:.1f} % of the "
            f"intervals contain the true difference"
        )


def run(study: Study, *, studies: int, seed: int, jobs: int | None = None) -> Rates:
    """Draw and analyse so many studies.

    Parameters
    ----------
    study : Study
    studies : int
    seed : int
        The same seed gives the same bits, whatever `jobs`.
    jobs : int, optional
        Workers; by default what :func:`joblib.parallel_config` says, or one.
    """
    from joblib import Parallel, delayed

    if studies < 1:
        raise RatingsError("a simulation needs a study at least")
    streams = np.random.SeedSequence(seed).spawn(studies)
    batches = [streams[start : start + _BATCH] for start in range(0, studies, _BATCH)]
    parts = Parallel(n_jobs=jobs)(delayed(_analysed)(study, batch) for batch in batches)
    return _rates(study, np.concatenate(parts))


def _analysed(study: Study, streams: list[np.random.SeedSequence]) -> np.ndarray:
    """Estimate, SE, df, p, and the interval's ends of each study; NaN where there are none."""
    return np.array([_one(study, np.random.default_rng(stream)) for stream in streams], dtype=float)


def _one(study: Study, generator: np.random.Generator) -> tuple[float, ...]:
    curves = draw(
        study.model,
        generator,
        readers=study.readers,
        positive=study.positive,
        negative=study.negative,
        missing=study.missing,
        points=study.points,
    )
    nan = float("nan")
    try:
        if study.method == "u-statistics":
            u = u_statistics.analyse(curves, alpha=study.alpha).differences[0]
            found = (u.estimate, u.se, u.df, u.p, u.ci)
        elif study.method == "detector":
            c = compare_measured("D1", measure_curves(curves, "auc", study.covariance), study.random, study.alpha)
            found = (c.difference, c.se, c.df, c.p, c.ci)
        else:
            measured = measure_curves(curves, "auc", study.covariance)
            d = obuchowski_rockette.analyse(measured, random=study.random, alpha=study.alpha).differences[0]
            found = (d.estimate, d.se, d.df, d.p, d.ci)
    except RatingsError:  # too few reads were left to one of the readers
        return (nan,) * 6
    estimate, se, df, p, ci = found
    numbers = [nan if value is None else value for value in (se, np.inf if df is None else df, p)]
    return estimate, *numbers, *(ci or (nan, nan))


def _rates(study: Study, found: np.ndarray) -> Rates:
    estimate, se, df, p, low, high = found.T
    defined = ~np.isnan(p)
    rejects = p < study.alpha if study.margin is None else high < study.margin
    count, rejected = int(defined.sum()), float(np.mean(rejects))
    covered = float(np.mean((low <= study.truth) & (study.truth <= high), where=defined)) if count else 0.0
    median = float(np.median(df[defined])) if count else np.inf
    return Rates(
        studies=len(found),
        undefined=len(found) - count,
        rejected=rejected,
        rejected_ci=intervals.wilson(rejected, len(found), 0.05),
        covered=covered,
        covered_ci=intervals.wilson(covered, max(count, 1), 0.05),
        truth=study.truth,
        mean=float(np.nanmean(estimate)) if count else study.truth,
        sd=float(np.nanstd(estimate, ddof=1)) if count > 1 else 0.0,
        mean_se=float(np.nanmean(se**2) ** 0.5) if count else 0.0,
        median_df=median if np.isfinite(median) else None,
    )

"""Readers who decide together with a detector, against readers alone and the detector alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import results
from analysis.errors import RatingsError
from analysis.measures.measurement import measure
from analysis.mrmc.detectors import DetectorComparison, compare_detectors
from analysis.mrmc.hillis import Random
from analysis.mrmc.obuchowski_rockette import RANDOM_NAMES, analyse, generalises_to, refuse_unknown
from analysis.mrmc.result import Difference
from analysis.readers.panels import SIZES, panels
from analysis.readers.probabilities import Scale
from analysis.readers.team_rules import RULES, Choices, Opinion
from analysis.readers.teams_result import Team, TeamsResult
from analysis.table.oddities import oddities
from analysis.table.ratings import Phases, Ratings, present, validate


@dataclass(frozen=True)
class _Comparison:
    """How teams are compared."""

    random: Random
    cluster: str | None
    alpha: float


def compare_teams(
    ratings: pd.DataFrame | Ratings,
    *,
    detector: str | None = None,
    rules: Sequence[str] = tuple(RULES),
    scale: Scale | None = None,
    detector_scale: Scale | None = None,
    detector_threshold: float | None = None,
    folds: int = 5,
    sizes: Sequence[int] = SIZES,
    seed: int | np.random.Generator = 0,
    random: Random = "both",
    cluster: str | None = None,
    phase: Phases = None,
    modality: str | None = None,
    alpha: float = 0.05,
) -> TeamsResult:
    """What would readers and detectors be worth together, had they decided by a rule?

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        A ratings table; rows of kind "detector" go with the human first reads of the same cases in the same phase.
    detector : str, optional
        Take this reader as the only detector, whatever its kind and modality.
    rules : sequence of str
        Names from :data:`analysis.readers.team_rules.RULES`.
    scale, detector_scale : tuple of float, optional
        Ratings and scores that stand for the probabilities 0 and 1 of being synthetic; by default 0 and 100 (the
        application's scale: 50 ± confidence/2), and 0 and 1. Needed by "more certain" and "mean probability" only.
    detector_threshold : float, optional
        The detector calls synthetic what it scores at or above it, instead of its calls.
    folds : int
        Of the cross-validation over cases of "logistic".
    sizes : sequence of int
        Numbers of readers in teams of readers, odd.
    seed : int or numpy.random.Generator
        Of the folds, and of the teams of readers where there are more than 1,000.
    random, cluster, phase, modality, alpha
        As in :func:`analysis.obuchowski_rockette`.

    Returns
    -------
    TeamsResult
        Rules that the table does not allow are left out, with a warning that says why.

    Raises
    ------
    RatingsError
        When no team is possible, or the table or the choices do not allow the analysis.

    Notes
    -----
    Nobody has seen the other's opinion: this is what putting them together by a rule gives, and not what readers do
    with an aid. Team and reader alone are two modalities with the same readers and cases (Obuchowski–Rockette,
    crossed); the team against the detector alone is tested as a reader against a detector is
    (:func:`analysis.compare_detectors`). That "logistic" is fitted is taken as given: how it varies with the cases that
    it is fitted on is not in the intervals.

    Examples
    --------
    >>> rows = [(r, c, c % 2, (c * 7 + r * 3) % 10 * 5 + 40 * (c % 2), "human") for r in range(3) for c in range(40)]
    >>> rows += [("D", c, c % 2, (c * 3 % 7) / 20 + 0.5 * (c % 2), "detector") for c in range(40)]
    >>> table = pd.DataFrame(rows, columns=["reader", "case", "truth", "rating", "kind"])
    >>> [found] = compare_teams(table, rules=["mean rank"], sizes=()).teams
    >>> round(found.reader_alone, 3), round(found.detector_alone, 3), round(found.team, 3)
    (0.987, 1.0, 1.0)
    """
    refuse_unknown(random)
    _refuse_unknown_rules(rules)
    checked = validate(ratings)
    if detector is not None:
        checked = checked.with_detector(detector, modality)
    reads = checked.single_modality_reads(phase=phase, modality=modality)
    scores = checked.detector_reads(reads)
    choices = Choices(scale, detector_scale, folds, int(np.random.default_rng(seed).integers(2**31)))
    how = _Comparison(random, cluster, alpha)
    teams: list[Team] = []
    notes: list[str] = []
    for name in present(scores["reader"]):
        pairs = _pairs(reads, scores[scores["reader"] == name], detector_threshold, cluster)
        for rule in rules:
            found, why_not = _by_rule(pairs, name, rule, choices, how)
            teams += found
            notes += why_not
    of_readers, said = panels(reads, sizes=sizes, seed=choices.seed, alpha=alpha)
    if not teams and not of_readers:
        raise RatingsError("; ".join(notes) or _nobody_to_team_up(sizes))
    return TeamsResult(
        teams=tuple(teams),
        panels=of_readers,
        alpha=alpha,
        method=_method(bool(teams), bool(of_readers), random, folds),
        generalises_to=_generalises(reads, teams, bool(of_readers), random),
        warnings=(*dict.fromkeys(notes), *said, *_unclustered(of_readers, cluster), *oddities(reads)),
    )


def _refuse_unknown_rules(rules: Sequence[str]) -> None:
    for rule in rules:
        if rule not in RULES:
            raise RatingsError(f"rule {rule!r} is not known; choose from {', '.join(RULES)}")


def _pairs(reads: pd.DataFrame, own: pd.DataFrame, threshold: float | None, cluster: str | None) -> pd.DataFrame:
    """The reads of cases that the detector has scored or called, with its score and call beside the reader's."""
    by_case = own.set_index(own["case"].astype(str))
    names = reads["case"].astype(str)
    scores = by_case["rating"].reindex(names).to_numpy()
    calls = by_case["call"].reindex(names).to_numpy()
    if threshold is not None:
        calls = np.where(np.isnan(scores), np.nan, (scores >= threshold).astype(float))
    pairs = reads.assign(score=scores, score_call=calls, cluster=reads["case" if cluster is None else cluster])
    judged = pairs["rating"].notna() | pairs["call"].notna()
    return pairs[judged & (pairs["score"].notna() | pairs["score_call"].notna())]


def _by_rule(
    pairs: pd.DataFrame, detector: str, rule: str, choices: Choices, how: _Comparison
) -> tuple[list[Team], list[str]]:
    """The team in every figure that the rule gives and the readers have alone; or why there is none."""
    try:
        usable = RULES[rule].usable(pairs)
        opinion = RULES[rule].decide(usable, choices)
        return [_team(usable, opinion, detector, rule, metric, how) for metric in _metrics(usable, opinion)], []
    except RatingsError as error:
        return [], [f"Rule '{rule}' with {detector} is left out: {error}."]


def _metrics(pairs: pd.DataFrame, opinion: Opinion) -> Iterator[str]:
    if opinion.rating is not None and pairs["rating"].notna().any():
        yield "auc"
    if opinion.call is not None and pairs["call"].notna().any():
        yield from ("accuracy", "sensitivity", "specificity")


def _team(pairs: pd.DataFrame, opinion: Opinion, detector: str, rule: str, metric: str, how: _Comparison) -> Team:
    column, of_detector = ("rating", "score") if metric == "auc" else ("call", "score_call")
    said = opinion.rating if metric == "auc" else opinion.call
    known = pairs[column].notna()
    alone, together = pairs[known], pairs[known].assign(**{column: said})
    modalities = pd.CategoricalDtype(["team", "alone"])
    table = pd.concat(
        [
            each.assign(modality=pd.Series(name, index=each.index).astype(modalities))
            for name, each in (("team", together), ("alone", alone))
        ]
    )
    found = analyse(measure(table, metric, cluster=how.cluster), random=how.random, alpha=how.alpha)
    known_of_detector = together[together[of_detector].notna()]
    against = None if known_of_detector.empty else _against(known_of_detector, detector, metric, of_detector, how)
    return Team(
        detector=detector,
        rule=rule,
        metric=metric,
        readers=found.readers,
        cases=found.cases,
        team=found.modalities[0].estimate,
        reader_alone=found.modalities[1].estimate,
        detector_alone=None if against is None else against.estimate,
        gain=found.differences[0],
        over_detector=None if against is None else _as_difference(against),
    )


def _against(
    together: pd.DataFrame, detector: str, metric: str, of_detector: str, how: _Comparison
) -> DetectorComparison:
    """The team's reads against the detector's of the same cases."""
    own = together.drop_duplicates("case")
    own = own.assign(reader=detector, modality="detector", kind="detector")
    own["rating" if metric == "auc" else "call"] = own[of_detector]
    both = pd.concat([together, own])
    table = Ratings(both.assign(**{name: pd.Categorical(both[name]) for name in ("reader", "kind", "modality")}))
    [found] = compare_detectors(table, metric=metric, random=how.random, cluster=how.cluster, alpha=how.alpha).detectors
    return found


def _as_difference(found: DetectorComparison) -> Difference:
    return Difference("team", found.detector, found.difference, found.se, found.df, found.ci, found.p)


def _nobody_to_team_up(sizes: Sequence[int]) -> str:
    fewest = min(sizes, default=3)
    return (
        "column 'kind': no detector row for the cases and phase of the readers, and fewer than "
        f"{fewest} readers; add rows of kind detector, or name a reader with --detector"
    )


def _method(with_detectors: bool, of_readers: bool, random: Random, folds: int) -> str:
    parts = []
    if with_detectors:
        parts.append(
            "readers with a detector by a rule (no one has seen the other's opinion; logistic: fitted for each reader, "
            f"{folds}-fold cross-validation over cases), against the reader alone and the detector alone by "
            f"Obuchowski–Rockette, {RANDOM_NAMES[random]} random"
        )
    if of_readers:
        parts.append("readers with readers, all teams of that size against their members alone, cases random")
    return "Teams: " + "; ".join(parts)


def _generalises(reads: pd.DataFrame, teams: list[Team], of_readers: bool, random: Random) -> str:
    cases, readers = results.counted(reads["case"].nunique(), "case"), reads["reader"].nunique()
    said = []
    if teams:
        whom = generalises_to(random, teams[0].readers, cases)
        said.append(whom.replace("The result generalises", "Teams with a detector: the result generalises"))
    if of_readers:
        whom = generalises_to("cases", readers, cases)
        said.append(whom.replace("The result generalises", "Teams of readers: the result generalises"))
    return " ".join(said)


def _unclustered(of_readers: Sequence[object], cluster: str | None) -> list[str]:
    if cluster is None or not of_readers:
        return []
    return [f"Teams of readers: each case counts by itself, whatever its {cluster}; their intervals are too narrow."]

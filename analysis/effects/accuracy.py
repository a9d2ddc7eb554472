"""What moves accuracy: each trait alone, and all of them together in one regression."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis import results
from analysis.effects.association import over_cases, over_readers, within_readers
from analysis.effects.figures import METRICS, having_outcome, of_readers
from analysis.effects.groups import Grouped, compare_groups
from analysis.effects.regression import Settings, regress
from analysis.effects.regression_result import RegressionResult
from analysis.effects.result import Correlation, Effect, EffectsResult
from analysis.effects.traits import Trait, Wanted, right
from analysis.errors import RatingsError
from analysis.mrmc.hillis import Random
from analysis.mrmc.obuchowski_rockette import RANDOM_NAMES, generalises_to, refuse_unknown
from analysis.table.oddities import oddities
from analysis.table.ratings import Phases, Ratings, validate


def effects_on_accuracy(
    ratings: pd.DataFrame | Ratings,
    *,
    by: str | Sequence[str],
    readers: pd.DataFrame | None = None,
    cases: pd.DataFrame | None = None,
    groups: Sequence[str] = (),
    log: Sequence[str] = (),
    threshold: float | None = None,
    random: Random = "both",
    cluster: str | None = None,
    phase: Phases = None,
    modality: str | None = None,
    alpha: float = 0.05,
) -> EffectsResult:
    """How accuracy, sensitivity, specificity and AUC go with traits of readers, cases and reads.

    Parameters
    ----------
    ratings : pandas.DataFrame or Ratings
        A ratings table; human first reads are used.
    by : str or sequence of str
        Columns of the ratings (position, seconds, phase, modality, …), or of the tables of `readers` and `cases`.
    readers, cases, groups, log, threshold, cluster, phase, modality, alpha
        As in :func:`analysis.regress_accuracy`.
    random : {"both", "readers", "cases"}
        What is a sample from a population, in the comparisons of groups and in the regression.

    Returns
    -------
    EffectsResult
        For each column alone: groups with their means and differences (Obuchowski–Rockette, group as modality);
        numbers of readers or cases with Spearman's rho; numbers that vary from read to read with the mean of the
        readers' slopes. For all columns together: the regression, or a warning that says why there is none.

    Raises
    ------
    RatingsError
        When the table or the choices do not allow the analysis.

    Examples
    --------
    >>> table = pd.DataFrame([(r, c, c % 2, int((c * 7 + r * r * 5) % 11 < 3 + 4 * (c % 2)))
    ...                       for r in range(6) for c in range(40)], columns=["reader", "case", "truth", "call"])
    >>> years = pd.DataFrame({"years": [1, 2, 5, 9, 14, 30]}, index=range(6))
    >>> [effect] = effects_on_accuracy(table, by="years", readers=years).effects
    >>> effect.varies_over, [(found.metric, found.n) for found in effect.correlations][0]
    ('reader', ('accuracy', 6))
    """
    refuse_unknown(random)
    reads, traits = Wanted(by, groups, log, cluster, phase, modality).of(validate(ratings), readers, cases)
    settings = Settings(random=random, cluster=cluster, threshold=threshold, alpha=alpha)
    effects = tuple(_effect(reads, trait, settings) for trait in traits)
    regression, why_not = _regression(reads, traits, settings)
    n_readers, n_cases = reads["reader"].nunique(), reads["case"].nunique()
    return EffectsResult(
        effects=effects,
        regression=regression,
        readers=n_readers,
        cases=n_cases,
        reads=len(reads),
        alpha=alpha,
        method=_method(traits, random),
        generalises_to=generalises_to(random, n_readers, results.counted(n_cases, "case")),
        warnings=(
            *_blanks(reads, traits),
            *(note for effect in effects for note in effect.left_out),
            *why_not,
            *oddities(reads),
        ),
    )


def _effect(reads: pd.DataFrame, trait: Trait, settings: Settings) -> Effect:
    if not trait.numeric:
        found = [compare_groups(reads, trait, metric, settings) for metric in _metrics(reads, trait, settings)]
        return _of_groups(trait, found)
    outcome = right(reads, settings.threshold)
    correlations: tuple[Correlation, ...] = ()
    slope = None
    if trait.level == "reader":
        correlations = _over_readers(reads, trait, settings)
    elif outcome.notna().any() and trait.level == "case":
        correlations = (over_cases(outcome, reads, trait, settings.alpha),)
    elif outcome.notna().any():
        slope = within_readers(outcome, reads, trait, settings.alpha)
    return Effect(trait.name, trait.level, (), (), correlations, slope, ())


def _of_groups(trait: Trait, found: list[Grouped]) -> Effect:
    return Effect(
        by=trait.name,
        varies_over=trait.level,
        groups=tuple(group for each in found for group in each.groups),
        comparisons=tuple(each.comparison for each in found if each.comparison is not None),
        correlations=(),
        slope=None,
        left_out=tuple(dict.fromkeys(note for each in found for note in each.left_out)),
    )


def _metrics(reads: pd.DataFrame, trait: Trait, settings: Settings) -> list[str]:
    """The figures that say something: none of a class of which no group has cases; accuracy not beside its equal."""
    has_calls, has_ratings = _possible(reads, "accuracy", settings), _possible(reads, "auc", settings)
    classes = reads["truth"].groupby(trait.values, observed=True).nunique()
    present = set(reads["truth"][trait.values.notna()])
    possible = {
        "accuracy": has_calls and len(present) == 2,
        "sensitivity": has_calls and 1 in present and (classes.max() == 2 or len(present) == 1),
        "specificity": has_calls and 0 in present and (classes.max() == 2 or len(present) == 1),
        "auc": has_ratings and (classes.max() == 2 or len(present) == 1),
    }
    return [metric for metric in METRICS if possible[metric]]


def _over_readers(reads: pd.DataFrame, trait: Trait, settings: Settings) -> tuple[Correlation, ...]:
    figures = {metric: of_readers(reads, metric, settings) for metric in METRICS if _possible(reads, metric, settings)}
    return tuple(
        over_readers(found, reads, trait, metric, settings.alpha) for metric, found in figures.items() if len(found)
    )


def _possible(reads: pd.DataFrame, metric: str, settings: Settings) -> bool:
    return not having_outcome(reads, metric, settings).empty


def _regression(
    reads: pd.DataFrame, traits: Sequence[Trait], settings: Settings
) -> tuple[RegressionResult | None, list[str]]:
    """The regression of all traits, or why there is none."""
    if not _possible(reads, "accuracy", settings):
        return None, ["There are no calls, so no regression of right calls; give a threshold (--threshold T)."]
    try:
        return regress(reads, traits, settings), []
    except RatingsError as error:
        return None, [f"There is no regression: {error}."]


def _blanks(reads: pd.DataFrame, traits: Sequence[Trait]) -> list[str]:
    """Readers or cases without a value."""
    found = []
    for trait in traits:
        blank = trait.values.isna()
        if blank.any():
            unit = "reader" if trait.level == "reader" else "case"
            names = reads[unit][blank].astype(str).unique()
            some = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
            found.append(f"Column '{trait.name}': empty for {results.counted(len(names), unit)} ({some}).")
    return found


def _method(traits: Sequence[Trait], random: Random) -> str:
    parts = []
    if any(not trait.numeric for trait in traits):
        parts.append(
            f"groups by Obuchowski–Rockette (group as modality), {RANDOM_NAMES[random]} random, p values of "
            "differences also adjusted by Holm, and t intervals over readers; clipped to possible values"
        )
    if any(trait.numeric and trait.level != "read" for trait in traits):
        parts.append("numbers by Spearman's rank correlation with Bonett and Wright's interval")
    if any(trait.numeric and trait.level == "read" for trait in traits):
        parts.append("numbers that vary within readers by each reader's slope, t over readers")
    return "Each column alone: " + "; ".join(parts) + ". All columns together: logistic regression"

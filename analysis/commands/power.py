"""Power of a planned study, and the readers and cases that it needs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from analysis.commands.options import METHOD_OPTIONS, add_alpha, add_method, chosen, needed_columns, read_ratings
from analysis.errors import RatingsError
from analysis.results import Result

if TYPE_CHECKING:
    from analysis.planning.sources import Source

STANDS_ALONE = True

_SOURCES = ("ratings", "components", "conjecture", "roe_metz")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    _add_plan(parser)
    _add_sources(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    add_alpha(parser)
    pilot = parser.add_argument_group("the pilot")
    pilot.add_argument("--phase", action="append", metavar="P", help="only this phase (may be repeated)")
    pilot.add_argument("--modality", metavar="M", help="only this modality")
    pilot.add_argument("--reader-table", metavar="F", help="table of readers (readers.csv beside the pilot)")
    pilot.add_argument("--case-table", metavar="F", help="table of cases (cases.csv beside the pilot)")
    add_method(parser, metric="auc")


def run(options: argparse.Namespace) -> Result:
    """Compute the power, or search."""
    from analysis.planning.power import power, power_surface
    from analysis.planning.terms import Layout

    layout = Layout(options.design or ("split-plot" if options.blocks > 1 else "crossed"), options.blocks)
    plan = chosen(options, "random", "margin", "target", "alpha") | {"effect": _effect(options), "layout": layout}
    source = _source(options)
    if options.search or len(options.readers) * len(options.cases) > 1:
        readers, cases = _grid(options)
        return power_surface(source, readers=readers, cases=cases, **plan)
    [readers], [cases] = options.readers, options.cases
    return power(source, readers=readers, cases=cases, **plan, **chosen(options, "studies", "seed", "jobs"))


def _add_plan(parser: argparse.ArgumentParser) -> None:
    plan = parser.add_argument_group("the plan")
    plan.add_argument("--readers", type=int, nargs="+", required=True, metavar="J", help="readers; several: a search")
    plan.add_argument(
        "--cases", type=int, nargs="+", required=True, metavar="K", help="cases in all; several: a search"
    )
    plan.add_argument("--effect", type=float, metavar="D", help="true difference that is to be found")
    plan.add_argument("--margin", type=float, metavar="M", help="plan a test of non-inferiority with this margin")
    plan.add_argument("--target", type=float, default=0.8, metavar="P", help="power that is sought (0.8)")
    plan.add_argument("--search", action="store_true", help="power of many numbers of readers and cases")
    plan.add_argument("--design", help="crossed, split-plot, readers-nested or cases-nested")
    plan.add_argument("--blocks", type=int, default=1, metavar="G", help="blocks of a split-plot design")
    plan.add_argument("--studies", type=int, default=0, metavar="N", help="simulate so many studies too")
    plan.add_argument("--seed", type=int, default=0, metavar="S", help="of the simulation (0)")
    plan.add_argument("--jobs", type=int, metavar="N", help="workers of the simulation, -1 for all cores (1)")


def _add_sources(parser: argparse.ArgumentParser) -> None:
    sources = parser.add_argument_group("what it rests on, one of")
    sources.add_argument("--pilot", dest="ratings", metavar="RATINGS", help="ratings of a pilot study")
    sources.add_argument(
        "--components",
        nargs="+",
        metavar="NAME=VALUE",
        help="cases, error, cov1, cov2, cov3 (or r1, r2, r3), var_tr, var_r, positive_share, expected",
    )
    sources.add_argument(
        "--conjecture",
        nargs="+",
        metavar="NAME=VALUE",
        help="without pilot: expected, range_between, range_within, r1, r2, r3, rb, ratio",
    )
    sources.add_argument(
        "--roe-metz",
        nargs="+",
        metavar="NAME=VALUE",
        help="auc, reader, modality_reader, case, modality_case, reader_case, rest, b, positive_share",
    )
    against = parser.add_argument_group("in place of two modalities")
    against.add_argument("--detector", metavar="NAME", help="the readers' mean against this detector of the pilot")
    against.add_argument(
        "--one-modality", action="store_true", help="the readers' mean in one modality against a given value"
    )


def _source(options: argparse.Namespace) -> Source:
    named = [name for name in _SOURCES if getattr(options, name) is not None]
    if len(named) != 1:
        raise RatingsError("a plan rests on one of --pilot, --components, --conjecture and --roe-metz; give one")
    sources = {
        "ratings": _from_pilot,
        "components": _from_components,
        "conjecture": _from_conjecture,
        "roe_metz": _from_model,
    }
    return sources[named[0]](options)


def _from_pilot(options: argparse.Namespace) -> Source:
    from analysis.planning.pilots import from_pilot

    choices = chosen(options, *(name for name in METHOD_OPTIONS if name != "random"), "phase", "modality", "detector")
    return from_pilot(read_ratings(options, *needed_columns(options)), comparison=_comparison(options), **choices)


def _from_components(options: argparse.Namespace) -> Source:
    from analysis.measures.measurement import METRIC_NAMES
    from analysis.planning.pilots import from_components

    if options.metric not in METRIC_NAMES:
        raise RatingsError(f"metric {options.metric!r} is not known; choose from {', '.join(METRIC_NAMES)}")
    figure = METRIC_NAMES[options.metric]
    return from_components(_numbers("components", options.components), comparison=_comparison(options), figure=figure)


def _from_conjecture(options: argparse.Namespace) -> Source:
    from dataclasses import fields

    from analysis.planning.conjecture import Conjecture
    from analysis.planning.pilots import check_names

    numbers = _numbers("conjecture", options.conjecture)
    known = [field.name for field in fields(Conjecture) if field.name != "metric"]
    check_names("conjecture", numbers, known, needed=("expected", "range_between", "range_within", "r1"))
    return Conjecture(metric=options.metric, **numbers)


def _from_model(options: argparse.Namespace) -> Source:
    from analysis.planning.pilots import check_names, from_model
    from analysis.planning.roe_metz import VARIANCES, RoeMetz

    numbers = _numbers("roe-metz", options.roe_metz)
    check_names("roe-metz", numbers, ("auc", *VARIANCES, "b", "positive_share"), needed=("auc", *VARIANCES))
    auc, share = numbers.pop("auc"), numbers.pop("positive_share", 0.5)
    cases = max(options.cases)
    positive = round(cases * share)
    if not 2 <= positive <= cases - 2:
        raise RatingsError(f"roe-metz: positive_share {share:g} leaves fewer than two cases of a class")
    return from_model(RoeMetz((auc, auc + _effect(options)), **numbers), positive, cases - positive)


def _comparison(options: argparse.Namespace) -> Any:
    if options.detector is not None and options.one_modality:
        raise RatingsError("choose --detector or --one-modality, not both")
    return "detector" if options.detector is not None else "value" if options.one_modality else "modalities"


def _effect(options: argparse.Namespace) -> float:
    if options.effect is None and options.margin is None:
        raise RatingsError("the effect is missing; give the true difference that is to be found (--effect D)")
    return 0.0 if options.effect is None else float(options.effect)


def _grid(options: argparse.Namespace) -> tuple[list[int], list[int]]:
    """The numbers as given; of a single one, those about it."""
    readers, cases = options.readers, options.cases
    if len(readers) == 1:
        [j] = readers
        step = options.blocks
        readers = range(max(j // 2 // step * step, step, 2), 2 * j + 1, step)
    if len(cases) == 1:
        [k] = cases
        cases = sorted({max(4, round(k * quarters / 4)) for quarters in range(1, 9)})
    return list(readers), list(cases)


def _numbers(what: str, words: list[str]) -> dict[str, float]:
    """Numbers from words of the form name=value, also several in one word with commas between."""
    found: dict[str, float] = {}
    for word in ",".join(words).split(","):
        name, _, value = word.strip().partition("=")
        try:
            found[name.lower()] = float(value)
        except ValueError:
            raise RatingsError(f"{what}: {word!r} is not of the form NAME=VALUE with a number") from None
    return found

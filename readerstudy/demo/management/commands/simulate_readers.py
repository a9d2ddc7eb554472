"""`manage.py simulate_readers SLUG --readers N --seed S`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.demo.profiles import drawn_profiles
from readerstudy.demo.services import Outcome, simulate_readers
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study

# Each option: whether a value fits, and in which words it is asked for.
_BOUNDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "readers": (lambda value: value >= 1, "must be at least 1"),
    "seed": (lambda value: value >= 0, "must not be negative"),
    "auc": (lambda value: 0.5 <= value <= 0.99, "must lie between 0.5 and 0.99"),
    "confidence": (lambda value: 0.05 <= value <= 1, "must lie between 0.05 and 1"),
    "pace": (lambda value: 0.5 <= value <= 3600, "must lie between 0.5 and 3600"),
    "absent": (lambda value: 0 <= value <= 1, "must lie between 0 and 1"),
}


class Command(StudyCommand):
    help = (
        "Let simulated readers play the protocol of a running study through the HTTP API. In a pilot the clock is "
        "moved on over washouts; in any other study they wait, and the same command goes on later."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--readers", type=int, required=True, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed gives the same judgements")
        parser.add_argument("--auc", type=float, default=0.8, help="the readers' mean AUC, 0.5 to 0.99 (default 0.8)")
        parser.add_argument(
            "--confidence", type=float, default=1.0, metavar="SHARE", help="share of the confidence scale that they use"
        )
        parser.add_argument(
            "--pace", type=float, default=9.0, metavar="SECONDS", help="their median time per case (default 9)"
        )
        parser.add_argument(
            "--absent", type=float, default=0.0, metavar="SHARE", help="share of readers who leave for good (default 0)"
        )

    def act(self, study: Study, **options: Any) -> str:
        for name, (fits, words) in _BOUNDS.items():
            if not fits(options[name]):
                raise CommandError(f"--{name} {words}.")
        drawn = {name: options[name] for name in ("seed", "auc", "confidence", "pace", "absent")}
        profiles = drawn_profiles(options["readers"], **drawn)
        outcome = simulate_readers(study=study, profiles=profiles, seed=options["seed"], progress=self.say)
        self.more = {
            "readers": len(profiles),
            "judgements": outcome.judgements,
            "revisions": outcome.revisions,
            "finished": outcome.count("finished"),
            "left": outcome.count("left"),
            "waits_until": outcome.waits_until.isoformat() if outcome.waits_until else None,
        }
        return _words(study, len(profiles), outcome)


def _words(study: Study, readers: int, outcome: Outcome) -> str:
    said = f"{readers} simulated readers sent {outcome.judgements} judgements."
    if outcome.waits_until is None:
        return said
    return (
        f"{said} {outcome.count('waiting')} of them wait for the next phase until {outcome.waits_until:%Y-%m-%d %H:%M} "
        f"UTC: {study.slug} is no pilot, so its clock is the real one. Run the same command then, and they go on."
    )

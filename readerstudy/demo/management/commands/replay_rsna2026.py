"""`manage.py replay_rsna2026 --out DIR`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.command import JsonCommand
from readerstudy.demo.replaying import replay
from readerstudy.reports import exports, services
from readerstudy.studies.services import StudyError


class Command(JsonCommand):
    help = (
        "Play the 2026 Radiology study whole: phantoms, its preset, simulated readers with the published abilities "
        "through the HTTP API; then close, code, unblind, and write the report. Use a DATA_DIR of its own."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="for the report and its tables")
        parser.add_argument("--seed", type=int, default=2026, metavar="S", help="default 2026")
        parser.add_argument(
            "--cases", type=int, nargs=2, default=(154, 110), metavar=("A", "B"), help="default 154 110, even numbers"
        )
        parser.add_argument("--readers", type=int, default=17, metavar="N", help="so many of the 17")

    def handle(self, *args: Any, **options: Any) -> None:
        self.started = time.monotonic()
        if not 1 <= options["readers"] <= 17:
            raise CommandError("--readers must be 1 to 17: so many abilities are set.")
        if any(cases < 2 or cases % 2 for cases in options["cases"]):
            raise CommandError("--cases must be even, and at least 2: half of each cohort is synthetic.")
        chosen = {name: options[name] for name in ("seed", "readers")}
        try:
            study = replay(say=self.say, cases=tuple(options["cases"]), **chosen)
        except StudyError as error:
            raise CommandError(str(error)) from None
        self.say("Computing the results …")
        before = time.monotonic()
        report = services.make_report(study=study, actor=None)
        seconds = time.monotonic() - before
        exports.write_files(report, options["out"])
        ratings = options["out"] / "ratings.csv"
        self.say(f"The results took {seconds:.0f} s. Next to the published figures: python -m analysis rsna {ratings}")
        self.summarise({"study": study.slug, "out": str(options["out"]), "results_seconds": round(seconds, 1)})

    def say(self, text: str) -> None:
        """Write a line for people, with the time since the start."""
        super().say(f"{time.monotonic() - self.started:6.0f} s  {text}")

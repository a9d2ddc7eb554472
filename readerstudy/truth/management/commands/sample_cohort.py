"""`manage.py sample_cohort POOL --into NAME --size N`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.cohorts.services import CohortNameError, UnknownCohortError, find_cohort
from readerstudy.command import JsonCommand
from readerstudy.truth.design import STRATA, Design, SamplingError, as_prevalence
from readerstudy.truth.drawing import draw_cohort
from readerstudy.truth.models import Sample


class Command(JsonCommand):
    help = "Draw a balanced cohort from a pool: the cases are copied, with their truth, under new codes."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("pool", metavar="POOL", help="the cohort to draw from; it stays as it is")
        parser.add_argument("--into", required=True, metavar="NAME", help="name of the new cohort")
        parser.add_argument("--size", required=True, type=int, metavar="N", help="cases in all")
        parser.add_argument("--prevalence", default="0.5", metavar="P", help="part that is synthetic: 0.5 or 1/3")
        parser.add_argument("--by", default="", metavar="anatomy,view", help=f"strata, of {','.join(STRATA)}")
        parser.add_argument("--one-per-patient", action="store_true", help="at most one case, or pair, of a patient")
        parser.add_argument("--pairs", action="store_true", help="whole pairs of an authentic and a synthetic case")
        parser.add_argument("--seed", type=int, metavar="S", help="draws the same cases again")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sample = draw_cohort(
                pool=find_cohort(options["pool"]),
                name=options["into"],
                design=_design(options),
                seed=options["seed"],
                actor=None,
            )
        except (SamplingError, CohortNameError, UnknownCohortError) as error:
            raise CommandError(str(error)) from None
        self.explain(sample)
        self.summarise(
            {
                "cohort": sample.cohort.slug, "pool": sample.pool.slug, "seed": sample.seed,
                "design": sample.design, "strata": sample.table,
            }
        )  # fmt: skip

    def explain(self, sample: Sample) -> None:
        """Print the table of strata."""
        self.say(f"Cohort {sample.cohort.slug}: drawn from {sample.pool.slug} with seed {sample.seed}.")
        self.say(f"{'had':>6} {'wanted':>6} {'drawn':>6}  stratum")
        for row in sample.table:
            words = ", ".join(text or "–" for text in [row["value"], *row["stratum"]])
            generator = f", {row['generator']}" if row["generator"] else ""
            self.say(f"{row['had']:6} {row['wanted']:6} {row['drawn']:6}  {words}{generator}")


def _design(options: dict[str, Any]) -> Design:
    by = tuple(dict.fromkeys(name.strip().lower() for name in options["by"].split(",") if name.strip()))
    return Design(
        options["size"], as_prevalence(options["prevalence"]), by, options["one_per_patient"], options["pairs"]
    )

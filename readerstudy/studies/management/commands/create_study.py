"""`manage.py create_study SLUG --preset NAME|FILE.yaml --cohort NAME [--cohort NAME …]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.cohorts.services import UnknownCohortError, find_cohort
from readerstudy.command import JsonCommand
from readerstudy.studies import services
from readerstudy.studies.plans import Protocol, ProtocolError
from readerstudy.studies.presets import PRESETS, preset
from readerstudy.studies.protocol import read_protocol


class Command(JsonCommand):
    help = "Make a draft study from a preset, or from a protocol of your own, and the cohorts that it reads."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument(
            "--preset",
            default="single-phase",
            metavar="NAME|FILE.yaml",
            help=f"one of {', '.join(PRESETS)} (default: single-phase), or a file as `protocol SLUG` writes it",
        )
        parser.add_argument("--cohort", action="append", required=True, help="in the preset's order; may be repeated")
        parser.add_argument("--title", default="")
        parser.add_argument("--pilot", action="store_true", help="a trial run: its clock may be moved")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            study = services.create_study(
                slug=options["slug"],
                protocol=_protocol_at(options["preset"]),
                cohorts=[find_cohort(name) for name in options["cohort"]],
                title=options["title"],
                pilot=options["pilot"],
            )
        except (UnknownCohortError, services.StudyError, ProtocolError) as error:
            raise CommandError(str(error)) from None
        phases = [phase.name for phase in study.phases.order_by("position")]
        self.say(f"Study {study.slug} is a draft with {', '.join(phases)}. Next: manage.py lock_study {study.slug}")
        for reason in [*services.what_locking_misses(study), *services.what_the_audit_misses(study)]:
            self.say(f"Before it can be locked: {reason}")
        for doubt in services.what_may_tell_the_purpose(study):
            self.say(f"Look again: {doubt}")
        self.summarise({"study": study.slug, "status": study.status, "phases": phases})


def _protocol_at(name: str) -> Protocol:
    """Give the preset of a name, or the protocol in a file."""
    if name in PRESETS:
        return preset(name)
    if not name.endswith((".yaml", ".yml")):
        known = ", ".join(PRESETS)
        raise CommandError(f"There is no preset “{name}”. Known: {known}; or name a file that ends in .yaml.")
    try:
        return read_protocol(Path(name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} cannot be read: {error}") from None

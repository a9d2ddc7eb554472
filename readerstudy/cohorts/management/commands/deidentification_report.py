"""`manage.py deidentification_report COHORT [--json]`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.cohorts.deidentify import Report, report
from readerstudy.cohorts.services import UnknownCohortError, find_cohort
from readerstudy.command import JsonCommand

_SHOWN = 5


class Command(JsonCommand):
    help = "Say what was left out of the files of a cohort, what of them is kept, and what readers get."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("cohort", help="the cohort's name")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = report(find_cohort(options["cohort"]))
        except UnknownCohortError as error:
            raise CommandError(str(error)) from None
        for line in in_words(found):
            self.say(line)
        self.summarise(found.as_json())


def in_words(found: Report) -> list[str]:
    """Give the report as lines for a terminal."""
    text = found.burned_in_text
    return [
        f"Cohort {found.cohort}: {found.files} files, {found.dicom_files} of them DICOM; {found.patients} patients "
        f"under pseudonyms, {found.without_patient} files without a patient.",
        "",
        "Not kept (in how many files):",
        *(f"  {part.path}: {part.kind}, {part.action} ({part.files})" for part in found.removed),
        "",
        "Kept for the coordinator:",
        *(f"  {kept.name}: {_most(kept.values)}" for kept in found.kept),
        "",
        "Evidence of origin, kept for the coordinator and stripped from what readers get:",
        *(f"  {kind}: {_most(states)}" for kind, states in found.provenance.items()),
        "",
        f"Writing in the pixels: {text.flagged} cases with candidates, {text.unchecked} of them not looked at; "
        f"{text.declared} files say that they have some; {text.blacked_out} cases with black-outs.",
        "",
        "Readers get:",
        *(f"  {name}: {value}" for name, value in found.readers_get.items()),
    ]


def _most(values: dict[str, int]) -> str:
    shown = ", ".join(f"{value} ({times})" for value, times in list(values.items())[:_SHOWN])
    return shown + (f" and {len(values) - _SHOWN} other values" if len(values) > _SHOWN else "")

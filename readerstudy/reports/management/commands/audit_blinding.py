"""`manage.py audit_blinding COHORT [--acknowledge]`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.cohorts.services import UnknownCohortError, find_cohort
from readerstudy.command import JsonCommand
from readerstudy.reports.blinding_audit import BlindingAuditError, acknowledge, audit_blinding


class Command(JsonCommand):
    help = (
        "Look whether anything but the picture tells the classes of a cohort apart, and how far a computer could tell "
        "them without looking at anatomy. The verdict is stored with the cohort; a failed one is no error of the "
        "command."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("cohort")
        parser.add_argument(
            "--acknowledge", action="store_true", help="note that you have read the confound report that this prints"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            audit = audit_blinding(cohort=find_cohort(options["cohort"]), actor=None)
            if options["acknowledge"]:
                acknowledge(audit=audit, actor=None)
        except (UnknownCohortError, BlindingAuditError) as error:
            raise CommandError(str(error)) from None
        for line in in_words(audit.result):
            self.say(line)
        self.summarise(audit.result | {"audit": audit.pk, "acknowledged": options["acknowledge"]})


def in_words(result: dict[str, Any]) -> list[str]:
    """Say what an audit found, a line for each finding."""
    container, picture = result["container"], result["picture"]
    verdict = {"pass": "passed", "fail": "failed"}[container["verdict"]]
    lines = [f"{result['cohort']}, {result['n']} cases, profile {result['profile']}: {verdict}"]
    lines += [f"  differs: {one['feature']}: {one['example']}" for one in container["differences"]]
    lines += [_test(one) for one in container["tests"]]
    lines += [f"  {problem}" for problem in picture["problems"]]
    if picture["auc"] is not None:
        lines.append(f"Picture cues together: AUC {_area(picture)}. This is no verdict: it may be the very signal.")
    lines += [f"  {one['name']}, {one['stage']}: AUC {_area(one)}" for one in picture["features"]]
    lines += [
        f"  {' '.join([one['setting'], one['words']]).strip()} ({', '.join(one['names'])})" for one in result["advice"]
    ]
    if result["near_duplicates"]:
        lines.append(f"Near duplicates: {len(result['near_duplicates'])} pairs.")
    return lines


def _test(one: dict[str, Any]) -> str:
    words = "tells the classes apart" if one["significant"] else "nothing found"
    if one["too_few"]:
        words = f"too few cases to say anything: {one['n_needed']} are needed"
    return f"  {one['feature']}: p = {one['p']:.4f} (adjusted {one['adjusted_p']:.4f}), {words}"


def _area(one: dict[str, Any]) -> str:
    return f"{one['auc']:.3f} ({one['ci'][0]:.3f} to {one['ci'][1]:.3f})"

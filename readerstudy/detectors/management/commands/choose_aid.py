"""`manage.py choose_aid SLUG PHASE DETECTOR [--detector-version V] [--show score,call,region]`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.detectors.aiding import AidError, choose_aid
from readerstudy.detectors.models import Detector
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Phase, Study


class Command(StudyCommand):
    help = "Choose the detector that aids the readers of a phase, and what of its verdict they see."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("phase", help="the phase's short name")
        parser.add_argument("detector", help="the detector's name")
        parser.add_argument("--detector-version", default="")
        parser.add_argument("--show", default="score", help="some of score, call and region, with commas between them")

    def act(self, study: Study, **options: Any) -> str:
        phase, detector = _phase(study, options["phase"]), _detector(options["detector"], options["detector_version"])
        shows = [word.strip() for word in options["show"].split(",") if word.strip()]
        try:
            choose_aid(phase=phase, detector=detector, shows=shows, actor=None)
        except AidError as error:
            raise CommandError(str(error)) from None
        self.more = {"phase": phase.name, "detector": str(detector), "shows": shows}
        return f"{detector} aids in {phase.name}: readers see its {', '.join(shows)}."


def _phase(study: Study, name: str) -> Phase:
    phase = study.phases.filter(name=name).first()
    if phase is None:
        known = ", ".join(study.phases.values_list("name", flat=True))
        raise CommandError(f"The study {study.slug} has no phase {name!r}. Its phases: {known}.")
    return phase


def _detector(name: str, version: str) -> Detector:
    detector = Detector.objects.filter(name=name, version=version).first()
    if detector is None:
        known = ", ".join(map(str, Detector.objects.all())) or "none yet (import_scores makes one)"
        raise CommandError(f"There is no detector {f'{name} {version}'.strip()!r}. Known: {known}.")
    return detector

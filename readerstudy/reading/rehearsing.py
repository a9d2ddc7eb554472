"""A phase to be played on the reading page by its coordinator: what the browser needs for it, and nothing stored.

The browser itself plays the server (`frontend/src/rehearsal.ts`); only pictures are asked for here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from readerstudy.cohorts.models import Case
from readerstudy.cohorts.wado import PresentedInstance
from readerstudy.reading import images
from readerstudy.reading import serializers as wire
from readerstudy.reading.queries import end_questions
from readerstudy.reading.states import ShownReading
from readerstudy.studies.models import HangingList, Phase, Study

# So many places can be played.
PLAYED = 10
CODE = "preview"


@dataclass(frozen=True)
class Rehearsal:
    """The first places of a hanging list."""

    study: Study
    phase: Phase
    shown: list[ShownReading]

    def script(self) -> dict[str, Any]:
        """Give what the browser plays: the session at its beginning, its places, and what is asked at the end."""
        session = wire.SessionSerializer(self._beginning()).data
        places = wire.ReadingSerializer(self.shown, many=True).data
        asked = wire.QuestionSerializer(end_questions(self.phase), many=True).data
        return {"session": session, "places": places, "end_questions": asked}

    def _beginning(self) -> dict[str, Any]:
        profile = self.phase.cohort.profile
        return {
            "code": CODE,
            "study": self.study,
            "phase": self.phase,
            "cases": len(self.shown),
            "done": 0,
            "seconds": 0.0,
            "finished": False,
            "stage": "reading",
            "next_session": False,
            "next_opens_at": None,
            "matrix": None if profile.fit == "own" else {"rows": profile.side, "columns": profile.side},
            "spacing": None if profile.spacing is None else [profile.spacing, profile.spacing],
            "readings": [],
            "end_draft": None,
            "undo": None,
            "reopened": False,
            "earlier": [],
            "display_checked": False,
        }

    def instances(self) -> list[PresentedInstance]:
        """Give the pictures that can be asked for; one that is shown twice once."""
        found = [one for place in self.shown for one in (place.instance, place.companion) if one]
        return list({one.sop_instance_uid: one for one in found}.values())


def rehearsal_of(study: Study, drawn: HangingList) -> Rehearsal:
    """Prepare the first places of a hanging list, which may be one that is not stored."""
    places = drawn.places[:PLAYED]
    codes = {place[name] for place in places for name in ("case", "companion")}
    cases = {case.code: case for case in Case.objects.filter(code__in=codes).select_related("image", "cohort")}
    shown = [_shown(number, place, cases) for number, place in enumerate(places, start=1)]
    return Rehearsal(study, drawn.phase, shown)


def _shown(position: int, place: dict[str, Any], cases: dict[str, Case]) -> ShownReading:
    beside = cases.get(place["companion"])
    instance = images.presented_case(CODE, images.place_key(place["case"], place["reread"]), cases[place["case"]])
    companion = images.presented_case(CODE, images.companion_key(beside.code), beside) if beside else None
    return ShownReading(position, instance, companion, place["aided"], None, None)

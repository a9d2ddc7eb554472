"""Pictures for the cases of a trial that looks at them. Called in a process of the server's own settings."""

from __future__ import annotations

from readerstudy.studies.models import Study
from tests.readerstudy.unpictured import draw_frames


def draw() -> None:
    """Give the cases of the study black pictures."""
    draw_frames(Study.objects.get(slug="s"))

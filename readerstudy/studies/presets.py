"""Presets: protocols as data, from which a study is made."""

from __future__ import annotations

from dataclasses import dataclass

from readerstudy.studies.models import Feedback, Purpose

CONSENT = (
    "You are invited to take part in a reader study. You will look at X-rays, some of which may not be what they seem, "
    "and say what you think of each. Your judgements and the time you take are stored under a code, not under your "
    "name. Taking part is voluntary and you may stop at any time."
)


@dataclass(frozen=True)
class PhasePreset:
    """One stage of a protocol."""

    name: str
    title: str
    purpose: Purpose
    feedback: Feedback
    instructions: str


@dataclass(frozen=True)
class Preset:
    """A protocol: its phases, and which cohort (by its place on the command line) each of them reads.

    A phase whose cohort was not given is left out; the first is always needed.
    """

    name: str
    title: str
    cohorts: tuple[str, ...]
    phases: tuple[tuple[int, PhasePreset], ...]


SINGLE_PHASE = Preset(
    name="single-phase",
    title="Single phase: call and confidence, informed",
    cohorts=("cases to read", "practice cases (optional, others than those)"),
    phases=(
        (
            1,
            PhasePreset(
                name="practice",
                title="Practice",
                purpose=Purpose.PRACTICE,
                feedback=Feedback.AFTER_EACH,
                instructions="A few cases to get used to the page. After each you are told the answer. "
                "Nothing that you say here enters the results.",
            ),
        ),
        (
            0,
            PhasePreset(
                name="phase-1",
                title="Reading",
                purpose=Purpose.INFORMED,
                feedback=Feedback.NONE,
                instructions="Some of these X-rays are authentic, others were made by a computer (synthetic). "
                "For each, say which it is and how sure you are.",
            ),
        ),
    ),
)

PRESETS = {preset.name: preset for preset in (SINGLE_PHASE,)}

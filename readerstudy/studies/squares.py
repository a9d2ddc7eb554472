"""What keeps the Latin squares of a protocol from balancing: over them each arm reads each part of the cases once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from readerstudy.studies.plans import PhasePlan, Protocol


def square_gaps(protocol: Protocol) -> Iterator[str]:
    """Say, in words for the coordinator, which Latin squares would not have every case read equally often."""
    squares = [phase for phase in protocol.phases if phase.allocation == "latin-square"]
    for phase in squares:
        if phase.parts != len(protocol.arms):
            words = _(
                "The phase “%(phase)s” is a Latin square of %(parts)s parts, but there are %(arms)s arms: "
                "make as many arms as parts, or every case would not be read equally often."
            )
            yield words % {"phase": phase.title, "parts": phase.parts, "arms": len(protocol.arms)}
        yield from _left_out(protocol, phase)
    for cohort in dict.fromkeys(phase.cohort for phase in squares):
        yield from _over_one_cohort([phase for phase in squares if phase.cohort == cohort])


def _left_out(protocol: Protocol, phase: PhasePlan) -> Iterator[str]:
    """Find the arms whose part nobody would read in the phase; a phase that no arm visits is named elsewhere."""
    without = [arm.name for arm in protocol.arms if phase.name not in arm.phases]
    if without and len(without) < len(protocol.arms):
        words = _(
            "The phase “%(phase)s” is a Latin square, but not every arm goes through it (%(arms)s): "
            "add it to every arm, or some cases would not be read in it."
        )
        yield words % {"phase": phase.title, "arms": ", ".join(without)}


def _over_one_cohort(squares: Sequence[PhasePlan]) -> Iterator[str]:
    first = squares[0]
    for phase in squares[1:]:
        if (phase.parts, phase.anchors, phase.case_count) != (first.parts, first.anchors, first.case_count):
            words = _(
                "The phases “%(phase)s” and “%(other)s” are Latin squares over the same cases: give them the same "
                "parts, anchor cases and number of cases, or they would be divided differently."
            )
            yield words % {"phase": first.title, "other": phase.title}
    if len(squares) > first.parts:
        words = _(
            "There are %(n)s Latin squares over the cases of “%(phase)s”, but only %(parts)s parts: "
            "an arm would read the same cases twice. Remove a phase, or divide into more parts."
        )
        yield words % {"n": len(squares), "phase": first.title, "parts": first.parts}

"""Protocols for tests: drawn by hypothesis, or made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from readerstudy.studies.plans import ArmPlan, CohortSlot, Condition, PhasePlan, Protocol, QuestionPlan

names = st.from_regex(r"[a-z][a-z0-9_-]{0,11}", fullmatch=True)
# All that both databases and YAML can hold, at its most awkward.
_letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = st.text(_letters, max_size=60) | st.sampled_from(
    [
        "a\n\n  b\n",
        " leading",
        "trailing ",
        "yes",
        "1",
        "null",
        "- x",
        "# x",
        "a: b",
        "|",
        "\ttab\n",
        "“ä” 放射線 \u2028\x85",
    ]
)
words = texts.filter(lambda text: text.strip() != "")
# An option is one line without blanks around it.
option_words = words.map(lambda text: " ".join(text.split()))


@st.composite
def questions(draw: st.DrawFn, name: str, earlier: tuple[QuestionPlan, ...], kinds: list[str]) -> QuestionPlan:
    """Draw a question that contradicts neither itself nor those before it."""
    kind = draw(st.sampled_from(kinds))
    options = {"quality": st.lists(option_words, min_size=2, max_size=10, unique=True)}.get(
        kind, st.lists(option_words, max_size=4, unique=True) if kind in ("diagnosis", "marks") else st.just([])
    )
    asked = draw(st.sampled_from(["case", "end"])) if kind not in ("call", "marks") else "case"
    return QuestionPlan(
        name=name,
        kind=kind,
        text=draw(words),
        help=draw(texts),
        asked=asked,
        required=draw(st.booleans()),
        points=draw(st.sampled_from([0, 2, 5, 6, 10])) if kind == "call" else 0,
        forced=draw(st.booleans()) if kind == "call" else True,
        options=tuple(draw(options)),
        tools=tuple(draw(st.sets(st.sampled_from(["point", "box", "freehand"]), min_size=1)))
        if kind == "marks"
        else (),
        condition=draw(_conditions(earlier)) if asked == "case" else None,
    )


@st.composite
def _conditions(draw: st.DrawFn, earlier: tuple[QuestionPlan, ...]) -> Condition | None:
    possible = [one for one in earlier if one.asked == "case" and one.answers()]
    if not possible or draw(st.booleans()):
        return None
    question = draw(st.sampled_from(possible))
    answers = draw(st.lists(st.sampled_from(question.answers()), min_size=1, max_size=3, unique=True))
    return Condition(question.name, tuple(answers))


@st.composite
def phases(draw: st.DrawFn, name: str, slots: list[str]) -> PhasePlan:
    """Draw a phase whose settings go together."""
    purpose = draw(st.sampled_from(["practice", "purpose-blinded", "informed", "aided", "training"]))
    blinded, tested = purpose == "purpose-blinded", purpose not in ("practice", "training")
    aid = draw(st.sampled_from(["concurrent", "sequential"])) if purpose == "aided" else "none"
    feedback = "none" if tested else draw(st.sampled_from(["none", "after-each", "at-end"]))
    qualification = None if tested else draw(st.none() | st.integers(1, 100))
    crossed = draw(st.booleans())
    limit = draw(st.sampled_from(["none", "soft", "hard"]))
    kinds = ["quality", "diagnosis", "open", "marks"]
    asked: tuple[QuestionPlan, ...] = ()
    for one in draw(st.lists(names, max_size=4, unique=True)):
        with_call = kinds if blinded or any(q.kind == "call" for q in asked) else ["call", *kinds]
        asked = (*asked, draw(questions(one, asked, with_call)))
    cohort = draw(st.sampled_from(slots))
    return PhasePlan(
        name=name,
        title=draw(words),
        purpose=purpose,
        cohort=cohort,
        modality="aided" if aid != "none" else draw(names),
        case_count=draw(st.none() | st.integers(200, 1000)),
        told=draw(texts),
        disclosed_prevalence=None if blinded else draw(st.none() | st.integers(0, 100)),
        order=draw(st.sampled_from(["random", "blocked", "same"])),
        block_size=draw(st.integers(2, 50)),
        allocation="crossed" if crossed else draw(st.sampled_from(["split-plot", "latin-square"])),
        parts=1 if crossed else draw(st.integers(2, 6)),
        anchors=0 if crossed else draw(st.integers(0, 20)),
        reread_percent=0 if feedback == "after-each" else draw(st.integers(0, 50)),
        feedback=feedback,
        qualification_percent=qualification,
        attempts=draw(st.integers(1, 5)) if qualification else 1,
        aid=aid,
        washout_days=draw(st.integers(0, 60)),
        time_limit=limit,
        time_limit_seconds=None if limit == "none" else draw(st.integers(5, 600)),
        break_after_minutes=draw(st.none() | st.integers(1, 120)),
        revisit=not blinded and feedback == "none" and aid != "sequential" and draw(st.booleans()),
        undo_seconds=0 if blinded else draw(st.integers(0, 300)),
        companions=draw(st.sampled_from([None, *(slot for slot in slots if slot != cohort)])),
        questions=asked,
    )


@st.composite
def protocols(draw: st.DrawFn) -> Protocol:
    """Draw a protocol without a fault, of any settings that go together."""
    slots = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    steps = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    plans = tuple(draw(phases(name, slots)) for name in steps)
    read = {plan.cohort for plan in plans} | {plan.companions for plan in plans}
    optional = draw(st.booleans())
    used = [slot for slot in slots if slot in read]
    arms = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    return Protocol(
        name=draw(names),
        title=draw(words),
        cohorts=tuple(CohortSlot(slot, draw(texts), optional and slot == used[-1] and len(used) > 1) for slot in used),
        phases=plans,
        arms=tuple(
            ArmPlan(name, tuple(draw(st.permutations(steps))[: draw(st.integers(1, len(steps)))]), draw(texts))
            for name in arms
        ),
        summary=draw(texts),
        shown_title=draw(texts),
        consent=draw(texts),
    )


CALL = QuestionPlan(name="call", kind="call", text="Is it authentic or synthetic?")


def a_phase(**settings: Any) -> PhasePlan:
    """Make an informed phase that asks for a call."""
    plan = PhasePlan(name="reading", title="Reading", purpose="informed", cohort="A", questions=(CALL,))
    return replace(plan, **settings)


def a_protocol(*phases: PhasePlan, **settings: Any) -> Protocol:
    """Make a protocol of one arm that goes through these phases."""
    plans = phases or (a_phase(),)
    slots = sorted({plan.cohort for plan in plans} | {plan.companions for plan in plans if plan.companions})
    protocol = Protocol(
        name="ours",
        title="Ours",
        cohorts=tuple(CohortSlot(slot, f"cases of {slot}") for slot in slots),
        phases=plans,
        arms=(ArmPlan("A", tuple(plan.name for plan in plans)),),
        shown_title="Reading of radiographs",
        consent="You agree.",
    )
    return replace(protocol, **settings)

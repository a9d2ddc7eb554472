"""A protocol of combined settings is played through real HTTP, and what it left is checked against what it says."""

from __future__ import annotations

from typing import Any

import yaml

from readerstudy.cohorts.models import Cohort
from readerstudy.demo.profiles import ReaderProfile
from readerstudy.demo.services import Outcome, simulate_readers
from readerstudy.demo.simulation import Ability
from readerstudy.detectors.aiding import choose_aid
from readerstudy.detectors.models import Detector, DetectorScore
from readerstudy.reading.models import Judgement, Reading, ReadingSession, rating_of
from readerstudy.reports.ratings_table import ratings_table
from readerstudy.studies import services as studies
from readerstudy.studies.models import HangingList, Phase, Reader, Study
from readerstudy.studies.protocol import read_protocol
from readerstudy.truth.models import Truth
from tests.readerstudy.demo.combinations import Row, protocol_document
from tests.readerstudy.makers import close_and_unblind, lock_without_audit
from tests.readerstudy.unpictured import an_unpictured_cohort

CASES, PRACTICE_CASES, COMPANIONS, READERS = 8, 4, 3, 2


def cohorts_of(slug: str, row: Row) -> dict[str, Cohort]:
    """Make the cohorts that the protocol of a row reads."""
    sizes = {"A": CASES, "P": PRACTICE_CASES, "R": COMPANIONS}
    slots = [slot["slot"] for slot in protocol_document(row)["cohorts"]]
    made = {slot: an_unpictured_cohort(f"{slug}-{slot.lower()}", cases=sizes[slot]) for slot in slots}
    for number, truth in enumerate(Truth.objects.filter(case__cohort=made["A"]).order_by("pk")):
        truth.diagnosis = ("Fracture", "Effusion")[number // 2 % 2]
        truth.save()
    return made


def study_of(slug: str, row: Row) -> Study:
    """Make the study of a row and lock it."""
    cohorts = cohorts_of(slug, row)
    protocol = read_protocol(yaml.safe_dump(protocol_document(row)))
    study = studies.create_study(slug=slug, cohorts=cohorts, protocol=protocol, pilot=True)
    if row["aid"] != "none":
        detector = _a_detector(cohorts["A"])
        choose_aid(phase=study.phases.get(name="main"), detector=detector, shows=["score", "call"], actor=None)
    return lock_without_audit(study)


def _a_detector(cohort: Cohort) -> Detector:
    detector = Detector.objects.create(name=f"detector of {cohort.slug}")
    for number, case in enumerate(cohort.cases.order_by("pk")):
        DetectorScore.objects.create(detector=detector, case=case, score=number / CASES, call=bool(number % 2))
    return detector


def play(slug: str, row: Row, seed: int) -> Outcome:
    """Let two readers play the protocol of a row, and check everything that it left."""
    study = study_of(slug, row)
    profiles = [ReaderProfile(Ability(0.95, confidence=0.9)) for _ in range(READERS)]
    outcome = simulate_readers(study=study, profiles=profiles, seed=seed)
    assert set(outcome.states.values()) <= {"finished", "not-qualified"}, outcome
    for reader in study.readers.all():
        _check_reader(reader, row, outcome.states[reader.code])
    _check_table(study)
    return outcome


def _check_reader(reader: Reader, row: Row, state: str) -> None:
    sessions = ReadingSession.objects.filter(reader=reader).select_related("phase").order_by("pk")
    assert not sessions.filter(finished_at=None).exists()
    steps = [phase.name for phase in reader.steps()]
    walked = list(dict.fromkeys(session.phase.name for session in sessions))
    assert walked == (steps if state == "finished" else steps[: steps.index("practice") + 1])
    for session in sessions:
        _check_session(session, reader, row)
    if row["washout"] and {"main", "control"} <= set(walked):
        first, second = (session for session in sessions if session.phase.name in ("main", "control"))
        assert first.finished_at is not None
        assert (second.started_at - first.finished_at).days >= row["washout"]


def _check_session(session: ReadingSession, reader: Reader, row: Row) -> None:
    hung = HangingList.objects.get(reader=reader, phase=session.phase).places
    readings = list(session.readings.order_by("position").select_related("case", "companion"))
    assert [_as_place(reading) for reading in readings] == hung
    assert all(reading.judgements.exists() for reading in readings)
    if session.phase.name in ("main", "control"):
        _check_places(hung, session.phase, row)
        assert hasattr(session, "end_answers") == row["end"]


def _as_place(reading: Reading) -> dict[str, Any]:
    return {
        "case": reading.case.code, "modality": reading.modality, "aided": reading.aided, "reread": reading.reread,
        "companion": reading.companion.code if reading.companion else "",
    }  # fmt: skip


def _check_places(hung: list[dict[str, Any]], phase: Phase, row: Row) -> None:
    """See that the list holds as many cases, showings and conditions as the protocol asks for."""
    cases = row["case_count"] or CASES
    if row["allocation"] != "crossed":
        cases = row["anchors"] + (cases - row["anchors"]) // 2
    readings = 2 if phase.aid == "sequential" else 1
    first = [place for place in hung if not place["reread"]]
    assert len({place["case"] for place in hung}) == cases
    assert len(first) == cases * readings
    again = (len(hung) - len(first)) / readings
    assert abs(again - cases * row["rereads"] / 100) <= 0.5
    modalities = {"sequential": {"unaided", "aided"}, "concurrent": {"aided"}, "none": {"unaided"}}[phase.aid]
    assert {place["modality"] for place in hung} == modalities
    assert all(place["aided"] == (place["modality"] == "aided") for place in hung)
    assert all(bool(place["companion"]) == row["companions"] for place in hung)


def _check_table(study: Study) -> None:
    """Compare the ratings table with the judgements, each looked up alone."""
    table = ratings_table(close_and_unblind(study))
    human = table[table["kind"] == "human"].astype(object).where(table.notna(), None)
    said = {
        (row["reader"], row["case"], row["phase"], row["modality"], row["reread"]): (
            row["truth"], row["rating"], row["diagnosis_correct"],
        )
        for row in human.to_dict("records")
    }  # fmt: skip
    assert len(said) == len(human)
    assert said == _expected(study)


def _expected(study: Study) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    expected = {}
    tested = Reading.objects.filter(session__reader__study=study).exclude(session__phase__name="practice")
    for reading in tested.select_related("session__reader", "session__phase", "case"):
        newest = reading.judgements.order_by("-revision")[0]
        truth = Truth.objects.get(case=reading.case_id)
        rating = None if newest.call is None else rating_of(newest.call, newest.confidence or 0)
        right = _diagnosis_is_right(newest, truth)
        if rating is not None or right is not None:
            place = (
                reading.session.reader.code, reading.case.code, reading.session.phase.name, reading.modality,
                reading.reread,
            )  # fmt: skip
            expected[place] = (int(truth.is_synthetic), rating, right)
    return expected


def _diagnosis_is_right(judgement: Judgement, truth: Truth) -> int | None:
    """Only a diagnosis that was picked from a list is compared."""
    question = judgement.reading.session.phase.questions.filter(name="diagnosis").first()
    if question is None or not question.options:
        return None
    return int(judgement.answers["diagnosis"] == truth.diagnosis)

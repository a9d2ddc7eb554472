"""Filling a study with simulated readers."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from django.db import transaction

from readerstudy.accounts import services as accounts
from readerstudy.accounts.models import Role
from readerstudy.cohorts.models import Case, Source
from readerstudy.demo.server import loopback_server
from readerstudy.demo.simulation import Ability, Judgement, SimulatedReader, judge
from readerstudy.reading.models import Reading
from readerstudy.reading.queries import next_phase
from readerstudy.studies import services as studies
from readerstudy.studies.models import Reader, Study
from readerstudy.truth.models import Truth, Value


@dataclass(frozen=True)
class ReaderProfile:
    """Who a simulated reader is said to be, and how well they read."""

    ability: Ability
    years: int | None = None
    subspecialty: str = ""
    country: str = ""


def drawn_profiles(count: int, *, seed: int, auc: float) -> list[ReaderProfile]:
    """Draw readers whose AUC scatters around the one asked for (standard deviation 0.04, within 0.5 to 0.99)."""
    generator = np.random.default_rng(seed)
    aucs = np.clip(generator.normal(auc, 0.04, count), 0.5, 0.99)
    years = generator.integers(0, 41, count)
    return [ReaderProfile(Ability(float(a)), years=int(y)) for a, y in zip(aucs, years, strict=True)]


def simulate_readers(
    *, study: Study, profiles: Sequence[ReaderProfile], seed: int, progress: Callable[[str], None] = lambda _: None
) -> int:
    """Enrol simulated readers in a running study and let them read it through the HTTP API.

    After a break the same call goes on where it stopped.

    Returns
    -------
    int
        How many judgements the server acknowledged.

    Raises
    ------
    StudyError
        The study does not run, or people already read in it: their judgements must not mix with simulated ones.
    """
    if not study.is_running:
        raise studies.StudyError(f"The study {study.slug} is {study.status}: lock it first, so that it can be read.")
    if study.readers.filter(is_simulated=False).exclude(user=None).exists():
        raise studies.StudyError(f"People read in {study.slug}: simulated judgements must not mix with theirs.")
    places = enrol_simulated(study, profiles)
    return let_read(places, profiles=profiles, seed=seed, progress=progress)


def let_read(
    places: Sequence[Reader],
    *,
    profiles: Sequence[ReaderProfile],
    seed: int,
    progress: Callable[[str], None] = lambda _: None,
) -> int:
    """Let enrolled simulated readers read whatever they have not read yet, and give the number of judgements."""
    sent = 0
    with loopback_server() as address:
        for reader, profile in zip(places, profiles, strict=True):
            if next_phase(reader) is None:
                continue
            with _login(reader) as (username, password):
                client = SimulatedReader(address, username, password)
                sent += client.read_study(reader.study.slug, _judge_by_truth(profile.ability, reader, seed))
            progress(f"{reader.code} has read {reader.study.slug}.")
    return sent


def enrol_simulated(study: Study, profiles: Sequence[ReaderProfile]) -> list[Reader]:
    """Give each simulated reader a place in the study; places of an earlier, broken-off run are kept."""
    enrolled = list(study.readers.filter(is_simulated=True).order_by("pk"))[: len(profiles)]
    return enrolled + [_enrol(study, profile) for profile in profiles[len(enrolled) :]]


@transaction.atomic
def _enrol(study: Study, profile: ReaderProfile) -> Reader:
    """Make an account and take a place in the study."""
    reader = studies.invite_reader(study=study, actor=None, simulated=True)
    username = f"simulated-{study.slug}-{reader.code}"
    user = accounts.create_user(username=username, password=None, role=Role.READER)
    studies.join_study(
        reader=reader, user=user, years=profile.years, subspecialty=profile.subspecialty, country=profile.country
    )
    return reader


@contextmanager
def _login(reader: Reader) -> Iterator[tuple[str, str]]:
    """Give the reader a name and a password that opens the account only meanwhile."""
    user = reader.user
    if user is None or not reader.is_simulated:
        raise studies.StudyError(f"{reader.code} is not a simulated reader.")
    password = secrets.token_urlsafe(16)
    user.set_password(password)
    user.save(update_fields=["password"])
    try:
        yield user.username, password
    finally:
        user.set_unusable_password()
        user.save(update_fields=["password"])


def _judge_by_truth(ability: Ability, reader: Reader, seed: int) -> Callable[[str, int], Judgement]:
    """Let the simulation know what no client is told: the truth of the case at a position.

    Each draw depends on seed, reader, phase and the picture alone, so that the same seed gives the same judgements
    whatever codes and orders were drawn.
    """

    def judge_case(session_code: str, position: int) -> Judgement:
        reading = Reading.objects.select_related("case", "session__phase").get(
            session__code=session_code, position=position
        )
        picture = _picture_number(reading.case)
        shared = np.random.default_rng([seed, reading.session.phase.position, picture])
        own = np.random.default_rng([seed, reading.session.phase.position, picture, int(reader.code[1:])])
        truth = Truth.objects.get(case=reading.case_id)
        return judge(
            ability, synthetic=truth.value == Value.SYNTHETIC, case_effect=shared.standard_normal(), generator=own
        )

    return judge_case


def _picture_number(case: Case) -> int:
    return int(Source.objects.get(case=case).pixel_digest[:12], 16)

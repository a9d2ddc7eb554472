"""People with fixed roles, cohorts and studies: shared by the tests of all rooms."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from readerstudy.accounts.models import Role, User
from readerstudy.accounts.services import create_user
from tests.readerstudy.makers import MakeCohort, MakeStudy, a_sealed_cohort, a_study

PASSWORD = "a word for tests"


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    """Spare every login the cost that a real one must have."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def coordinator(db: None) -> User:
    """The person who runs the studies."""
    return create_user(username="coordinator", password=PASSWORD, role=Role.COORDINATOR)


@pytest.fixture
def reader_user(db: None) -> User:
    """The person who reads."""
    return create_user(username="reader", password=PASSWORD, role=Role.READER)


@pytest.fixture
def colleague_user(db: None) -> User:
    """Another reader, often of the same study."""
    return create_user(username="colleague", password=PASSWORD, role=Role.READER)


@pytest.fixture
def stranger_user(db: None) -> User:
    """A reader of no study."""
    return create_user(username="stranger", password=PASSWORD, role=Role.READER)


@pytest.fixture
def desk(client: Client, coordinator: User) -> Client:
    """The coordinator's browser."""
    client.force_login(coordinator)
    return client


@pytest.fixture
def make_cohort(db: None) -> MakeCohort:
    """Give the function that imports drawn cases into a cohort and seals their truth."""
    return a_sealed_cohort


@pytest.fixture
def make_study(db: None) -> MakeStudy:
    """Give the function that makes a study, running with its readers unless said otherwise."""
    return a_study

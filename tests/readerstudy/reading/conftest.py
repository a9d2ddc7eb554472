"""A running study without pictures, and its readers' browsers."""

from __future__ import annotations

import pytest

from readerstudy.accounts.models import Role, User
from readerstudy.studies.models import Study
from tests.readerstudy.makers import MakeStudy
from tests.readerstudy.reader_client import ReaderClient
from tests.readerstudy.unpictured import a_person, an_unpictured_study


@pytest.fixture
def coordinator(db: None) -> User:
    """The person who runs the studies."""
    return a_person("coordinator", Role.COORDINATOR)


@pytest.fixture
def reader_user(db: None) -> User:
    """The person who reads."""
    return a_person("reader")


@pytest.fixture
def colleague_user(db: None) -> User:
    """The other reader of the study."""
    return a_person("colleague")


@pytest.fixture
def stranger_user(db: None) -> User:
    """A reader of no study."""
    return a_person("stranger")


@pytest.fixture
def make_study(db: None) -> MakeStudy:
    """Give the function that makes studies without pictures."""
    return an_unpictured_study


@pytest.fixture
def study(make_study: MakeStudy, reader_user: User, colleague_user: User) -> Study:
    """Six cases and two readers who have agreed to take part."""
    return make_study(readers=[reader_user, colleague_user], consent=True)


@pytest.fixture
def reader(reader_user: User) -> ReaderClient:
    """The reader's browser."""
    return ReaderClient(reader_user)


@pytest.fixture
def colleague(colleague_user: User) -> ReaderClient:
    """The other reader's browser."""
    return ReaderClient(colleague_user)


@pytest.fixture
def stranger(stranger_user: User) -> ReaderClient:
    """The browser of a reader of no study."""
    return ReaderClient(stranger_user)


@pytest.fixture
def code(study: Study, reader: ReaderClient) -> str:
    """The code of the session that the reader has begun."""
    return str(reader.start().json()["code"])

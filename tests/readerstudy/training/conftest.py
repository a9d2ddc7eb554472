"""A reader in a study of one's own protocol."""

from __future__ import annotations

import pytest

from readerstudy.accounts.models import User
from tests.readerstudy.reader_client import ReaderClient
from tests.readerstudy.unpictured import a_person


@pytest.fixture
def reader_user(db: None) -> User:
    """The person who reads."""
    return a_person("reader")


@pytest.fixture
def colleague_user(db: None) -> User:
    """The other reader of the study."""
    return a_person("colleague")


@pytest.fixture
def reader(reader_user: User) -> ReaderClient:
    """The reader's browser."""
    return ReaderClient(reader_user)

"""What every test may ask for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.management.commands import flush
from django.db import connection

from readerstudy import texts
from readerstudy.audit import append_only

# Examples are not timed: the machine may be busy with something else. In CI they are the same in every run.
hypothesis.settings.register_profile("here", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("here")

EVIDENCE_TABLES = [
    "audit_event", "studies_hanginglist", "studies_version", "studies_interimlook", "reading_judgement",
    "reading_mark", "reading_phaseanswers", "detectors_aidshown", "training_feedbackshown",
]  # fmt: skip


def pytest_sessionstart() -> None:
    """Compile the translations, as `make setup` does: a test must not pass because a page fell back to English."""
    texts.compile_all()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that need no database, so that they run once and not once for every database.

    SQLite has one writer at a time, whatever it writes: what is said of locks on rows is left to PostgreSQL.
    """
    if connection.vendor != "postgresql":
        left_out = [item for item in items if item.get_closest_marker("row_locks")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    for item in items:
        asked = {"db", "transactional_db", "live_server", "django_db_setup"} & set(getattr(item, "fixturenames", ()))
        if not asked and not item.get_closest_marker("django_db"):
            item.add_marker("no_database")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of real radiographs and ratings that lies beside the project on some machines."""
    folder = Path(settings.BASE_DIR).parent / "shared" / "data"
    if not folder.exists():
        pytest.skip("the real radiographs (../shared/data) are not on this machine")
    return folder


@pytest.fixture(autouse=True)
def _own_data_dir(tmp_path_factory: pytest.TempPathFactory, settings: pytest.FixtureRequest) -> None:
    """Keep the frames that a test writes out of the application's own data, and out of the test's own folder."""
    settings.DATA_DIR = tmp_path_factory.mktemp("var")  # type: ignore[attr-defined]


@pytest.fixture(autouse=True, scope="session")
def _flush_may_clear_evidence() -> Iterator[None]:
    """Lift the append-only triggers while the test runner empties the database between transactional tests."""
    original = flush.Command.handle

    def handle(self: flush.Command, **options: object) -> None:
        with connection.schema_editor() as editor:
            for table in EVIDENCE_TABLES:
                append_only.remove(editor, table)
        original(self, **options)
        with connection.schema_editor() as editor:
            for table in EVIDENCE_TABLES:
                append_only.install(editor, table)

    flush.Command.handle = handle  # type: ignore[method-assign]
    yield
    flush.Command.handle = original  # type: ignore[method-assign]


def missing(what: str) -> None:
    """Skip for a part that this machine lacks; in CI nothing may be missing."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing, and CI may skip nothing")
    pytest.skip(f"{what} is missing: `make test` says how to install it")

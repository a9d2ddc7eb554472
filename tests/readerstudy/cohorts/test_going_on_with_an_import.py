"""An import that was stopped or killed is gone on with: every file is taken once, and the summary is of the whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from readerstudy.audit.models import Event
from readerstudy.cohorts import importing, presenting
from readerstudy.cohorts.import_ledger import ImportSummary
from readerstudy.cohorts.importing import import_images
from readerstudy.cohorts.models import Case, Cohort, Image, ImportRun, ImportVerdict, Source
from readerstudy.cohorts.services import create_cohort
from readerstudy.cohorts.sources import SourceFile, SourceUnavailableError, list_files
from tests.readerstudy.cohorts.samples import as_file, radiograph

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort() -> Cohort:
    return create_cohort(name="mine", actor=None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six pictures, one of them twice, and one that is none."""
    path = tmp_path / "images"
    path.mkdir()
    for seed in range(6):
        (path / f"{seed}.png").write_bytes(as_file(radiograph(40, 40, seed=seed)))
    (path / "again.png").write_bytes(as_file(radiograph(40, 40, seed=0), compress_level=1))
    (path / "letter.png").write_text("no picture")
    return path


def read_counting(folder: Path) -> tuple[list[SourceFile], list[str]]:
    """Give the files of a folder, and the names of those that were read so far."""
    read: list[str] = []

    def reading(file: SourceFile) -> Callable[[], bytes]:
        def read_it() -> bytes:
            read.append(file.name)
            return file.read()

        return read_it

    return [SourceFile(file.name, reading(file)) for file in list_files(folder)], read


def stop_after(number: int) -> Callable[[], bool]:
    asked = iter(range(1000))
    return lambda: next(asked) >= number


def names(cohort: Cohort) -> list[str]:
    return sorted(name for source in Source.objects.filter(cohort=cohort) for name in source.names)


def test_a_stopped_import_goes_on_where_it_stopped(cohort: Cohort, folder: Path) -> None:
    files, read = read_counting(folder)
    first = import_images(cohort=cohort, files=files, actor=None, source="here", stop=stop_after(3))
    assert first.stopped
    over = set(ImportVerdict.objects.values_list("file", flat=True))
    assert len(over) == 3
    read.clear()
    told: list[tuple[int, int]] = []
    second = import_images(
        cohort=cohort, files=files, actor=None, source="here", progress=lambda *step: told.append(step)
    )
    assert not over & set(read), "what has a verdict is not read again"
    assert told[0] == (4, 8)
    assert told[-1] == (8, 8)
    assert (len(second.imported), len(second.duplicates), len(second.rejected)) == (6, 1, 1)
    assert (ImportRun.objects.count(), Case.objects.count()) == (1, 6)
    assert names(cohort) == [*(f"{seed}.png" for seed in range(6)), "again.png"]


def test_the_order_is_the_same_as_without_a_stop(cohort: Cohort, folder: Path) -> None:
    twin = create_cohort(name="twin", actor=None)
    Cohort.objects.filter(pk=twin.pk).update(import_seed=cohort.import_seed)
    twin.refresh_from_db()
    import_images(cohort=cohort, files=list_files(folder), actor=None)
    for stop in (stop_after(2), stop_after(3), stop_after(1000)):
        import_images(cohort=twin, files=list_files(folder), actor=None, source="here", stop=stop)
    orders = [
        list(Source.objects.filter(cohort=one).order_by("pk").values_list("name", flat=True)) for one in (cohort, twin)
    ]
    assert orders[0] == orders[1]


def test_an_import_that_was_over_begins_anew(cohort: Cohort, folder: Path) -> None:
    for _ in range(2):
        import_images(cohort=cohort, files=list_files(folder), actor=None, source="here")
    (folder / "letter.png").write_bytes(as_file(radiograph(40, 40, seed=9)))
    third = import_images(cohort=cohort, files=list_files(folder), actor=None, source="here")
    assert (len(third.imported), len(third.duplicates), third.rejected) == (1, 7, [])
    assert ImportRun.objects.filter(finished_at=None).count() == 0


def test_another_source_does_not_go_on_with_it(cohort: Cohort, folder: Path) -> None:
    import_images(cohort=cohort, files=list_files(folder), actor=None, source="here", stop=stop_after(3))
    other = import_images(cohort=cohort, files=list_files(folder), actor=None, source="there")
    assert (len(other.imported) + len(other.duplicates), len(other.rejected)) == (7, 1)
    assert ImportRun.objects.count() == 2


def test_two_sources_with_long_names_are_two(cohort: Cohort, folder: Path) -> None:
    for end in "ab":
        long = "x" * 700 + end
        import_images(cohort=cohort, files=list_files(folder), actor=None, source=long, stop=stop_after(1))
    assert len(set(ImportRun.objects.values_list("source", flat=True))) == 2


def test_a_server_that_fails_in_the_middle_leaves_what_came_before(cohort: Cohort, folder: Path) -> None:
    files = list_files(folder)
    order = [file.name for file in importing._shuffled(files, cohort.import_seed)]

    def fail() -> bytes:
        raise SourceUnavailableError("The server does not answer any more.")

    failing = [SourceFile(file.name, fail) if file.name == order[4] else file for file in files]
    with pytest.raises(SourceUnavailableError):
        import_images(cohort=cohort, files=failing, actor=None, source="server")
    assert set(ImportVerdict.objects.values_list("file", flat=True)) == set(order[:4])
    assert Event.objects.filter(verb="cohorts.imported").count() == 1
    again = import_images(cohort=cohort, files=files, actor=None, source="server")
    assert (len(again.imported), len(again.duplicates), len(again.rejected)) == (6, 1, 1)


def test_two_imports_at_once_give_every_file_one_verdict(cohort: Cohort, folder: Path) -> None:
    """A job that was given up may still be at work when the next one goes on with it."""
    files = list_files(folder)
    inner: list[ImportSummary] = []

    def meanwhile(done: int, _total: int) -> None:
        if done == 2:
            inner.append(import_images(cohort=cohort, files=files, actor=None, source="here"))

    outer = import_images(cohort=cohort, files=files, actor=None, source="here", progress=meanwhile)
    for summary in (*inner, outer):
        assert (len(summary.imported), len(summary.duplicates), len(summary.rejected)) == (6, 1, 1)
    assert Case.objects.count() == 6


def frames_of_the_store() -> set[str]:
    return {path.name for path in (Path(settings.DATA_DIR) / "frames").iterdir()}


KILLED = """
import os, signal, sys
import django
django.setup()
from readerstudy.cohorts import importing
from readerstudy.cohorts.models import Cohort
from readerstudy.cohorts.sources import list_files

def progress(done, total):
    print(done, flush=True)

importing.import_images(
    cohort=Cohort.objects.get(), files=list_files(sys.argv[1]), actor=None, source="here", progress=progress
)
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_goes_on_with_one_result(cohort: Cohort, folder: Path) -> None:
    for seed in range(10, 30):
        (folder / f"{seed}.png").write_bytes(as_file(radiograph(40, 40, seed=seed)))
    environment = {**os.environ, "DATA_DIR": str(settings.DATA_DIR), "DATABASE_URL": _address_of_the_test_database()}
    environment["DJANGO_SETTINGS_MODULE"] = "readerstudy.settings"
    for wanted in (3, 6):
        command = [sys.executable, "-c", KILLED, str(folder)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, cwd=settings.BASE_DIR) as process:
            assert process.stdout is not None
            told = [process.stdout.readline() for _ in range(wanted)]
            process.send_signal(signal.SIGKILL)
        assert all(told)
    before = ImportVerdict.objects.count()
    assert 6 <= before < 28
    assert Case.objects.count() == ImportVerdict.objects.filter(verdict="imported").count()
    summary = import_images(cohort=cohort, files=list_files(folder), actor=None, source="here")
    assert (len(summary.imported), len(summary.duplicates), len(summary.rejected)) == (26, 1, 1)
    assert (ImportRun.objects.count(), Case.objects.count(), Image.objects.count()) == (1, 26, 26)
    for path in (Path(settings.DATA_DIR) / "frames").iterdir():
        os.utime(path, (time.time() - 10_000, time.time() - 10_000))
    presenting.tidy_files()
    assert frames_of_the_store() == set(Image.objects.values_list("file", flat=True)), "orphans are tidied away"


def _address_of_the_test_database() -> str:
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    parts = {name: quote(str(database[name]), safe="") for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")}
    login = ":".join(filter(None, (parts["USER"], parts["PASSWORD"])))
    server = ":".join(filter(None, (parts["HOST"], parts["PORT"])))
    return f"postgres://{login}@{server}/{parts['NAME']}"

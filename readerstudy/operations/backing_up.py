"""Everything into one file: the database as it is at one moment, and the files that its rows name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from readerstudy.audit.chain import check_chain
from readerstudy.cohorts import frames, masters
from readerstudy.operations import rows
from readerstudy.operations.archive import FORMAT, BackupError, FileEntry, Manifest, Writer

KEY_FILE = "secret-key"


def back_up(target: Path, *, say: Callable[[str], None] = lambda _: None) -> Manifest:
    """Write a backup, whole or not at all; people may go on reading meanwhile.

    Images of uploads and of the archive's cache are left out: they can be had again. The signing key is in it where it
    is kept with the data; one that comes from the environment is not.

    Raises
    ------
    BackupError
        The file exists already or cannot be written, or the audit log's chain is broken.
    """
    if target.exists():
        raise BackupError(f"{target} exists already. Give another name, or remove it.")
    try:
        writer = Writer(target)
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror}.") from None
    try:
        manifest = _written(writer, say)
        writer.finish(manifest)
    except OSError as error:
        writer.abandon()
        raise BackupError(f"{target} cannot be written: {error.strerror}.") from None
    except BaseException:
        writer.abandon()
        raise
    return manifest


def _written(writer: Writer, say: Callable[[str], None]) -> Manifest:
    with rows.one_moment():
        chain = check_chain()
        if chain.broken is not None:
            raise BackupError(f"The audit log is broken at event {chain.broken}. Look into that first: verify_audit.")
        tables = {
            kind._meta.db_table: writer.table(kind._meta.db_table, rows.columns_of(kind), rows.lines_of(kind))
            for kind in rows.kinds()
        }
        migrations = rows.migrations()
    say(f"{sum(entry.rows for entry in tables.values())} rows of {len(tables)} tables")
    # After the rows: a file is there before its row is.
    files = list(_files(writer, say))
    return Manifest(
        format=FORMAT,
        version=settings.VERSION,
        made_at=timezone.now().isoformat(timespec="seconds"),
        migrations=migrations,
        tables=tables,
        files=files,
        events=chain.events,
        head=chain.head,
    )


def _files(writer: Writer, say: Callable[[str], None]) -> Iterator[FileEntry]:
    data = Path(settings.DATA_DIR)
    found = [path for folder in (frames.folder(), masters.folder()) for path in sorted(folder.rglob("*"))]
    found = [path for path in found if path.is_file() and not path.name.startswith(".")]
    key = data / KEY_FILE
    for number, path in enumerate([*found, *([key] if key.is_file() else [])], start=1):
        yield writer.file(path.relative_to(data).as_posix(), path)
        if number % 500 == 0:
            say(f"{number} of {len(found)} files")

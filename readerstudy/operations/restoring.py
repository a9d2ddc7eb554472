"""A backup back into an empty database and folder: all of it, or nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import transaction

from readerstudy.audit import services as audit
from readerstudy.audit.chain import check_chain
from readerstudy.cohorts import frames, masters
from readerstudy.operations import rows
from readerstudy.operations.archive import BackupError, Manifest, Reader
from readerstudy.operations.backing_up import KEY_FILE


def restore(source: Path, *, say: Callable[[str], None] = lambda _: None) -> Manifest:
    """Restore a backup into a database fresh from `migrate` and a DATA_DIR without images.

    Everything is compared with the manifest before anything is written, the rows and the audit log's chain once more
    as the database gives them back; only then is it kept.

    Raises
    ------
    BackupError
        The backup is damaged or of another version, something is there already, or what was written is not the same.
    """
    backup = Reader(source)
    _refuse_other_tables(backup.manifest)
    _refuse_occupied()
    say("Checking the backup …")
    backup.check()
    staged = Path(settings.DATA_DIR) / "restoring"
    try:
        _unpack(backup, staged)
        say(f"{len(backup.manifest.files)} files unpacked")
        _write(backup, staged)
    except OSError as error:
        raise BackupError(f"The files cannot be written: {error.strerror}. Nothing was changed.") from None
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return backup.manifest


def _refuse_other_tables(manifest: Manifest) -> None:
    here, there = set(rows.migrations()), set(manifest.migrations)
    if here == there:
        return
    missing = sorted(there - here) or sorted(here - there)
    raise BackupError(
        f"The backup was made by version {manifest.version}, whose tables are others than those of this one "
        f"({settings.VERSION}; for example {missing[0]}). Restore it with version {manifest.version}, then install "
        "this one and run `manage.py migrate`."
    )


def _refuse_occupied() -> None:
    table = rows.first_occupied()
    if table:
        raise BackupError(
            f"The database is not empty: {table} holds rows. Restore into a new one: set DATABASE_URL and DATA_DIR, "
            "and run `manage.py migrate` first."
        )
    for folder in (frames.folder(), masters.folder()):
        if folder.exists() and any(folder.iterdir()):
            raise BackupError(f"{folder} is not empty. Restore into a new DATA_DIR.")


def _unpack(backup: Reader, staged: Path) -> None:
    """Put the files beside their places, with the hard links that they had."""
    shutil.rmtree(staged, ignore_errors=True)
    for entry in backup.manifest.files:
        target = (staged / entry.path).resolve()
        if not target.is_relative_to(staged.resolve()):
            raise BackupError(f"The backup names a file outside of its folder: {entry.path}.")
        target.parent.mkdir(parents=True, exist_ok=True)
        if entry.same_as is not None:
            os.link(staged / entry.same_as, target)
            continue
        with backup.open_file(entry.path) as read, target.open("xb") as written:
            shutil.copyfileobj(read, written, 2**20)
            written.flush()
            os.fsync(written.fileno())


def _write(backup: Reader, staged: Path) -> None:
    moved: list[tuple[Path, Path]] = []
    try:
        with transaction.atomic():
            _insert(backup)
            for folder in (frames.folder(), masters.folder()):
                there = staged / folder.name
                if there.exists():
                    shutil.rmtree(folder, ignore_errors=True)
                    there.rename(folder)
                    moved.append((folder, there))
    except BaseException:
        for folder, there in moved:
            folder.rename(there)
        raise
    key = staged / KEY_FILE
    if key.exists() and not os.environ.get("SECRET_KEY"):
        key.chmod(0o600)
        key.replace(Path(settings.DATA_DIR) / KEY_FILE)


def _insert(backup: Reader) -> None:
    manifest, kinds = backup.manifest, rows.kinds()
    rows.empty_what_migrate_filled()
    for kind in kinds:
        rows.insert(kind, backup.lines(kind._meta.db_table))
    for kind in kinds:
        entry = manifest.tables[kind._meta.db_table]
        if rows.digest_of(kind) != (entry.rows, entry.sha256):
            raise BackupError(f"{kind._meta.db_table} is not the same in this database. Nothing was restored.")
    chain = check_chain()
    if (chain.broken, chain.events, chain.head) != (None, manifest.events, manifest.head):
        raise BackupError("The audit log's chain does not end as in the backup. Nothing was restored.")
    rows.number_on(kinds)
    audit.record(actor=None, verb="operations.restored", target=f"backup:{manifest.made_at}", events=manifest.events)

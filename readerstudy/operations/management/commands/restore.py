"""`manage.py restore FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.command import JsonCommand
from readerstudy.operations.archive import BackupError
from readerstudy.operations.restoring import restore


class Command(JsonCommand):
    help = (
        "Restore a backup into a new database and folder (DATABASE_URL, DATA_DIR; run migrate first). Everything is "
        "checked against the backup's own digests; where anything differs, nothing is restored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="what `manage.py backup` has written")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            manifest = restore(file, say=self.say)
        except BackupError as error:
            raise CommandError(str(error)) from None
        rows = sum(entry.rows for entry in manifest.tables.values())
        self.say(f"{rows} rows and {len(manifest.files)} files are as they were on {manifest.made_at}.")
        self.say("Restart the server: everybody logs in again.")
        self.summarise(
            {"rows": rows, "files": len(manifest.files), "events": manifest.events, "head": manifest.head}
            | {"made_at": manifest.made_at}
        )

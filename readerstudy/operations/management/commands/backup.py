"""`manage.py backup FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.command import JsonCommand
from readerstudy.operations.archive import BackupError
from readerstudy.operations.backing_up import KEY_FILE, back_up


class Command(JsonCommand):
    help = "Write database and images into one file, as they are at one moment. Readers may go on meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="the file to make, for example backup-2026-11-24.zip")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            manifest = back_up(file, say=self.say)
        except BackupError as error:
            raise CommandError(str(error)) from None
        self.say(f"{file}: {file.stat().st_size:,} bytes. Head of the audit log: {manifest.head or '-'}")
        self.say("It holds images, truth and accounts: keep it as you keep the X-rays.")
        if all(entry.path != KEY_FILE for entry in manifest.files):
            self.say("SECRET_KEY comes from the environment and is not in it: keep that, too.")
        rows = sum(entry.rows for entry in manifest.tables.values())
        self.summarise(
            {"file": str(file), "bytes": file.stat().st_size, "rows": rows, "files": len(manifest.files)}
            | {"events": manifest.events, "head": manifest.head}
        )

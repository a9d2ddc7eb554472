"""What the management commands share: words for people, or one line of JSON for machines."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.utils import OperationalError, ProgrammingError

# What SQLite and PostgreSQL say of a table that is not there.
_NO_TABLES = ("no such table", "does not exist")


class JsonCommand(BaseCommand):
    """A command whose last line of stdout is a JSON summary when `--json` is given."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--json`."""
        parser.add_argument("--json", action="store_true", help="end with a machine-readable summary on the last line")

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Remember whether people or machines listen."""
        self.as_json: bool = options["json"]
        try:
            return super().execute(*args, **options)
        except (OperationalError, ProgrammingError) as error:
            if any(words in str(error) for words in _NO_TABLES):
                raise CommandError("The database has no tables yet. Make them: manage.py migrate") from None
            raise

    def say(self, text: str) -> None:
        """Write a line for people."""
        if not self.as_json:
            self.stdout.write(text)

    def summarise(self, summary: dict[str, Any]) -> None:
        """Write the last line for machines."""
        if self.as_json:
            self.stdout.write(json.dumps(summary))

"""What the management commands share: words for people, or one line of JSON for machines."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class JsonCommand(BaseCommand):
    """A command whose last line of stdout is a JSON summary when `--json` is given."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--json`."""
        parser.add_argument("--json", action="store_true", help="end with a machine-readable summary on the last line")

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Remember whether people or machines listen."""
        self.as_json: bool = options["json"]
        return super().execute(*args, **options)

    def say(self, text: str) -> None:
        """Write a line for people."""
        if not self.as_json:
            self.stdout.write(text)

    def summarise(self, summary: dict[str, Any]) -> None:
        """Write the last line for machines."""
        if self.as_json:
            self.stdout.write(json.dumps(summary))

"""`manage.py load_demo`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from readerstudy.command import JsonCommand
from readerstudy.demo import demo_study


class Command(JsonCommand):
    help = "Make the demo: a finished study with results, and a running one to read in. Done before, it does nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--url", default="http://127.0.0.1:8000/", help="where the server will be, for the hints")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            demo_study.load(say=self.say)
        except demo_study.NotTheDemoError as error:
            raise CommandError(str(error)) from None
        logins = [{"role": role, "username": name, "password": word} for role, name, word in demo_study.LOGINS]
        self.say(self.hints(options["url"]))
        self.summarise(
            {
                "study": demo_study.FINISHED,
                "open_study": demo_study.OPEN,
                "cohort": demo_study.COHORT,
                "logins": logins,
            }
        )

    def hints(self, url: str) -> str:
        """Say what a newcomer can try."""
        logins = "\n".join(f"  {role:<12} {name:<12} {word}" for role, name, word in demo_study.LOGINS)
        return (
            f"\nOpen {url} and log in:\n{logins}\n\n"
            "As reader: agree, practise on two cases, read. A and S call, digits say how sure, Enter submits.\n"
            f"As coordinator: the gallery of phantoms under Cohorts; the results of “{demo_study.FINISHED_TITLE}”;\n"
            f"then the progress of “{demo_study.OPEN_TITLE}”, which you can close and unblind.\n"
            "These passwords are public: the demo is for this machine alone.\n"
        )

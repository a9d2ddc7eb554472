"""`manage.py create_coordinator USERNAME`."""

from __future__ import annotations

import getpass
import os
import secrets
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser

from readerstudy.accounts.models import Role
from readerstudy.accounts.services import create_user
from readerstudy.command import JsonCommand


class Command(JsonCommand):
    help = "Make an account for somebody who builds cohorts and runs studies."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("username")
        parser.add_argument("--operator", action="store_true", help="who runs the server: may open every study")

    def handle(self, *args: Any, **options: Any) -> None:
        password, drawn = self.password()
        try:
            validate_password(password)
            user = create_user(
                username=options["username"],
                password=password,
                role=Role.COORDINATOR,
                is_operator=options["operator"],
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.say(f"{user.username} can log in" + (f" with the password {password}" if drawn else "."))
        self.summarise({"username": user.username, **({"password": password} if drawn else {})})

    def password(self) -> tuple[str, bool]:
        """Take the password from PASSWORD, ask for it at a terminal, or draw one and say so."""
        if given := os.environ.get("PASSWORD"):
            return given, False
        if sys.stdin.isatty() and not self.as_json:
            return getpass.getpass("Password (at least 10 characters): "), False
        return secrets.token_urlsafe(12), True

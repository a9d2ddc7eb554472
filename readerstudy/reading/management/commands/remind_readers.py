"""`manage.py remind_readers SLUG [--url URL] [--after DAYS]`."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from readerstudy.accounts import mail
from readerstudy.reading.services import remind_readers
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "Mail the readers of a running study who have not finished and can go on now; for a daily timer."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--url", default="", help="where readers find the server (default: SITE_URL)")
        parser.add_argument(
            "--after", type=int, default=3, metavar="DAYS", help="leave out who was reminded within so many days (3)"
        )

    def act(self, study: Study, *, url: str = "", after: int = 3, **options: object) -> str:
        site = url or settings.SITE_URL
        if not site.startswith(("http://", "https://")):
            raise CommandError("Say where readers find the server: --url https://study.example.org, or SITE_URL.")
        if after < 0:
            raise CommandError("--after must be 0 or more days.")
        reminded = remind_readers(
            study=study, actor=None, address=f"{site.rstrip('/')}/reading/", after=timedelta(days=after)
        )
        sent, failed = reminded.posted.sent, reminded.posted.failed
        self.more = {
            "reminded": sent, "failed": failed, "without_address": reminded.without_address, "lately": reminded.lately,
        }  # fmt: skip
        if failed:
            self.say(f"No mail could be sent to {', '.join(failed)}: {reminded.posted.why}")
        if failed and not sent:
            raise CommandError("Nobody could be reminded.")
        if sent and not mail.leaves_the_server():
            self.say(f"No mail server is set up: the mails lie in {settings.EMAIL_FILE_PATH}.")
        return f"{study.slug}: reminded {', '.join(sent) or 'nobody'}."

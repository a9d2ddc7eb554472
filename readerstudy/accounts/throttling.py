"""Few wrong passwords in a row: then an account is shut to that address for a while, wherever the login was tried."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.crypto import salted_hmac

from readerstudy.accounts.models import LoginTry

WRONG_TRIES = 5
WINDOW = timedelta(minutes=5)


class Throttle:
    """The tries of one account from one address.

    A try counts before the password is looked at, so that many at once cannot slip through together. Names are kept as
    a keyed hash: people type their password into the wrong field now and then.

    Parameters
    ----------
    username, address : str
        As they were given; the case of the name does not matter.
    """

    def __init__(self, username: str, address: str) -> None:
        said = f"{username.casefold()}\x1f{address}"
        self._who = salted_hmac("readerstudy.accounts.login", said, algorithm="sha256").hexdigest()

    def count(self) -> bool:
        """Count a try, and say whether it may be made."""
        if self._tries() >= WRONG_TRIES:
            return False
        LoginTry.objects.create(who=self._who)
        return self._tries() <= WRONG_TRIES

    def forget(self) -> None:
        """Begin anew after a right password, and take out what is long over for everybody."""
        LoginTry.objects.filter(who=self._who).delete()
        LoginTry.objects.filter(at__lt=timezone.now() - WINDOW).delete()

    def _tries(self) -> int:
        return LoginTry.objects.filter(who=self._who, at__gt=timezone.now() - WINDOW).count()

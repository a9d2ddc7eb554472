"""What people are told while the database is away or its disk is full: 503 and words, and all goes on afterwards.

Django calls `answer` for whatever error no view and no middleware has handled, so nothing has to be done in the rooms.
"""

from __future__ import annotations

import errno
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import defaults

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_RETRY_AFTER = "5"  # seconds


def answer(request: HttpRequest) -> HttpResponse:
    """Answer an error that nobody has handled: 503 where the server lacks its disk or its database, 500 otherwise."""
    error = sys.exc_info()[1]
    if _lacks_room(error):
        what = _("The server's disk is full, or cannot be written to.")
    elif _lacks_database(error):
        what = _("The server cannot reach its database just now.")
    else:
        return defaults.server_error(request)
    return _unavailable(request, what)


def _unavailable(request: HttpRequest, what: str) -> HttpResponse:
    headers = {"Retry-After": _RETRY_AFTER}
    if request.path.startswith("/api/"):
        keeps = _("Nothing you entered is lost: this page keeps it and sends it again until it is stored.")
        return JsonResponse({"detail": f"{what} {keeps}"}, status=503, headers=headers)
    page = render_to_string("503.html", {"what": what})
    return HttpResponse(page, status=503, headers=headers)


def _lacks_room(error: BaseException | None) -> bool:
    if isinstance(error, OSError):
        return error.errno in _FULL
    if not isinstance(error, OperationalError):
        return False
    # SQLite tells of no space with one name, of a write that failed in another way with a second (a quota or a limit
    # on the size of files); PostgreSQL has the code 53100 (disk_full).
    told = error.__cause__
    return _sqlite_name(told) in ("SQLITE_FULL", "SQLITE_IOERR_WRITE") or getattr(told, "sqlstate", None) == "53100"


def _lacks_database(error: BaseException | None) -> bool:
    """Whether the database is away, not the question wrong: SQLite names both an operational error."""
    if isinstance(error, InterfaceError):
        return True
    return isinstance(error, OperationalError) and _sqlite_name(error.__cause__) != "SQLITE_ERROR"


def _sqlite_name(error: BaseException | None) -> str:
    return str(getattr(error, "sqlite_errorname", ""))

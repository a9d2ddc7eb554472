"""The application on a loopback port, for simulated readers that come by HTTP as real ones do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.test.utils import override_settings

from readerstudy.wsgi import application


class _QuietHandler(WSGIRequestHandler):
    """Requests of simulated readers are not worth a line each, nor a wait for more of the same answer."""

    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def loopback_server() -> Iterator[str]:
    """Serve the application on a free port of 127.0.0.1, and give its address.

    Only this process is asked, over plain HTTP, whatever name and scheme the operator serves the world by.
    """
    plain = override_settings(
        ALLOWED_HOSTS=[*settings.ALLOWED_HOSTS, "127.0.0.1"], SESSION_COOKIE_SECURE=False, CSRF_COOKIE_SECURE=False
    )
    with plain:
        server = ThreadedWSGIServer(("127.0.0.1", 0), _QuietHandler)
        server.set_app(application)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()

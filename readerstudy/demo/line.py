"""The line of a simulated reader to the server: one browser's cookies, and patience with a server that is away."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import requests

# What a server says that will be back: a proxy in front of it, or `readerstudy.outages`.
_AWAY = (502, 503, 504)
_TOKEN_LENGTH = 32

Watch = Callable[[str, float], None]


class LineError(Exception):
    """The server answered something that the protocol does not provide for."""

    def __init__(self, path: str, status: int, words: str) -> None:
        super().__init__(f"{path} answered {status}: {words}")
        self.status = status


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    body: Any


class Line(Protocol):
    """What a simulated reader asks over."""

    def get(self, path: str) -> Answer:
        """Ask for something."""
        ...

    def send(self, method: str, path: str, body: object = None, *, key: str = "") -> Answer:
        """Send something, with an idempotency key where it has one."""
        ...


class HttpLine:
    """HTTP to one server.

    Parameters
    ----------
    address : str
        Where the application is served, as `http://host:port`.
    cookies : mapping, optional
        Of a login that was made before.
    patience : float
        For how many seconds a request is sent again while the server is away. Sent again it is the same request, with
        the same idempotency key, as a browser's outbox does it.
    watch : callable, optional
        Told the kind of each request that was answered, and its seconds.
    """

    def __init__(
        self,
        address: str,
        *,
        cookies: Mapping[str, str] | None = None,
        patience: float = 0,
        watch: Watch = lambda _kind, _seconds: None,
    ) -> None:
        self.address, self._patience, self._watch = address, patience, watch
        self.http = requests.Session()
        self.http.trust_env = False  # a proxy of this machine has no part in what stays on it
        if cookies:
            self.http.cookies.update({"csrftoken": secrets.token_hex(_TOKEN_LENGTH // 2), **cookies})

    def login(self, username: str, password: str) -> None:
        """Log in through the login page.

        Raises
        ------
        LineError
            The login was refused.
        """
        path = "/accounts/login/"
        self.http.get(self.address + path, timeout=60).raise_for_status()
        fields = {"username": username, "password": password, "csrfmiddlewaretoken": self.http.cookies["csrftoken"]}
        response = self.http.post(self.address + path, data=fields, timeout=60)
        if "sessionid" not in self.http.cookies:
            raise LineError(path, response.status_code, f"the login of {username} was refused")

    def get(self, path: str) -> Answer:
        """Ask for something; what is no JSON comes as bytes."""
        return self._ask("GET", path, {}, None)

    def send(self, method: str, path: str, body: object = None, *, key: str = "") -> Answer:
        """Send something, with an idempotency key where it has one."""
        headers = {"X-CSRFToken": self.http.cookies["csrftoken"]}
        return self._ask(method, path, headers | ({"Idempotency-Key": key} if key else {}), body)

    def _ask(self, method: str, path: str, headers: Mapping[str, str], body: object) -> Answer:
        deadline = time.monotonic() + self._patience
        while True:
            answer = self._try(method, path, headers, body)
            if answer is not None and answer.status not in _AWAY:
                return answer
            if time.monotonic() > deadline:
                status, words = (answer.status, str(answer.body)) if answer else (0, "nobody answers")
                raise LineError(path, status, words[:300])
            time.sleep(0.1)

    def _try(self, method: str, path: str, headers: Mapping[str, str], body: object) -> Answer | None:
        started = time.perf_counter()
        try:
            response = self.http.request(method, self.address + path, json=body, headers=headers, timeout=60)
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
            return None
        self._watch(_kind_of(path), time.perf_counter() - started)
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        return Answer(response.status_code, response.json() if is_json else response.content)


def _kind_of(path: str) -> str:
    """Name the kind of a request by the last word of its address that is no number."""
    return next((word for word in reversed(path.strip("/").split("/")) if not word.isdigit()), "")

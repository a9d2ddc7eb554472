"""A simulated reader sends the same request again while the server is away, and gives up after a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from readerstudy.demo.line import Answer, HttpLine, LineError
from tests.readerstudy.cohorts.conftest import free_port

# What the server does with each request in turn: answer with a status, or hang up without a word.
HANG_UP = 0
Serve = Callable[..., tuple[str, list[dict[str, Any]]]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Give the function that starts a server by what it does in turn, and gives its address and what it was sent."""
    servers: list[ThreadingHTTPServer] = []

    def start(*does: int) -> tuple[str, list[dict[str, Any]]]:
        waiting, seen = list(does), list[dict[str, Any]]()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                seen.append({"body": json.loads(body), "key": self.headers["Idempotency-Key"]})
                if status := waiting.pop(0):
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.end_headers()
                    self.wfile.write(b'{"detail": "said"}')

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}", seen

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def line_to(address: str, patience: float = 30) -> HttpLine:
    return HttpLine(address, cookies={"sessionid": "abc"}, patience=patience)


def test_the_same_request_goes_out_until_it_is_answered(serve: Serve) -> None:
    address, seen = serve(503, HANG_UP, 502, 504, 201)
    answer = line_to(address).send("POST", "/api/v1/x/", {"call": "synthetic"}, key="key-1")
    assert answer == Answer(201, {"detail": "said"})
    assert seen == [{"body": {"call": "synthetic"}, "key": "key-1"}] * 5


@pytest.mark.parametrize("status", [200, 400, 404, 409, 422, 500])
def test_any_other_answer_is_taken_as_it_is(serve: Serve, status: int) -> None:
    address, seen = serve(status)
    assert line_to(address).send("POST", "/", {}).status == status
    assert len(seen) == 1


def test_without_patience_a_reader_gives_up_and_says_why(serve: Serve) -> None:
    address, _ = serve(503)
    with pytest.raises(LineError, match=r"/api/v1/x/ answered 503: .*said"):
        line_to(address, patience=0).send("POST", "/api/v1/x/", {})


def test_where_nobody_listens_a_reader_gives_up_in_the_end() -> None:
    with pytest.raises(LineError, match="nobody answers"):
        line_to(f"http://127.0.0.1:{free_port()}", patience=0.3).get("/")


def test_every_answered_request_is_told_to_who_watches(serve: Serve) -> None:
    address, _ = serve(503, 201)
    seen: list[str] = []
    line = HttpLine(address, cookies={"a": "b"}, patience=30, watch=lambda kind, seconds: seen.append(kind))
    line.send("POST", "/api/v1/sessions/abc/readings/3/judgements/", {})
    assert seen == ["judgements"] * 2

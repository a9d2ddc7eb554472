"""Where untrusted bytes are decoded: in a process of their own, with limits, that can take nothing along.

What comes back may come from a process that a hostile file has taken over, so it is never unpickled: a function that
runs here gives JSON and bytes only (dict with str keys, list, str, int, float, bool, None, bytes), in any nesting;
a tuple becomes a list. decoder_process.py is the other side, confinement.py has the limits.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any, ParamSpec, TypeVar

from readerstudy.cohorts.confinement import CPU_SECONDS, WALL_SECONDS
from readerstudy.cohorts.decoder_process import LENGTH, TOOK_TOO_LONG
from readerstudy.cohorts.plain_data import PlainDataError, unpack
from readerstudy.cohorts.source_image import RejectedImageError

P = ParamSpec("P")
T = TypeVar("T")

MAX_ANSWER_BYTES = 768 * 2**20
_PROJECT = Path(__file__).resolve().parents[2]
_GRACE_SECONDS = 20  # the server ends a child; this is only for a server that does not
_CHUNK = 2**20
# A decoder needs no password, and no more threads than the one that it has.
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "HOME", "PYTHONPATH", "PYTHONHASHSEED", "LD_LIBRARY_PATH")
_ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM")}
_log = logging.getLogger(__name__)


class SandboxError(Exception):
    """The decoder process cannot be started: the machine is at fault, not the file."""


def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function on untrusted bytes in a separate process and give what it gives.

    Memory, processor time and wall time are limited (confinement.py). May be called from any thread.

    Parameters
    ----------
    function : callable
        A top-level function of a module that can be imported without Django's settings; it gives JSON and bytes only.
    *args, **kwargs
        Anything that can be pickled.

    Raises
    ------
    RejectedImageError
        The function raised it, or any other exception, or it crashed, or it took too much time or memory.
    SandboxError
        No process could be started.
    """
    request = pickle.dumps((function, args, kwargs))
    ours, theirs = socket.socketpair()
    report, their_report = os.pipe()
    with ours, open(report, "rb", buffering=0) as ending:  # noqa: PTH123 - a descriptor, not a path
        try:
            _hand_over(function.__module__, [theirs.fileno(), their_report])
        finally:
            theirs.close()
            os.close(their_report)
        message = _converse(ours, request)
        value: T = _verdict(message, lambda: ending.read(64).decode())
    return value


def _converse(connection: socket.socket, request: bytes) -> bytearray | None:
    """Send the work and receive the answer to its end; None if it does not come whole."""
    deadline = time.monotonic() + WALL_SECONDS + _GRACE_SECONDS
    message = bytearray()
    try:
        connection.settimeout(WALL_SECONDS + _GRACE_SECONDS)
        connection.sendall(LENGTH.pack(len(request)))
        connection.sendall(request)
        while chunk := connection.recv(_CHUNK):
            message += chunk
            if len(message) > MAX_ANSWER_BYTES or time.monotonic() > deadline:
                return None
    except OSError:
        # The child is gone; how it ended is told elsewhere.
        return None
    return message


def _verdict(message: bytearray | None, ending: Callable[[], str]) -> Any:
    answer = _readable(message)
    if answer is None:
        raise RejectedImageError(_in_words(ending()))
    if "rejected" in answer:
        raise RejectedImageError(_printable(answer["rejected"]))
    if "failed" in answer:
        # Damaged bytes do this every day, so that it is no warning; a fault of ours is found here all the same.
        _log.info("A decoder failed: %s", answer.get("traceback"))
        raise RejectedImageError(f"makes its decoder crash: {_printable(answer['failed'])}")
    return answer["value"]


def _readable(message: bytearray | None) -> dict[str, Any] | None:
    with contextlib.suppress(PlainDataError):
        answer = unpack(message) if message else None
        if isinstance(answer, dict) and answer.keys() & {"value", "rejected", "failed"}:
            return answer
    return None


def _printable(words: object) -> str:
    return "".join(letter for letter in str(words)[:500] if letter.isprintable())


def _in_words(ending: str) -> str:
    if ending == TOOK_TOO_LONG:
        return (
            f"took more than {WALL_SECONDS} seconds to decode: if it is sound, import it again when the machine is idle"
        )
    code = int(ending) if ending.lstrip("-").isdigit() else None
    if code == -signal.SIGXCPU:
        return f"took more than {CPU_SECONDS} seconds to decode"
    if code is None or code >= 0:
        return f"makes its decoder crash: it ended without an answer ({ending or 'killed'})"
    return f"makes its decoder crash: {signal.Signals(-code).name}"


class _Server:
    """The process that children fork from, started when it is first needed."""

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        with theirs:
            # A session of its own keeps the terminal's Ctrl-C from it: it ends when the control socket closes.
            self.process = subprocess.Popen(
                [sys.executable, "-m", "readerstudy.cohorts.decoder_process", str(theirs.fileno())],
                cwd=_PROJECT, env=kept | _ONE_THREAD, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()],
                start_new_session=True,
            )  # fmt: skip

    def stop(self) -> None:
        self.control.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


_server: _Server | None = None
_starting = Lock()


def _hand_over(module: str, descriptors: list[int]) -> None:
    """Give the server two descriptors for a new child; a server that has died is replaced once."""
    for _attempt in range(2):
        server = _running_server()
        try:
            socket.send_fds(server.control, [module.encode()], descriptors)
        except OSError:
            _replace(server)
        else:
            return
    raise SandboxError("The process that decodes images cannot be started: see the server's log.")


def _running_server() -> _Server:
    global _server
    with _starting:
        if _server is None:
            try:
                _server = _Server()
            except OSError as error:
                raise SandboxError(f"The process that decodes images cannot be started: {error.strerror}.") from error
        return _server


def _replace(broken: _Server) -> None:
    global _server
    with _starting:
        if _server is broken:
            _server = None
            broken.stop()


@atexit.register
def stop() -> None:
    """End the server, if one runs."""
    global _server
    with _starting:
        if _server is not None:
            _server.stop()
            _server = None


def _forget() -> None:
    """Leave the server to the process that started it: this one is its fork."""
    global _server, _starting
    if _server is not None:
        _server.control.close()
        _server.process.returncode = 0  # not this process's child, so not its to wait for
    _server, _starting = None, Lock()


os.register_at_fork(after_in_child=_forget)

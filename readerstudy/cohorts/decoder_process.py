"""The small process that decoders fork from: it has one thread, no secrets, and dies with whoever started it.

Run as `python -m readerstudy.cohorts.decoder_process FD`, where FD is a socket. Each message on it is the name of a
module to have ready, and brings two file descriptors: the connection on which a forked child gets its work and answers,
and one for a word on how the child ended.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import select
import signal
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import imagecodecs

from readerstudy.cohorts.confinement import MEMORY, WALL_SECONDS, confine
from readerstudy.cohorts.plain_data import pack
from readerstudy.cohorts.source_image import RejectedImageError

# Modules with decoders are slow to import, so that every child finds them there.
PRELOADED = ["readerstudy.cohorts.decoding"]
# imagecodecs loads a codec when it is first asked for.
CODECS = ["htj2k_decode", "jpegls_decode", "jpeg8_decode", "zstd_decode", "png_decode", "tiff_decode"]
LENGTH = struct.Struct(">Q")
TOOK_TOO_LONG = "time"
_MAX_NAME = 4096
TOO_MUCH_MEMORY = f"needs more memory than an image may take ({MEMORY // 2**30} GiB)"


@dataclass(frozen=True)
class _Child:
    pid: int
    report: int
    deadline: float


def serve(control: socket.socket) -> None:
    """Fork a child for every message until the other end of the control socket is closed."""
    for name in PRELOADED:
        importlib.import_module(name)
    for name in CODECS:
        getattr(imagecodecs, name)
    children: dict[int, _Child] = {}
    while True:
        readable, _, _ = select.select([control.fileno(), *children], [], [], _patience(children))
        for pidfd in [one for one in children if one in readable]:
            _bury(pidfd, children.pop(pidfd))
        for pidfd in [one for one, child in children.items() if child.deadline <= time.monotonic()]:
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            _bury(pidfd, children.pop(pidfd), TOOK_TOO_LONG)
        if control.fileno() in readable and not _accept(control, children):
            for pidfd in children:
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            return


def _patience(children: dict[int, _Child]) -> float | None:
    if not children:
        return None
    return max(0.0, min(child.deadline for child in children.values()) - time.monotonic())


def _accept(control: socket.socket, children: dict[int, _Child]) -> bool:
    """Start a child for the next message, if there is one."""
    name, descriptors, _flags, _address = socket.recv_fds(control, _MAX_NAME, 2)
    if not name:
        return False
    connection, report = descriptors
    with contextlib.suppress(Exception):
        # What fails here fails again in the child, which can tell.
        importlib.import_module(name.decode())
    gc.freeze()
    pid = os.fork()
    if pid == 0:
        others = [child.report for child in children.values()] + list(children)
        _be_a_child(connection, [control.fileno(), report, *others])
    os.close(connection)
    children[os.pidfd_open(pid)] = _Child(pid, report, time.monotonic() + WALL_SECONDS)
    return True


def _bury(pidfd: int, child: _Child, word: str = "") -> None:
    """Take a dead child off the process table and tell how it ended: its exit code, or minus the signal's number."""
    _pid, status = os.waitpid(child.pid, 0)
    with contextlib.suppress(OSError):
        os.write(child.report, (word or str(os.waitstatus_to_exitcode(status))).encode())
    os.close(child.report)
    os.close(pidfd)


def _be_a_child(connection: int, not_mine: list[int]) -> None:
    try:
        for descriptor in not_mine:
            os.close(descriptor)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nowhere, standard)
        with socket.socket(fileno=connection) as parent:
            _work(parent)
    finally:
        # Nothing of what the server would do at its end is this child's to do.
        os._exit(1)


def _work(parent: socket.socket) -> None:
    with parent.makefile("rb") as stream:
        (length,) = LENGTH.unpack(stream.read(LENGTH.size))
        function, args, kwargs = pickle.loads(stream.read(length))  # noqa: S301 - from who started this process
    confine()
    for piece in _packed(_answer(function, args, kwargs)):
        parent.sendall(piece)
    os._exit(0)


def _answer(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"value": function(*args, **kwargs)}
    except RejectedImageError as error:
        return {"rejected": str(error)}
    except MemoryError:
        return {"rejected": TOO_MUCH_MEMORY}
    except BaseException as error:  # a library written in Rust that panics raises no mere Exception
        return {"failed": type(error).__name__, "traceback": traceback.format_exc()[-4000:]}


def _packed(answer: dict[str, Any]) -> list[bytes]:
    try:
        return pack(answer)
    except MemoryError:
        return pack({"rejected": TOO_MUCH_MEMORY})
    except Exception as error:
        return pack({"failed": type(error).__name__, "traceback": str(error)})


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))

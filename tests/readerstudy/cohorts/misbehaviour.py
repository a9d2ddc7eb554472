"""What a decoder that hostile bytes have taken over might do; importable without Django, as a sandbox demands."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from readerstudy.cohorts.source_image import RejectedImageError


def echo(*args: Any, **kwargs: Any) -> dict[str, Any]:
    """Give back what comes in."""
    return {"args": list(args), "kwargs": kwargs}


def length(data: bytes) -> int:
    """Measure the data."""
    return len(data)


def zeros(count: int) -> bytes:
    """Give a large answer."""
    return bytes(count)


def reject(words: str) -> None:
    """Refuse a file in words."""
    raise RejectedImageError(words)


def raise_something(words: str) -> None:
    """Raise what no decoder should."""
    raise ZeroDivisionError(words)


def abort() -> None:
    """Die as a C library does when its assertion fails."""
    os.abort()


def kill_itself() -> None:
    """Die by the kernel's hand."""
    signal.raise_signal(signal.SIGKILL)


def overflow_the_stack() -> None:
    """Read where nothing is."""
    import ctypes

    ctypes.string_at(8)


def leave() -> None:
    """Go without a word."""
    sys.exit(3)


def leave_at_once() -> None:
    """Go without a word, and without Python's knowledge."""
    os._exit(0)


def spin() -> None:
    """Use the processor for ever."""
    while True:
        pass


def sleep() -> None:
    """Wait for ever, using nothing."""
    time.sleep(3600)


def allocate() -> int:
    """Ask for ten gigabytes and write into them."""
    return len(b"\1" * 10 * 2**30)


def fork_for_ever() -> int:
    """Multiply."""
    for _ in range(1000):
        os.fork()
    return 0


def start_a_program() -> str:
    """Run a shell."""
    return subprocess.check_output(["/bin/sh", "-c", "echo out"], text=True)


def write_a_file(path: str) -> None:
    """Leave something behind."""
    Path(path).write_bytes(b"x" * 100)


def remove_a_file(path: str) -> None:
    """Take something away."""
    Path(path).unlink()


def connect(port: int) -> None:
    """Call home."""
    socket.create_connection(("127.0.0.1", port), timeout=5).close()


def signal_to(pid: int) -> None:
    """Stop another process."""
    os.kill(pid, signal.SIGTERM)


def environment() -> list[str]:
    """Look for secrets."""
    return sorted(os.environ)


def give_an_object() -> object:
    """Answer with more than plain data."""
    return object()


def fill_the_connection(beginning: bytes) -> None:
    """Answer without asking Python: bytes that are no message, or never end."""
    for descriptor in range(3, 64):
        try:
            socket.socket(fileno=os.dup(descriptor)).sendall(beginning)
        except OSError:
            continue
    os._exit(0)


def a_thread_adds(number: int) -> int:
    """Use a thread, as some decoders do."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(int, [number, number]))


def matrix_of(data: bytes) -> list[int]:
    """Decode a file and tell its rows and columns."""
    from readerstudy.cohorts.decoding import decode

    return list(decode(data).pixels.shape)

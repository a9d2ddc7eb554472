"""Untrusted bytes are decoded in a process of their own: what happens there is at worst one rejected file."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readerstudy.cohorts import sandbox
from readerstudy.cohorts.confinement import CPU_SECONDS, WALL_SECONDS
from readerstudy.cohorts.plain_data import PlainDataError, pack, unpack
from readerstudy.cohorts.source_image import RejectedImageError
from tests.readerstudy.cohorts import misbehaviour

PROJECT = Path(__file__).resolve().parents[3]


def refusal(function: Callable[..., Any], *args: Any) -> str:
    with pytest.raises(RejectedImageError) as caught:
        sandbox.run(function, *args)
    return str(caught.value)


def test_a_function_gets_its_arguments_and_gives_its_answer() -> None:
    answer = sandbox.run(misbehaviour.echo, 1, b"\0\xff", "ä", nested={"d": [None, 2.5, {"b": b"inside"}]})
    assert answer == {"args": [1, b"\0\xff", "ä"], "kwargs": {"nested": {"d": [None, 2.5, {"b": b"inside"}]}}}


def test_large_data_goes_in_and_comes_out() -> None:
    assert sandbox.run(misbehaviour.length, bytes(100 * 2**20)) == 100 * 2**20
    assert len(sandbox.run(misbehaviour.zeros, 100 * 2**20)) == 100 * 2**20


def test_a_rejection_arrives_in_its_own_words() -> None:
    assert refusal(misbehaviour.reject, "is bad: cure it") == "is bad: cure it"


def test_words_of_a_child_cannot_steer_a_terminal() -> None:
    assert refusal(misbehaviour.reject, "is\x1b[2J bad\n" + "!" * 10_000) == ("is[2J bad" + "!" * 10_000)[:498]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (misbehaviour.abort, "makes its decoder crash: SIGABRT"),
        (misbehaviour.kill_itself, "makes its decoder crash: SIGKILL"),
        (misbehaviour.overflow_the_stack, "makes its decoder crash: SIGSEGV"),
        (misbehaviour.leave, "makes its decoder crash: SystemExit"),
        (misbehaviour.leave_at_once, "makes its decoder crash: it ended without an answer (0)"),
        (misbehaviour.allocate, "needs more memory than an image may take (3 GiB)"),
        (misbehaviour.give_an_object, "makes its decoder crash: PlainDataError"),
    ],
)
def test_a_crash_is_one_rejected_file(function: Callable[[], Any], words: str) -> None:
    assert refusal(function) == words
    assert sandbox.run(misbehaviour.length, b"next") == 4


def test_an_unexpected_exception_is_one_rejected_file_without_a_traceback() -> None:
    assert refusal(misbehaviour.raise_something, "a secret of the file") == (
        "makes its decoder crash: ZeroDivisionError"
    )


@pytest.mark.parametrize(
    "beginning", [b"", b"\xff" * 8, b"\0" * 100, pack({"value": b"whole"})[0], b"".join(pack([])), b"\0" * 7 + b"\1["]
)
def test_an_answer_that_is_no_message_is_one_rejected_file(beginning: bytes) -> None:
    assert "makes its decoder crash" in refusal(misbehaviour.fill_the_connection, beginning)


def test_what_never_ends_is_stopped() -> None:
    with ThreadPoolExecutor(2) as pool:
        spinning, sleeping = pool.submit(refusal, misbehaviour.spin), pool.submit(refusal, misbehaviour.sleep)
    # On a busy machine, the clock can run out before the processor time does.
    for reason, limits in ((spinning.result(), {CPU_SECONDS, WALL_SECONDS}), (sleeping.result(), {WALL_SECONDS})):
        assert any(reason.startswith(f"took more than {limit} seconds to decode") for limit in limits)


def test_a_verdict_comes_within_twenty_seconds() -> None:
    assert CPU_SECONDS < WALL_SECONDS < 20


CONFINED = pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine not in {"x86_64", "aarch64"}, reason="needs Linux's seccomp"
)


@CONFINED
def test_a_decoder_can_start_no_process_and_reach_nothing(tmp_path: Path) -> None:
    victim = tmp_path / "judgements"
    victim.write_text("precious")
    attempts: list[tuple[Callable[..., Any], list[Any]]] = [
        (misbehaviour.fork_for_ever, []),
        (misbehaviour.start_a_program, []),
        (misbehaviour.write_a_file, [str(victim)]),
        (misbehaviour.write_a_file, [str(tmp_path / "new")]),
        (misbehaviour.remove_a_file, [str(victim)]),
        (misbehaviour.connect, [9]),
        (misbehaviour.signal_to, [os.getpid()]),
    ]
    for function, arguments in attempts:
        assert refusal(function, *arguments) == "makes its decoder crash: PermissionError", function.__name__
    assert [path.name for path in tmp_path.iterdir()] == ["judgements"]
    assert victim.read_text() == "precious"


def test_a_decoder_may_use_threads() -> None:
    assert sandbox.run(misbehaviour.a_thread_adds, 21) == 42


def test_a_decoder_sees_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "canary")
    sandbox.stop()
    assert not {"SECRET_KEY", "DATABASE_URL", "DICOMWEB_PASSWORD"} & set(sandbox.run(misbehaviour.environment))


def test_two_threads_get_their_own_answers() -> None:
    with ThreadPoolExecutor(2) as pool:
        lengths = list(pool.map(lambda size: sandbox.run(misbehaviour.length, bytes(size)), range(100)))
    assert lengths == list(range(100))


def test_a_decoder_process_that_dies_is_replaced() -> None:
    assert sandbox.run(misbehaviour.length, b"1") == 1
    server = sandbox._server
    assert server is not None
    server.process.kill()
    server.process.wait()
    assert sandbox.run(misbehaviour.length, b"12") == 2


def test_a_fork_of_the_caller_has_a_decoder_process_of_its_own() -> None:
    assert sandbox.run(misbehaviour.length, b"1") == 1
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, b"%d" % sandbox.run(misbehaviour.length, b"123"))
            sandbox.stop()
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as answer:
        assert answer.read() == b"3"
    assert sandbox.run(misbehaviour.length, b"12") == 2


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_the_decoder_process_and_its_children_die_with_their_parent(end: signal.Signals) -> None:
    program = (
        "from readerstudy.cohorts import sandbox\nfrom tests.readerstudy.cohorts import misbehaviour\n"
        "sandbox.run(misbehaviour.length, b'')\nprint(sandbox._server.process.pid, flush=True)\n"
        "sandbox.run(misbehaviour.sleep)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, stdout=subprocess.PIPE)
    with parent:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        _wait_until(lambda: _children(server) != [])
        (child,) = _children(server)
        parent.send_signal(end)
    _wait_until(lambda: not _lives(server) and not _lives(child))


def test_a_caller_whose_main_module_cannot_be_imported_again_is_served() -> None:
    program = (
        "from readerstudy.cohorts import sandbox\nfrom tests.readerstudy.cohorts import misbehaviour\n"
        "print(sandbox.run(misbehaviour.length, b'12345'))\n"
    )
    done = subprocess.run([sys.executable, "-"], input=program, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("5\n", "")


def test_a_thread_of_the_caller_may_end_while_another_waits() -> None:
    first = Thread(target=sandbox.run, args=(misbehaviour.length, b"1"))
    first.start()
    first.join()
    assert sandbox.run(misbehaviour.length, b"12") == 2


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("this did not come about in 10 seconds")


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(PLAIN)
def test_plain_data_comes_back_as_it_went(value: object) -> None:
    assert unpack(b"".join(pack(value))) == value


@given(PLAIN, st.data())
def test_a_damaged_message_is_plain_data_or_an_error(value: object, data: st.DataObject) -> None:
    message = bytearray(b"".join(pack(value)))
    for _ in range(data.draw(st.integers(1, 4))):
        message[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(PlainDataError):
        assert b"".join(pack(unpack(message)))

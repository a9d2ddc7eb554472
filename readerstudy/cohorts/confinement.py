"""What a process that decodes untrusted bytes may use and do."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from pathlib import Path

# Bytes beyond what the process has when it starts. The largest images (64 million pixels) take up to 1.4 GiB to decode
# and some more to be presented.
MEMORY = 3 * 2**30
CPU_SECONDS = 15
WALL_SECONDS = 18

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_MODE_FILTER = 2
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_EPERM, _ENOSYS = 1, 38
# Instructions of the classic Berkeley Packet Filter (Linux, Documentation/networking/filter.rst).
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_BITS, _RETURN, _JUMP_IF_GREATER = 0x20, 0x15, 0x45, 0x06, 0x25
# Places in struct seccomp_data: the call's number, the architecture, and the low halves of six 64-bit arguments.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_X32_CALLS = 0x3FFFFFFF

_OPEN_FOR_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_ANY_BIT = 0xFFFFFFFF

# Numbers of the system calls that start programs and processes, reach other processes or the network, or change files
# (Linux, arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h).
_DENIED = {
    "x86_64": [
        57, 58, 59, 322,  # fork, vfork, execve, execveat
        41, 42, 49, 50, 53,  # socket, connect, bind, listen, socketpair
        62, 200, 424, 101, 310, 311, 425, 298, 321,  # kill, tkill, pidfd_send_signal, ptrace, process_vm_readv and
        # process_vm_writev, io_uring_setup, perf_event_open, bpf
        85, 76, 82, 264, 316, 83, 258, 84, 87, 263, 86, 265, 88, 266,  # creat, truncate, rename(at, at2), mkdir(at),
        # rmdir, unlink(at), link(at), symlink(at)
        90, 91, 268, 92, 93, 94, 260, 160, 437,  # chmod, fchmod(at), (f, l)chown, fchownat, setrlimit, openat2
        165, 166, 161, 272, 308,  # mount, umount2, chroot, unshare, setns
    ],
    "aarch64": [
        221, 281, 198, 203, 200, 201, 199, 129, 130, 424, 117, 270, 271, 425, 241, 280,
        45, 38, 276, 34, 35, 37, 36, 52, 53, 54, 55, 164, 437, 40, 39, 51, 97, 268,
    ],
}  # fmt: skip
# Denied where this argument has one of these bits: open and openat for writing, and a new limit for prlimit64.
_DENIED_WITH = {
    "x86_64": [(2, 1, _OPEN_FOR_WRITING), (257, 2, _OPEN_FOR_WRITING), (302, 2, _ANY_BIT)],
    "aarch64": [(56, 2, _OPEN_FOR_WRITING), (261, 2, _ANY_BIT)],
}
# A clone that makes no thread makes a process. clone3 hides its flags in memory: without it, libraries use clone.
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
_CLONE_THREAD = 0x00010000
_AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def confine() -> None:
    """Take from this process what decoding does not need, for good.

    Memory and processor time are limited everywhere. Where the kernel and the processor allow it (Linux on x86-64 and
    64-bit ARM) it can also start no process, open no connection, and change no file.
    """
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() if _is_linux() else 0
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if _is_linux():
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        _filter_system_calls(platform.machine())


def _is_linux() -> bool:
    return sys.platform == "linux"


def _filter_system_calls(machine: str) -> None:
    if machine not in _DENIED:
        return
    program = _filter_program(machine)
    instructions = ctypes.create_string_buffer(program, len(program))
    described = ctypes.create_string_buffer(struct.pack("@HP", len(program) // 8, ctypes.addressof(instructions)))
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.addressof(described))


def _filter_program(machine: str) -> bytes:
    deny, allow = _instruction(_RETURN, _ERRNO | _EPERM), _instruction(_RETURN, _ALLOW)
    program = _instruction(_LOAD, _ARCHITECTURE) + _instruction(_JUMP_IF_EQUAL, _AUDIT_ARCHITECTURE[machine], 1)
    program += _instruction(_RETURN, _KILL_PROCESS) + _instruction(_LOAD, _NUMBER)
    program += _instruction(_JUMP_IF_GREATER, _X32_CALLS, 0, 1) + deny
    for number in _DENIED[machine]:
        program += _instruction(_JUMP_IF_EQUAL, number, 0, 1) + deny
    program += _instruction(_JUMP_IF_EQUAL, _CLONE3, 0, 1) + _instruction(_RETURN, _ERRNO | _ENOSYS)
    for number, argument, bits in _DENIED_WITH[machine]:
        program += _instruction(_JUMP_IF_EQUAL, number, 0, 4) + _instruction(_LOAD, _ARGUMENTS + 8 * argument)
        program += _instruction(_JUMP_IF_BITS, bits, 0, 1) + deny + allow
    program += _instruction(_JUMP_IF_EQUAL, _CLONE[machine], 0, 4) + _instruction(_LOAD, _ARGUMENTS)
    return program + _instruction(_JUMP_IF_BITS, _CLONE_THREAD, 1) + deny + allow + allow


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """Encode struct sock_filter; the jumps count the instructions to skip."""
    return struct.pack("@HBBI", code, if_true, if_false, value)


def _prctl(option: int, *arguments: int) -> None:
    padded = [ctypes.c_ulong(one) for one in (*arguments, 0, 0, 0, 0)[:4]]
    # What an older kernel or a container refuses leaves the limits above in force.
    ctypes.CDLL(None, use_errno=True).prctl(ctypes.c_int(option), *padded)

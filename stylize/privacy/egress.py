"""The mandatory part of the wall: from here on, nobody in this process or its children can open a way out.

A filter in the kernel (seccomp, rules in `filter.SERVER`) is put on all threads at once and cannot be taken off.
Then everything that is already open is looked at, and the lock is tried. Whatever is not as it should be raises
WallMissing: the caller must not take photos then.

Sources: seccomp(2), proc(5).
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path

from stylize.errors import WallMissing
from stylize.privacy import doors, kernel
from stylize.privacy.filter import Instruction, pack, server_program

SECCOMP_SET_MODE_FILTER, ALL_THREADS = 1, 1


def lock(listeners: Sequence[socket.socket] = (), *, loopback_only: bool = True) -> None:
    """Take the ability to reach anybody away from this process, its threads and all its later children, for good.

    What goes on working: answering on `listeners` (listening stream sockets; with `loopback_only` on 127.0.0.1 or ::1),
    pipes, pairs of unix stream sockets made here, threads, children, files.

    Raises WallMissing where it is not Linux on x86-64 or aarch64, the kernel refuses, a thread cannot be locked, a
    socket is open that is neither a listener nor one of its connections nor a pair made here, or the lock does not
    hold when it is tried. The filter stays then all the same.
    """
    machine = kernel.machine()
    if machine is None:
        raise WallMissing(why="it is made for Linux on 64-bit Intel, AMD and ARM processors.")
    install(server_program(machine))
    _check_refusals()
    _check_confirmed()
    doors.check(listeners, loopback_only=loopback_only)


def install(program: Iterable[Instruction]) -> None:
    """Put a seccomp filter on every thread of this process. Raises WallMissing."""
    packed = pack(program)
    code = ctypes.create_string_buffer(packed, len(packed))
    where = struct.pack("HxxxxxxQ", len(packed) // 8, ctypes.addressof(code))
    try:
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        left_out = kernel.call("seccomp", SECCOMP_SET_MODE_FILTER, ALL_THREADS, where)
    except OSError as problem:
        raise WallMissing(why=f"the kernel does not take the filter ({os.strerror(problem.errno or 0)}).") from None
    if left_out:
        raise WallMissing(why="a part of the program that runs already cannot be locked.")


def _check_refusals() -> None:
    """Knock at our own wall: three kinds of sockets must be refused. Past Python, so that the witness sees no attempt."""
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
        try:
            os.close(kernel.call("socket", family, socket.SOCK_STREAM, 0))
        except PermissionError:
            continue
        except OSError:
            pass
        raise WallMissing(why="a socket could still be opened after the lock.")


def _check_confirmed() -> None:
    """The kernel's own words about every thread: a filter is on, and no program can shed it."""
    for thread in Path("/proc/self/task").iterdir():
        try:
            lines = (thread / "status").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            continue
        said = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        if said.get("Seccomp") != "2" or said.get("NoNewPrivs") != "1":
            raise WallMissing(why="the kernel does not confirm that every part of the program is locked.")

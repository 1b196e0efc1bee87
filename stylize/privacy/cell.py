"""A cell for one photo: a process that has just been forked gives up everything but reading, counting and writing.

What it loses is in `filter.CELL` (calls), in Landlock (every file, every port) and in its limits (memory, processor
time, size of files, number of open files). None of it can be undone, and it dies with the process that made it.

Sources: getrlimit(2), seccomp(2), landlock(7), prctl(2).
"""

from __future__ import annotations

import math
import os
import signal
import socket
import stat
import sys
from pathlib import Path

if sys.platform != "win32":
    import resource

from stylize.errors import WallMissing
from stylize.privacy import egress, kernel, landlock
from stylize.privacy.filter import cell_program

OPEN_FILES = 16
"""The pipes that it has, and a few numbers for the C library to put copies on."""


def enter_cell(*, memory_bytes: int, cpu_seconds: float) -> None:
    """Lock this process in. Call it in a forked child with one thread, before it reads its first byte.

    `memory_bytes` is what it may take on top of what it has; `cpu_seconds` of processor time end it with SIGXCPU.
    Everything it will need must be imported and open: afterwards it can read and write open pipes, have threads and
    memory, and end. Standard input and output that are sockets become /dev/null.

    Raises WallMissing if on Linux the filter cannot be put on, does not hold when it is tried, or a socket is open.
    Elsewhere it sets the limits only, and the caller's own wall is what the child inherited.
    """
    if sys.platform == "win32":
        return
    _set_limits(memory_bytes, cpu_seconds)
    if sys.platform != "linux":
        return
    machine = kernel.machine()
    if machine is None:
        raise WallMissing(why="it is made for Linux on 64-bit Intel, AMD and ARM processors.")
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    _close_lines()
    landlock.close_everything()
    egress.install(cell_program(machine))
    _check_refusals()


def _set_limits(memory_bytes: int, cpu_seconds: float) -> None:
    """Never raises a limit that is lower already."""
    seconds = math.ceil(cpu_seconds)
    wanted = [
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES),
    ]
    if sys.platform == "linux":  # elsewhere the size of what a process has mapped says nothing
        memory = _mapped_bytes() + memory_bytes
        wanted.append((resource.RLIMIT_AS, memory, memory))
    for limit, soft, hard in wanted:
        present = resource.getrlimit(limit)[1]
        top = hard if present == resource.RLIM_INFINITY else min(hard, present)
        resource.setrlimit(limit, (min(soft, top), top))


def _mapped_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _close_lines() -> None:
    """No socket comes into a cell: through an open one it could still write."""
    for entry in Path("/proc/self/fd").iterdir():
        number = int(entry.name)
        try:
            is_socket = stat.S_ISSOCK(os.fstat(number).st_mode)
        except OSError:  # the listing itself
            continue
        if is_socket and number > 2:
            raise WallMissing(why="the reader of photos holds a line to another program.")
        if is_socket:
            nothing = os.open(os.devnull, os.O_RDWR)
            os.dup2(nothing, number)
            os.close(nothing)


def _check_refusals() -> None:
    """Try the door, the window and the telephone."""
    for attempt in (
        lambda: os.open(os.devnull, os.O_RDONLY),
        lambda: kernel.call("socket", socket.AF_UNIX, socket.SOCK_STREAM, 0),
        lambda: os.kill(os.getpid(), 0),
    ):
        try:
            attempt()
        except PermissionError:
            continue
        raise WallMissing(why="the cell in which photos are read could still be left.")

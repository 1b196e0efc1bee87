"""Run a function in a forked child, as root or as nobody, and bring home what it returned.

Locks cannot be taken off again, so every test of one happens in a process that dies afterwards. A fork rather than a
fresh program: nobody may not be able to read the folder that Python lies in, but what is imported stays.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import time
import traceback
from collections.abc import Callable
from typing import Any

import pytest

NOBODY = 65534
WHO = ("root", "nobody") if os.geteuid() == 0 else ("me",)


class Died(AssertionError):
    """The child ended without an answer; `status` is what waitpid said."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        super().__init__(f"the child died: signal {self.signal}, status {status}")


def apart(work: Callable[[], Any], who: str = WHO[0], seconds: float = 60) -> Any:
    """What `work()` returns in a child process, through JSON. An exception there becomes an AssertionError here."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        _in_child(work, who, ours, theirs)
    os.close(theirs)
    try:
        answer = _hear(ours, seconds)
    finally:
        os.close(ours)
        if not _ended(child, 5):
            os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1] if child not in _statuses else _statuses.pop(child)
    if not answer:
        raise Died(status)
    told = json.loads(answer)
    if "skip" in told:
        pytest.skip(told["skip"])
    assert "trouble" not in told, told["trouble"]
    return told["result"]


_statuses: dict[int, int] = {}


def _in_child(work: Callable[[], Any], who: str, ours: int, theirs: int) -> None:
    code = 1
    try:
        os.close(ours)
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        theirs = os.dup2(theirs, 3)
        os.closerange(4, 1024)
        if who == "nobody":
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as a program that nobody started would be: dumpable
        told: dict[str, Any] = {"result": work()}
        code = 0
    except pytest.skip.Exception as reason:
        told = {"skip": str(reason)}
    except BaseException:
        told = {"trouble": traceback.format_exc()}
    try:
        data = json.dumps(told).encode()
        while data:
            data = data[os.write(theirs, data) :]
    finally:
        os._exit(code)


def _hear(pipe: int, seconds: float) -> bytes:
    until, heard = time.monotonic() + seconds, b""
    while (left := until - time.monotonic()) > 0:
        if select.select([pipe], [], [], left)[0]:
            part = os.read(pipe, 65536)
            if not part:
                break
            heard += part
    return heard


def _ended(child: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            _statuses[child] = status
            return True
        time.sleep(0.005)
    return False


def refused(attempt: Callable[[], Any]) -> int:
    """The number of the error with which the kernel refuses; 0 if it did not."""
    try:
        attempt()
    except OSError as problem:
        return problem.errno or -1
    return 0

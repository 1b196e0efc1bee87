"""The courier: an unlocked program of the same user, standing for a browser, a shell or a sync program.

It sends whatever turns up in its memory or in the user's keyring, and holds a connected socket. It is what the probes
that go through a sibling go through.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterator

from stylize.selftest.targets import MARK, Courier, Targets
from stylize.selftest.ways.calls import raw
from stylize.selftest.ways.way import NotHere

SET_DUMPABLE, SET_PTRACER = 4, 0x59616D61
"""prctl(2): another user's rights were taken, but it is an ordinary program; Yama lets siblings trace it."""
USER_KEYRING = -4 & 0xFFFFFFFF
KEYCTL_DESCRIBE, KEYCTL_UNLINK, KEYCTL_READ = 6, 9, 11


@contextlib.contextmanager
def open_courier(targets: Targets) -> Iterator[Courier]:
    """Start it, with the rights of the caller; it ends with the block. Needs os.fork."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        _serve_forever(targets, theirs)
    os.close(theirs)
    try:
        told = os.read(ours, 100).split()
        if len(told) != 2:
            raise OSError("the courier did not start")
        yield Courier(pid=child, address=int(told[0]), wire=int(told[1]))
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ours)


def _serve_forever(targets: Targets, pipe: int) -> None:
    code = 1
    try:
        parent = os.getppid()
        if sys.platform == "linux":
            library = ctypes.CDLL(None)
            library.prctl(SET_DUMPABLE, 1, 0, 0, 0)
            library.prctl(SET_PTRACER, ctypes.c_ulong(-1), 0, 0, 0)
        buffer = ctypes.create_string_buffer(64)
        wire = socket.create_connection(targets.tcp4, timeout=5)
        out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        os.write(pipe, f"{ctypes.addressof(buffer)} {wire.fileno()}".encode())
        while os.getppid() == parent:
            for mark in [*MARK.findall(buffer.raw), *_keys()]:
                out.sendto(mark, targets.udp4)
                ctypes.memset(buffer, 0, 64)
            time.sleep(0.05)
        code = 0
    finally:
        os._exit(code)


def _keys() -> Iterator[bytes]:
    """Marks in the user's keyring, which are taken out of it (keyctl(2))."""
    try:
        numbers = ctypes.create_string_buffer(4096)
        length = min(raw("keyctl", KEYCTL_READ, USER_KEYRING, numbers, len(numbers), 0), len(numbers))
        for (number,) in struct.iter_unpack("=i", numbers.raw[: length // 4 * 4]):
            name = ctypes.create_string_buffer(512)
            raw("keyctl", KEYCTL_DESCRIBE, number, name, len(name), 0)
            if found := MARK.search(name.raw):
                raw("keyctl", KEYCTL_UNLINK, number, USER_KEYRING, 0, 0)
                yield found[0]
    except (OSError, NotHere):
        return

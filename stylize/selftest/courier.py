"""The courier: an unlocked program of the same user, standing for a browser, a shell or a sync program.

It sends whatever turns up in its memory, its pipe, its terminal, its queue or the user's keyring, and holds a
connected socket. It is what the probes that go through a sibling go through.
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
IPC_REMOVE, IPC_NOWAIT = 0, 0o4000
SHARED_BYTES = 4096


@contextlib.contextmanager
def open_courier(targets: Targets) -> Iterator[Courier]:
    """Start it, with the rights of the caller; it ends with the block. Needs os.fork. Raises OSError."""
    ours, theirs = os.pipe()
    with _system_v("msgget", 0, "msgctl") as queue, _system_v("shmget", 0, SHARED_BYTES, "shmctl") as shared:
        child = os.fork()
        if child == 0:
            _serve_forever(targets, queue, shared, theirs)
        os.close(theirs)
        try:
            told = os.read(ours, 200).decode().split()
            if not told:
                raise OSError("the courier did not start")
            address, wire, pipe = map(int, told[:3])
            yield Courier(
                pid=child,
                address=address,
                wire=wire,
                pipe=pipe,
                terminal=told[3] if len(told) > 3 else None,
                queue=queue,
                shared=shared,
            )
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(ours)


@contextlib.contextmanager
def _system_v(make: str, *arguments: int | str) -> Iterator[int | None]:
    """A queue or memory of System V (sysvipc(7)), which would outlive us if it were not removed; None outside Linux."""
    *sizes, control = arguments
    if sys.platform != "linux":
        yield None
        return
    library = ctypes.CDLL(None)
    number = getattr(library, make)(*sizes, 0o600)
    try:
        yield None if number < 0 else number
    finally:
        getattr(library, str(control))(number, IPC_REMOVE, None)


def _serve_forever(targets: Targets, queue: int | None, shared: int | None, pipe: int) -> None:
    """The child: never returns, and goes when its parent is gone."""
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
        mouth, hole = os.pipe()
        ears, terminal = [mouth], ""
        with contextlib.suppress(OSError):
            master, end = os.openpty()
            ears, terminal = [mouth, master], os.ttyname(end)
        memory = _attach(shared)
        for ear in ears:
            os.set_blocking(ear, False)
        os.write(pipe, f"{ctypes.addressof(buffer)} {wire.fileno()} {hole} {terminal}".encode())
        while os.getppid() == parent:
            heard = buffer.raw + b"".join(map(_read, ears)) + _message(queue) + memory.raw
            for mark in [*MARK.findall(heard), *_keys()]:
                out.sendto(mark, targets.udp4)
                ctypes.memset(buffer, 0, 64)
                ctypes.memset(memory, 0, SHARED_BYTES)
            time.sleep(0.05)
        code = 0
    finally:
        os._exit(code)


def _read(ear: int) -> bytes:
    try:
        return os.read(ear, 4096)
    except OSError:
        return b""


def _attach(shared: int | None) -> ctypes.Array[ctypes.c_char]:
    """The shared memory, or else some that nobody shares."""
    library = ctypes.CDLL(None)
    if shared is not None:
        library.shmat.restype = ctypes.c_ssize_t
        place = library.shmat(shared, None, 0)
        if place != -1:
            return (ctypes.c_char * SHARED_BYTES).from_address(place)
    return ctypes.create_string_buffer(SHARED_BYTES)


def _message(queue: int | None) -> bytes:
    """The next message (msgrcv(2)): a long that is its kind, then the text."""
    if queue is None:
        return b""
    text = ctypes.create_string_buffer(8 + 64)
    ctypes.CDLL(None).msgrcv(queue, text, ctypes.c_size_t(64), ctypes.c_long(0), IPC_NOWAIT)
    return text.raw


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

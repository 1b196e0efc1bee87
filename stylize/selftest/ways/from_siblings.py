"""Ways through another program of the same user: make it send, or take what it holds."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import time
from pathlib import Path

from stylize.selftest.targets import Errand
from stylize.selftest.ways.calls import libc, raw
from stylize.selftest.ways.way import NotHere, Way

ATTACH, POKE, DETACH = 16, 5, 17
"""Requests of ptrace(2)."""
NEW_NET = 0x40000000


def trace(errand: Errand) -> str:
    """Stop it as a debugger does, write into its memory, let it go."""
    library, pid = libc(), ctypes.c_long(errand.courier.pid)
    if library.ptrace(ctypes.c_long(ATTACH), pid, None, None) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    os.waitpid(errand.courier.pid, 0x40000000)  # __WALL
    data = errand.mark + bytes(-len(errand.mark) % 8)
    for at in range(0, len(data), 8):
        place, word = ctypes.c_void_p(errand.courier.address + at), ctypes.c_void_p(*struct.unpack_from("=Q", data, at))
        library.ptrace(ctypes.c_long(POKE), pid, place, word)
    library.ptrace(ctypes.c_long(DETACH), pid, None, None)
    time.sleep(0.3)
    return ""


def write_memory(errand: Errand) -> str:
    data = ctypes.create_string_buffer(errand.mark, len(errand.mark))
    own = struct.pack("=QQ", ctypes.addressof(data), len(errand.mark))
    other = struct.pack("=QQ", errand.courier.address, len(errand.mark))
    raw("process_vm_writev", errand.courier.pid, own, 1, other, 1, 0)
    time.sleep(0.3)
    return ""


def memory_file(errand: Errand) -> str:
    """The same through /proc, where it is a file like any other."""
    libc()
    with Path(f"/proc/{errand.courier.pid}/mem").open("r+b", buffering=0) as memory:
        memory.seek(errand.courier.address)
        memory.write(errand.mark)
    time.sleep(0.3)
    return ""


def steal_socket(errand: Errand) -> str:
    """Take its connected socket (pidfd_getfd(2), Linux 5.6)."""
    handle = raw("pidfd_open", errand.courier.pid, 0)
    os.write(raw("pidfd_getfd", handle, errand.courier.wire, 0), errand.mark)
    return ""


def join_network(errand: Errand) -> str:
    """Enter its network namespace, which may be a better one, and connect there."""
    libc()
    with Path(f"/proc/{errand.courier.pid}/ns/net").open("rb") as door:
        raw("setns", door.fileno(), NEW_NET)
    with socket.create_connection(errand.targets.tcp4, timeout=4) as wire:
        wire.sendall(errand.mark)
    return ""


def other_pipe(errand: Errand) -> str:
    """Open the pipe that it reads from, through /proc."""
    libc()
    Path(f"/proc/{errand.courier.pid}/fd/{errand.courier.pipe}").write_bytes(errand.mark)
    return ""


def other_screen(errand: Errand) -> str:
    """Write on its screen; terminals obey what is written on them (OSC 52 sets the clipboard)."""
    if errand.courier.terminal is None:
        raise NotHere("no terminals here")
    with Path(errand.courier.terminal).open("wb", buffering=0) as screen:
        screen.write(errand.mark)
    time.sleep(0.2)
    return ""


def message(errand: Errand) -> str:
    """Leave a message in a queue that it reads (msgsnd(2))."""
    if errand.courier.queue is None:
        raise NotHere("no message queues here")
    text = struct.pack("=q", 1) + errand.mark
    if libc().msgsnd(errand.courier.queue, text, ctypes.c_size_t(len(errand.mark)), 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return ""


def shared_memory(errand: Errand) -> str:
    """Write into memory that it shares with others (shmat(2))."""
    if errand.courier.shared is None:
        raise NotHere("no shared memory here")
    library = libc()
    library.shmat.restype = ctypes.c_ssize_t
    place = library.shmat(errand.courier.shared, None, 0)
    if place == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    ctypes.memmove(place, errand.mark, len(errand.mark))
    time.sleep(0.3)
    return ""


WAYS = (
    Way(slug="ptrace", sentence="Another program is made to send, as by a debugger.", go=trace),
    Way(slug="vm-writev", sentence="Another program's memory is written by process_vm_writev(2).", go=write_memory),
    Way(slug="proc-mem", sentence="Another program's memory is written through /proc.", go=memory_file, beside=True),
    Way(slug="proc-pipe", sentence="Another program's pipe is opened through /proc.", go=other_pipe, beside=True),
    Way(slug="screen", sentence="Another terminal's screen is written on.", go=other_screen, beside=True),
    Way(slug="message", sentence="A message is left in another program's queue.", go=message),
    Way(slug="shared-memory", sentence="Memory that programs share is written to.", go=shared_memory),
    Way(slug="pidfd-getfd", sentence="Another program's connected socket is taken.", go=steal_socket),
    Way(slug="setns", sentence="Another program's network is joined.", go=join_network, needs="root"),
)

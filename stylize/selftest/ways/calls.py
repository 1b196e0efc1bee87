"""System calls without the C library's wrappers in between (syscall(2)); Linux on x86-64 and aarch64."""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import struct
import sys
from functools import cache

from stylize.selftest.targets import Address
from stylize.selftest.ways.way import NotHere

COLUMNS = {"x86_64": 0, "aarch64": 1}
NUMBERS = {
    "write": (1, 64),
    "socket": (41, 198),
    "connect": (42, 203),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "add_key": (248, 217),
    "keyctl": (250, 219),
    "setns": (308, 268),
    "process_vm_writev": (311, 271),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
}
"""From the kernel's tables: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h."""


@cache
def libc() -> ctypes.CDLL:
    """The C library that Python itself uses. NotHere outside Linux."""
    if sys.platform != "linux":
        raise NotHere("only Linux has it")
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    library.mmap.restype = ctypes.c_void_p
    library.ptrace.restype = ctypes.c_long
    return library


def raw(name: str, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """One system call; bytes go as pointers. Raises OSError with the kernel's answer, NotHere on another processor."""
    column = COLUMNS.get(platform.machine())
    if column is None:
        raise NotHere("the number of this system call is not known for this processor")
    return raw_number(NUMBERS[name][column], name, *arguments)


def raw_number(number: int, name: str, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """`raw` for a call that has only a number."""
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    answer = int(libc().syscall(ctypes.c_long(number), *words))
    if answer < 0:
        problem = ctypes.get_errno()
        raise OSError(problem, f"{name}: {os.strerror(problem)}")
    return answer


def address4(place: Address) -> bytes:
    """Struct sockaddr_in, 16 bytes."""
    return struct.pack("=H", socket.AF_INET) + struct.pack("!H", place[1]) + socket.inet_aton(place[0]) + bytes(8)


def address6(place: Address | None) -> bytes:
    """Struct sockaddr_in6, 28 bytes. NotHere for None."""
    if place is None:
        raise NotHere("no IPv6 here")
    host = socket.inet_pton(socket.AF_INET6, place[0])
    return struct.pack("=H", socket.AF_INET6) + struct.pack("!HI", place[1], 0) + host + bytes(4)


def address_unix(path: str) -> bytes:
    """Struct sockaddr_un for a path."""
    return struct.pack("=H", socket.AF_UNIX) + os.fsencode(path) + b"\0"


class Message:
    """struct msghdr (56 bytes on 64-bit systems) with one buffer, and what must stay alive while it is used."""

    def __init__(self, data: bytes, address: bytes) -> None:
        self._data = ctypes.create_string_buffer(data, len(data))
        self._address = ctypes.create_string_buffer(address, len(address))
        vector = struct.pack("=QQ", ctypes.addressof(self._data), len(data))
        self._vector = ctypes.create_string_buffer(vector, len(vector))
        head = struct.pack(
            "=QIIQQQQII",
            ctypes.addressof(self._address),
            len(address),
            0,
            ctypes.addressof(self._vector),
            1,
            0,
            0,
            0,
            0,
        )
        self.head = ctypes.create_string_buffer(head + bytes(8), len(head) + 8)
        """The header, and behind it the length field that makes it a struct mmsghdr."""

"""Other doors into the kernel: io_uring, foreign system-call tables, and socket families beside the internet's."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import platform
import socket
import struct

from stylize.selftest.targets import Errand
from stylize.selftest.ways.calls import address4, libc, raw, raw_number
from stylize.selftest.ways.way import NotHere, Way

INET, STREAM = 2, 1
OP_CONNECT, OP_SEND, OP_SOCKET = 16, 26, 45
"""enum io_uring_op; IORING_OP_SOCKET is there since Linux 5.19."""
RING, COMPLETIONS, ENTRIES = 0x0, 0x8000000, 0x10000000
"""Offsets of io_uring's three mappings (io_uring(7))."""
USER_TO_USER = 2
"""NETLINK_USERSOCK."""
EXPERIMENT = 0x88B5
"""IEEE 802 local experimental Ethertype 1: no protocol of anybody's."""
X32 = 0x40000000


def uring(errand: Errand) -> str:
    """socket, connect and send as orders in a ring: none of the three system calls is made."""
    place = ctypes.create_string_buffer(address4(errand.targets.tcp4), 16)
    data = ctypes.create_string_buffer(errand.mark, len(errand.mark))
    try:
        ring = Ring()
    except OSError as problem:
        if problem.errno == errno.ENOSYS:
            raise NotHere("no io_uring here") from None
        raise
    wire = ring.order(OP_SOCKET, fd=INET, offset=STREAM)
    ring.order(OP_CONNECT, fd=wire, address=ctypes.addressof(place), offset=16)
    ring.order(OP_SEND, fd=wire, address=ctypes.addressof(data), length=len(errand.mark))
    return ""


class Ring:
    """A submission ring of four places, used one order at a time."""

    def __init__(self) -> None:
        settings = ctypes.create_string_buffer(120)  # struct io_uring_params
        self.ring = raw("io_uring_setup", 4, settings)
        numbers = struct.unpack_from("=30I", settings)
        places, self.found = numbers[0], numbers[1]
        self.tail, self.array = numbers[11], numbers[16]
        self.read_head, self.results = numbers[20], numbers[25]
        shared = {"flags": mmap.MAP_SHARED, "prot": mmap.PROT_READ | mmap.PROT_WRITE}
        self.orders = mmap.mmap(self.ring, self.array + places * 4, offset=RING, **shared)
        self.done = mmap.mmap(self.ring, self.results + self.found * 16, offset=COMPLETIONS, **shared)
        self.entries = mmap.mmap(self.ring, places * 64, offset=ENTRIES, **shared)
        self.count = 0

    def order(self, code: int, *, fd: int, address: int = 0, offset: int = 0, length: int = 0) -> int:
        """Give one order (struct io_uring_sqe), wait for its result. Raises OSError if it is a refusal."""
        place = self.count % 4
        self.entries[place * 64 : place * 64 + 64] = struct.pack(
            "=BBHiQQI", code, 0, 0, fd, offset, address, length
        ) + (bytes(36))
        struct.pack_into("=I", self.orders, self.array + place * 4, place)
        self.count += 1
        struct.pack_into("=I", self.orders, self.tail, self.count)
        raw("io_uring_enter", self.ring, 1, 1, 1, 0, 0)
        (head,) = struct.unpack_from("=I", self.done, self.read_head)
        (result,) = struct.unpack_from("=i", self.done, self.results + (head % self.found) * 16 + 8)
        struct.pack_into("=I", self.done, self.read_head, head + 1)
        if result < 0:
            raise OSError(-result, f"io_uring: {os.strerror(-result)}")
        return int(result)


def int80(errand: Errand) -> str:
    """The 32-bit system-call table of the same kernel, by `int 0x80`: socketcall(2), number 102."""
    if platform.machine() != "x86_64":
        raise NotHere("only x86-64 has it")
    library = libc()
    library.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    private_low = 0x02 | 0x20 | 0x40  # MAP_PRIVATE, MAP_ANONYMOUS, MAP_32BIT: its pointers have 32 bits
    memory = library.mmap(None, 4096, 3, private_low, -1, 0)
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    # push rbx; mov eax, edi; mov ebx, esi; mov ecx, edx; int 0x80; pop rbx; ret
    code.write(bytes.fromhex("53 89f8 89f3 89d1 cd80 5b c3"))
    entry = ctypes.addressof(ctypes.c_char.from_buffer(code))
    gate = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint, ctypes.c_uint, ctypes.c_uint)(entry)

    def socketcall(which: int, *arguments: int) -> int:
        ctypes.memmove(memory, struct.pack(f"={len(arguments)}I", *arguments), 4 * len(arguments))
        answer = gate(102, which, memory)
        if answer == -errno.ENOSYS:
            raise NotHere("this kernel runs no 32-bit programs")
        if answer < 0:
            raise OSError(-answer, f"int 0x80: {os.strerror(-answer)}")
        return int(answer)

    ctypes.memmove(memory + 64, address4(errand.targets.tcp4), 16)
    ctypes.memmove(memory + 128, errand.mark, len(errand.mark))
    wire = socketcall(1, INET, STREAM, 0)
    socketcall(3, wire, memory + 64, 16)
    socketcall(9, wire, memory + 128, len(errand.mark), 0)
    return ""


def x32(errand: Errand) -> str:
    """The x32 table: the same numbers with one bit more."""
    if platform.machine() != "x86_64":
        raise NotHere("only x86-64 has it")
    place = address4(errand.targets.tcp4)
    try:
        wire = raw_number(X32 | 41, "x32 socket", INET, STREAM, 0)
    except OSError as problem:
        if problem.errno == errno.ENOSYS:
            raise NotHere("this kernel has no x32 table") from None
        raise
    raw_number(X32 | 42, "x32 connect", wire, place, len(place))
    raw_number(X32 | 1, "x32 write", wire, errand.mark, len(errand.mark))
    return ""


def packet(errand: Errand) -> str:
    """A frame straight to the interface, past every protocol; only ever to `lo`."""
    if not errand.targets.packet:
        raise NotHere("only root may")
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0) as wire:
        wire.sendto(errand.mark, ("lo", EXPERIMENT, 0, 0, bytes(6)))
    return ""


def netlink(errand: Errand) -> str:
    """A message from user to user through the kernel's own bus."""
    if errand.targets.netlink is None:
        raise NotHere("no netlink here")
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, USER_TO_USER) as wire:
        head = struct.pack("=IHHII", 16 + len(errand.mark), 16, 0, 0, 0)
        wire.sendto(head + errand.mark, (errand.targets.netlink, 0))
    return ""


def vsock(errand: Errand) -> str:
    """The socket between a virtual machine and its host. It is made and dropped, never connected: no sink is there."""
    libc()
    try:
        wire = raw("socket", 40, STREAM, 0)
    except OSError as problem:
        if problem.errno == errno.EAFNOSUPPORT:
            raise NotHere("no vsock here") from None
        raise
    os.close(wire)
    return f"the socket was made ({len(errand.mark)} bytes were ready to go)"


WAYS = (
    Way(slug="io-uring", sentence="io_uring connects and sends without the usual calls.", go=uring, needs="io_uring"),
    Way(
        slug="int-0x80", sentence="The 32-bit table of the kernel connects.", go=int80, needs="x86-64, 32-bit emulation"
    ),
    Way(slug="x32", sentence="The x32 table of the kernel connects.", go=x32, needs="x86-64, x32 in the kernel"),
    Way(slug="packet", sentence="A frame is put on the wire past every protocol.", go=packet, needs="root"),
    Way(slug="netlink", sentence="A message goes to a neighbour over netlink.", go=netlink, needs="netlink"),
    Way(slug="vsock", sentence="A socket to the host of a virtual machine is made.", go=vsock, needs="vsock"),
)

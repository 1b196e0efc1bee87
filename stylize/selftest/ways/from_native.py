"""What compiled code could do: system calls of the ordinary kind, past Python and the C library."""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct

from stylize.selftest.targets import Errand
from stylize.selftest.ways.calls import Message, address4, address6, libc, raw
from stylize.selftest.ways.way import NotHere, Way

INET, INET6, STREAM, DATAGRAM = 2, 10, 1, 2
FAST_OPEN = 0x20000000
"""MSG_FASTOPEN: the data goes with the first packet, without connect(2)."""
TCP_FASTOPEN_CONNECT = 30
MPTCP = 262


def libc_tcp(errand: Errand) -> str:
    library, place = libc(), address4(errand.targets.tcp4)
    wire = library.socket(INET, STREAM, 0)
    if wire < 0 or library.connect(wire, place, len(place)) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    os.write(wire, errand.mark)
    return ""


def raw_tcp(errand: Errand, protocol: int = 0) -> str:
    place = address4(errand.targets.tcp4)
    wire = raw("socket", INET, STREAM, protocol)
    raw("connect", wire, place, len(place))
    raw("write", wire, errand.mark, len(errand.mark))
    return ""


def mptcp(errand: Errand) -> str:
    return raw_tcp(errand, MPTCP)


def raw_tcp6(errand: Errand) -> str:
    place = address6(errand.targets.tcp6)
    wire = raw("socket", INET6, STREAM, 0)
    raw("connect", wire, place, len(place))
    raw("write", wire, errand.mark, len(errand.mark))
    return ""


def udp_sendto(errand: Errand) -> str:
    place = address4(errand.targets.udp4)
    raw("sendto", raw("socket", INET, DATAGRAM, 0), errand.mark, len(errand.mark), 0, place, len(place))
    return ""


def udp6_sendto(errand: Errand) -> str:
    place = address6(errand.targets.udp6)
    raw("sendto", raw("socket", INET6, DATAGRAM, 0), errand.mark, len(errand.mark), 0, place, len(place))
    return ""


def udp_sendmsg(errand: Errand) -> str:
    message = Message(errand.mark, address4(errand.targets.udp4))
    raw("sendmsg", raw("socket", INET, DATAGRAM, 0), message.head, 0)
    return ""


def udp_sendmmsg(errand: Errand) -> str:
    message = Message(errand.mark, address4(errand.targets.udp4))
    raw("sendmmsg", raw("socket", INET, DATAGRAM, 0), message.head, 1, 0)
    return ""


def udp_write(errand: Errand) -> str:
    """A connected datagram socket needs no sending call: write(2) does."""
    place = address4(errand.targets.udp4)
    wire = raw("socket", INET, DATAGRAM, 0)
    raw("connect", wire, place, len(place))
    raw("write", wire, errand.mark, len(errand.mark))
    return ""


def fast_sendto(errand: Errand) -> str:
    place = address4(errand.targets.tcp4)
    raw("sendto", raw("socket", INET, STREAM, 0), errand.mark, len(errand.mark), FAST_OPEN, place, len(place))
    return ""


def fast_sendmsg(errand: Errand) -> str:
    message = Message(errand.mark, address4(errand.targets.tcp4))
    raw("sendmsg", raw("socket", INET, STREAM, 0), message.head, FAST_OPEN)
    return ""


def fast_connect(errand: Errand) -> str:
    libc()  # NotHere outside Linux
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1)
        place = address4(errand.targets.tcp4)
        raw("connect", wire.fileno(), place, len(place))
        raw("write", wire.fileno(), errand.mark, len(errand.mark))
    return ""


def resolver(errand: Errand) -> str:
    """The C library's DNS client, told to ask our sink (resolver(3), res_nquery; struct __res_state of glibc)."""
    state = ctypes.create_string_buffer(2048)
    library = libc()
    query = getattr(library, "res_nquery", None) or getattr(ctypes.CDLL("libresolv.so.2"), "__res_nquery", None)
    init = getattr(library, "__res_ninit", None)
    if query is None or init is None:
        raise NotHere("another C library than glibc")
    init(state)
    struct.pack_into("=ii", state, 0, 1, 1)  # one second, one try
    struct.pack_into("=i", state, 16, 1)  # one server
    struct.pack_into("16s", state, 20, address4(errand.targets.dns))
    answer = ctypes.create_string_buffer(512)
    ctypes.set_errno(0)
    query(state, errand.mark + b".example.test", 1, 1, answer, len(answer))
    if ctypes.get_errno() in (errno.EPERM, errno.EACCES, errno.ENETUNREACH):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return ""


def icmp(errand: Errand, kind: int) -> str:
    """An echo request; the answer carries the mark back, so somebody got it."""
    with socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP) as wire:
        wire.settimeout(4)
        body = errand.mark + bytes(len(errand.mark) % 2)
        head = struct.pack("!BBHHH", 8, 0, 0, os.getpid() & 0xFFFF, 1)
        total = sum(struct.unpack(f"!{len(head + body) // 2}H", head + body))
        total = (total & 0xFFFF) + (total >> 16)
        total = ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF
        wire.sendto(head[:2] + struct.pack("!H", total) + head[4:] + body, (errand.targets.tcp4[0], 0))
        while True:
            answer = wire.recv(4096)
            at = (answer[0] & 15) * 4 if kind == socket.SOCK_RAW else 0
            if answer[at] == 0 and errand.mark in answer:
                return "an echo came back"


def icmp_raw(errand: Errand) -> str:
    return icmp(errand, socket.SOCK_RAW)


def icmp_ping(errand: Errand) -> str:
    return icmp(errand, socket.SOCK_DGRAM)


WAYS = (
    Way(slug="libc-tcp", sentence="Compiled code connects through the C library.", go=libc_tcp),
    Way(slug="raw-tcp", sentence="Compiled code connects by bare system calls.", go=raw_tcp),
    Way(slug="raw-tcp6", sentence="The same over IPv6.", go=raw_tcp6, needs="IPv6"),
    Way(slug="mptcp", sentence="The same as multipath TCP.", go=mptcp, needs="MPTCP in the kernel"),
    Way(slug="udp-sendto", sentence="A datagram by sendto(2).", go=udp_sendto),
    Way(slug="udp6-sendto", sentence="The same over IPv6.", go=udp6_sendto, needs="IPv6"),
    Way(slug="udp-sendmsg", sentence="A datagram by sendmsg(2).", go=udp_sendmsg),
    Way(slug="udp-sendmmsg", sentence="Datagrams in a bundle by sendmmsg(2).", go=udp_sendmmsg),
    Way(slug="udp-write", sentence="A connected datagram socket and plain write(2).", go=udp_write),
    Way(slug="fast-sendto", sentence="TCP fast open: data in the first packet, by sendto(2).", go=fast_sendto),
    Way(slug="fast-sendmsg", sentence="TCP fast open by sendmsg(2).", go=fast_sendmsg),
    Way(slug="fast-connect", sentence="TCP fast open by a socket option.", go=fast_connect),
    Way(
        slug="dns-query", sentence="A DNS question straight to a server, data in the name.", go=resolver, needs="glibc"
    ),
    Way(slug="icmp-raw", sentence="A hand-made ping through a raw socket.", go=icmp_raw, needs="root"),
    Way(slug="icmp-ping", sentence="A ping through a ping socket.", go=icmp_ping, needs="net.ipv4.ping_group_range"),
)

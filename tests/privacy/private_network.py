"""A network of one's own: a new namespace whose only interface is `lo`, with made-up addresses on it.

Whatever is sent in it cannot leave it. Needs root, or a kernel that gives user namespaces to everybody.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
from pathlib import Path

HOST4, HOST6, RESOLVER = "198.51.100.10", "2001:db8::10", "198.51.100.53"
"""Addresses of documentation (RFC 5737, RFC 3849); nobody has them."""
NEW_MOUNTS, NEW_USER, NEW_NET = 0x20000, 0x10000000, 0x40000000
BIND, REC_PRIVATE = 0x1000, 0x4000 | 0x40000
SET_FLAGS, SET_ADDRESS = 0x8914, 0x8916
"""SIOCSIFFLAGS and SIOCSIFADDR (netdevice(7))."""

_libc = ctypes.CDLL(None, use_errno=True)


class NoNetwork(Exception):
    """Such a network cannot be had here; the reason is its only argument."""


def enter() -> bool:
    """Move this process into a network of its own. Returns whether it is still the machine's root.

    Raises NoNetwork where the kernel does not permit it, or has put another interface than `lo` into it.
    """
    uid, gid = os.geteuid(), os.getegid()
    real_root = uid == 0 and _libc.unshare(NEW_NET | NEW_MOUNTS) == 0
    if not real_root:
        if _libc.unshare(NEW_USER | NEW_NET | NEW_MOUNTS):
            raise NoNetwork(f"no namespace may be made here ({os.strerror(ctypes.get_errno())})")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    must_be_alone()
    try:
        _furnish()
    except OSError as problem:  # some distributions give ordinary users a namespace without any rights in it
        raise NoNetwork(f"the namespace gives no rights over its network ({problem.strerror})") from None
    with contextlib.suppress(OSError):  # ping sockets for everybody, in this network only
        Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 2147483647")
    must_be_alone()
    return real_root


def must_be_alone() -> None:
    """Raises NoNetwork unless `lo` is all there is: then nothing sent can go anywhere."""
    names = [name for _, name in socket.if_nameindex()]
    if names != ["lo"]:
        raise NoNetwork(f"the namespace has other interfaces than lo: {', '.join(names)}")


def _furnish() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ask:
        fcntl.ioctl(ask, SET_FLAGS, struct.pack("16sH14x", b"lo", 0x1 | 0x40))
        for name, host in ((b"lo:1", HOST4), (b"lo:2", RESOLVER)):
            place = struct.pack("=H2x4s8x", socket.AF_INET, socket.inet_aton(host))
            fcntl.ioctl(ask, SET_ADDRESS, struct.pack("16s16s8x", name, place))
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as ask:
            place6 = struct.pack("=16sIi", socket.inet_pton(socket.AF_INET6, HOST6), 128, socket.if_nametoindex("lo"))
            fcntl.ioctl(ask, SET_ADDRESS, place6)
    except OSError:
        return  # a kernel without IPv6: its probes are not available


def take_resolver() -> bool:
    """Point the system's look-ups at our sink, in this mount namespace only, and hide the machine's own services.

    False where mounting is not permitted: then look-ups might be answered by a service outside, and must not be tried.
    """
    if _libc.mount(b"none", b"/", None, REC_PRIVATE, None):
        return False
    resolver, order = os.path.realpath("/etc/resolv.conf"), os.path.realpath("/etc/nsswitch.conf")
    if _libc.mount(b"tmpfs", b"/run", b"tmpfs", 0, b"mode=0755"):  # D-Bus, resolver and cache daemons live there
        return False
    wanted = {resolver: f"nameserver {RESOLVER}\noptions timeout:1 attempts:1\n", order: "hosts: dns\n"}
    for number, (place, text) in enumerate(wanted.items()):
        ours, target = Path("/run", f"stylize-{number}"), Path(place)
        ours.write_text(text)
        ours.chmod(0o644)
        if target.is_relative_to("/run"):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        if not target.exists() or _libc.mount(bytes(ours), bytes(target), None, BIND, None):
            return False
    return True


def become_nobody(*, real_root: bool) -> None:
    """Give up every right: as root become the user nobody, in a user namespace drop all capabilities."""
    if real_root:
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
    head, none = struct.pack("=Ii", 0x20080522, 0), bytes(24)  # capset(2), version 3
    if _libc.capset(head, none):
        raise NoNetwork("the capabilities could not be dropped")
    _libc.prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE: an ordinary program of that user

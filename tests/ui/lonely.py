"""A network of one's own, with nothing in it but loopback: whoever is in it may send what he likes, it goes nowhere.

Linux: network_namespaces(7), user_namespaces(7), netdevice(7), rtnetlink(7).
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import sys
from pathlib import Path

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
RTM_NEWROUTE, RTA_OIF, RTPROT_BOOT = 24, 4, 3
NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE = 0x1, 0x4, 0x400
RT_TABLE_MAIN, RT_TABLE_LOCAL, RT_SCOPE_UNIVERSE, RT_SCOPE_LINK, RTN_UNICAST, RTN_LOCAL = 254, 255, 0, 253, 1, 2


class NotLonely(OSError):
    """No such network can be had here; the words say why."""


def enter() -> None:
    """Move this process into an empty network and make every address in the world lead to its loopback.

    As root directly; else by way of a user namespace that maps this very user. Raises NotLonely.
    """
    if sys.platform != "linux":
        raise NotLonely("network namespaces are Linux's")
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET if uid == 0 else CLONE_NEWUSER | CLONE_NEWNET):
        raise NotLonely(f"unshare: {os.strerror(ctypes.get_errno())}")
    if uid:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    insist()
    try:
        _loopback_up()
        _everything_leads_here()
    except OSError as problem:
        raise NotLonely(f"loopback: {problem.strerror}") from None


def insist() -> None:
    """Raises NotLonely unless loopback is the only interface there is. To be called before anything is sent."""
    if socket.if_nameindex() != [(1, "lo")]:
        raise NotLonely("there is more than loopback here")


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))


def _everything_leads_here() -> None:
    """Default routes over lo, so that a packet to anywhere becomes one that a recorder on lo can see.

    In IPv4 it is sent and never answered. IPv6 refuses plain routes over loopback, so there every address is our own.
    """
    _add_default_route(socket.AF_INET, RT_TABLE_MAIN, RT_SCOPE_LINK, RTN_UNICAST)
    if Path("/proc/net/if_inet6").exists():
        _add_default_route(socket.AF_INET6, RT_TABLE_LOCAL, RT_SCOPE_UNIVERSE, RTN_LOCAL)


def _add_default_route(family: int, table: int, scope: int, kind: int) -> None:
    over_lo = struct.pack("=HHI", 8, RTA_OIF, 1)
    route = struct.pack("=8BI", family, 0, 0, 0, table, RTPROT_BOOT, scope, kind, 0) + over_lo
    head = struct.pack("=IHHII", 16 + len(route), RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        kernel.send(head + route)
        (error,) = struct.unpack_from("=i", kernel.recv(4096), 16)
    if error:
        raise OSError(-error, os.strerror(-error))

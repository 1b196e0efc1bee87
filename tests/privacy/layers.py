"""What a wall may be made of, one part at a time, so that the table can tell what each part is worth."""

from __future__ import annotations

import ctypes
import os
import struct
import sys

from stylize.privacy import landlock as parts_of_landlock
from stylize.privacy import namespaces
from stylize.privacy.egress import lock
from stylize.privacy.namespaces import Isolation
from stylize.privacy.wall import Foundations, foundations, raise_wall
from stylize.selftest.trial import Layer

_libc = ctypes.CDLL(None, use_errno=True)
CREATE_RULESET, RESTRICT_SELF = 444, 446
NEW_USER, NEW_NET = 0x10000000, 0x40000000


def audit() -> None:
    """A hook that refuses what Python itself calls network."""
    watched = ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.bind")

    def hook(event: str, _arguments: tuple[object, ...]) -> None:
        if event in watched:
            raise PermissionError("refused by the audit hook")

    sys.addaudithook(hook)


def landlock() -> None:
    """Its network rules and scopes alone, without any on files: ABI 4 has TCP, ABI 6 abstract sockets and signals."""
    abi = _libc.syscall(CREATE_RULESET, None, 0, 1)
    if abi < 4:
        raise OSError(f"Landlock ABI {abi} has no network rules")
    rules = struct.pack("=QQQ", 0, 3, 3 if abi >= 6 else 0)
    ruleset = _libc.syscall(CREATE_RULESET, rules, 24 if abi >= 6 else 16, 0)
    _libc.prctl(38, 1, 0, 0, 0)
    if ruleset < 0 or _libc.syscall(RESTRICT_SELF, ruleset, 0):
        raise OSError("Landlock refused")
    os.close(ruleset)


def namespace() -> None:
    """An empty network namespace."""
    if _libc.unshare(NEW_NET) and _libc.unshare(NEW_USER | NEW_NET):
        raise OSError("no namespace")


def without_namespaces() -> Foundations:
    """The foundations of a system that forbids namespaces: containers, and distributions that reserve them."""
    namespaces.isolate = lambda _ram_bytes: Isolation(why="This system does not let programs have namespaces.")
    return foundations()


def without_landlock() -> Foundations:
    """The foundations of a kernel that is older than Landlock."""

    def missing(*_folders: object) -> int:
        raise OSError("Landlock is missing")

    parts_of_landlock.close_ways_out = missing
    return foundations()


LAYERS = (
    Layer(name="unlocked"),
    Layer(name="audit hook", late=lambda _listeners, _early: audit()),
    Layer(name="landlock", early=landlock),
    Layer(name="namespace", early=namespace),
    Layer(name="lock", late=lambda listeners, _early: lock(listeners)),
    Layer(name="no spaces", early=without_namespaces, late=lambda listeners, early: raise_wall(early, listeners)),
    Layer(name="no landlock", early=without_landlock, late=lambda listeners, early: raise_wall(early, listeners)),
    Layer(name="wall", early=foundations, late=lambda listeners, early: raise_wall(early, listeners)),
)
"""`lock` is seccomp alone; `wall` is all of it, as the page has it; between them what is left of it on other systems.
Each runs in a process of its own, so that what it replaces is replaced there only.
"""

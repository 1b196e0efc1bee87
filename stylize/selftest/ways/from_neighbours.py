"""Ways through what is already there: local sockets of other programs, the page's own listener, files, a terminal."""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import socket
import time
from pathlib import Path

from stylize.selftest.targets import Errand
from stylize.selftest.ways.calls import Message, address4, address_unix, libc, raw
from stylize.selftest.ways.way import NotHere, Way

STREAM = 1


def unix_stream(errand: Errand) -> str:
    """As to D-Bus, a Docker daemon or a proxy."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
        wire.connect(errand.targets.stream)
        wire.sendall(errand.mark)
    return ""


def unix_abstract(errand: Errand) -> str:
    libc()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
        wire.connect("\0" + errand.targets.abstract)
        wire.sendall(errand.mark)
    return ""


def pair_sendto(errand: Errand) -> str:
    """As to the system's log: a pair's end can still be given an address."""
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with here, there:
        here.sendto(errand.mark, errand.targets.datagram)
    return ""


def pair_sendmsg(errand: Errand) -> str:
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    message = Message(errand.mark, address_unix(errand.targets.datagram))
    with here, there:
        raw("sendmsg", here.fileno(), message.head, 0)
    return ""


def _turn_around(number: int, errand: Errand) -> None:
    """Undo what a socket is connected to or listens on (AF_UNSPEC, connect(2)), and connect it elsewhere."""
    place = address4(errand.targets.tcp4)
    os.set_blocking(number, True)
    raw("connect", number, bytes(16), 16)
    raw("connect", number, place, len(place))
    raw("write", number, errand.mark, len(errand.mark))


def listener_again(errand: Errand) -> str:
    _turn_around(os.dup(errand.listener), errand)
    return ""


def visitor_again(errand: Errand) -> str:
    """The connection of somebody who came to the page."""
    listener = socket.socket(fileno=os.dup(errand.listener))
    listener.settimeout(4)
    visitor, _ = listener.accept()
    _turn_around(visitor.fileno(), errand)
    return ""


def second_listener(errand: Errand) -> str:
    """Wait to be fetched: a listener on an address that others can reach."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(errand.targets.callback)
        door.listen(1)
        door.settimeout(4)
        visitor, _ = door.accept()
        with visitor:
            visitor.sendall(errand.mark)
    return ""


def sync_folder(errand: Errand) -> str:
    """A file where another program picks files up and sends them."""
    Path(errand.targets.drop, secrets.token_hex(4)).write_bytes(errand.mark)
    return ""


def open_terminal() -> tuple[int, int]:
    """A terminal of our own, so that nobody's is typed into."""
    return os.openpty()


def typing(errand: Errand) -> str:
    """Type into the terminal that the program was started from, for its shell to run afterwards (TIOCSTI)."""
    libc()  # NotHere outside Linux
    import fcntl
    import termios

    assert isinstance(errand.prepared, tuple)
    _, end = errand.prepared
    os.setsid()
    fcntl.ioctl(end, termios.TIOCSCTTY, 0)
    for letter in errand.mark + b"\n":
        try:
            fcntl.ioctl(end, termios.TIOCSTI, bytes([letter]))
        except OSError as problem:
            if problem.errno == errno.EIO:
                raise NotHere("this kernel lets only root type (dev.tty.legacy_tiocsti)") from None
            raise
    if errand.mark in os.read(end, 100):
        return "the terminal took it as typed"
    return ""


def keyring(errand: Errand) -> str:
    """Leave a key in the keyring that all programs of the user share; the courier looks there."""
    user_keyring = ctypes.c_uint(-4 & 0xFFFFFFFF).value
    raw("add_key", b"user\0", errand.mark + b"\0", errand.mark, len(errand.mark), user_keyring)
    time.sleep(0.5)
    return ""


WAYS = (
    Way(slug="unix-stream", sentence="A service's socket in the file system (D-Bus, Docker, a proxy).", go=unix_stream),
    Way(slug="unix-abstract", sentence="A service's abstract socket.", go=unix_abstract),
    Way(slug="unix-pair-sendto", sentence="A datagram to a service (the log) from a socket pair.", go=pair_sendto),
    Way(slug="unix-pair-sendmsg", sentence="The same by sendmsg(2).", go=pair_sendmsg),
    Way(slug="second-listener", sentence="A second listener waits on an address others can reach.", go=second_listener),
    Way(slug="visitor-again", sentence="The connection of a visitor is turned around.", go=visitor_again),
    Way(slug="keyring", sentence="Data is left in the user's keyring.", go=keyring, needs="kernel keyrings"),
    Way(
        slug="typing",
        sentence="A command is typed into the terminal.",
        go=typing,
        first=open_terminal,
        needs="root, or dev.tty.legacy_tiocsti",
    ),
    Way(
        slug="sync-folder",
        sentence="A file is left where another program sends files from.",
        go=sync_folder,
        beside=True,
    ),
)
LAST = Way(slug="listener-again", sentence="The page's own listener is turned around.", go=listener_again)
"""Spoils the listener where it succeeds, so nothing may come after it."""

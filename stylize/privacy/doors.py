"""What is open already when the wall is raised: the filter stops what is new, this refuses what was there before.

Sources: socket(7), unix(7), ip(7), proc(5).
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import stat
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from stylize.errors import WallMissing

HIDDEN = ("anon_inode:[io_uring]", "anon_inode:bpf")
"""Open files through which the kernel works on its own: a filter on calls does not see what passes them."""

GRAPHICS_CARD = b"\0cuda-uvmfd-"
"""NVIDIA's driver waits under this name for parts of its own program. It cannot send to an address; in a network
namespace of our own nobody outside can find it, and elsewhere only programs of this computer can."""

_OPEN = Path("/proc/self/fd")
_STANDARD = (0, 1, 2)
_CREDENTIALS = struct.Struct("3i")


def check(listeners: Sequence[socket.socket], *, loopback_only: bool) -> None:
    """Look at everything that this process has open. Call it when no new socket can be opened any more.

    May stay: the listeners, the connections that came in through them, pairs of unix stream sockets that this process
    or its parent made, the program's own input and output (a journal), and NVIDIA's driver waiting for itself.
    Raises WallMissing for any other socket, for a listener that others can reach, and for a hidden door.
    """
    names = [_listening(listener, loopback_only) for listener in listeners]
    doors = {os.fstat(listener.fileno()).st_ino for listener in listeners}
    standard = {inode for number in _STANDARD if (inode := _inode(number))}
    for number in [int(entry.name) for entry in _OPEN.iterdir()]:
        if _target(number).startswith(HIDDEN):
            raise WallMissing(why="a library works past the wall's watch (io_uring or bpf).")
        inode = _inode(number)
        if inode is not None and inode not in doors:
            _check_socket(number, names, inode in standard)


def _listening(listener: socket.socket, loopback_only: bool) -> tuple[str, int]:
    """The address and port of a listener that is as it should be."""
    if listener.family not in (socket.AF_INET, socket.AF_INET6) or not _says(listener, socket.SO_ACCEPTCONN):
        raise WallMissing(why="what was given as a listener does not listen.")
    address, port = listener.getsockname()[:2]
    if loopback_only and not ipaddress.ip_address(address).is_loopback:
        raise WallMissing(why="the page would answer other computers.")
    return address, port


def _check_socket(number: int, listening: Sequence[tuple[str, int]], is_standard: bool) -> None:
    with _borrowed(number) as open_socket:
        if open_socket is None:
            return
        family, kind = open_socket.family, open_socket.type
        if family in (socket.AF_INET, socket.AF_INET6):
            if kind != socket.SOCK_STREAM or not _came_in(open_socket, listening):
                raise WallMissing(why="a connection to somewhere else is open already.")
        elif family != socket.AF_UNIX or not (
            _of_graphics_card(open_socket) or (kind == socket.SOCK_STREAM and (is_standard or _own_pair(open_socket)))
        ):
            raise WallMissing(why="a line to another program is open already.")


def _came_in(connection: socket.socket, listening: Sequence[tuple[str, int]]) -> bool:
    """It has a listener's own address and port, which no connection begun here can have."""
    if _says(connection, socket.SO_ACCEPTCONN):
        return False
    address, port = connection.getsockname()[:2]
    return (address, port) in listening or any(
        own == port and wildcard in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
        for wildcard, own in listening
    )


def _own_pair(open_socket: socket.socket) -> bool:
    """Neither end has a name, and the other end was made by this process or by its parent."""
    if _says(open_socket, socket.SO_ACCEPTCONN) or open_socket.getsockname():
        return False
    try:
        if open_socket.getpeername():
            return False
    except OSError:  # the other end is gone
        pass
    told = open_socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    maker = _CREDENTIALS.unpack(told)[0]
    return maker in (os.getpid(), os.getppid())


def _of_graphics_card(open_socket: socket.socket) -> bool:
    name = open_socket.getsockname()
    waits = open_socket.type == socket.SOCK_SEQPACKET and _says(open_socket, socket.SO_ACCEPTCONN)
    return waits and isinstance(name, bytes) and name.startswith(GRAPHICS_CARD)


def _says(open_socket: socket.socket, option: int) -> bool:
    return bool(open_socket.getsockopt(socket.SOL_SOCKET, option))


def _target(number: int) -> str:
    try:
        return str((_OPEN / str(number)).readlink())
    except OSError:  # closed meanwhile: the listing itself, or another thread's
        return ""


def _inode(number: int) -> int | None:
    """Which socket an open file is; None for a file that is none, or is closed meanwhile."""
    try:
        about = os.fstat(number)
    except OSError:
        return None
    return about.st_ino if stat.S_ISSOCK(about.st_mode) else None


@contextlib.contextmanager
def _borrowed(number: int) -> Iterator[socket.socket | None]:
    """A second handle on an open socket, closed at the end; None if the first is closed meanwhile."""
    try:
        copy = os.dup(number)
    except OSError:
        yield None
        return
    with socket.socket(fileno=copy) as open_socket:
        yield open_socket

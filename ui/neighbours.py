"""Who is at the other end of a connection on this machine: one of this user's own programs, or another user's.

A cookie can be stolen; the kernel's table of connections cannot be talked round. Linux lists every TCP connection with
its owner (proc_pid_net(5), /proc/net/tcp). Connections on loopback have both ends there, so that of the caller is found.
"""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass

TABLES = (("/proc/self/net/tcp", socket.AF_INET), ("/proc/self/net/tcp6", socket.AF_INET6))
ALIVE = ("01", "08")
"""ESTABLISHED and CLOSE_WAIT. A socket that its program has closed already belongs to nobody any more."""
TRIES = 3
"""The table is read page by page while it changes, so that a line may be missed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbours:
    """The kernel's tables, opened. They must be opened before the process enters a network namespace of its own: an open
    one goes on to show the connections of where it was opened. `users` are those who may come in.
    """

    tables: tuple[tuple[int, int], ...]
    users: frozenset[int]

    def admit(self, client: tuple[str, int], server: tuple[str, int]) -> bool:
        """Whether the program that has connected from `client` to `server` is one of `users`' own."""
        for _ in range(TRIES):
            for table, family in self.tables:
                wanted = (_endpoint(*client, family), _endpoint(*server, family))
                for line in _read(table).splitlines()[1:]:
                    cells = line.split()
                    if (cells[1], cells[2]) == wanted:
                        return cells[3] in ALIVE and cells[9] != "0" and int(cells[7]) in self.users
        return False

    def close(self) -> None:
        """Close the tables."""
        for table, _ in self.tables:
            os.close(table)


def look_around() -> Neighbours | None:
    """The tables, for programs of this user and of root; None where the system does not show them."""
    if sys.platform != "linux":
        return None
    tables: list[tuple[int, int]] = []
    for path, family in TABLES:
        try:
            tables.append((os.open(path, os.O_RDONLY | os.O_CLOEXEC), family))
        except OSError:  # a system without IPv6
            continue
    users = {0, os.getuid()}
    if os.getuid() == 0 and os.environ.get("SUDO_UID", "").isdigit():
        users.add(int(os.environ["SUDO_UID"]))
    neighbours = Neighbours(tables=tuple(tables), users=frozenset(users))
    if neighbours.tables and _shows_owners(neighbours):
        return neighbours
    neighbours.close()
    return None


def _shows_owners(neighbours: Neighbours) -> bool:
    """Try it on a connection with ourselves: some sandboxes show an empty table."""
    with socket.socket() as listener, socket.socket() as caller:
        try:
            listener.bind(("127.0.0.1", 0))
            listener.listen(1)
            caller.settimeout(5)
            caller.connect(listener.getsockname())
        except OSError:
            return False
        return neighbours.admit(caller.getsockname(), listener.getsockname())


def _endpoint(host: str, port: int, family: int) -> str:
    """An IPv4 address as the table writes it: words of four bytes in the machine's order, in hexadecimal."""
    packed = socket.inet_aton(host)
    if sys.byteorder == "little":
        packed = packed[::-1]
    mapped = b"\xff\xff\x00\x00" if sys.byteorder == "little" else b"\x00\x00\xff\xff"
    whole = packed if family == socket.AF_INET else bytes(8) + mapped + packed
    return f"{whole.hex().upper()}:{port:04X}"


def _read(table: int) -> str:
    parts: list[bytes] = []
    os.lseek(table, 0, os.SEEK_SET)
    while part := os.read(table, 1 << 16):
        parts.append(part)
    return b"".join(parts).decode("ascii")

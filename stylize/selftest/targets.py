"""What a way out is tried with: places that wait for it, and a mark that nobody else could have sent."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

MARK = re.compile(rb"stylize[0-9a-f]{16}")
"""A mark fits into a host name's label, a URL, a file name and a packet."""

Address = tuple[str, int]


def new_mark() -> bytes:
    """23 bytes of ASCII that did not exist before."""
    return b"stylize" + secrets.token_hex(8).encode()


@dataclass(frozen=True, kw_only=True, slots=True)
class Targets:
    """Where the sinks listen. All of it is on this machine: `lo` of this or of a private network namespace.

    `datagram`, `stream`: paths of Unix sockets. `abstract`: a name without its leading zero byte. `callback`: nobody
    listens there yet; a sink keeps calling it. `drop`: a folder that a sink reads as a sync program would.
    None: this machine has no such thing. `resolver_is_ours`: the system's own resolver asks our DNS sink and nobody
    else, so that ordinary look-ups may be tried.
    """

    tcp4: Address
    udp4: Address
    dns: Address
    callback: Address
    stream: str
    datagram: str
    abstract: str
    drop: str
    tcp6: Address | None
    udp6: Address | None
    netlink: int | None
    packet: bool
    resolver_is_ours: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Courier:
    """A sibling process without any lock, of the same user: it sends on whatever appears in its buffer.

    `address`: where its 64-byte buffer lies. `wire`, `pipe`: the numbers of its connected TCP socket and of the end of a
    pipe that it reads from. `terminal`: the path of its screen. `queue`, `shared`: numbers of its message
    queue and of memory that it shares.
    """

    pid: int
    address: int
    wire: int
    pipe: int
    terminal: str | None
    queue: int | None
    shared: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Errand:
    """One try of one way. `listener`: the number of the page's listening socket. `python`: an interpreter to start.

    `prepared`: what the way made before the wall was raised.
    """

    targets: Targets
    courier: Courier
    mark: bytes
    listener: int
    python: str
    prepared: object = None

    @property
    def word(self) -> str:
        """The mark as text."""
        return self.mark.decode()

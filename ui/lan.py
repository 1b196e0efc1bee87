"""The page in the local network, for the camera of a phone: only with a password, only over TLS, on one address.

`listen(port, host=find_host(given), scheme="https")` gives the listener and its address; `prepare(address, folder)` the
rest, where `folder` is a private one that is used for a moment. `Lan` says what goes where.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import struct
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stylize.errors import LanUnavailable
from ui.certificate import make_certificate
from ui.listening import Address
from ui.password import MOST_FAILURES, PasswordDoor, make_password

ROUTES = Path("/proc/net/route")
ROUTE_UP = 1
SIOCGIFADDR = 0x8915
"""linux/sockios.h: the address of an interface."""
NOWHERE = ("192.0.2.1", 9)
"""TEST-NET-1 (RFC 5737). A datagram socket that is connected chooses a route and sends nothing."""

HANDSHAKE_SECONDS = 10.0

WORDS = """\
The page is open to your network, at
    {origin}
with the password
    {password}
Before you use it:
  - Everybody in this network can see that the page is there, and can try passwords ({tries} in all, then the door stays shut).
  - The browser will warn you, because nobody vouches for the certificate but this program. Have it show you the certificate;
    go on only if its SHA-256 fingerprint is
    {fingerprint}
  - Photos and results travel through your network, enciphered. Whoever knows the password can use the page.
  - In a network that is not yours, do not do this.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lan:
    """`door` is the guard's token, `settings` are for uvicorn.Config, `words` for the terminal: they hold the password
    unless it was asked for.
    """

    address: Address
    fingerprint: str
    words: str = field(repr=False)
    door: PasswordDoor = field(repr=False)
    context: ssl.SSLContext = field(repr=False)

    @property
    def settings(self) -> dict[str, Any]:
        return {"ssl_context_factory": lambda *_: self.context}


def prepare(address: Address, folder: Path, *, password: str | None = None) -> Lan:
    """Certificate and door for `address`, whose scheme is "https". Without `password` one is made and shown."""
    import asyncio.constants

    asyncio.constants.SSL_HANDSHAKE_TIMEOUT = HANDSHAKE_SECONDS  # else 60 s; uvicorn has no setting for it
    if not address.secure:
        raise LanUnavailable(why="it would not be enciphered.")
    certificate = make_certificate(address.host, folder)
    shown = make_password() if password is None else "that you have chosen"
    words = WORDS.format(
        origin=address.origin, password=shown, fingerprint=_lines(certificate.fingerprint), tries=MOST_FAILURES
    )
    return Lan(
        address=address,
        fingerprint=certificate.fingerprint,
        words=words,
        door=PasswordDoor(shown, forgiving=True) if password is None else PasswordDoor(password),
        context=certificate.context,
    )


def find_host(given: str | None = None) -> str:
    """This machine's address in the local network: `given`, or that of the default route. Nothing is sent to find it.

    Raises LanUnavailable if there is none, or if it is one that the whole internet can reach.
    """
    host = given or (_linux_host() if sys.platform == "linux" else _routed_host())
    if host is None:
        raise LanUnavailable(why="this computer seems to be in no network. Say its address with --lan-address.")
    try:
        address = ipaddress.IPv4Address(host)
    except ValueError:
        raise LanUnavailable(why="that is no IPv4 address.") from None
    if address.is_unspecified or address.is_multicast or address == ipaddress.IPv4Address("255.255.255.255"):
        raise LanUnavailable(why="that is not the address of one computer.")
    if address.is_global:
        raise LanUnavailable(why="this computer's address can be reached from the whole internet.")
    return str(address)


def _linux_host() -> str | None:
    """By the table of routes (proc_pid_net(5)): the default route of the lowest metric that is up."""
    try:
        rows = [line.split() for line in ROUTES.read_text(encoding="ascii").splitlines()[1:]]
    except OSError:
        return None
    defaults = [(int(row[6]), row[0]) for row in rows if row[1] == row[7] == "00000000" and int(row[3], 16) & ROUTE_UP]
    return next((host for _, name in sorted(defaults) if (host := _interface_host(name))), None)


def _interface_host(name: str) -> str | None:
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            told = fcntl.ioctl(asking.fileno(), SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
        except OSError:  # it has none
            return None
    return socket.inet_ntoa(told[20:24])


def _routed_host() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(NOWHERE)
        except OSError:
            return None
        return str(asking.getsockname()[0])


def _lines(fingerprint: str) -> str:
    """In two lines, as most browsers show it."""
    half = len(fingerprint) // 2 + 1
    return f"{fingerprint[:half]}\n    {fingerprint[half:]}"

"""Takes an address on this machine that no other program's page shares.

Browsers keep cookies and "the same site" by host and not by port (RFC 6265, 8.5). A page of another program on
127.0.0.1 would receive our cookie and be our neighbour. All of 127.0.0.0/8 is this machine (RFC 1122, 3.2.1.3), so each
start takes a host of its own there; browsers trust it as they trust localhost, so the camera works.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import socket
import sys
from dataclasses import dataclass

PLAIN_HOST = "127.0.0.1"
BACKLOG = 64
USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where the page is. `host` is an IPv4 address in its usual form, `scheme` is "http" or "https"."""

    host: str
    port: int
    scheme: str = "http"

    @property
    def authority(self) -> str:
        """What a browser puts into Host: without the port where it is the scheme's usual one."""
        return self.host if self.port == USUAL_PORTS[self.scheme] else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        """What a browser puts into Origin."""
        return f"{self.scheme}://{self.authority}"

    @property
    def cookie(self) -> str:
        """The cookie's name, with the port: two copies of Stylize on one host do not fight. Under https the prefix makes
        browsers refuse one that was set by plain http or for other hosts (RFC 6265bis, 4.1.3.2).
        """
        return f"__Host-stylize-{self.port}" if self.secure else f"stylize-{self.port}"

    @property
    def secure(self) -> bool:
        return self.scheme == "https"

    @property
    def loopback(self) -> bool:
        """Whether only programs of this machine can reach it."""
        return ipaddress.ip_address(self.host).is_loopback

    def link(self, key: str) -> str:
        """The address to print, with the launch token `key` in it."""
        return f"{self.origin}/?token={key}"


def listen(port: int | None, *, host: str | None = None, scheme: str = "http") -> tuple[socket.socket, Address]:
    """A listening socket and its address. The socket is closed by the caller.

    Without `host` it is on loopback: a random host and a free port if `port` is None or 0; 127.0.0.1 and that port
    otherwise, because who names a port wants an address that is known beforehand (a tunnel, a bookmark). Raises OSError
    if the port is taken or the host is not this machine's, ValueError if the host is no single IPv4 address.
    """
    if host is not None:
        return _bind(_single(host), port or 0, scheme)
    if port:
        return _bind(PLAIN_HOST, port, scheme)
    if sys.platform in ("linux", "win32"):  # elsewhere (macOS, the BSDs) only 127.0.0.1 itself is set up
        for _ in range(3):
            try:
                return _bind(random_host(), 0, scheme)
            except OSError:  # a system that is set up otherwise
                continue
    return _bind(PLAIN_HOST, 0, scheme)


def random_host() -> str:
    """One of some sixteen million loopback hosts; none in 127.0.0.0/16, where systems keep services of their own."""
    return f"127.{1 + secrets.randbelow(254)}.{secrets.randbelow(256)}.{1 + secrets.randbelow(254)}"


def _single(host: str) -> str:
    """`host`, if it is one machine's address: not "all of them" (0.0.0.0), no name that would have to be looked up."""
    address = ipaddress.IPv4Address(host)
    if address.is_unspecified or address.is_multicast or host == "255.255.255.255":
        raise ValueError("not the address of one machine")
    return str(address)


def _bind(host: str, port: int, scheme: str) -> tuple[socket.socket, Address]:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:  # there that option lets another program share the port, and this one forbids it
            listener.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_EXCLUSIVEADDRUSE", ~socket.SO_REUSEADDR), 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener, Address(host=host, port=listener.getsockname()[1], scheme=scheme)

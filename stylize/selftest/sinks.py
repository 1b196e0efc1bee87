"""The sinks: a process that listens in every way the probes send, and tells which marks it received.

Everything it opens lies on this machine. It is started before any wall and does not outlive the program.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import selectors
import signal
import socket
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

from stylize.selftest.targets import MARK, Address, Targets

PACKET_PROTOCOL = 0x88B5
USER_TO_USER = 2
TICK_SECONDS = 0.1

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Hosts:
    """Where to listen. The defaults are loopback and free ports; other hosts only in a network of one's own."""

    host4: str = "127.0.0.1"
    host6: str = "::1"
    resolver: Address = ("127.0.0.1", 0)
    resolver_is_ours: bool = False
    for_all_users: bool = False


@dataclass(slots=True)
class Sinks:
    """The sinks as their owner sees them: where they are, and what came in."""

    targets: Targets
    pipe: int
    _text: bytes = field(default=b"")

    def received(self, awaited: set[bytes], seconds: float) -> set[bytes]:
        """All marks that came in so far; waits until the awaited ones are among them, or the seconds are over."""
        until = time.monotonic() + seconds
        while True:
            awaiting = not awaited <= set(MARK.findall(self._text))
            patience = max(0.0, until - time.monotonic()) if awaiting else 0.0
            if not select.select([self.pipe], [], [], patience)[0]:
                return set(MARK.findall(self._text))
            self._text += os.read(self.pipe, 65536)


@contextlib.contextmanager
def open_sinks(hosts: Hosts) -> Iterator[Sinks]:
    """Start them in a child process, and end them with the block. Needs os.fork."""
    with tempfile.TemporaryDirectory(prefix="stylize-sinks-") as folder:
        if hosts.for_all_users:
            Path(folder).chmod(0o777)
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            _serve_forever(hosts, Path(folder), theirs)
        os.close(theirs)
        try:
            first = b""
            while not first.endswith(b"\n"):
                if not (piece := os.read(ours, 1)):
                    raise OSError("the sinks did not start")
                first += piece
            told = json.loads(first)
            told = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
            yield Sinks(targets=Targets(**told), pipe=ours)
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os.close(ours)


def _serve_forever(hosts: Hosts, folder: Path, pipe: int) -> None:
    """The child: never returns, and goes when its parent is gone."""
    code = 1
    try:
        parent = os.getppid()
        basin = Basin(hosts, folder, pipe)
        while os.getppid() == parent:
            basin.turn()
        code = 0
    finally:
        os._exit(code)


class Basin:
    """All listening sockets in one loop."""

    def __init__(self, hosts: Hosts, folder: Path, pipe: int) -> None:
        self.pipe, self.drop = pipe, folder / "drop"
        self.selector = selectors.DefaultSelector()
        self.seen: dict[int, bytes] = {}
        self.drop.mkdir()
        tcp4 = self._listen(socket.AF_INET, (hosts.host4, 0))
        tcp6 = _if_there(lambda: self._listen(socket.AF_INET6, (hosts.host6, 0)))
        udp6 = _if_there(lambda: self._receive(socket.AF_INET6, (hosts.host6, 0)))
        stream, datagram, abstract = str(folder / "stream"), str(folder / "datagram"), f"stylize-{os.getpid()}"
        self._listen(socket.AF_UNIX, stream)
        self._receive(socket.AF_UNIX, datagram)
        _if_there(lambda: self._listen(socket.AF_UNIX, "\0" + abstract))
        with socket.socket() as spare:
            spare.bind((hosts.host4, 0))
            self.callback: Address = spare.getsockname()
        targets = Targets(
            tcp4=tcp4,
            udp4=self._receive(socket.AF_INET, (hosts.host4, 0)),
            dns=self._receive(socket.AF_INET, hosts.resolver),
            callback=self.callback,
            stream=stream,
            datagram=datagram,
            abstract=abstract,
            drop=str(self.drop),
            tcp6=tcp6,
            udp6=udp6,
            netlink=_if_there(self._hear_netlink),
            packet=bool(_if_there(self._hear_packets)),
            resolver_is_ours=hosts.resolver_is_ours,
        )
        if hosts.for_all_users:
            for path in (self.drop, folder / "stream", folder / "datagram"):
                path.chmod(0o777)
        os.write(pipe, json.dumps(asdict(targets)).encode() + b"\n")

    def turn(self) -> None:
        """Take what is there, then look at what cannot be waited for."""
        for key, _ in self.selector.select(TICK_SECONDS):
            sink = key.fileobj
            assert isinstance(sink, socket.socket)
            with contextlib.suppress(OSError):
                if key.data == "listener":
                    self._watch(sink.accept()[0], "stream")
                elif key.data == "stream":
                    self._read_stream(sink)
                else:
                    self._read_datagram(sink)
        for file in self.drop.iterdir():
            with contextlib.suppress(OSError):
                self._look(file.read_bytes())
        with contextlib.suppress(OSError):
            self._watch(socket.create_connection(self.callback, timeout=TICK_SECONDS), "stream")

    def _read_stream(self, wire: socket.socket) -> None:
        """Collect until the mark is there; then answer as a web server would, so that no client complains."""
        number = wire.fileno()
        try:
            piece = wire.recv(65536)
        except OSError:
            piece = b""
        text = self.seen[number] = self.seen.get(number, b"")[-8192:] + piece
        found = self._look(text)
        if found and b"HTTP/1" in text:
            wire.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")
        if not piece or (found and b"HTTP/1" in text):
            self.seen.pop(number, None)
            self.selector.unregister(wire)
            wire.close()
        elif found:
            self.seen[number] = b""

    def _read_datagram(self, sink: socket.socket) -> None:
        data, sender = sink.recvfrom(65536)
        self._look(data)
        if sink.family == socket.AF_INET and data[2:6] == b"\x01\x00\x00\x01":  # a DNS question: there is no such name
            sink.sendto(data[:2] + struct.pack("!HHHHH", 0x8183, 1, 0, 0, 0) + data[12:], sender)

    def _look(self, data: bytes) -> bool:
        marks = MARK.findall(data)
        for mark in marks:
            os.write(self.pipe, mark + b"\n")
        return bool(marks)

    def _listen(self, family: int, place: Address | str) -> Address:
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.bind(place)
        listener.listen(16)
        self._watch(listener, "listener")
        return _where(listener)

    def _receive(self, family: int, place: Address | str) -> Address:
        sink = socket.socket(family, socket.SOCK_DGRAM)
        sink.bind(place)
        self._watch(sink, "datagram")
        return _where(sink)

    def _hear_netlink(self) -> int:
        sink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, USER_TO_USER)
        sink.bind((0, 0))
        self._watch(sink, "datagram")
        return int(sink.getsockname()[0])

    def _hear_packets(self) -> bool:
        sink = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(PACKET_PROTOCOL))
        sink.bind(("lo", PACKET_PROTOCOL))
        self._watch(sink, "datagram")
        return True

    def _watch(self, sink: socket.socket, kind: str) -> None:
        sink.setblocking(kind == "stream")
        self.selector.register(sink, selectors.EVENT_READ, kind)


def _if_there(opening: Callable[[], T]) -> T | None:
    """What this machine lacks, or does not permit, is left out."""
    try:
        return opening()
    except (OSError, AttributeError):
        return None


def _where(sink: socket.socket) -> Address:
    name = sink.getsockname()
    return (name[0], name[1]) if isinstance(name, tuple) else ("", 0)

"""A program that means harm, on a loopback address: it serves a page and notes who comes to it, and with what."""

from __future__ import annotations

import contextlib
import http.server
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

PAGE = b"<!doctype html><title>Free toys</title><p id=bait>Look here</p>"


@dataclass
class Stranger:
    """`knocks`: who connected, whether or not they said a word; `heard`: request lines; `cookies`: what browsers handed over;
    `letters`: datagrams. `headers` go with its page.
    """

    host: str
    port: int = 0
    letterbox: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    knocks: list[object] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://{self.host}:{self.port}"

    def heard_of(self, mark: str) -> bool:
        """Whether a request with the mark in its path has come."""
        return any(mark in line for line in list(self.heard))


@contextlib.contextmanager
def stranger(host: str) -> Iterator[Stranger]:
    """Serves until the block ends."""
    self = Stranger(host)

    class Door(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self_) -> None:  # noqa: N805
            self.heard.append(self_.requestline)
            self.cookies.append(self_.headers.get("Cookie") or "")
            if length := int(self_.headers.get("Content-Length") or 0):
                self_.rfile.read(min(length, 1 << 20))
            self_.send_response(200)
            for name, value in {"Content-Type": "text/html", "Content-Length": str(len(PAGE)), **self.headers}.items():
                self_.send_header(name, value)
            self_.send_header("Access-Control-Allow-Origin", "*")
            self_.end_headers()
            self_.wfile.write(PAGE)

        do_GET = do_POST = do_OPTIONS = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    def collect() -> None:
        with contextlib.suppress(OSError):
            while letter := box.recv(2048):
                self.letters.append(letter)

    class House(http.server.ThreadingHTTPServer):
        def verify_request(self_, _request: object, caller: object) -> bool:  # noqa: N805
            self.knocks.append(caller)
            return True

    server = House((host, 0), Door)
    box = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    box.bind((host, 0))
    self.port, self.letterbox = server.server_port, box.getsockname()[1]
    threads = [threading.Thread(target=work, daemon=True) for work in (server.serve_forever, collect)]
    for thread in threads:
        thread.start()
    try:
        yield self
    finally:
        server.shutdown()
        server.server_close()
        with contextlib.suppress(OSError):
            box.shutdown(socket.SHUT_RDWR)
        box.close()

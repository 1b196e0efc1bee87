"""Photos go past uvicorn: every byte arrives in the pipe, none stays in this process, and HTTP goes on as ever."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import socket
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import uvicorn

from tests.ui.visitor import eventually
from ui import connections, protocol
from ui.protocol import BodyLost, PhotoProtocol, Wire

UPLOAD = "/en/gradio_api/upload"
SECRET = b"The report of a photo, which is given out once."


class Counter:
    """An application that pours uploads into a pipe and keeps what comes out of it."""

    def __init__(self) -> None:
        self.photos: list[bytes] = []
        self.lost = 0
        self.bodies: list[bytes] = []
        self.secret = bytearray(SECRET)
        self.shut = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        wire: Wire = scope["state"]["wire"]
        said = b"refused"
        if scope["path"] == "/secret":
            await send(_start(200, len(self.secret)))
            await wire.deliver(self.secret)
            await send({"type": "http.response.body", "body": b""})
            return
        if wire.length and b"refuse" not in scope["query_string"]:
            said = await self._pour(wire)
        elif not wire.length:
            said = b""
            while (message := await receive())["type"] == "http.request":
                said += message["body"]
                if not message["more_body"]:
                    break
            self.bodies.append(said)
        await send(_start(200, len(said)))
        await send({"type": "http.response.body", "body": said})

    async def _pour(self, wire: Wire) -> bytes:
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        got = bytearray()

        def read() -> None:
            if self.shut:
                os.close(reader)
                return
            with os.fdopen(reader, "rb", buffering=0) as pipe:
                while piece := pipe.read(7000):
                    got.extend(piece)
                    time.sleep(0.0002)  # slower than the sender

        thread = threading.Thread(target=read)
        thread.start()
        try:
            await wire.pour(writer)
        except BodyLost:
            self.lost += 1
            raise
        finally:
            os.close(writer)
            await asyncio.to_thread(thread.join)
        self.photos.append(bytes(got))
        return b"thanks"


def _start(status: int, length: int) -> dict[str, Any]:
    return {
        "type": "http.response.start",
        "status": status,
        "headers": [(b"content-length", str(length).encode()), (b"content-type", b"text/plain")],
    }


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Counter, int]]:
    """The application behind a real uvicorn, and its port."""
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 1.5)
    monkeypatch.setattr(connections, "HEAD_SECONDS", 1.5)
    app = Counter()
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http=PhotoProtocol, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield app, listener.getsockname()[1]
    server.should_exit = True
    thread.join(10)
    listener.close()
    assert not thread.is_alive()


def ask(port: int, path: str, body: bytes = b"", method: str = "POST", **headers: str) -> tuple[int, bytes]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    line.request(method, path, body or None, headers)
    answer = line.getresponse()
    return answer.status, answer.read()


def raw(port: int, *pieces: bytes, pause: float = 0.02) -> bytes:
    """Send the pieces one by one; what came back until the other side closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        got = b""
        with contextlib.suppress(OSError):  # the other side may have heard enough
            for piece in pieces:
                wire.sendall(piece)
                time.sleep(pause)
            wire.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            while piece := wire.recv(65536):
                got += piece
    return got


@pytest.mark.parametrize("size", [1, 1000, protocol.BUFFER_BYTES - 3, protocol.BUFFER_BYTES * 5 + 17])
def test_every_byte_of_a_photo_arrives(counter: tuple[Counter, int], size: int) -> None:
    app, port = counter
    photo = os.urandom(size)
    assert ask(port, f"{UPLOAD}?upload_id=1", photo) == (200, b"thanks")
    assert app.photos == [photo]
    assert app.bodies == []


def test_a_photo_may_come_in_any_pieces_and_others_after_it(counter: tuple[Counter, int]) -> None:
    app, port = counter
    photo = os.urandom(3000)
    head = f"POST {UPLOAD} HTTP/1.1\r\nHost: a\r\nConTent-LengTH:  3000 \r\nX: y\r\n\r\n".encode()
    whole = head + photo
    cuts = [0, 2, 5, 40, len(head) - 3, len(head) + 1, len(head) + 500, len(whole)]
    pieces = [whole[a:b] for a, b in pairwise(cuts)]
    got = raw(port, *pieces, b"GET /after HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", pause=0.1)
    assert app.photos == [photo]
    assert got.count(b"HTTP/1.1 200") == 2
    assert app.bodies == [b""]


def test_several_photos_on_one_connection(counter: tuple[Counter, int]) -> None:
    app, port = counter
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    photos = [os.urandom(200_000) for _ in range(3)]
    for photo in photos:
        line.request("POST", UPLOAD, photo)
        assert line.getresponse().read() == b"thanks"
        line.request("POST", "/queue", b"a short form")
        assert line.getresponse().read() == b"a short form"
    assert app.photos == photos


def test_a_photo_that_is_refused_is_thrown_away_and_the_answer_heard(counter: tuple[Counter, int]) -> None:
    app, port = counter
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    for _ in range(2):
        line.request("POST", f"{UPLOAD}?refuse", os.urandom(3_000_000))
        assert line.getresponse().read() == b"refused"
    line.request("GET", "/after")
    assert line.getresponse().status == 200
    assert app.photos == []


def test_a_decoder_that_shuts_its_door_ends_nothing_else(counter: tuple[Counter, int]) -> None:
    app, port = counter
    app.shut = True
    assert ask(port, UPLOAD, os.urandom(2_000_000)) == (200, b"thanks")
    assert app.photos == [b""]


def test_a_browser_that_goes_away_is_noticed(counter: tuple[Counter, int]) -> None:
    app, port = counter
    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.sendall(f"POST {UPLOAD} HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n".encode() + bytes(1000))
        time.sleep(0.2)
    eventually(lambda: app.lost == 1, 10)
    assert app.photos == []


@pytest.mark.parametrize(
    "header",
    [
        "Transfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: -5",
        "Content-Length: 5, 5",
        "Content-Length : 5",
        "X-Other: 5",
    ],
)
def test_an_upload_of_doubtful_length_is_not_taken_for_one(counter: tuple[Counter, int], header: str) -> None:
    app, port = counter
    raw(port, f"POST {UPLOAD} HTTP/1.1\r\nHost: a\r\n{header}\r\n\r\n".encode(), b"12345")
    assert app.photos == []


def test_a_request_hidden_in_another_is_no_upload(counter: tuple[Counter, int]) -> None:
    app, port = counter
    inner = f"POST {UPLOAD} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd".encode()
    raw(port, f"POST /queue HTTP/1.1\r\nHost: a\r\nContent-Length: {len(inner)}\r\n\r\n".encode(), inner)
    assert app.photos == []
    assert app.bodies == [inner]


def test_a_secret_is_delivered_and_overwritten(counter: tuple[Counter, int]) -> None:
    app, port = counter
    assert ask(port, "/secret", method="GET") == (200, SECRET)
    eventually(lambda: app.secret == bytes(len(SECRET)), 10)


def test_a_head_that_does_not_come_is_not_waited_for(counter: tuple[Counter, int]) -> None:
    _, port = counter
    begun = time.monotonic()
    assert raw(port, b"POST /en/gradio_api/up") == b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(b"POST /en/gra")
        assert wire.recv(10) == b""
    assert time.monotonic() - begun < 15


def test_an_endless_head_is_refused(counter: tuple[Counter, int]) -> None:
    _, port = counter
    assert b" 400 " in raw(port, b"POST /en/gradio_api/upload HTTP/1.1\r\nX: " + b"a" * 100_000)[:40]


def test_whoever_waits_for_leave_to_send_gets_it(counter: tuple[Counter, int]) -> None:
    app, port = counter
    head = f"POST {UPLOAD} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(head)
        assert wire.recv(100).startswith(b"HTTP/1.1 100")
        wire.sendall(b"abcd")
        got = wire.recv(1000)
        while b"thanks" not in got:
            got += (more := wire.recv(1000))
            assert more
    assert app.photos == [b"abcd"]


def test_nothing_of_a_photo_stays_in_the_buffer(monkeypatch: pytest.MonkeyPatch, counter: tuple[Counter, int]) -> None:
    made: list[PhotoProtocol] = []
    original = PhotoProtocol.__init__

    def noted(self: PhotoProtocol, *args: Any, **more: Any) -> None:
        original(self, *args, **more)
        made.append(self)

    monkeypatch.setattr(PhotoProtocol, "__init__", noted)
    app, port = counter
    ask(port, UPLOAD, b"\xaa" * 700_000)
    assert app.photos == [b"\xaa" * 700_000]
    assert made
    assert all(not any(one._memory) for one in made)

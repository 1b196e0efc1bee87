"""HTTP as `ui.connections` speaks it, but for photos: their bytes go from the socket to the darkroom without becoming objects here.

Python neither clears nor promises to reuse the memory of bytes it lets go of, so a photo that went through a request's
body would lie about in this process until it ends. Here an upload's head is handed to uvicorn with its length set to
nothing, and its body is moved out of the one buffer that the socket is read into, and zeroed there. The application
finds it as `scope["state"]["wire"]`, a `Wire`.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from typing import Any, cast

import h11
from uvicorn.config import Config
from uvicorn.server import ServerState

from stylize.privacy.memory import wipe
from ui.connections import HEAD_LIMIT_BYTES, HEAD_SECONDS, LINGER_SECONDS, Connection

BUFFER_BYTES = 1 << 18
SEND_SECONDS = 10.0

_UPLOAD = re.compile(rb"POST /\w+/gradio_api/upload(?:\?[^ ]*)? HTTP/1\.1\r\n")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*(?=\r\n)", re.IGNORECASE)
_EXPECT = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)
_UNFIT = re.compile(rb"\r\n(?:transfer-encoding|content-length|expect):", re.IGNORECASE)


class PhotoProtocol(asyncio.BufferedProtocol):
    """One connection, as uvicorn's `http=`. Hands everything but photos on to a `Connection`."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._http = _Http(config, server_state, app_state, _loop)
        self._http.answered = self._answered
        self._app_state = app_state
        self._memory = bytearray(BUFFER_BYTES)
        self._buffer = memoryview(self._memory)
        self._filled = 0
        self._wire: Wire | None = None

    # ------------------------------------------------------------ what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._http.connection_made(self._transport)

    def connection_lost(self, problem: Exception | None) -> None:
        self._clear(self._filled)
        if self._wire is not None:
            self._wire.gone()
        self._http.connection_lost(problem)

    def get_buffer(self, _sizehint: int) -> memoryview:
        """The free part of the buffer. While it is full nothing is read, see `_work`."""
        return self._buffer[self._filled :]

    def buffer_updated(self, received: int) -> None:
        """`received` more bytes lie in the buffer."""
        self._filled += received
        self._work()

    def eof_received(self) -> None:
        if self._wire is not None and self._wire.remaining:
            self._transport.abort()
        else:
            self._http.eof_received()

    def pause_writing(self) -> None:
        self._http.pause_writing()

    def resume_writing(self) -> None:
        self._http.resume_writing()

    # ------------------------------------------------------------ what is read goes where it belongs

    def _work(self) -> None:
        while self._filled and not self._transport.is_closing():
            if self._wire is not None and self._wire.remaining:
                moved = self._wire.move(self._buffer[: self._filled])
                if not moved:
                    self._transport.pause_reading()  # until the wire says `go_on`
                    return
                self._clear(moved)
            elif self._http.idle and self._memory.startswith(b"POST "[: self._filled]):
                if not self._take_head():
                    return
            else:
                self._hand_over(self._filled)

    def _take_head(self) -> bool:
        """The head of a POST: whether it is complete, and was handed on. Upload or not is known only then."""
        end = self._memory.find(b"\r\n\r\n", 0, min(self._filled, HEAD_LIMIT_BYTES))
        if end < 0:
            if self._filled < HEAD_LIMIT_BYTES:
                self._http.expect("head", HEAD_SECONDS)
                return False
            self._hand_over(HEAD_LIMIT_BYTES)
            return True
        head = bytes(self._buffer[: end + 2])
        length = _LENGTH.search(head) if _UPLOAD.match(head) else None
        bare = _EXPECT.sub(b"", _LENGTH.sub(b"", head, count=1), count=1)
        if length is None or _UNFIT.search(bare):
            self._hand_over(end + 4)
            return True
        self._clear(end + 4)
        self._wire = Wire(self, int(length[1]), awaited=_EXPECT.search(head) is not None)
        self._feed(bare + b"content-length: 0\r\n\r\n", wire=self._wire)
        return True

    def _hand_over(self, count: int) -> None:
        data = bytes(self._buffer[:count])
        self._clear(count)
        self._feed(data, wire=Wire(self, 0))

    def _feed(self, data: bytes, *, wire: Wire) -> None:
        self._http.app_state = {**self._app_state, "wire": wire}
        self._http.data_received(data)

    def _clear(self, count: int) -> None:
        """The first `count` bytes of the buffer are done with: what is behind them moves up, the rest becomes zeros."""
        rest = self._filled - count
        self._buffer[:rest] = self._buffer[count : self._filled]
        self._buffer[rest : self._filled] = _ZEROS[: self._filled - rest]
        self._filled = rest

    # ------------------------------------------------------------ for the wire

    def go_on(self) -> None:
        """There is room for more of the body."""
        if not self._transport.is_closing():
            self._work()
            if self._filled < BUFFER_BYTES and not (self._filled and self._wire and self._wire.waits):
                self._transport.resume_reading()

    def write(self, data: bytes | memoryview) -> None:
        """Send `data` past uvicorn. It is not kept once the socket has taken it."""
        self._transport.write(data)

    def write_body(self, data: memoryview) -> None:
        """Send a part of the answer's body, as `write` does; uvicorn's books are kept."""
        for piece in self._http.conn.send_with_data_passthrough(h11.Data(data=data)) or ():  # type: ignore[arg-type]
            self._transport.write(piece)

    @property
    def unsent(self) -> int:
        """Bytes that the socket has not taken yet."""
        return 0 if self._transport.is_closing() else self._transport.get_write_buffer_size()

    def close(self) -> None:
        self._transport.close()

    def _answered(self) -> None:
        """The request is answered. A body that nobody wanted is thrown away, so that the browser hears the answer."""
        if self._wire is not None and self._wire.remaining:
            self._http.expect("leftovers", LINGER_SECONDS)
            self._wire.discard()

    def body_is_here(self) -> None:
        """The wire has taken the last byte."""
        self._http.rest()


class Wire:
    """What a request may do beside ASGI: take its body without seeing it, and answer from memory that can be wiped.

    `length`: bytes of the body that uvicorn was not shown; 0 for a request that is no upload of known length.
    """

    def __init__(self, protocol: PhotoProtocol, length: int, *, awaited: bool = False) -> None:
        self._protocol = protocol
        self._awaited = awaited
        self._sink: int | None = None
        self._discards = False
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.length = self.remaining = length
        if not length:
            self._done.set_result(None)

    @property
    def waits(self) -> bool:
        """Whether bytes have come that have nowhere to go yet."""
        return bool(self.remaining) and not self._discards

    async def pour(self, sink: int) -> None:
        """Move the whole body into the file descriptor `sink`, a pipe that does not block.

        Raises BodyLost if the browser goes away before its end. A sink that is shut early swallows the rest.
        """
        self._sink = sink
        if self._awaited:
            self._protocol.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._protocol.go_on()
        try:
            await asyncio.shield(self._done)
        finally:
            asyncio.get_running_loop().remove_writer(sink)
            self._sink = None

    def discard(self) -> None:
        """Read the rest and throw it away."""
        self._discards = True
        self._protocol.go_on()

    def hang_up(self) -> None:
        """Close the connection: the body is too long even to be thrown away, or takes too long."""
        self._protocol.close()

    async def deliver(self, secret: bytearray) -> None:
        """Send `secret` as a part of the answer's body, between two ASGI messages; then overwrite it with zeros."""
        view = memoryview(secret)
        try:
            self._protocol.write_body(view)
            async with asyncio.timeout(SEND_SECONDS):
                while self._protocol.unsent:
                    await asyncio.sleep(0.01)
        except TimeoutError:
            self._protocol.close()
        finally:
            wipe(view)

    # ------------------------------------------------------------ for the protocol

    def move(self, waiting: memoryview) -> int:
        """Take what can be taken of `waiting`; returns how many bytes. 0: call again after `go_on`."""
        wanted = waiting[: self.remaining]
        moved = len(wanted) if self._discards else self._write(wanted)
        self.remaining -= moved
        if not self.remaining:
            self._protocol.body_is_here()
            if not self._done.done():
                self._done.set_result(None)
        return moved

    def _write(self, wanted: memoryview) -> int:
        if self._sink is None:
            return 0
        loop = asyncio.get_running_loop()
        try:
            moved = os.write(self._sink, wanted)
        except BlockingIOError:
            loop.add_writer(self._sink, self._writable)
            return 0
        except OSError:  # the darkroom has shut its door: it will say why
            self._discards = True
            return len(wanted)
        return moved

    def _writable(self) -> None:
        if self._sink is not None:
            asyncio.get_running_loop().remove_writer(self._sink)
            self._protocol.go_on()

    def gone(self) -> None:
        """The connection was lost."""
        if not self._done.done():
            self._done.set_exception(BodyLost())
            self._done.exception()  # it may be that nobody waits


class BodyLost(Exception):
    """The browser went away in the middle of an upload."""


class _Http(Connection):
    """A connection that tells when it has answered."""

    answered: Callable[[], None]

    @property
    def idle(self) -> bool:
        """Whether the next byte begins a request."""
        cycle: Any = self.cycle  # None before the first request
        answered = cycle is None or cycle.response_complete
        return answered and self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.answered()


_ZEROS = bytes(BUFFER_BYTES)

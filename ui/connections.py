"""Connections are patient for a while, and there are only so many: slow and countless callers cannot keep the owner out.

uvicorn waits for ever for the rest of a request, and turns everybody away when it holds many connections. Here a head
has to arrive in HEAD_SECONDS and a body in BODY_SECONDS, and of too many connections those are closed that have not shown
the cookie, the longest waiting first.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ui.guard import ADMITTED

HEAD_SECONDS = 10.0
BODY_SECONDS = 60.0
LINGER_SECONDS = 5.0
"""How long the rest of a refused body is listened to and dropped, so that its sender can read the answer."""
MOST_CONNECTIONS = 64
HEAD_LIMIT_BYTES = 32 << 10

BROKEN = (
    b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\ncache-control: no-store\r\n"
    b"x-content-type-options: nosniff\r\ncontent-security-policy: default-src 'none'\r\n\r\n"
)


class Connection(H11Protocol):
    """One connection, as uvicorn's `http=`. What it waits for has a deadline, which `expect` sets and `rest` lifts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._awaited = ""
        self._deadline: asyncio.TimerHandle | None = None
        self.began = self.loop.time()

    @property
    def admitted(self) -> bool:
        """Whether the guard has let its last request in."""
        scope: Any = self.scope  # None before the first request
        return scope is not None and ADMITTED in scope

    def expect(self, what: str, seconds: float) -> None:
        """Give the connection so long for `what`, counted from the first time that is said."""
        if what != self._awaited:
            self.rest()
            self._awaited = what
            self._deadline = self.loop.call_later(seconds, self._too_late)

    def rest(self) -> None:
        """Nothing is awaited."""
        self._awaited = ""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.expect("head", HEAD_SECONDS)
        self._make_room()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        self.rest()
        super().on_response_complete()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self.rest()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        """To what is no HTTP."""
        self.transport.write(BROKEN)
        self.transport.close()

    def _look(self) -> None:
        """What is awaited now, after what h11 has made of the bytes."""
        state = self.conn.their_state
        if state is h11.SEND_BODY:
            cycle: Any = self.cycle
            answered = cycle is None or cycle.response_complete
            self.expect(*(("leftovers", LINGER_SECONDS) if answered else ("body", BODY_SECONDS)))
        elif state is h11.IDLE and self.conn.trailing_data[0]:
            self.expect("head", HEAD_SECONDS)
        elif state is not h11.IDLE or self._awaited != "head":
            self.rest()

    def _too_late(self) -> None:
        self._deadline = None
        self.transport.abort()

    def _make_room(self) -> None:
        others = [one for one in self.connections if isinstance(one, Connection) and not one.transport.is_closing()]
        if len(others) > MOST_CONNECTIONS:
            waiting = [one for one in others if not one.admitted and one is not self]
            min(waiting, key=lambda one: one.began, default=self).transport.abort()


SETTINGS: dict[str, Any] = {
    "http": Connection,
    "ws": "none",
    "h11_max_incomplete_event_size": HEAD_LIMIT_BYTES,
    "limit_concurrency": None,
    "timeout_keep_alive": 5,
    "timeout_graceful_shutdown": 1,
    "proxy_headers": False,
    "server_header": False,
    "date_header": False,
    "access_log": False,
    "log_level": "critical",
}
"""For uvicorn.Config. "critical": its warnings tell of strangers' broken requests, and its errors of those that the end of
the program has cut off; what goes wrong in our own code has a sentence on the page.
"""

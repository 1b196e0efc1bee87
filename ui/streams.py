"""Keeps a page's line to the server open between two clicks, so that no answer is lost.

Gradio hangs up as soon as nothing is under way. If a second click arrives in that very moment, its answer waits on a line
that nobody listens to, until a third click opens a new one: the page seems to hang. So every session is given one event
that never ends, and is taken away after a while of quiet; then the line may close (a browser has only six).
"""

from __future__ import annotations

import asyncio
from typing import Any

from gradio.server_messages import ProcessCompletedMessage

KEEP = "keep"
QUIET_SECONDS = 45.0


def keep_open(queue: Any) -> None:
    """Do so for all sessions of a Gradio queue."""
    queue.pending_event_ids_session = Sessions(queue)


class Sessions(dict[str, "Pending"]):
    """What Gradio holds as session → ids of events under way."""

    def __init__(self, queue: Any) -> None:
        super().__init__()
        self._queue = queue

    def __setitem__(self, session: str, ids: set[str]) -> None:
        super().__setitem__(session, ids if isinstance(ids, Pending) else Pending(self, session))

    def let_go(self, session: str) -> None:
        """Nothing happened for a while: tell the line that the last event has ended, so that it closes."""
        messages = self._queue.pending_messages_per_session.get(session)
        if messages is None:
            self.pop(session, None)
        else:
            messages.put_nowait(ProcessCompletedMessage(event_id=KEEP, output={}, success=True))


class Pending(set[str]):
    """The events of one session. Whenever one is added, KEEP is there too, for at least QUIET_SECONDS more."""

    def __init__(self, sessions: Sessions, session: str) -> None:
        super().__init__()
        self._sessions = sessions
        self._session = session
        self._timer: asyncio.TimerHandle | None = None

    def add(self, event: str) -> None:
        super().add(event)
        super().add(KEEP)
        self._wind()

    def _wind(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(QUIET_SECONDS, self._ring)

    def _ring(self) -> None:
        if self == {KEEP}:
            self._sessions.let_go(self._session)
        else:
            self._wind()

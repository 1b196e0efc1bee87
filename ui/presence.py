"""Which pages are open: each holds one line to Gradio's heartbeat for as long as it is there."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from ui.visits import Visits

HEARTBEAT = re.compile(r"/\w+/gradio_api/heartbeat/(\w+)")


class Presence:
    """ASGI application around the page's: tells `visits` whose line was opened and closed. More exact than Gradio's own
    `unload`, which does not tell a page that comes back from one that was never away.
    """

    def __init__(self, app: ASGIApp, *, visits: Visits) -> None:
        self._app = app
        self._visits = visits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI says."""
        line = HEARTBEAT.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if line is None:
            await self._app(scope, receive, send)
            return
        self._visits.come(line[1])
        try:
            await self._app(scope, receive, send)
        finally:
            self._visits.go(line[1])

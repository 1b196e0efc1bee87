"""The doorman around Gradio: who may come in, by which door, and with what in the hand.

Gradio answers any Host, any localhost origin and some ninety routes. Here a request passes only if it names this very
server, comes from this very page, carries the cookie that the launch token was exchanged for, and asks for a route on
the list. Everything that is said back carries the headers of `ui.headers`.
"""

from __future__ import annotations

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.bodies import Unfit, check_json, read_body, replay
from ui.door import Key, LaunchToken, way_in
from ui.headers import dress
from ui.heads import fault, trim
from ui.listening import Address
from ui.neighbours import Neighbours
from ui.paths import POSTED, allowed_paths, as_sent, is_upload
from ui.strings import preferred

__all__ = ["Guard", "LaunchToken"]

ADMITTED = "stylize.admitted"
"""Set in the scope of a request that was let in; `ui.connections` closes others' connections first."""


class Guard:
    """Outermost ASGI application. `address` is where it listens, `token` what opens its door, and `neighbours` the table
    that tells whose program has connected; without it every program that reaches the address may knock.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        token: Key,
        address: Address,
        neighbours: Neighbours | None = None,
    ) -> None:
        self._app = app
        self._address = address
        self._key = token
        self._neighbours = neighbours
        self._allowed = allowed_paths()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, dress(scope, send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})

    def examine(self, scope: Scope) -> Response | None:
        """Everything that is decided by the head of an http request alone: an answer, or None for those who may go on.

        The answer is an ASGI application; it still has to be dressed (`ui.headers.dress`).
        """
        answer = fault(scope, self._address) or self._stranger(scope) or self._at_the_door(scope)
        if answer is None:
            scope[ADMITTED] = True
        return answer

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self.examine(scope)
        if answer is None and scope["method"] == "POST" and not is_upload(scope):
            try:
                body = await read_body(receive)
                check_json(body)
                receive = replay(body, receive)
            except Unfit as reason:
                answer = PlainTextResponse("That is not what the page sends.", reason.status, {"connection": "close"})
        if answer is not None:
            await answer(scope, receive, send)
        else:
            await self._app(trim(scope), receive, send)

    def _stranger(self, scope: Scope) -> Response | None:
        """Another user's program, on a machine of several."""
        client, server = scope.get("client"), scope.get("server")
        if self._neighbours is None or (client and server and self._neighbours.admit(tuple(client), tuple(server))):
            return None
        return PlainTextResponse("Another user of this machine asks. Stylize answers only the one who started it.", 403)

    def _at_the_door(self, scope: Scope) -> Response | None:
        """Exchange the key for the cookie, show the way to the page, turn strangers away."""
        headers = dict(scope["headers"])
        tongue = preferred(headers.get(b"accept-language", b"").decode("latin1"))
        known = self._knows(headers.get(b"cookie", b"").decode("latin1"))
        path = as_sent(scope)
        if path == "/":
            return RedirectResponse(f"/{tongue}/", 303) if known else self._key.answer(scope, tongue, self._welcome)
        if not known:
            return self._key.turn_away(tongue)
        if not self._allowed.fullmatch(path):
            return PlainTextResponse("There is nothing here.", 404)
        if scope["method"] == "POST":
            return self._posted(path, headers)
        return None

    def _posted(self, path: str, headers: dict[bytes, bytes]) -> Response | None:
        if not POSTED.fullmatch(path):
            return PlainTextResponse("Only reading.", 405)
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if not path.endswith("/upload") and kind != b"application/json":
            return PlainTextResponse("Only JSON.", 415)
        return None

    def _welcome(self, cookie: str) -> Response:
        response = way_in()
        response.set_cookie(
            self._address.cookie, cookie, httponly=True, samesite="strict", path="/", secure=self._address.secure
        )
        return response

    def _knows(self, cookies: str) -> bool:
        crumbs = [crumb.strip().partition("=") for crumb in cookies.split(";")]
        ours = [value for name, _, value in crumbs if name == self._address.cookie]
        return len(ours) == 1 and self._key.knows(ours[0])

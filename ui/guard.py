"""The doorman around Gradio: who may come in, by which door, and with what in the hand.

Gradio answers any Host, any localhost origin and some ninety routes. Here a request passes only if it names this very
server, comes from this very page, carries the cookie that the launch token was exchanged for, and asks for a route on
the list. Everything that is said back carries the headers of `ui.headers`.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.headers import dress
from ui.strings import language, languages, preferred

ONCE = (b"host", b"origin", b"cookie", b"content-length", b"sec-fetch-site")
"""Headers that a browser never sends twice; two of them are an attempt to show us one and the library the other."""

BODY_LIMIT_BYTES = 1 << 20
"""For everything but photos, whose own limit is that of `ui.intake`."""

GRADIO_ROUTES = (
    r"(?:assets|static)/[\w.\-/]+",
    r"theme\.css",
    r"gradio_api/(?:startup-events|upload|upload_progress|queue/join|queue/data|cancel|heartbeat/\w+)",
    r"gradio_api/file=photo/\w+\.\w+",
)
OWN_ROUTES = (r"toy/[\w.\-/]+", r"shelf/\w+/[\w.]+")


def allowed_paths() -> re.Pattern[str]:
    """Every path that is answered: few of Gradio's, per language, and our own."""
    tongues = "|".join(languages())
    return re.compile(rf"/(?:(?:{tongues})/(?:{'|'.join(GRADIO_ROUTES)})?|{'|'.join(OWN_ROUTES)})")


class LaunchToken:
    """The key in the printed address. It opens once; whoever comes later with a used one makes `on_reuse` hear a new."""

    def __init__(self, on_reuse: Callable[[str], None]) -> None:
        self._on_reuse = on_reuse
        self._current = secrets.token_urlsafe(24)
        self.cookie = secrets.token_urlsafe(32)

    @property
    def current(self) -> str:
        return self._current

    def use(self, offered: str) -> bool:
        """Whether `offered` is the key; if so it is worthless from now on."""
        if hmac.compare_digest(offered.encode(), self._current.encode()):
            self._current = secrets.token_urlsafe(24)
            return True
        self._on_reuse(self._current)
        return False


class Guard:
    """Outermost ASGI application. `port` is the one bound on 127.0.0.1."""

    def __init__(self, app: ASGIApp, *, port: int, token: LaunchToken) -> None:
        self._app = app
        self._host = f"127.0.0.1:{port}".encode()
        self._token = token
        self._cookie_name = f"stylize-{port}"  # cookies ignore ports: without it two copies would fight
        self._allowed = allowed_paths()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            send = dress(scope, send)
            response = self._refuse(scope) or self._at_the_door(scope)
            await (response or self._app)(scope, _bounded(scope, receive), send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})

    def _refuse(self, scope: Scope) -> Response | None:
        """What is wrong with the request, whoever sends it."""
        headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name in headers and name in ONCE:
                return PlainTextResponse("One header came twice.", 400)
            headers[name] = value
        if headers.get(b"host") != self._host:
            return PlainTextResponse(f"This is {self._host.decode()} and nobody else.", 421)
        origin = headers.get(b"origin")
        if origin != b"http://" + self._host and (origin is not None or scope["method"] == "POST"):
            return PlainTextResponse("Only the page itself may ask.", 403)
        opening = scope["method"] == "GET" and scope["path"] == "/" and headers.get(b"sec-fetch-dest") == b"document"
        if headers.get(b"sec-fetch-site", b"none") not in (b"same-origin", b"none") and not opening:
            return PlainTextResponse("Only the page itself may ask.", 403)
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("Only reading and posting.", 405)
        length = headers.get(b"content-length", b"0")
        if not length.isdigit():
            return PlainTextResponse("That is no length.", 400)
        if int(length) > BODY_LIMIT_BYTES and not _is_upload(scope):
            return PlainTextResponse("Too much at once.", 413)
        return None

    def _at_the_door(self, scope: Scope) -> Response | None:
        """Exchange the launch token for the cookie, show the way to the page, turn strangers away."""
        headers = dict(scope["headers"])
        tongue = preferred(headers.get(b"accept-language", b"").decode("latin1"))
        known = self._knows(headers.get(b"cookie", b"").decode("latin1"))
        if scope["path"] == "/":
            offered = parse_qs(scope["query_string"].decode("latin1")).get("token", [""])[0]
            if not known and (not offered or not self._token.use(offered)):
                return _door_page(tongue)
            response = RedirectResponse(f"/{tongue}/", 303) if known else _way_in(tongue)
            response.set_cookie(self._cookie_name, self._token.cookie, httponly=True, samesite="strict", path="/")
            return response
        if not known:
            return _door_page(tongue)
        if not self._allowed.fullmatch(scope["path"]):
            return PlainTextResponse("There is nothing here.", 404)
        return None

    def _knows(self, cookies: str) -> bool:
        crumbs = [crumb.strip().partition("=") for crumb in cookies.split(";")]
        ours = [value for name, _, value in crumbs if name == self._cookie_name]
        return len(ours) == 1 and hmac.compare_digest(ours[0].encode(), self._token.cookie.encode())


def _is_upload(scope: Scope) -> bool:
    return scope["method"] == "POST" and str(scope["path"]).endswith("/gradio_api/upload")


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """`receive`, ending the connection after BODY_LIMIT_BYTES; photos are counted by the intake."""
    if _is_upload(scope):
        return receive
    received = 0

    async def count() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        return message if received <= BODY_LIMIT_BYTES else {"type": "http.disconnect"}

    return count


def _way_in(tongue: str) -> HTMLResponse:
    """Go to the page by a step of its own. After a mere redirect of a link in a foreign page, a browser would hold the
    SameSite=Strict cookie back.
    """
    return HTMLResponse(f'<!doctype html><title>Stylize</title><meta http-equiv="refresh" content="0;url=/{tongue}/">')


def _door_page(tongue: str) -> HTMLResponse:
    say = language(tongue)
    words: dict[str, Any] = {key: say(f"door.{key}") for key in ("title", "text")}
    return HTMLResponse(
        f'<!doctype html><html lang="{tongue}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<title>Stylize</title><style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:20vh auto;"
        "padding:0 1rem;color-scheme:light dark}</style>"
        "<h1>{title}</h1><p>{text}</p></html>".replace("{title}", words["title"]).replace("{text}", words["text"]),
        403,
    )

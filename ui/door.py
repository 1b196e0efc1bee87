"""The door: what somebody who is not in yet is shown, and how they come in. Here with the key in the printed address;
`ui.password` has the door for `--lan`.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from html import escape
from typing import Protocol
from urllib.parse import parse_qs

from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from ui.strings import language

LOOKS = (
    "html{color-scheme:light dark;background:light-dark(#fff3dc,#181222);color:light-dark(#3a2a35,#f7ecdf)}"
    "body{font:1.05rem/1.5 ui-rounded,system-ui,sans-serif;max-width:24rem;margin:12vh auto;padding:0 1.2rem}"
    "h1{font-size:1.6rem;line-height:1.2;color:light-dark(#c0381a,#ff8a65)}"
    "input,button{font:inherit;padding:.6em .8em;width:100%;box-sizing:border-box;margin:.3em 0;border-radius:12px;"
    "border:2px solid light-dark(#f0d9ac,#4a3b55);background:light-dark(#fff,#241b30);color:inherit}"
    "button{background:#c0381a;border-color:#c0381a;color:#fff;font-weight:700;cursor:pointer}"
)


QUIET_SECONDS = 3.0
"""Between two fresh addresses."""


class Key(Protocol):
    """What opens the door. `knows`: whether the cookie's value is one that was given out. `answer`: to somebody without
    one who asks for "/"; if it lets them in, it calls `welcome` with the value of their new cookie. `turn_away`: to
    somebody without one who asks for anything else.
    """

    def knows(self, cookie: str) -> bool: ...

    def answer(self, scope: Scope, tongue: str, welcome: Callable[[str], Response]) -> Response: ...

    def turn_away(self, tongue: str) -> Response: ...


class LaunchToken:
    """The key in the printed address. It opens once; whoever comes later with a used one makes `on_reuse` hear a new."""

    def __init__(self, on_reuse: Callable[[str], None]) -> None:
        self._on_reuse = on_reuse
        self._current = secrets.token_urlsafe(24)
        self._cookie = secrets.token_urlsafe(32)
        self._quiet_until = 0.0

    @property
    def current(self) -> str:
        return self._current

    def use(self, offered: str) -> bool:
        """Whether `offered` is the key; if so it is worthless from now on."""
        if hmac.compare_digest(offered.encode(), self._current.encode()):
            self._current = secrets.token_urlsafe(24)
            return True
        if time.monotonic() >= self._quiet_until:  # any web page could make us fill the terminal
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            self._on_reuse(self._current)
        return False

    def knows(self, cookie: str) -> bool:
        return hmac.compare_digest(cookie.encode(), self._cookie.encode())

    def answer(self, scope: Scope, tongue: str, welcome: Callable[[str], Response]) -> Response:
        offered = parse_qs(scope["query_string"].decode("latin1")).get("token", [""])[0]
        if scope["method"] == "GET" and offered and self.use(offered):
            return welcome(self._cookie)
        return self.turn_away(tongue)

    def turn_away(self, tongue: str) -> Response:
        say = language(tongue)
        return sheet(tongue, say("door.title"), f"<p>{escape(say('door.text'))}</p>", 403)


def sheet(tongue: str, title: str, body: str, status: int) -> HTMLResponse:
    """A plain page without a script. `body` is HTML, `title` is text."""
    return HTMLResponse(
        f'<!doctype html><html lang="{tongue}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Stylize</title><style>{LOOKS}</style><h1>{escape(title)}</h1>{body}</html>",
        status,
    )


def way_in() -> HTMLResponse:
    """Go on by a step of its own. After a mere redirect of a link in a foreign page, a browser would hold the
    SameSite=Strict cookie back.
    """
    return HTMLResponse('<!doctype html><title>Stylize</title><meta http-equiv="refresh" content="0;url=/">')

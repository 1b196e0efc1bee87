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
    "html{color-scheme:light dark;color:light-dark(#3a2a35,#f7ecdf);background:radial-gradient(light-dark(#f7dfb4,#261c33) "
    "1.5px,transparent 2px) 0 0/22px 22px light-dark(#fff3dc,#181222);min-height:100%}"
    "body{font:1.1rem/1.5 Fredoka,ui-rounded,'Arial Rounded MT Bold',system-ui,sans-serif;max-width:27rem;margin:11vh auto 2rem;padding:0 16px}"
    "header{font:900 2.7rem/1 ui-rounded,'Arial Rounded MT Bold',system-ui,sans-serif;letter-spacing:.02em;text-transform:uppercase;"
    "text-align:center;color:#fff;-webkit-text-stroke:8px #cf3f1b;paint-order:stroke fill;text-shadow:0 5px 0 #8a2a14;margin-bottom:1.6rem}"
    "main{background:light-dark(#fff,#2a2036);border:2px solid light-dark(#efdcbc,#463754);border-radius:26px;padding:1.6rem 1.6rem 1.7rem;"
    "box-shadow:0 6px 0 light-dark(#e9cf9f,#0e0a14)}"
    "main::before{content:'';display:block;width:64px;height:76px;margin:.2rem auto 1rem;background:center/contain no-repeat url(\"data:image/svg+xml,"
    "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 76'%3E%3Cpath d='M18 34V22a14 14 0 0 1 28 0v12' fill='none' stroke='%230d7a75' "
    "stroke-width='8'/%3E%3Crect x='4' y='32' width='56' height='42' rx='12' fill='%230d7a75'/%3E%3Ccircle cx='32' cy='49' r='6' fill='%23fff'/%3E"
    "%3Cpath d='M32 50v12' stroke='%23fff' stroke-width='5' stroke-linecap='round'/%3E%3C/svg%3E\")}"
    "h1{font-size:1.55rem;line-height:1.2;margin:0 0 .6rem;text-align:center}p{margin:0 0 .9rem}p:last-child{margin:0}label{font-weight:600}"
    "[role=alert]{background:light-dark(#ffe7e0,#4a1f1f);border-left:6px solid #cf3f1b;border-radius:14px;padding:.6em .9em}"
    "input,button{font:inherit;padding:.65em .9em;width:100%;box-sizing:border-box;border-radius:14px}"
    "input{margin:.3em 0 1em;border:2px solid light-dark(#ead5b2,#4d3d5c);background:light-dark(#fffaf1,#1d1628);color:inherit}"
    "button{background:#cf3f1b;border:0;border-radius:999px;color:#fff;font-weight:700;font-size:1.2rem;cursor:pointer;box-shadow:0 5px 0 #86230d}"
    ":focus-visible{outline:3px solid light-dark(#6b3fd0,#c3acff);outline-offset:2px}"
)
"""What is needed comes along: nobody who stands before the door is given a file."""


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
        f"<title>Stylize</title><style>{LOOKS}</style><header>Stylize</header><main><h1>{escape(title)}</h1>{body}</main></html>",
        status,
    )


def way_in() -> HTMLResponse:
    """Go on by a step of its own. After a mere redirect of a link in a foreign page, a browser would hold the
    SameSite=Strict cookie back.
    """
    return HTMLResponse('<!doctype html><title>Stylize</title><meta http-equiv="refresh" content="0;url=/">')

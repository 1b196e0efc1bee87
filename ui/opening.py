"""Answers from the first second: a small page that waits, until Gradio is loaded and the real one stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from ui.fragments import no_wall_banner
from ui.strings import language, languages

if TYPE_CHECKING:
    from fastapi import FastAPI

PATIENCE_SECONDS = 1


class Opening:
    """An ASGI application that makes `build()`'s one on a thread, and is that one from then on.

    `build` returns only when the wall stands: until then nobody can bring a photo. `failed` is called, on the event
    loop, with what `build` raised. `walled` False: the user goes without the wall, and is told so meanwhile, too.
    """

    def __init__(self, build: Callable[[], FastAPI], failed: Callable[[Exception], None], *, walled: bool) -> None:
        self._build = build
        self._failed = failed
        self._walled = walled
        self._app: FastAPI | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._app is None:
            await _wait_page(scope["path"], walled=self._walled)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        closing = asyncio.Event()
        opened = asyncio.create_task(self._open(closing))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        closing.set()
        await opened
        await send({"type": "lifespan.shutdown.complete"})

    async def _open(self, closing: asyncio.Event) -> None:
        try:
            app = await asyncio.to_thread(self._build)
        except Exception as problem:  # whatever it is, it is told outside of the event loop
            self._failed(problem)
            return
        async with app.router.lifespan_context(app):
            self._app = app
            await closing.wait()
            self._app = None


def _wait_page(path: str, *, walled: bool) -> Response:
    code = path.strip("/")
    if code not in languages():
        return PlainTextResponse("One moment.", 503, {"Retry-After": str(PATIENCE_SECONDS)})
    say = language(code)
    return HTMLResponse(
        f'<!doctype html><html lang="{code}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="refresh" content="{PATIENCE_SECONDS}"><title>Stylize</title><style>'
        "html{color-scheme:light dark;background:light-dark(#fff3dc,#181222);color:light-dark(#3a2a35,#f7ecdf)}"
        "body{display:grid;place-items:center;min-height:90vh;margin:0;font:600 1.4rem/1.5 ui-rounded,system-ui,sans-serif}"
        "p{text-align:center}p::before{content:'';display:block;width:46px;height:54px;margin:0 auto 24px;background:#cf3f1b;"
        "border-radius:9px;box-shadow:inset 0 -38px 0 -6px #ffc933;animation:hop .5s ease-in-out infinite alternate}"
        "@keyframes hop{to{transform:translateY(-14px) rotate(4deg)}}@media(prefers-reduced-motion){p::before{animation:none}}"
        f"</style><p>{escape(say('page.opening'))}</p>{'' if walled else no_wall_banner(say)}</html>",
        headers={"Retry-After": str(PATIENCE_SECONDS)},
    )

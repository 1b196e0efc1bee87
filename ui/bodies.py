"""What is posted to Gradio: small JSON, in time, that names no file and no address but the photo's.

Gradio takes {"path": …} in any value for a file to read, or an address to fetch, before a component sees it
(SSRF; file reads). Nothing on our page needs either: the only file there is, is the photo that the intake has named.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from starlette.types import Message, Receive

from ui.heads import BODY_LIMIT_BYTES
from ui.paths import NAME

PATIENCE_SECONDS = 20
OURS = re.compile(rf"photo/{NAME}\.webp")
LINK = re.compile(rf"(?:https?://[^/?#]+)?/?(?:[a-z]+/)?gradio_api/file=photo/{NAME}\.webp")
"""How the page links to the photo; it is compared, never followed."""


class Unfit(Exception):
    """A body that is not passed on. `status` is the answer's."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(status)


async def read_body(receive: Receive, limit_bytes: int = BODY_LIMIT_BYTES) -> bytes:
    """The whole body. Raises Unfit: 413 over the limit, 408 if it takes over PATIENCE_SECONDS, 400 if it breaks off."""
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise Unfit(400)
                body += message.get("body", b"")
                if len(body) > limit_bytes:
                    raise Unfit(413)
                if not message.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        raise Unfit(408) from None


def check_json(body: bytes) -> None:
    """Raises Unfit (400) unless the body is a JSON object in which every file is the photo."""
    try:
        data = json.loads(body.decode(), object_pairs_hook=_checked)
    except (ValueError, RecursionError):
        raise Unfit(400) from None
    if not isinstance(data, dict):
        raise Unfit(400)


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands the body out again, and then goes on as before."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _checked(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """One object of the JSON. A key that comes twice is an attempt to show us one value and Gradio the other."""
    thing = dict(pairs)
    path, url = thing.get("path"), thing.get("url")
    if len(thing) != len(pairs) or not (_is(OURS, path) and _is(LINK, url)):
        raise Unfit(400)
    return thing


def _is(pattern: re.Pattern[str], value: object) -> bool:
    return value is None or (isinstance(value, str) and pattern.fullmatch(value) is not None)

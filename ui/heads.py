"""The head of a request: what is wrong with it, whoever sends it, and what of it the code behind the guard gets to see."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope

from ui.listening import Address
from ui.paths import as_sent, is_page, is_upload

REPEATED = frozenset((b"accept", b"accept-encoding", b"accept-language", b"cache-control", b"via"))
"""Lists, which may come in several lines. Any other header that comes twice is an attempt to show us one and the code
behind us the other.
"""

PASSED_ON = frozenset(
    b"host origin accept accept-encoding accept-language cache-control content-type content-length transfer-encoding"
    b" user-agent range if-range if-none-match if-modified-since expect connection".split()
)
"""Not the cookie, which would end up in Gradio's own request objects, and none of the dozen x-forwarded-… and x-gradio-…
headers by which Gradio lets a caller choose the addresses in its page.
"""

BODY_LIMIT_BYTES = 1 << 20
"""For everything but photos, whose own limit is that of the intake."""
TARGET_LIMIT_BYTES = 2048
HEADERS_LIMIT = 64
HEADERS_LIMIT_BYTES = 32 << 10

UNREAD = {"connection": "close"}
"""For heads that can be understood in two ways: what follows on the same line cannot be trusted either."""


def fault(scope: Scope, address: Address) -> Response | None:
    """A refusal, if the request is broken, is not meant for `address`, or comes from anywhere but its own page."""
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in headers and name not in REPEATED:
            return PlainTextResponse("One header came twice.", 400, UNREAD)
        headers[name] = value
    return _misdirected(scope, headers, address) or _foreign(scope, headers, address) or _oversized(scope, headers)


def trim(scope: Scope) -> Scope:
    """A copy of the scope without what nobody behind the guard needs."""
    headers = [(name, value) for name, value in scope["headers"] if name in PASSED_ON]
    query = b"" if is_page(scope["path"]) else scope["query_string"]  # ?deep_link= and whatever comes next year
    return {**scope, "headers": headers, "query_string": query}


def _misdirected(scope: Scope, headers: Mapping[bytes, bytes], address: Address) -> Response | None:
    if not as_sent(scope).startswith("/"):  # "GET http://elsewhere/": this is no proxy
        return PlainTextResponse("Only a path.", 400, UNREAD)
    if scope["http_version"] not in ("1.0", "1.1"):
        return PlainTextResponse("HTTP 1.1, please.", 505, UNREAD)
    size = sum(len(name) + len(value) for name, value in headers.items())
    target = len(as_sent(scope)) + len(scope["query_string"])
    if target > TARGET_LIMIT_BYTES or size > HEADERS_LIMIT_BYTES or len(headers) > HEADERS_LIMIT:
        return PlainTextResponse("A shorter question, please.", 431, UNREAD)
    if headers.get(b"host") != address.authority.encode():
        return PlainTextResponse(f"This is {address.authority} and nobody else.", 421, UNREAD)
    return None


def _foreign(scope: Scope, headers: Mapping[bytes, bytes], address: Address) -> Response | None:
    """Fetch-Metadata (W3C) and Origin (RFC 6454): who sent this browser here."""
    origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site", b"none")
    if origin != address.origin.encode() and (origin is not None or scope["method"] == "POST"):
        return PlainTextResponse("Only the page itself may ask.", 403)
    opening = scope["method"] == "GET" and scope["path"] == "/" and headers.get(b"sec-fetch-dest") == b"document"
    if site not in (b"same-origin", b"none") and not opening:
        return PlainTextResponse("Only the page itself may ask.", 403)
    if b"service-worker" in headers:  # it would stay in the browser when we are gone
        return PlainTextResponse("Nothing stays.", 403)
    if b"upgrade" in headers and b"websocket" in headers[b"upgrade"].lower():
        return PlainTextResponse("No sockets.", 400, UNREAD)
    if scope["method"] not in ("GET", "HEAD", "POST"):
        return PlainTextResponse("Only reading and posting.", 405)
    return None


def _oversized(scope: Scope, headers: Mapping[bytes, bytes]) -> Response | None:
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or len(length) > 18:
        return PlainTextResponse("That is no length.", 400, UNREAD)
    if b"transfer-encoding" in headers and b"content-length" in headers:  # RFC 9112, 6.1: request smuggling
        return PlainTextResponse("Two lengths.", 400, UNREAD)
    if int(length) > BODY_LIMIT_BYTES and not is_upload(scope):
        return PlainTextResponse("Too much at once.", 413)
    if scope["method"] != "POST" and (int(length) or b"transfer-encoding" in headers):
        return PlainTextResponse("Reading needs no body.", 400, UNREAD)
    return None

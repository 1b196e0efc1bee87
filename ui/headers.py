"""What every answer carries: nothing is stored, nothing foreign is loaded, nobody frames us. And the page's own head."""

from __future__ import annotations

import re
import secrets

from starlette.types import Message, Scope, Send

from ui.paths import is_page

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'nonce-{nonce}'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' blob: data:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "base-uri 'self'",
        "form-action {forms}",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
"""No 'unsafe-eval': Gradio's HTML component and `js=` listeners do not work under it, and the page does without.
What no policy covers (WebRTC, going to another page) is shut by assets/shut.js, sent before every other script.
"""

FORBIDDEN = (
    "accelerometer", "autoplay", "browsing-topics", "display-capture", "encrypted-media", "gamepad",
    "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment",
    "picture-in-picture", "publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock", "serial",
    "storage-access", "sync-xhr", "usb", "window-management", "xr-spatial-tracking",
)  # fmt: skip
"""Features that browsers would offer to scripts of the page (Permissions Policy, W3C). The camera stays."""

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-embedder-policy", b"require-corp"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"origin-agent-cluster", b"?1"),
    (b"x-permitted-cross-domain-policies", b"none"),
    (b"x-dns-prefetch-control", b"off"),
    (b"permissions-policy", ", ".join(("camera=(self)", *(f"{name}=()" for name in FORBIDDEN))).encode()),
)

REPLACED = frozenset(name for name, _ in HEADERS) | {
    b"cache-control", b"content-security-policy", b"referrer-policy", b"server", b"x-powered-by",
    b"access-control-allow-origin", b"access-control-allow-credentials",
}  # fmt: skip

FIRST = b'<head><script src="/toy/shut.js"></script><script src="/toy/tongue.js"></script>'
SHEETS = (
    "page", "sign", "privacy", "clocks", "steps", "photo", "regions", "style", "box", "toys", "make", "consent", "working", "result", "history", "home", "zoom", "more", "looks",
    "ready",
)  # fmt: skip
"""The style sheets in assets/, one for each room of the page; what stands later wins."""
HEAD = (
    '<link rel="icon" href="/toy/icon.svg" type="image/svg+xml">'
    '<link rel="preload" href="/toy/fonts/fredoka.woff2" as="font" type="font/woff2" crossorigin>'
    '<link rel="preload" href="/toy/fonts/luckiest-guy.woff2" as="font" type="font/woff2" crossorigin>'
    + "".join(f'<link rel="stylesheet" href="/toy/{name}.css">' for name in SHEETS)
    + '<link rel="stylesheet" href="/toy/{tongue}.css">'
    '<script src="/toy/page.js" defer></script><script src="/toy/reach.js" defer></script><script src="/toy/zoom.js" defer></script>'
    '<script src="/toy/photo.js" defer></script><script src="/toy/regions.js" defer></script><script src="/toy/cover.js" defer></script><script src="/toy/shelf.js" defer></script><script src="/toy/more.js" defer></script>'
    '<script src="/toy/working.js" defer></script><script src="/toy/stay.js" defer></script><script src="/toy/consent.js" defer></script></head>'
)
"""Sent with the page, so that our looks are there at the first paint and not after Gradio has started."""


def dress(scope: Scope, send: Send) -> Send:
    """`send`, with our headers on every answer; a page of Gradio also gets a nonce and our head."""
    page = scope["path"].strip("/") if is_page(scope["path"]) else None
    if page:  # its body is rewritten: it must not come compressed
        scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
    nonce = secrets.token_urlsafe(16)
    door = scope["path"] == "/"  # has a form under --lan; a form's Origin is "null" where nothing may be referred to
    policy = POLICY.format(nonce=nonce, forms="'self'" if door else "'none'").encode()
    referrer = b"same-origin" if door else b"no-referrer"
    held: list[Message] = []
    library = re.fullmatch(r"/\w+/(?:assets|static)/.*|/toy/.*", scope["path"]) is not None

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            keep = [(name, value) for name, value in message["headers"] if name.lower() not in REPLACED]
            cache = b"private, max-age=86400" if library and message["status"] == 200 else b"no-store"
            own = ((b"cache-control", cache), (b"content-security-policy", policy), (b"referrer-policy", referrer))
            message = {**message, "headers": [*keep, *HEADERS, *own]}
        if page is None:
            await send(message)
            return
        held.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            body = b"".join(part.get("body", b"") for part in held[1:])
            if held[0]["status"] == 200:
                body = rewrite(body, page, nonce)
            headers = [(name, value) for name, value in held[0]["headers"] if name.lower() != b"content-length"]
            await send({**held[0], "headers": [*headers, (b"content-length", str(len(body)).encode())]})
            await send({"type": "http.response.body", "body": body})

    return dressed


def rewrite(html: bytes, tongue: str, nonce: str) -> bytes:
    """Gradio's page in `tongue`: our head in, its social-media and app tags out, the nonce on every script."""
    html = re.sub(rb'<meta\s+(?:property="og:|name="twitter:)[^>]*>|<link rel="manifest"[^>]*>', b"", html)
    html = html.replace(b'lang="en"', f'lang="{tongue}"'.encode(), 1)
    html = html.replace(b"<head>", FIRST, 1).replace(b"</head>", HEAD.format(tongue=tongue).encode(), 1)
    return re.sub(rb"<script(?=[\s>])", f'<script nonce="{nonce}"'.encode(), html)

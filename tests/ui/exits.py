"""Ways by which a script could send something from a page to another machine, as JavaScript. S is the other's origin, P its
port for datagrams. What can only go with the browser's help is here too: addresses to prefetch, other pages to go to.
"""

from __future__ import annotations


def _element(tag: str, **properties: str) -> str:
    filled = ", ".join(f"{name}: {value}" for name, value in properties.items())
    return f"document.body.append(Object.assign(document.createElement('{tag}'), {{{filled}}}))"


def _link(rel: str, name: str, **more: str) -> str:
    return _element("link", rel=f"'{rel}'", href=f"S + '/{name}'", **more).replace("document.body", "document.head", 1)


BY_REQUEST = {
    "fetch": "fetch(S + '/fetch', {mode: 'no-cors'}).catch(() => 0)",
    "xhr": "(() => { const x = new XMLHttpRequest(); x.open('GET', S + '/xhr'); x.send(); })()",
    "image": "new Image().src = S + '/image'",
    "beacon": "navigator.sendBeacon(S + '/beacon', 'x')",
    "websocket": "(() => { try { new WebSocket(S.replace('http', 'ws') + '/websocket'); } catch {} })()",
    "eventsource": "new EventSource(S + '/eventsource')",
    "script": _element("script", src="S + '/script'"),
    "module": "import(S + '/module').catch(() => 0)",
    "style": _link("stylesheet", "style"),
    "css-url": "document.body.style.background = `url(${S}/css-url)`",
    "css-import": _element("style", textContent="`@import url(${S}/css-import)`"),
    "font": "new FontFace('x', `url(${S}/font)`).load().catch(() => 0)",
    "frame": _element("iframe", src="S + '/frame'"),
    "object": _element("object", data="S + '/object'"),
    "embed": _element("embed", src="S + '/embed'"),
    "audio": _element("audio", src="S + '/audio'", preload="'auto'"),
    "form": "(() => { const f = document.createElement('form'); f.action = S + '/form'; f.method = 'post';"
    " f.target = 'x'; document.body.append(f); f.submit(); })()",
    "prefetch": _link("prefetch", "prefetch"),
    "preload": _link("preload", "preload", **{"as": "'image'"}),
    "modulepreload": _link("modulepreload", "modulepreload"),
    "icon": _link("icon", "icon"),
    "worker": "(() => { try { new Worker(URL.createObjectURL(new Blob([`fetch('${S}/worker', {mode: 'no-cors'})`])));"
    " } catch {} })()",
    "ping": "(() => { const a = document.createElement('a'); a.href = '#x'; a.ping = S + '/ping';"
    " document.body.append(a); a.click(); })()",
    "speculation": _element(
        "script",
        type="'speculationrules'",
        textContent="JSON.stringify({prefetch: [{urls: [S + '/speculation'], eagerness: 'immediate'}]})",
    ),
}
"""Closed by the content security policy. The request's path is the name."""

BY_LETTER = {
    "webrtc": "(async () => { const p = new RTCPeerConnection({iceServers: [{urls: `stun:${H}:${P}`}]});"
    " p.createDataChannel('x'); await p.setLocalDescription(await p.createOffer()); })().catch(() => 0)",
    "webtransport": "(() => { try { new WebTransport(`https://${H}:${P}/x`).ready.catch(() => 0); } catch {} })()",
}
"""By datagrams."""

BY_GOING = {
    "open": "window.open(S + '/open')",
    "navigate": "location.href = S + '/navigate'",
    "link": "(() => { const a = document.createElement('a'); a.href = S + '/link'; document.body.append(a); a.click(); })()",
    "new-tab": "(() => { const a = document.createElement('a'); a.href = S + '/new-tab'; a.target = '_blank';"
    " document.body.append(a); a.click(); })()",
}
"""By going to another page, which no policy forbids. Closed by ui/assets/shut.js."""


def script(code: str, origin: str, host: str, letterbox: int) -> str:
    """An expression for the page to evaluate; it never waits for the network."""
    return f"(() => {{ const S = '{origin}', H = '{host}', P = {letterbox}; void ({code}); }})()"

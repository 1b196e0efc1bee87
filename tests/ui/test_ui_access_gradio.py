"""What Gradio would do for a caller who asks it nicely, and does not do here: fetch addresses, read files, explain itself."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ui.stranger import Stranger, stranger
from ui.bodies import Unfit, check_json
from ui.listening import random_host

JSON = {"Content-Type": "application/json"}
FILE = {"_type": "gradio.FileData"}
GONE = "photo/00000000000000000000000000000000.webp"


@pytest.fixture(scope="module")
def sink() -> Iterator[Stranger]:
    with stranger(random_host()) as other:
        yield other


@pytest.fixture(scope="module")
def events(page: Any) -> list[dict[str, Any]]:
    """Gradio's events on the page."""
    html = page.ask("/en/").read().decode()
    found = re.search(r"window\.gradio_config = (\{.*?\});\s*(?:window|</script>)", html, re.DOTALL)
    assert found is not None
    return list(json.loads(found[1])["dependencies"])


def join(page: Any, event: dict[str, Any], value: object) -> Any:
    """Send `value` for every input of an event."""
    body = {
        "data": [value] * len(event["inputs"]),
        "fn_index": event["id"],
        "session_hash": "stranger",
        "event_data": None,
    }
    return page.ask("/en/gradio_api/queue/join", "POST", JSON, json.dumps(body).encode())


VALUES = (
    {"path": "{sink}/path.png", "meta": FILE},
    {"path": "{sink}/path.png"},
    {"path": GONE, "url": "{sink}/url.png", "meta": FILE},
    {"path": None, "url": "{sink}/url.png", "meta": FILE},
    {"url": "{sink}/url.png"},
    {"path": "/etc/passwd", "meta": FILE},
    {"path": "file:///etc/passwd", "meta": FILE},
    {"path": "photo/../../../etc/passwd", "meta": FILE},
    {"path": "pyproject.toml", "meta": FILE},
    {"path": "\\\\{host}\\share\\x.png", "meta": FILE},
    {"path": ["photo/a.webp"], "meta": FILE},
    {"path": GONE, "url": "http://{host}@elsewhere.example/x", "meta": FILE},
    {"path": "data:image/png;base64,AAAA", "meta": FILE},
    [[{"deep": {"path": "{sink}/deep.png", "meta": FILE}}]],
)


@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_nothing_is_fetched_or_read_for_a_value(
    page: Any, sink: Stranger, events: list[dict[str, Any]], value: Any
) -> None:
    text = json.dumps(value).replace("{sink}", sink.origin).replace("{host}", sink.host)
    for event in [event for event in events if event["inputs"]][:3]:
        assert join(page, event, json.loads(text)).status == 400
    assert sink.heard == []


def test_the_photo_itself_is_passed_on(page: Any, events: list[dict[str, Any]]) -> None:
    """The positive control: the same question, with what the page really sends."""
    event = next(event for event in events if event["inputs"])
    value = {"path": GONE, "url": f"{page.origin}/en/gradio_api/file={GONE}", "orig_name": "me.jpg", "meta": FILE}
    answer = join(page, event, value)
    assert answer.status == 200
    assert "event_id" in json.loads(answer.read())


@pytest.mark.parametrize(
    "path",
    [
        "/en/gradio_api/file={sink}/x.png", "/en/gradio_api/file=http:/{host}/x.png", "/en/file={sink}/x.png",
        "/en/gradio_api/proxy={sink}/x.png", "/en/gradio_api/proxy=http%3A%2F%2F{host}", "/en/gradio_api/stream/{host}/a/b/c",
        "/en/gradio_api/file=photo/{sink}", "/en/gradio_api/file=%2Fetc%2Fpasswd", "/en/gradio_api/file=photo/..%2f..%2fx.webp",
        "/en/gradio_api/deep_link", "/en/gradio_api/component_server", "/en/gradio_api/mcp", "/en/gradio_api/mcp/sse",
        "/en/gradio_api/mcp/schema", "/en/gradio_api/vibe-editor", "/en/gradio_api/vibe-code", "/en/gradio_api/vibe-starter-queries",
        "/en/gradio_api/undo-vibe-edit", "/en/gradio_api/process_recording", "/en/gradio_api/simple_predict", "/en/gradio_api/reset",
        "/en/gradio_api/app_id", "/en/gradio_api/dev/reload", "/en/gradio_api/theme.css", "/en/monitoring/summary", "/en/manifest.json",
        "/en/pwa_icon", "/en/logout", "/en/login/huggingface", "/en/gradio_api/openapi.json", "/en/gradio_api/info",
        "/en/gradio_api/queue/status", "/en/gradio_api/call/a/b", "/en/config", "/en/robots.txt", "/en/favicon.ico",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_gradios_other_routes_are_not_there(page: Any, sink: Stranger, path: str, method: str) -> None:
    filled = path.format(sink=sink.origin, host=f"{sink.host}:{sink.port}")
    answer = page.ask(filled, method, JSON, b"{}") if method == "POST" else page.ask(filled, method)
    assert answer.status == 404
    assert sink.heard == []


def test_no_header_changes_where_the_page_looks(page: Any, sink: Stranger) -> None:
    """Gradio builds the page's addresses from headers that anybody can send."""
    plain = page.ask("/en/").read()
    names = (
        "X-Forwarded-Host",
        "X-Forwarded-Server",
        "X-Gradio-Server",
        "X-Gradio-Target",
        "X-Original-Url",
        "X-Rewrite-Url",
    )
    headers = dict.fromkeys(names, f"{sink.host}:{sink.port}")
    more = {"X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "//evil", "Forwarded": f"host={sink.host};proto=https"}
    said = page.ask("/en/?deep_link=a&__theme=dark&view=api&root=//evil", headers={**headers, **more}).read()
    assert sink.host.encode() not in said
    assert b"//evil" not in said
    assert len(said) == len(plain)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"1", b"null", b'"x"', b"{", b"{}x", b"\xff\xfe{\x00}\x00", b'{"a": 1, "a": 2}',
        b'{"path": null, "path": "/etc/passwd"}', b'{"data": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        '{"data": [{"path": "http://a"}]}'.encode("utf-16"), b'{"data": [{"p\\u0061th": "/etc/passwd"}]}',
    ],
)  # fmt: skip
def test_what_is_no_plain_json_is_refused(page: Any, body: bytes) -> None:
    assert page.ask("/en/gradio_api/queue/join", "POST", JSON, body).status == 400
    with pytest.raises(Unfit):
        check_json(body)


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=X"]
)
def test_only_json_is_posted_to_gradio(page: Any, kind: str) -> None:
    """The kinds that a form of a foreign page could send."""
    assert page.ask("/en/gradio_api/queue/join", "POST", {"Content-Type": kind}, b'{"data": []}').status == 415


# ---------------------------------------------------------------- photos that come badly

UPLOAD = "POST /en/gradio_api/upload HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nOrigin: {origin}\r\n"
FORM = "Content-Type: multipart/form-data; boundary=X\r\n"


def head(page: Any, more: str, cookie: str | None = None) -> bytes:
    text = UPLOAD + FORM + more + "\r\n"
    cookie = page.cookie if cookie is None else cookie
    return text.format(host=page.authority, cookie=cookie, origin=page.origin).encode()


def test_a_strangers_photo_is_not_listened_to_for_long(page: Any) -> None:
    with page.say() as wire:
        wire.sendall(head(page, "Content-Length: 900000000\r\n", cookie="none"))
        assert wire.recv(1000).startswith(b"HTTP/1.1 403")
        begun = time.monotonic()
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            while time.monotonic() - begun < 25:
                wire.sendall(b"x" * 1000)
                time.sleep(0.1)
    assert time.monotonic() - begun < 25


@pytest.mark.parametrize("more", ["Transfer-Encoding: chunked\r\n", ""])
def test_a_photo_of_no_known_length_ends_in_a_refusal(page: Any, more: str) -> None:
    with page.say() as wire:
        wire.sendall(head(page, more) + b"0\r\n\r\n")
        assert wire.recv(1000)[:10] == b"HTTP/1.1 4"


@pytest.mark.slow
def test_a_slow_photo_is_not_waited_for(page: Any) -> None:
    with page.say(timeout=100) as wire:
        wire.sendall(head(page, "Content-Length: 1000000\r\n") + b"--X\r\n")
        begun = time.monotonic()
        said = b"x"
        while time.monotonic() - begun < 90:
            try:
                wire.sendall(b"x")
                wire.settimeout(1)
                said = wire.recv(1000)
                break
            except TimeoutError:
                continue
            except (ConnectionResetError, BrokenPipeError):
                said = b""
                break
    assert said == b"" or said.startswith(b"HTTP/1.1 408")
    assert time.monotonic() - begun < 80


def test_no_route_of_ours_reads_a_path(page: Any) -> None:
    """Photos, pictures and looks come from tables in memory: no name that is sent becomes a file's."""
    for path in (
        "/toy/page.py",
        "/toy/server.py",
        "/shelf/a/passwd",
        "/photo/a/found.json",
        "/photo/a/seen.jpg",
        "/photo/a/original.jpg",
        "/photo/a/redacted.jpg?save",
        "/photo/a/passwd",
        "/en/gradio_api/file=photo/a.py",
    ):
        assert page.ask(path).status == 404
    assert not Path("photo").exists()

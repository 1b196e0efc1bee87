"""The guard and the connections, told things that no browser says: bare bytes, at the running program."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
from typing import Any

import pytest

from ui.connections import BODY_SECONDS, HEAD_SECONDS, LINGER_SECONDS, MOST_CONNECTIONS

SLACK_SECONDS = 15
"""On a busy machine."""


def exchange(page: Any, head: str, body: bytes = b"") -> bytes:
    """The first bytes of the answer to a request, whose {host} and {cookie} are filled in; b"" if there is none."""
    with page.say() as wire:
        text = head.format(host=page.authority, cookie=page.cookie, origin=page.origin)
        wire.sendall(text.replace("\n", "\r\n").encode("latin1") + b"\r\n\r\n" + body)
        return answer(wire)


def answer(wire: socket.socket) -> bytes:
    with contextlib.suppress(ConnectionResetError):
        return wire.recv(1 << 16)
    return b""


def closes(wire: socket.socket, within: float) -> bool:
    """Whether the other end hangs up in time."""
    until = time.monotonic() + within
    wire.settimeout(within)
    with contextlib.suppress(ConnectionResetError):
        while time.monotonic() < until:
            try:
                if not wire.recv(1 << 16):
                    return True
            except TimeoutError:
                return False
        return False
    return True


JOIN = (
    "POST /en/gradio_api/queue/join HTTP/1.1\nHost: {host}\nCookie: {cookie}\nOrigin: {origin}"
    "\nContent-Type: application/json"
)
GET = "GET /en/ HTTP/1.1\nHost: {host}\nCookie: {cookie}"


# ---------------------------------------------------------------- heads that can be read in two ways


@pytest.mark.parametrize(
    "head",
    [
        GET.replace("/en/", "http://{host}/en/"),
        GET.replace("/en/", "http://elsewhere.example/"),
        GET.replace("GET /en/", "CONNECT elsewhere.example:443"),
        GET.replace("/en/", "*"),
        GET + "\nHost: elsewhere.example",
        GET + "\nOrigin: {origin}\nOrigin: http://elsewhere.example",
        GET + "\nSec-Fetch-Site: same-origin\nSec-Fetch-Site: cross-site",
        GET + "\nContent-Length: 5",
        GET + "\nTransfer-Encoding: chunked",
        JOIN + "\nContent-Length: 5\nTransfer-Encoding: chunked",
        JOIN + "\nContent-Length: 5\nContent-Length: 6",
        JOIN + "\nContent-Length: 5, 6",
        JOIN + "\nContent-Length: +5",
        JOIN + "\nContent-Length: 99999999999999999999999",
        JOIN + "\nTransfer-Encoding: chunked\nTransfer-Encoding: identity",
        JOIN + "\nTransfer-Encoding: gzip",
        JOIN + "\nContent-Length : 5",
        JOIN + "\nX-Folded: a\n b\nContent-Length: 5\nContent-Length: 5\nHost: elsewhere.example",
        GET + "\nX: " + "a" * 70_000,
        GET.replace("/en/", "/en/?" + "a" * 5000),
        GET + "".join(f"\nX-{number}: a" for number in range(100)),
        GET + "\nX: a\0b",
        GET.replace("HTTP/1.1", "HTTP/3.0"),
        GET + "\nConnection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: AAAA",
    ],
)
def test_what_is_ambiguous_is_refused_and_nothing_more_is_heard(page: Any, head: str) -> None:
    second = (GET + "\nX: smuggled").format(host=page.authority, cookie=page.cookie).replace("\n", "\r\n").encode()
    with page.say() as wire:
        text = head.format(host=page.authority, cookie=page.cookie, origin=page.origin).replace("\n", "\r\n")
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            wire.sendall(text.encode("latin1") + b"\r\n\r\n" + b"0\r\n\r\n" + second + b"\r\n\r\n")
        said = b""
        with contextlib.suppress(ConnectionResetError):
            while part := wire.recv(1 << 16):
                said += part
    assert said[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 403", b"HTTP/1.1 421", b"HTTP/1.1 431", b"HTTP/1.1 505", b"")
    assert said.count(b"HTTP/1.1") <= 1
    assert b"<gradio-app" not in said


def test_the_same_line_without_the_trick_is_answered(page: Any) -> None:
    """The positive control of the test above."""
    assert exchange(page, GET).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("line", ["GET /en/ HTTP/1.0", "HEAD /en/ HTTP/1.1"])
def test_old_and_bodiless_requests(page: Any, line: str) -> None:
    said = exchange(page, GET.replace("GET /en/ HTTP/1.1", line))
    assert said.startswith(b"HTTP/1.1 ")
    assert (b"<gradio-app" in said) <= line.startswith("GET")


def test_what_is_no_http_is_answered_by_hanging_up(page: Any) -> None:
    for noise in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"SSH-2.0-x\r\n\r\n", bytes(200), b"GET\r\n\r\n"):
        with page.say() as wire:
            wire.sendall(noise + b"\r\n\r\n")
            said = answer(wire)
            assert said == b"" or said.startswith(b"HTTP/1.1 400")


# ---------------------------------------------------------------- ways up


UPS = ("..", "%2e%2e", "%252e%252e", ".%2e", "%c0%ae%c0%ae", "..;", "...", "%u002e%u002e")
SLASHES = ("/", "%2f", "%252f", "\\", "%5c", "//")
DOORS = ("/en/assets/", "/en/static/", "/toy/", "/toy/fonts/", "/shelf/", "/en/gradio_api/file=photo/", "/photo/")


@pytest.mark.parametrize("door", DOORS)
def test_no_route_leads_up(page: Any, door: str) -> None:
    for up in UPS:
        for slash in SLASHES:
            for target in ("etc/passwd", "ui/guard.py", "pyproject.toml"):
                path = door + slash.join([up] * (8 if target.startswith("etc") else 3) + [target])
                said = exchange(page, GET.replace("/en/", path))
                assert said[:12] in (b"HTTP/1.1 404", b"HTTP/1.1 400"), path
                assert b"root:" not in said
                assert b"import " not in said


@pytest.mark.parametrize(
    "path", ["/en/assets/a%00.js", "/toy/page.js%00", "/toy/p%61ge.js", "/%65n/", "/en/%67radio_api/queue/join"]
)
def test_nothing_is_decoded(page: Any, path: str) -> None:
    """So that nothing can be decoded twice."""
    assert exchange(page, GET.replace("/en/", path)).startswith(b"HTTP/1.1 404")


# ---------------------------------------------------------------- too slow, too much, too many


def test_a_slow_head_is_not_waited_for(page: Any) -> None:
    with page.say() as silent, page.say() as slow:
        slow.sendall(b"GET /en/ HTTP/1.1\r\n")
        begun = time.monotonic()
        for _ in range(3):
            time.sleep(HEAD_SECONDS / 5)
            slow.sendall(b"X: a\r\n")
        assert closes(slow, HEAD_SECONDS + SLACK_SECONDS)
        assert closes(silent, SLACK_SECONDS)
        assert time.monotonic() - begun > HEAD_SECONDS * 0.8


def test_a_slow_second_head_is_not_waited_for(page: Any) -> None:
    with page.say() as wire:
        wire.sendall(f"HEAD /toy/icon.svg HTTP/1.1\r\nHost: {page.authority}\r\nCookie: {page.cookie}\r\n\r\n".encode())
        assert answer(wire).startswith(b"HTTP/1.1 ")
        wire.sendall(b"GET /en/ HT")
        assert closes(wire, HEAD_SECONDS + SLACK_SECONDS)


def test_a_slow_body_is_not_waited_for(page: Any) -> None:
    assert BODY_SECONDS <= 60
    with page.say(timeout=60) as wire:
        head = (JOIN + "\nContent-Length: 1000").format(host=page.authority, cookie=page.cookie, origin=page.origin)
        wire.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n{")
        said = wire.recv(1000)
        assert said.startswith(b"HTTP/1.1 408")
        assert closes(wire, SLACK_SECONDS)


def test_the_rest_of_a_refused_body_is_not_listened_to_for_ever(page: Any) -> None:
    with page.say() as wire:
        head = JOIN.replace("{cookie}", "none") + "\nTransfer-Encoding: chunked"
        wire.sendall(head.format(host=page.authority, origin=page.origin).replace("\n", "\r\n").encode() + b"\r\n\r\n")
        assert wire.recv(1000).startswith(b"HTTP/1.1 403")
        begun = time.monotonic()
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            while time.monotonic() - begun < LINGER_SECONDS + SLACK_SECONDS:
                wire.sendall(b"1\r\na\r\n")
                time.sleep(0.2)
        assert time.monotonic() - begun < LINGER_SECONDS + SLACK_SECONDS


@pytest.mark.parametrize("declared", [True, False])
def test_a_large_body_is_refused_declared_or_in_chunks(page: Any, declared: bool) -> None:
    head = JOIN + ("\nContent-Length: 3000000" if declared else "\nTransfer-Encoding: chunked")
    with page.say() as wire:
        text = head.format(host=page.authority, cookie=page.cookie, origin=page.origin)
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            wire.sendall(text.replace("\n", "\r\n").encode() + b"\r\n\r\n")
            for _ in range(30):
                wire.sendall((b"" if declared else b"186a0\r\n") + b" " * 100_000 + (b"" if declared else b"\r\n"))
        assert answer(wire).startswith(b"HTTP/1.1 413")


def test_a_flood_does_not_keep_the_owner_out(page: Any) -> None:
    with contextlib.ExitStack() as stack:
        flood = [stack.enter_context(page.say()) for _ in range(150)]
        for wire in flood[::2]:
            with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                wire.sendall(b"GET / HTTP/1.1\r\n")
        for _ in range(3):
            assert page.ask("/toy/icon.svg").status == 200
        open_now = sum(not closes(wire, 0.05) for wire in flood)
        assert open_now <= MOST_CONNECTIONS


# ---------------------------------------------------------------- another user of this machine


def test_a_used_token_is_worth_nothing(page: Any) -> None:
    answer = page.ask(f"/?token={page.token}", headers={"Cookie": ""})
    assert answer.status == 403
    assert answer.getheader("Set-Cookie") is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows whose program has connected")
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="being another user takes root")
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_stolen_cookie_is_worth_nothing_to_another_user(page: Any, family: socket.AddressFamily) -> None:
    request = GET.format(host=page.authority, cookie=page.cookie).replace("\n", "\r\n").encode() + b"\r\n\r\n"
    answers = []
    for user in (0, 65534):
        os.seteuid(user)
        try:
            wire = socket.socket(family)
        finally:
            os.seteuid(0)
        with wire:
            wire.settimeout(30)
            try:
                wire.connect((page.host if family == socket.AF_INET else f"::ffff:{page.host}", page.port))
            except OSError:
                pytest.skip("this kind of connection cannot be had here")
            wire.sendall(request)
            answers.append(wire.recv(1000)[:12])
    assert answers == [b"HTTP/1.1 200", b"HTTP/1.1 403"]

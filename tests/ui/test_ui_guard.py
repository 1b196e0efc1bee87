"""The guard, asked by strangers: over the wire, at the running program."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stylize.errors import DeclarationError

FORM = {"Content-Type": "multipart/form-data; boundary=X"}


def form(data: bytes) -> bytes:
    return b'--X\r\nContent-Disposition: form-data; name="files"; filename="me.jpg"\r\n\r\n' + data + b"\r\n--X--\r\n"


# ---------------------------------------------------------------- who


def test_the_page_is_there_for_its_owner(page: Any) -> None:
    answer = page.ask("/en/")
    assert answer.status == 200
    assert b"<gradio-app" in answer.read()


@pytest.mark.parametrize(
    "host",
    [
        "localhost:{port}",
        "evil.example:{port}",
        "{host}",
        "{host}:1",
        "[::1]:{port}",
        "127.0.0.9:{port}",
        "{host}.:{port}",
    ],
)
def test_another_host_is_refused(page: Any, host: str) -> None:
    assert page.ask("/en/", headers={"Host": host.format(port=page.port, host=page.host)}).status == 421


@pytest.mark.parametrize("cookie", ["", "stylize=1", "stylize-{port}=", "stylize-{port}=wrong", "{own}; {own}"])
def test_without_the_cookie_there_is_only_the_door(page: Any, cookie: str) -> None:
    headers = {"Cookie": cookie.format(port=page.port, own=page.cookie)}
    for path in ("/", "/en/", "/en/config", "/toy/page.css", "/en/gradio_api/queue/data?session_hash=a"):
        answer = page.ask(path, headers=headers)
        assert answer.status == 403
        assert b"gradio" not in answer.read().lower()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_pages_cannot_post(page: Any, headers: dict[str, str]) -> None:
    answer = page.ask("/en/gradio_api/upload", "POST", {**FORM, **headers}, form(b"x"))
    assert answer.status == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_pages_cannot_read(page: Any, site: str) -> None:
    assert page.ask("/en/", headers={"Sec-Fetch-Site": site}).status == 403
    assert page.ask("/en/", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Dest": "document"}).status == 403


def test_a_header_sent_twice_is_refused(page: Any) -> None:
    with page.say() as wire:
        wire.sendall(
            f"GET /en/ HTTP/1.1\r\nHost: {page.authority}\r\nCookie: {page.cookie}\r\nCookie: a=b\r\n\r\n".encode()
        )
        assert wire.recv(100).startswith(b"HTTP/1.1 400")


# ---------------------------------------------------------------- what


@pytest.mark.parametrize(
    "path",
    [
        "/docs", "/redoc", "/openapi.json", "/en/docs", "/en/config", "/en/config/", "/en/login", "/en/token", "/en/app_id",
        "/en/info", "/en/gradio_api/info", "/en/gradio_api/openapi.json", "/en/gradio_api/runs", "/en/monitoring",
        "/en/monitoring/summary", "/en/gradio_api/file=/etc/passwd", "/en/gradio_api/file=http://127.0.0.1:1/",
        "/en/gradio_api/file=photo/../../etc/passwd", "/en/file=/etc/passwd", "/en/gradio_api/file/etc/passwd",
        "/en/gradio_api/proxy=http://127.0.0.1:1/", "/en/gradio_api/stream/a/b/1/playlist.m3u8", "/en/gradio_api/mcp/sse",
        "/en/gradio_api/deep_link", "/en/gradio_api/vibe-code", "/en/dev/reload", "/en/svelte/x", "/en/custom_component/a/b/c/d",
        "/en/assets/../../../etc/passwd", "/en/static/..%2f..%2fpyproject.toml", "/toy/../app.py", "/toy/..%2fapp.py", "/fr/",
        "/en", "//en/", "/en//", "/gradio_api/upload", "/robots.txt",
    ],
)  # fmt: skip
def test_whatever_is_not_needed_is_not_there(page: Any, path: str) -> None:
    assert page.ask(path).status in (404, 403)


@pytest.mark.parametrize(
    "path", ["/en/gradio_api/run/predict", "/en/gradio_api/api/predict", "/en/gradio_api/call/a", "/en/login"]
)
def test_nothing_else_can_be_posted_to(page: Any, path: str) -> None:
    assert page.ask(path, "POST", {"Content-Type": "application/json"}, b"{}").status == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_other_methods_are_refused(page: Any, method: str) -> None:
    assert page.ask("/en/", method).status == 405


@pytest.mark.parametrize("length", ["-1", "1e9", "x"])
def test_a_length_that_is_none_is_refused(page: Any, length: str) -> None:
    answer = page.ask("/en/gradio_api/queue/join", "POST", {"Content-Length": length})
    assert answer.status == 400


def test_a_large_body_is_refused(page: Any) -> None:
    body = json.dumps({"data": ["x" * 2_000_000]}).encode()
    answer = page.ask("/en/gradio_api/queue/join", "POST", {"Content-Type": "application/json"}, body)
    assert answer.status == 413


# ---------------------------------------------------------------- how it is said


def test_every_answer_carries_the_headers(page: Any) -> None:
    for path in ("/en/", "/toy/page.js", "/nothing", "/en/gradio_api/file=photo/0.webp"):
        answer = page.ask(path)
        policy = answer.getheader("Content-Security-Policy") or ""
        assert "default-src 'none'" in policy
        assert "unsafe-eval" not in policy
        assert answer.getheader("X-Frame-Options") == "DENY"
        assert answer.getheader("Referrer-Policy") == "no-referrer"
        assert answer.getheader("X-Content-Type-Options") == "nosniff"
        assert answer.getheader("Cross-Origin-Opener-Policy") == "same-origin"
        assert answer.getheader("Cross-Origin-Embedder-Policy") == "require-corp"
        assert answer.getheader("Cross-Origin-Resource-Policy") == "same-origin"
        permissions = dict(
            part.strip().split("=") for part in (answer.getheader("Permissions-Policy") or "").split(",")
        )
        assert [name for name, who in permissions.items() if who != "()"] == ["camera"]
        assert permissions["camera"] == "(self)"
        assert {"microphone", "geolocation", "usb", "serial", "hid", "display-capture"} < permissions.keys()
        assert answer.getheader("Server") is None
        assert answer.getheader("Access-Control-Allow-Origin") is None
        if not path.startswith("/toy/"):
            assert answer.getheader("Cache-Control") == "no-store"


def test_only_scripts_with_the_nonce_of_this_answer_run(page: Any) -> None:
    first, second = page.ask("/en/"), page.ask("/en/")
    html = first.read().decode()
    (nonce,) = set(re.findall(r'<script nonce="([^"]+)"', html))
    assert f"'nonce-{nonce}'" in (first.getheader("Content-Security-Policy") or "")
    assert nonce not in (second.getheader("Content-Security-Policy") or "")
    assert re.findall(r"<script(?! nonce)", html) == []


def test_the_page_names_nobody_else(page: Any) -> None:
    html = page.ask("/en/").read().decode()
    assert re.findall(r'(?:src|href|content)="(?:https?:)?//[^"]*', html) == []


def test_languages(page: Any) -> None:
    assert b'lang="de"' in page.ask("/de/").read()[:200]
    for wish, tongue in (("de-AT,en;q=0.5", "de"), ("fr,en;q=0.5", "en"), ("", "en"), ("de;q=0.1,en;q=0.9", "en")):
        answer = page.ask("/", headers={"Accept-Language": wish})
        assert (answer.status, answer.getheader("Location")) == (303, f"/{tongue}/")


# ---------------------------------------------------------------- the photo


def test_a_photo_comes_in_and_leaves_no_file(page: Any, portraits: dict[str, bytes]) -> None:
    answer = page.ask("/en/gradio_api/upload?upload_id=a", "POST", FORM, form(portraits["obama"]))
    (path,) = json.loads(answer.read())
    shown = page.ask(f"/en/gradio_api/file={path}")
    assert shown.status == 200
    assert shown.getheader("Content-Type") == "image/webp"
    assert b"Exif" not in shown.read()
    if page.folder is None:
        pytest.skip("only root may look into the page's private folder")
    assert [file for file in page.folder.rglob("*") if file.is_file()] == []


def test_what_is_no_photo_is_answered_kindly(page: Any) -> None:
    for data in (b"", b"hello", b"\xff\xd8\xff" + bytes(100), b"x" * 21_000_000):
        answer = page.ask("/en/gradio_api/upload", "POST", FORM, form(data))
        assert answer.status == 200  # the page then shows the reason; see the browser's tests
        assert json.loads(answer.read())[0].startswith("photo/")


@pytest.mark.parametrize(
    "body", [b"", b"--X\r\n\r\n", b"nonsense", b'--X\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--X--']
)
def test_a_broken_form_is_refused(page: Any, body: bytes) -> None:
    assert page.ask("/en/gradio_api/upload", "POST", FORM, body).status == 400
    for other in ({"Content-Type": "text/plain"}, {"Content-Type": "multipart/form-data"}, {}):
        assert page.ask("/en/gradio_api/upload", "POST", other, body).status == 400


def test_guessing_an_id_finds_nothing(page: Any) -> None:
    assert page.ask("/en/gradio_api/file=photo/00000000000000000000000000000000.webp").status == 404
    assert page.ask("/shelf/00000000000000000000000000000000/picture.png").status == 404


# ---------------------------------------------------------------- the program


def test_only_loopback_listens(page: Any) -> None:
    ours = f"{page.port:04X}"
    little_endian = bytes(reversed(socket.inet_aton(page.host))).hex().upper() + ":"
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            pytest.skip("no /proc/net here")
        listening = [
            line.split()[1] for line in lines if line.split()[3] == "0A" and line.split()[1].endswith(":" + ours)
        ]
        assert all(address.startswith(little_endian) for address in listening)


def test_a_token_opens_once_and_signals_leave_nothing(start_page: Any) -> None:
    page = start_page()
    assert page.folder is None or stat.S_IMODE(page.folder.stat().st_mode) == 0o700
    page.open()
    again = page.ask(f"/?token={page.token}", headers={"Cookie": ""})
    assert again.status == 403
    assert page.token not in (fresh := page.process.stdout.readline())
    assert page.ask("/" + fresh.rpartition("/")[2].strip(), headers={"Cookie": ""}).status == 200
    assert page.ask(f"/?token={page.token}").status == 303  # who is in may use the old address
    assert page.stop(signal.SIGTERM) == 0
    assert page.folder is None or not page.folder.exists()


def test_the_port_answers_while_the_shop_is_opening(start_page: Any) -> None:
    page = start_page()
    way_in = page.ask(f"/?token={page.token}")
    cookie = {"Cookie": (way_in.getheader("Set-Cookie") or "").partition(";")[0]}
    waiting = page.ask("/de/", headers=cookie)
    assert waiting.status == 200
    assert "öffnet gerade" in waiting.read().decode()
    assert page.ask("/de/gradio_api/upload", "POST", {**FORM, **cookie}, form(b"x")).status == 503
    assert page.ask("/de/", headers={"Cookie": ""}).status == 403


def test_what_keeps_it_from_starting_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("not a style", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "ui", "--no-browser", "--port", "0"],
        env={**{n: v for n, v in os.environ.items() if not n.startswith("STYLIZE_")}, "STYLIZE_STYLES": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == DeclarationError.exit_code
    assert "cannot start. The declaration mine cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_said_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    from ui.__main__ import main
    from ui.listening import PLAIN_HOST, listen

    taken, address = listen(0, host=PLAIN_HOST)
    with taken:
        assert main(["--port", str(address.port), "--no-browser"]) == 1
    assert str(address.port) in capsys.readouterr().out

"""The real program in a process of its own, and a caller that speaks plain HTTP to it."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.ui.stranger import Stranger, stranger
from ui.listening import random_host

ADDRESS = re.compile(r"(https?)://([\d.]+):(\d+)(?:/\?token=([\w-]+))?")
RAM = Path("/dev/shm")
CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), "")


def private_folders(pid: int) -> set[Path]:
    """The folders that the page in process `pid` has made: where all can see them, and where only it, and root, can."""
    inside = Path(f"/proc/{pid}/root") / RAM.relative_to("/")
    places = (inside if os.access(inside, os.R_OK) else RAM, Path(tempfile.gettempdir()))
    return {path for parent in places for path in parent.glob(f"stylize-{pid}-*")}


@dataclass
class Page:
    """A running page. `cookie` is there after `open()`. `folder`: its private one; None if it cannot be seen from here."""

    process: subprocess.Popen[str]
    scheme: str
    host: str
    port: int
    token: str
    folder: Path | None
    said: list[str] = field(default_factory=list)
    cookie: str = ""

    @property
    def authority(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    def ask(
        self, path: str, method: str = "GET", headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> http.client.HTTPResponse:
        """One request as the page's own browser would send it; `headers` on top, "" takes one away."""
        usual = {"Host": self.authority, "Cookie": self.cookie}
        if method == "POST":
            usual |= {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        wire = http.client.HTTPConnection(self.host, self.port, timeout=30)
        if self.scheme == "https":  # the certificate is compared by tests/ui/test_ui_access_lan.py
            trusting = ssl._create_unverified_context()
            wire = http.client.HTTPSConnection(self.host, self.port, timeout=30, context=trusting)
        sent = {name: value for name, value in (usual | (headers or {})).items() if value}
        wire.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            wire.putheader(name, value)
        if body is not None:
            wire.putheader("Content-Length", str(len(body)))
        with contextlib.suppress(
            BrokenPipeError, ConnectionResetError
        ):  # it may answer before all is sent, and hang up
            wire.endheaders(body)
        return wire.getresponse()

    def say(self, *, to: str = "", timeout: float = 30) -> socket.socket:
        """A bare connection, for what no HTTP library would send."""
        return socket.create_connection((to or self.host, self.port), timeout)

    def open(self) -> None:
        """Exchange the launch token for the cookie."""
        answer = self.ask(f"/?token={self.token}")
        assert answer.status == 200
        self.cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        self.wait()

    def wait(self) -> None:
        """Until the shop is open. Needs the cookie."""
        until = time.monotonic() + 60
        while self.ask("/toy/icon.svg").status == 503:
            assert time.monotonic() < until
            time.sleep(0.1)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)


def start(*flags: str, prefix: Sequence[str] = (sys.executable,)) -> Page:
    """Start `python -m ui` on a free port and wait until it says where it is. `prefix`: what runs "-m ui"."""
    screen = ("DISPLAY", "WAYLAND_DISPLAY")
    environment = {n: v for n, v in os.environ.items() if n not in screen and not n.startswith("STYLIZE_")}
    process = subprocess.Popen(
        [*prefix, "-m", "ui", "--no-browser", "--port", "0", *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if found := ADDRESS.search(line):
            folder = next(iter(private_folders(process.pid)), None)
            return Page(process, found[1], found[2], int(found[3]), found[4] or "", folder, said)
    process.kill()
    pytest.fail("the page did not start:\n" + "".join(said))


@pytest.fixture(scope="session")
def page() -> Iterator[Page]:
    """One page for all tests, opened."""
    page = start()
    page.open()
    yield page
    page.stop()


@pytest.fixture
def start_page() -> Iterator[Callable[..., Page]]:
    """Start pages that a test may spoil."""
    pages: list[Page] = []

    def begin(*flags: str) -> Page:
        pages.append(start(*flags))
        return pages[-1]

    yield begin
    for page in pages:
        if page.process.poll() is None:
            page.stop()
        assert page.folder is None or not page.folder.exists()


@pytest.fixture(scope="module")
def browser(page: Any) -> Iterator[Any]:
    """Chromium, in which the name evil.test points at the page's host."""
    if not CHROMIUM:
        pytest.skip("there is no Chromium here")
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    rebound = f"--host-resolver-rules=MAP evil.test {page.host}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*flags, rebound])
        yield browser
        browser.close()


@pytest.fixture
def owner(browser: Any, page: Any) -> Iterator[Any]:
    """The browser of somebody who is in."""
    name, _, value = page.cookie.partition("=")
    context = browser.new_context()
    context.add_cookies([{"name": name, "value": value, "url": page.origin, "httpOnly": True, "sameSite": "Strict"}])
    yield context
    context.close()


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Stranger]:
    """Another program's page, on a host of its own."""
    with stranger(random_host()) as other:
        yield other

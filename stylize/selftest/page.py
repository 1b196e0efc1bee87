"""The real page in a process of its own, and a visitor who uploads a photo as a browser does."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ADDRESS = re.compile(r"http://([\d.]+):(\d+)/\?token=([\w-]+)")
COMMAND: tuple[str, ...] = (sys.executable, "-m", "ui", "--no-browser", "--port", "0")
START_SECONDS = 60.0
OPEN_SECONDS = 60.0
FILTERED = "2"
"""SECCOMP_MODE_FILTER, as /proc/pid/status tells it (proc(5))."""
UPLOAD = "/en/gradio_api/upload"


class PageTrouble(Exception):
    """The page did not do what it should; its only argument says what, in a sentence that may be shown."""


@dataclass(slots=True)
class Page:
    """A running page. `cookie` is there after `enter`."""

    process: subprocess.Popen[bytes]
    host: str
    port: int
    token: str
    cookie: str = ""

    def ask(self, path: str, body: bytes | None = None, content_type: str = "") -> tuple[int, bytes, str]:
        """Status, body and cookie of one answer. Raises PageTrouble if there is none."""
        origin = f"http://{self.host}:{self.port}"
        headers = {"Cookie": self.cookie, "Origin": origin if body is not None else "", "Content-Type": content_type}
        wire = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            sent = {name: value for name, value in headers.items() if value} | {"Sec-Fetch-Site": "same-origin"}
            wire.request("GET" if body is None else "POST", path, body=body, headers=sent)
            answer = wire.getresponse()
            return answer.status, answer.read(), (answer.getheader("Set-Cookie") or "").partition(";")[0]
        except (OSError, http.client.HTTPException) as problem:
            raise PageTrouble(f"the page did not answer ({type(problem).__name__})") from None
        finally:
            wire.close()

    def enter(self) -> None:
        """Exchange the launch token for the cookie, and wait until the shop is open."""
        status, _, self.cookie = self.ask(f"/?token={self.token}")
        until = time.monotonic() + OPEN_SECONDS
        while status == 503 or self.ask("/toy/icon.svg")[0] == 503:
            if self.process.poll() is not None:
                raise PageTrouble("the page ended while it opened")
            if time.monotonic() > until:
                raise PageTrouble("the page did not open in time")
            time.sleep(0.2)
            status = 200
        if not self.cookie:
            raise PageTrouble("the page did not let its own visitor in")

    def upload(self, photo: bytes) -> bytes:
        """Hand a photo over, and fetch what was found in it, once, as the page's script does: JSON."""
        boundary = "stylize-selftest"
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="photo.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        )
        form = head.encode() + photo + f"\r\n--{boundary}--\r\n".encode()
        status, answer, _ = self.ask(UPLOAD, form, f"multipart/form-data; boundary={boundary}")
        if status != 200:
            raise PageTrouble(f"the page did not take the photo (status {status})")
        try:
            (path,) = json.loads(answer)
        except ValueError:
            raise PageTrouble("the page did not say where the photo is") from None
        return self.ask(f"/{str(path).rpartition('.')[0]}/found.json")[1]

    def family(self) -> list[int]:
        """The page's process and all that it started (Linux)."""
        return _family(self.process.pid)

    def unlocked_threads(self) -> tuple[int, int] | None:
        """How many threads of the page and its children lack the kernel's filter, and how many there are.

        None where the system does not say (outside Linux).
        """
        modes = [
            line.split()[1]
            for pid in self.family()
            for status in Path("/proc").glob(f"{pid}/task/*/status")
            for line in _lines(status)
            if line.startswith("Seccomp:")
        ]
        return (len(modes) - modes.count(FILTERED), len(modes)) if modes else None

    def kill(self) -> None:
        """As `kill -9`: nothing can tidy up."""
        self.process.kill()
        self.process.wait(20)


@contextlib.contextmanager
def open_page(folder: Path) -> Iterator[Page]:
    """Start `python -m ui` on loopback, with `folder` as its working folder. Raises PageTrouble."""
    if os.name != "posix":  # select(2) waits for pipes there, and only for sockets elsewhere
        raise PageTrouble("on this system the page cannot be watched by another program")
    quiet = ("DISPLAY", "WAYLAND_DISPLAY")
    environment = {name: value for name, value in os.environ.items() if name not in quiet}
    here = str(Path(__file__).parents[2])  # where this package lies, in a checkout too
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (here, environment.get("PYTHONPATH"))))
    process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
        COMMAND,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=folder,
    )
    try:
        yield Page(process, *_address(process))
    finally:
        family = _family(process.pid)
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait(20)
        for number in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, getattr(signal, "SIGKILL", signal.SIGTERM))
        if process.stdout is not None:
            process.stdout.close()


def _address(process: subprocess.Popen[bytes]) -> tuple[str, int, str]:
    assert process.stdout is not None
    said, until = b"", time.monotonic() + START_SECONDS
    while (left := until - time.monotonic()) > 0:
        if not select.select([process.stdout], [], [], left)[0]:
            break
        piece = os.read(process.stdout.fileno(), 4096)
        said += piece
        if found := ADDRESS.search(said.decode(errors="replace")):
            return found[1], int(found[2]), found[3]
        if not piece:
            words = said.decode(errors="replace").strip().splitlines()
            raise PageTrouble(f"the page did not start: {words[-1] if words else 'it said nothing'}")
    raise PageTrouble("the page did not start in time")


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:  # the thread ended meanwhile
        return []


def _family(pid: int) -> list[int]:
    """That process and its descendants that are alive, from /proc; elsewhere only itself."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            state, parent = entry.read_text().rpartition(")")[2].split()[:2]
            if state not in "ZX":
                parents[int(entry.parent.name)] = int(parent)
    family = [pid]
    for one in family:
        family += [child for child, parent in parents.items() if parent == one]
    return [one for one in family if one in parents] if parents else family

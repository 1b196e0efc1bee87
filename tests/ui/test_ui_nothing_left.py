"""However a visit ends, nothing of the photo is left: in no file, not in the browser's profile, in no printed line, and
not in the memory of the programs that live on. With NOTHING_LEFT=file the figures are written there, one line an ending.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.memory import family
from tests.ui import leftovers
from tests.ui.conftest import private_folders
from tests.ui.planted import Planted, plant
from tests.ui.session_in_namespace import CHROMIUM
from tests.ui.visitor import Visitor, eventually

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /proc"),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="there is no Chromium here"),
]
FORM = "multipart/form-data; boundary=X"


class Visit:
    """A page and a browser with a profile on disk, a planted photo on the way from one to the other."""

    def __init__(self, page: Any, playwright: Any, folder: Path, photo: Planted) -> None:
        self.page, self.photo, self.profile = page, photo, folder / "profile"
        self.begun, self.mounts = time.time(), leftovers.mounts()
        self.told: dict[str, Any] = {}
        self.result: dict[str, tuple[bytes, ...]] = {}
        self.file = folder / photo.name
        self.file.write_bytes(photo.data)
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.context = playwright.chromium.launch_persistent_context(
            str(self.profile), executable_path=CHROMIUM, args=flags
        )
        self.visitor = Visitor(self.context, page)
        self.tab = self.visitor.tab
        self.tab.goto(f"{page.origin}/?token={page.token}")
        self.tab.wait_for_selector("#make", timeout=60_000)
        self.cookie = "; ".join(f"{crumb['name']}={crumb['value']}" for crumb in self.context.cookies())

    def bring(self) -> None:
        self.visitor.bring(self.file)
        self.tab.wait_for_selector("#report .ready")
        self.result["the tab's name"] = (self.tab.evaluate("window.name").encode(),)

    def order(self) -> None:
        """Choose, type a name, press the button, and go on as soon as there is work."""
        self.tab.click("#style label:has(input[value=doll])")
        self.tab.fill("#name textarea", self.photo.box_name)
        self.tab.click("#make")
        self.tab.wait_for_selector("#busy .bar, #done .compare img.after", timeout=60_000)

    def wipe(self) -> None:
        """Press the button under the result; photo and picture are gone from the page then."""
        self.tab.click("#forget")
        self.visitor.until("!document.querySelector('.compare img.after, #photo .image-frame img')")

    def in_the_middle(self) -> None:
        """The picture is being made: nothing is written but in memory. The page's process stands still meanwhile, so that
        it really is the middle; a picture that was done before it stood is made again.
        """
        for _ in range(5):
            os.kill(self.page.process.pid, signal.SIGSTOP)
            try:
                self.tab.wait_for_timeout(300)  # what was said before it stood is drawn
                if self.tab.is_visible("#busy .bar") and not self.tab.is_visible("#done .compare img.after"):
                    self._look_at_work()
                    return
            finally:
                os.kill(self.page.process.pid, signal.SIGCONT)
            self.tab.wait_for_selector("#done .compare img.after", timeout=60_000)
            self.tab.click("#again")
            self.tab.wait_for_selector("#busy .bar:visible, #done .compare img.after", timeout=60_000)
        raise AssertionError("the picture was always done too soon")

    def _look_at_work(self) -> None:
        self.note_inside("files while working")
        if leftovers.may_look_into(self.page.process.pid):
            held = leftovers.written_files(self.page.process.pid)
            self.told["files open for writing while working"] = len(held)
            assert held == []

    def note_inside(self, what: str) -> None:
        """The running page's own view of RAM and temporary folders holds nothing. Only root may look there."""
        if not leftovers.may_look_into(self.page.process.pid):
            assert os.geteuid() != 0
            return
        found, read = leftovers.seen_by(self.page.process.pid, self.begun, self.photo.all)
        self.told[what] = [len(found), read]
        assert found == {}

    def note_memory(self, what: str, needles: leftovers.Needles) -> dict[str, list[str]]:
        """What lies in the memory of the page and of every process that belongs to it; asserts nothing."""
        found = leftovers.in_memory(self.page.process.pid, needles)
        self.told[what] = {"processes": len(family(self.page.process.pid)), "found": found}
        return found

    def end(self, number: int) -> None:
        """Send the signal; all that belonged to the page is gone soon, its folder and its mounts too."""
        lives = family(self.page.process.pid)
        if self.page.process.poll() is None:
            self.page.stop(number)
        eventually(lambda: not any(_lives(pid) for pid in lives), 20)
        eventually(lambda: not private_folders(self.page.process.pid), 20)
        assert leftovers.mounts() <= self.mounts

    def look_everywhere(self) -> None:
        """Close the browser; search files, profile and what was printed."""
        self.context.close()
        self.file.unlink()
        needles = {**self.photo.all, **self.result}
        found, read = leftovers.everywhere(self.begun, needles)
        self.told["files"] = [len(found), read]
        in_profile, profile_read = leftovers.search(leftovers.young_files(self.profile, 0), needles)
        self.told["profile"] = [len(in_profile), profile_read]
        said = "".join([*self.page.said, self.page.process.stdout.read()])
        printed = leftovers.names_in(said.encode(), needles)
        self.told["printed"] = [len(printed), len(said)]
        assert found == {}
        assert in_profile == {}
        assert printed == []
        assert "Traceback" not in said
        assert profile_read > 20, "the profile was there"


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.fixture
def visit(request: Any, start_page: Callable[..., Any], tmp_path: Path, portraits: dict[str, bytes]) -> Iterator[Visit]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        visit = Visit(start_page(), playwright, tmp_path, plant(portraits["obama"]))
        try:
            yield visit
        finally:
            if out := os.environ.get("NOTHING_LEFT"):
                with Path(out).open("a", encoding="utf-8") as lines:
                    lines.write(json.dumps({request.node.name: visit.told}) + "\n")


def test_done_and_wiped(visit: Visit) -> None:
    visit.bring()
    visit.order()
    visit.tab.wait_for_selector("#home a.file", timeout=120_000)
    for label in ("PNG", "JPEG", "WebP"):
        _, data = visit.visitor.take_home(label)
        visit.result = {**visit.result, f"result {label}": (data[len(data) // 2 :][:32], data[len(data) // 3 :][:32])}
    visit.wipe()
    visit.note_inside("files after wiping")
    visit.tab.reload()
    visit.tab.wait_for_selector("#make")
    visit.end(signal.SIGTERM)
    visit.look_everywhere()


def test_an_upload_that_is_cut_off(visit: Visit) -> None:
    """Twice: a browser closes its page in the middle, and a connection is reset in the middle."""
    wire = visit.context.new_cdp_session(visit.tab)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": len(visit.photo.data) / 8}
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", slow)
    visit.tab.set_input_files("#photo input[type=file]", str(visit.file))
    visit.tab.wait_for_timeout(2500)
    assert visit.tab.query_selector("#report .ready, #report .trouble") is None, "it was not cut off in the middle"
    visit.tab.close()
    reset_in_the_middle(visit.page, visit.cookie, visit.photo)
    visit.note_inside("files after the cut")
    visit.end(signal.SIGTERM)
    visit.look_everywhere()


def reset_in_the_middle(page: Any, cookie: str, photo: Planted) -> None:
    """Send a head and three quarters of the photo, then RST."""
    begin = f'--X\r\nContent-Disposition: form-data; name="files"; filename="{photo.name}"\r\n\r\n'.encode()
    head = (
        f"POST /en/gradio_api/upload HTTP/1.1\r\nHost: {page.origin.partition('//')[2]}\r\nOrigin: {page.origin}\r\n"
        f"Sec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\nContent-Type: {FORM}\r\n"
        f"Content-Length: {len(begin) + len(photo.data) + 9}\r\n\r\n"
    )
    host, _, port = page.origin.partition("//")[2].rpartition(":")
    with socket.create_connection((host, int(port)), 20) as wire:
        wire.sendall(head.encode() + begin + photo.data[: len(photo.data) * 3 // 4])
        wire.settimeout(1)
        with pytest.raises(TimeoutError):  # it waits for the rest
            assert wire.recv(100) == b""
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
def test_a_signal_in_the_middle_of_a_picture(visit: Visit, number: int) -> None:
    visit.bring()
    visit.order()
    visit.in_the_middle()
    visit.end(number)
    visit.look_everywhere()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may look into a guarded process")
def test_memory(visit: Visit) -> None:
    """What the photo tells never enters a process that lives on: looked for when it has arrived, and when all is wiped."""
    photo = visit.photo
    key = visit.cookie.partition("=")[2].encode()
    assert visit.note_memory("control: the cookie", {"cookie": (key,)}), "the search finds what is there"
    visit.bring()
    after_upload = visit.note_memory("memory after the upload", {**photo.told, **photo.raw})
    visit.order()
    visit.tab.wait_for_selector("#home a.file", timeout=120_000)
    visit.note_memory("memory with a result", {**photo.pixels, "box name": photo.all["box name"]})
    visit.wipe()
    after_wiping = visit.note_memory("memory after wiping", {**photo.told, **photo.raw})
    visit.note_memory("memory after wiping: pixels, typed name", {**photo.pixels, "name": photo.all["box name"]})
    visit.end(signal.SIGTERM)
    visit.context.close()
    assert after_upload == {}
    assert after_wiping == {}


def test_the_search_finds_what_is_left(visit: Visit, tmp_path: Path) -> None:
    """The positive control: a file, a file in a private RAM, a browser's storage and cache, an open file, a line."""
    needles = visit.photo.all
    mark = visit.photo.told["artist"][0]
    stray = leftovers.RAM / f"stray-{secrets.token_hex(8)}"
    stray.write_bytes(b"." * 5000 + mark)
    try:
        found, _ = leftovers.everywhere(visit.begun, needles)
        assert found == {str(stray): ["artist"]}
        inside, _ = leftovers.seen_by(os.getpid(), visit.begun, needles)
        assert str(stray) in {f"/dev/shm/{Path(path).name}" for path in inside}
    finally:
        stray.unlink()
    with (tmp_path / "open").open("wb") as held:
        assert held.name in leftovers.written_files(os.getpid())
    keep = "value => { localStorage.setItem('kept', value); sessionStorage.setItem('kept', value) }"
    visit.tab.evaluate(keep, mark.decode())
    visit.context.close()
    in_profile, _ = leftovers.search(leftovers.young_files(visit.profile, 0), needles)
    assert any("Local Storage" in path for path in in_profile)
    visit.end(signal.SIGTERM)

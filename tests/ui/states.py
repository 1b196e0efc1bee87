"""Every state that the page can be in, one after the other: what is looked at, measured and photographed."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PIL import Image

from tests.ui.visitor import Visitor

STATES = (
    "empty",
    "trouble",
    "photo",
    "privacy",
    "more",
    "question",
    "busy",
    "result",
    "zoom",
    "four",
    "history",
    "wiped",
)


def selfie(portrait: bytes) -> bytes:
    """The portrait, with what telephones write into photos: place, time, camera."""
    picture = Image.open(io.BytesIO(portrait))
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0132] = "Toyphone", "Toyphone 7", "2026:05:04 12:00:00"
    exif[0x8825] = {1: "N", 2: (28.0, 31.0, 0.0), 3: "W", 4: (80.0, 39.0, 0.0)}
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=92, exif=exif)
    return buffer.getvalue()


def walk(visitor: Visitor, photo: bytes, name: str = "Eileen") -> Iterator[str]:
    """The name of each of `STATES` while the page, which `visitor` has entered already, is in it."""
    tab = visitor.tab
    yield "empty"
    tab.click("#make")
    tab.wait_for_selector("#trouble .trouble")
    yield "trouble"
    visitor.bring(photo)
    tab.wait_for_selector("#trouble .trouble", state="detached")
    tab.fill("#name textarea", name)
    for slug in ("rocket", "telescope", "headphones"):
        tab.locator(f"#shelf input[name={slug}]").scroll_into_view_if_needed()
        tab.click(f"#shelf label:has(input[name={slug}])")
    tab.evaluate("document.querySelectorAll('#shelf .wrap').forEach(e => e.scrollTop = 0); scrollTo(0, 0)")
    yield "photo"
    tab.click(".promise")
    tab.wait_for_selector("#wall .parts")
    visitor.until("!document.querySelector('[data-found]') || !!document.querySelector('[data-found] dd').textContent")
    yield "privacy"
    tab.click("#privacy .fold")
    tab.click("#more > button")
    tab.wait_for_selector("#seed:visible")
    yield "more"
    tab.click("#more > button")
    tab.evaluate("window.agrees = false")
    tab.click("#make")
    tab.wait_for_selector("#question[open]")
    yield "question"
    tab.click("#question [data-answer=decline]")
    tab.evaluate("window.agrees = true")
    with at_work(visitor):
        yield "busy"
    tab.wait_for_selector("#done .compare img.after", timeout=60_000)
    visitor.until("[...document.querySelectorAll('.compare img')].every(i => i.complete && i.naturalWidth > 0)")
    visitor.until("!document.querySelector('#busy')?.offsetParent")
    yield "result"
    tab.click(".compare .zoom")
    visitor.until("document.querySelector('#zoom[open] img')?.naturalWidth > 0")
    yield "zoom"
    tab.keyboard.press("Escape")
    tab.click("#count label:nth-of-type(2)")
    tab.click("#again")
    tab.wait_for_selector("#done .which", timeout=90_000)
    visitor.until("!document.querySelector('#busy')?.offsetParent")
    yield "four"
    tab.click("#pictures label:nth-of-type(2)")
    tab.wait_for_selector("#done .compare img.after")
    visitor.until("[...document.querySelectorAll('.compare img')].every(i => i.complete && i.naturalWidth > 0)")
    yield "history"
    tab.click("#forget")
    tab.wait_for_selector("#picture .wiped")
    yield "wiped"


@contextmanager
def at_work(visitor: Visitor, press: Callable[[], None] | None = None) -> Iterator[None]:
    """A picture is being made, and the program is halted in the middle of it for as long as this lasts. `press`: what
    begins it, if not a click on the big button.
    """
    tab, process = visitor.tab, visitor.server.process
    begin = press or (lambda: tab.click("#make"))
    for _ in range(5):  # a machine that is busy may draw the page only when the toy is done
        begin()
        tab.wait_for_selector("#busy .bar:not([aria-valuenow='0']), #done .compare img.after")
        visitor.until("document.querySelector('#sketch img')?.complete ?? true")
        os.kill(process.pid, signal.SIGSTOP)
        try:
            visitor.tab.wait_for_timeout(300)
            if tab.is_visible("#busy .bar"):
                yield
                return
        finally:
            os.kill(process.pid, signal.SIGCONT)
        tab.wait_for_selector("#done .compare img.after", timeout=60_000)
    raise AssertionError("the picture was always done before it could be seen being made")

"""What `make screenshots` photographs off the main way: each state once or twice, not in every view.

faces     several people and a letter in the photo, all but one of them hidden
covered   the same: another person chosen, the letter shown, a box drawn, the choices folded open
wider     the same, as wide as the page
refused   a file that is no photo
painting  a style without a box
camera    somebody sits in front of the camera
full      all that fits is chosen from the shelf, which rests
tablet    the photo, then the result, on a tablet upright
wide      the same on a screen of 3840 x 2160
ended     the program was stopped while its page was open
door      somebody without the key
password  the door in the network, after a wrong password
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.ui.camera import turn_on
from tests.ui.conftest import Page, start
from tests.ui.states import selfie
from tests.ui.visitor import DESK, PHONE, Visitor
from ui.listening import random_host

TABLET, WIDE = {"width": 820, "height": 1180}, {"width": 3840, "height": 2160}
VIEWS = {"desk": DESK, "phone": PHONE, "tablet": TABLET, "wide": WIDE}


class Corners:
    """`browser` has a camera, see `tests.ui.camera`; `portraits` are files by name, of whom the first is a toy's."""

    def __init__(self, browser: Any, page: Page, portraits: list[bytes], folder: Path) -> None:
        self._browser, self._page, self._portraits, self._folder = browser, page, portraits, folder

    def photograph(self) -> None:
        """All of them."""
        for view, scheme, tongue in (("desk", "light", "en"), ("phone", "dark", "de")):
            self._faces(view, scheme, tongue)
            self._refused(view, scheme, tongue)
            self._painting(view, scheme, tongue)
            self._door(view, scheme, tongue)
        self._camera("desk", "light", "de")
        self._full("desk", "dark", "de")
        self._full("phone", "light", "de")
        self._result("tablet", "light", "de")
        self._result("wide", "light", "en")
        self._ended("desk", "light", "en")
        self._password("phone", "light", "de")

    @contextmanager
    def _visit(self, view: str, scheme: str, tongue: str, page: Page | None = None) -> Iterator[Visitor]:
        page = page or self._page
        name, _, value = page.cookie.partition("=")
        context = self._browser.new_context()
        context.add_cookies(
            [{"name": name, "value": value, "url": page.origin, "httpOnly": True, "sameSite": "Strict"}]
        )
        visitor = Visitor(context, page)
        visitor.enter(tongue, VIEWS[view], scheme)
        yield visitor
        context.close()

    def _keep(self, tab: Any, view: str, scheme: str, tongue: str, state: str) -> None:
        tab.evaluate("document.activeElement.blur()")
        tab.mouse.move(0, 0)
        tab.wait_for_timeout(500)
        tab.screenshot(path=self._folder / f"{view}-{scheme}-{tongue}-x-{state}.png", full_page=True)

    def _faces(self, *look: str) -> None:
        with self._visit(*look) as visitor:
            tab = visitor.tab
            visitor.bring(gathering(self._portraits[:3]))
            tab.wait_for_selector("#regions .region", state="attached")
            self._keep(tab, *look, "faces")
            tab.click("#regions .region[aria-label^='Person 2']")
            for thing in tab.locator("#regions .region:not(.face)").all():
                thing.click()
            sheet = tab.locator("#regions .sheet").bounding_box()
            for step, share in enumerate((0.42, 0.58)):
                tab.mouse.move(sheet["x"] + share * sheet["width"], sheet["y"] + 0.6 * share * sheet["height"])
                (tab.mouse.up if step else tab.mouse.down)()
            tab.click("#regions .ways summary")
            visitor.until("document.querySelector('#regions img.seen')?.src.includes('boxes')")
            tab.wait_for_timeout(500)
            self._keep(tab, *look, "covered")
            if look[0] == "desk":
                tab.click("#regions .larger")
                self._keep(tab, *look, "wider")

    def _refused(self, *look: str) -> None:
        with self._visit(*look) as visitor:
            visitor.bring(b"a shopping list")
            self._keep(visitor.tab, *look, "refused")

    def _painting(self, *look: str) -> None:
        with self._visit(*look) as visitor:
            visitor.bring(selfie(self._portraits[1]))
            visitor.tab.click("#style label:has(input[value=painted-anime])")
            visitor.tab.wait_for_selector("#unboxed:visible")
            self._keep(visitor.tab, *look, "painting")

    def _camera(self, *look: str) -> None:
        with self._visit(*look) as visitor:
            turn_on(visitor)
            self._keep(visitor.tab, *look, "camera")

    def _full(self, *look: str) -> None:
        with self._visit(*look) as visitor:
            visitor.bring(selfie(self._portraits[3]))
            _order(visitor, "rocket", "telescope", "headphones", "dog")
            self._keep(visitor.tab, *look, "full")

    def _result(self, *look: str) -> None:
        with self._visit(*look) as visitor:
            visitor.bring(selfie(self._portraits[0]))
            _order(visitor, "rocket", "telescope", "headphones")
            self._keep(visitor.tab, *look, "photo")
            _make(visitor)
            self._keep(visitor.tab, *look, "result")

    def _ended(self, *look: str) -> None:
        page = start()
        page.open()
        with self._visit(*look, page=page) as visitor:
            visitor.bring(self._portraits[0])
            page.stop()
            visitor.tab.wait_for_selector(".ended:visible", timeout=60_000)
            self._keep(visitor.tab, *look, "ended")

    def _stranger(self, view: str, scheme: str, tongue: str) -> Any:
        context = self._browser.new_context(
            locale=tongue, color_scheme=scheme, viewport=VIEWS[view], ignore_https_errors=True
        )
        return context.new_page()

    def _door(self, *look: str) -> None:
        tab = self._stranger(*look)
        tab.goto(f"{self._page.origin}/")
        self._keep(tab, *look, "door")
        tab.context.close()

    def _password(self, *look: str) -> None:
        page = start("--lan", "--lan-address", random_host())
        try:
            tab = self._stranger(*look)
            tab.goto(f"{page.origin}/")
            tab.fill("input", "wrong-wrong-wrong")
            tab.click("button")
            tab.wait_for_selector("[role=alert]")
            self._keep(tab, *look, "password")
            tab.context.close()
        finally:
            page.stop()


def _order(visitor: Visitor, *slugs: str) -> None:
    visitor.tab.fill("#name textarea", "Eileen")
    for slug in slugs:
        visitor.tab.locator(f"#shelf input[name={slug}]").scroll_into_view_if_needed()
        visitor.tab.click(f"#shelf label:has(input[name={slug}])")
    visitor.tab.evaluate("document.querySelector('#shelf .wrap').scrollTop = 0; scrollTo(0, 0)")


def _make(visitor: Visitor) -> None:
    visitor.tab.click("#make")
    visitor.tab.wait_for_selector("#done .compare img.after", timeout=90_000)
    visitor.until("[...document.querySelectorAll('.compare img')].every(i => i.complete && i.naturalWidth > 0)")
    visitor.until("!document.querySelector('#busy')?.offsetParent")


def gathering(portraits: list[bytes]) -> bytes:
    """All of them side by side, and a letter that lies before them."""
    people = [Image.open(io.BytesIO(data)).convert("RGB").resize((600, 750)) for data in portraits]
    out = Image.fromarray(np.hstack([np.asarray(person) for person in people]))
    letter = Image.new("RGBA", (330, 230), (250, 249, 244, 255))
    pen = ImageDraw.Draw(letter)
    for line, words in enumerate(("PRIVATE", "Dear Mrs Doe,", "your account 4711", "is overdue since May.")):
        pen.text((24, 18 + 50 * line), words, fill=(30, 30, 50), font=ImageFont.load_default(28))
    letter = letter.rotate(7, expand=True, resample=Image.Resampling.BICUBIC)
    out.paste(letter, (len(people) * 300 - 180, 490), letter)
    buffer = io.BytesIO()
    out.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()

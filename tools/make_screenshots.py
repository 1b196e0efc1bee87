"""Photograph the page in every state: `make screenshots`. Needs Chromium (CHROMIUM=path, if elsewhere). With --corners: only
what lies off the main way.

Into screenshots/ go PNGs of each state, on a desk and on a telephone, light and dark, in every language; those off the
main way (`tools.corner_states` lists them) once or twice. What is seen in
the README, docs/pictures/page.webp, is made anew from the one of them that shows the finished toy. The portrait is
NASA's of Eileen Collins (public domain, tests/data/README.md says where it is from), with a made-up place and camera
written into it.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.ui.camera import film
from tests.ui.conftest import CHROMIUM, Page, start
from tests.ui.states import selfie, walk
from tests.ui.visitor import DESK, PHONE, Visitor
from tools.corner_states import Corners
from ui.strings import languages

ROOT = Path(__file__).parent.parent
PORTRAITS = ROOT / "tests/data/portraits"
PORTRAIT = PORTRAITS / "astronaut.jpg"
OTHERS = ("obama", "biden", "obama2")
SCREENSHOTS = ROOT / "screenshots"
PICTURE = ROOT / "docs/pictures/page.webp"
PICTURE_WIDTH_PX = 1200
VIEWS = {"desk": DESK, "phone": PHONE}
README = ("desk", "light", "en", "result")


def photograph(browser: Any, page: Page, view: str, scheme: str, tongue: str) -> None:
    """One visit from the empty page to the wiped one."""
    name, _, value = page.cookie.partition("=")
    context = browser.new_context()
    context.add_cookies([{"name": name, "value": value, "url": page.origin, "httpOnly": True, "sameSite": "Strict"}])
    visitor = Visitor(context, page)
    visitor.enter(tongue, VIEWS[view], scheme)
    for number, state in enumerate(walk(visitor, selfie(PORTRAIT.read_bytes())), 1):
        visitor.tab.evaluate("document.activeElement.blur()")
        visitor.tab.mouse.move(0, 0)
        visitor.tab.wait_for_timeout(400)
        visitor.tab.screenshot(path=SCREENSHOTS / f"{view}-{scheme}-{tongue}-{number}-{state}.png", full_page=True)
        if (view, scheme, tongue, state) == README:
            renew_picture(visitor.tab)
    context.close()


def renew_picture(tab: Any) -> None:
    """The README's: with a little of the photo still to be seen."""
    slider = tab.locator("#picture input[type=range]")
    slider.focus()
    slider.press("Home")
    for _ in range(12):
        slider.press("ArrowRight")
    slider.blur()
    tab.wait_for_timeout(400)
    shot = Image.open(io.BytesIO(tab.screenshot(full_page=True))).convert("RGB")
    size = (PICTURE_WIDTH_PX, round(shot.height * PICTURE_WIDTH_PX / shot.width))
    shot.resize(size, Image.Resampling.LANCZOS).save(PICTURE, quality=86, method=6)
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1024} kB")


def main() -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    page = start()
    try:
        page.open()
        with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scrap:
            flags = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
            flags += film((PORTRAITS / f"{OTHERS[0]}.jpg").read_bytes(), Path(scrap))
            path = os.environ.get("CHROMIUM") or CHROMIUM
            browser = playwright.chromium.launch(executable_path=path, args=flags)
            others = [(PORTRAITS / f"{name}.jpg").read_bytes() for name in OTHERS]
            Corners(browser, page, [PORTRAIT.read_bytes(), *others], SCREENSHOTS).photograph()
            for view, scheme, tongue in (
                () if "--corners" in sys.argv else product(VIEWS, ("light", "dark"), languages())
            ):
                photograph(browser, page, view, scheme, tongue)
            browser.close()
    finally:
        page.stop()
    print(f"{SCREENSHOTS.relative_to(ROOT)}/: {len(list(SCREENSHOTS.glob('*.png')))} screenshots")


if __name__ == "__main__":
    main()

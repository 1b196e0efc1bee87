"""Someone who visits the page with a real browser, and notes everything it asks for and complains about."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

DESK, PHONE = {"width": 1440, "height": 1000}, {"width": 360, "height": 800}


AGREE = """
  window.agrees = true;
  new MutationObserver(() => {
    const yes = window.agrees && document.querySelector('#question[open] [data-answer=agree]');
    if (yes) setTimeout(() => yes.isConnected && yes.closest('[open]') && yes.click());
  }).observe(document, {childList: true, subtree: true, attributeFilter: ['open']});
"""


def always_agree(context: Any) -> None:
    """Whoever visits in `context` says yes as soon as it is asked whether the person in the photo agrees; until
    `window.agrees` is false. What the question is like: test_ui_consent.py.
    """
    context.add_init_script(AGREE)


class Visitor:
    """A browser that notes every request and every complaint, and somebody who says yes to the question before the first
    picture, unless `agrees` is False.
    """

    def __init__(self, context: Any, page: Any, *, agrees: bool = True) -> None:
        self.context, self.server = context, page
        self.asked: list[str] = []
        self.complaints: list[str] = []
        if agrees:
            always_agree(context)
        self.tab = context.pages[0] if context.pages else context.new_page()
        context.on("request", lambda request: self.asked.append(request.url))
        context.on(
            "console",
            lambda said: self.complaints.append(f"{said.text} {said.location}") if said.type == "error" else None,
        )
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))

    def enter(self, tongue: str = "en", view: dict[str, int] | None = None, scheme: str = "light") -> Any:
        self.tab.set_viewport_size(view or DESK)
        self.tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        self.tab.goto(f"{self.server.origin}/{tongue}/")
        self.tab.wait_for_selector("#make")
        self.until("document.fonts.status === 'loaded'")
        return self.tab

    def until(self, true: str, seconds: float = 20) -> None:
        """Wait for a JavaScript expression. Playwright's own way evaluates strings inside the page, which it forbids."""
        eventually(lambda: bool(self.tab.evaluate(true)), seconds)

    def bring(self, photo: bytes | Path, name: str = "me.jpg") -> None:
        payload = str(photo) if isinstance(photo, Path) else {"name": name, "mimeType": "image/jpeg", "buffer": photo}
        self.tab.set_input_files("#photo input[type=file]", payload)
        self.tab.wait_for_selector("#report .ready, #report .trouble")

    def keep(self, name: str, whole: bool = True) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.tab.wait_for_timeout(500)
            self.tab.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=whole)

    def take_home(self, label: str) -> tuple[str, bytes]:
        with self.tab.expect_download() as waiting:
            self.tab.click(f"#home a.file:text-is('{label}')")
        return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def eventually(true: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.25)

"""A model that lies there is loaded behind a page that is up, after the wall."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.diffusion import tiny
from tests.ui.conftest import CHROMIUM
from tests.ui.visitor import DESK, PHONE, Visitor


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what a process has mapped is read from /proc")
def test_the_model_is_loaded_behind_the_page(start_page: Callable[..., Any], tmp_path: Path) -> None:
    tiny.write_folder(tmp_path / "model", "sd15")
    page = start_page("--weights", str(tmp_path))
    page.open()
    mapped = Path(f"/proc/{page.process.pid}/maps")
    until = time.monotonic() + 120
    while "unet/diffusion_pytorch_model.safetensors" not in mapped.read_text():
        assert time.monotonic() < until, "the weights were not loaded"
        time.sleep(0.1)
    assert page.ask("/toy/icon.svg").status == 200


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")
def test_how_its_memory_is_used_is_told_in_the_line_below_the_button(
    browser: Any, start_page: Callable[..., Any], tmp_path: Path
) -> None:
    tiny.write_folder(tmp_path / "model", "sd15")
    page = start_page("--weights", str(tmp_path))
    page.open()
    context = browser.new_context()
    name, _, value = page.cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": page.origin, "httpOnly": True, "sameSite": "Strict"}])
    visitor = Visitor(context, page)
    until = time.monotonic() + 180
    tab = visitor.enter("en", DESK)
    while "How memory is used" not in tab.inner_text("#ready"):
        assert time.monotonic() < until, "the page does not say how memory is used"
        time.sleep(0.5)
        tab = visitor.enter("en", DESK)
    for code, view, scheme, words in (
        ("en", DESK, "light", "The whole model lies in memory"),
        ("de", PHONE, "dark", "Das ganze Modell liegt im Speicher"),
    ):
        tab = visitor.enter(code, view, scheme)
        tab.wait_for_selector("#ready summary")
        assert not tab.is_visible("#ready .offers")
        tab.click("#ready summary")
        tab.wait_for_selector(f"#ready .offers:has-text('{words}')")
        assert "GB" in tab.inner_text("#ready .offers")
        visitor.keep(f"memory-{code}", whole=False)
        assert tab.evaluate("document.documentElement.scrollWidth") <= view["width"]
    context.close()

"""A photo from the webcam and one that is pasted: both go the way of a file, through the darkroom."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.ui.camera import film, turn_on
from tests.ui.conftest import CHROMIUM
from tests.ui.visitor import Visitor
from ui.redacting import VIEW

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")]

TO_BYTES = "Uint8Array.from(atob(data), letter => letter.charCodeAt(0))"
CLIPBOARD = f"async (data) => navigator.clipboard.write([new ClipboardItem({{'image/png': new Blob([{TO_BYTES}], {{type: 'image/png'}})}})])"
PASTE = f"""(data) => {{
    const files = new DataTransfer();
    files.items.add(new File([{TO_BYTES}], 'secret-name.png', {{ type: 'image/png' }}));
    document.body.dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: files, bubbles: true, cancelable: true }}));
}}"""


@pytest.fixture(scope="module")
def context(page: Any, portraits: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A browser of its own, whose camera sees a portrait."""
    from playwright.sync_api import sync_playwright

    flags = film(portraits["obama"], tmp_path_factory.mktemp("camera"))
    flags += ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    name, _, value = page.cookie.partition("=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        context = browser.new_context()
        context.add_cookies(
            [{"name": name, "value": value, "url": page.origin, "httpOnly": True, "sameSite": "Strict"}]
        )
        yield context
        browser.close()


@pytest.fixture
def visitor(context: Any, page: Any) -> Iterator[Visitor]:
    visitor = Visitor(context, page)
    yield visitor
    assert visitor.complaints == [], "among them what the policies forbade"
    visitor.tab.goto("about:blank")


@pytest.fixture(scope="module")
def pasted(portraits: dict[str, bytes]) -> str:
    """What programs put on the clipboard: a PNG, in base64."""
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(Image.open(io.BytesIO(portraits["obama"])).convert("RGB"))).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def arrived(visitor: Visitor, page: Any) -> Image.Image:
    """The photo that the intake has, as the page shows it."""
    visitor.tab.wait_for_selector("#report .ready, #report .trouble", timeout=60_000)
    assert "Face found" in visitor.tab.inner_text("#report")
    assert len([url for url in visitor.asked if "/gradio_api/upload?" in url]) == 1
    shown = str(visitor.tab.get_attribute("#photo .image-frame img", "src")).removeprefix(page.origin)
    return Image.open(io.BytesIO(page.ask(shown).read()))


def test_the_camera_takes_a_photo(visitor: Visitor, page: Any) -> None:
    tab = visitor.enter()
    turn_on(visitor)
    visitor.keep("desk-7-camera")
    tab.click("#photo .photo-capture")
    assert arrived(visitor, page).size == (640, 480)
    tab.wait_for_selector("#found .clean")
    live = (
        "[...document.querySelectorAll('video')].some(v => v.srcObject?.getTracks().some(t => t.readyState === 'live'))"
    )
    visitor.until(f"!({live})")
    tab.click("#photo .icon-button-wrapper button >> nth=-1")
    tab.wait_for_selector("#photo .source-selection:visible")


def test_a_photo_is_pasted_with_the_button(
    visitor: Visitor, page: Any, pasted: str, portraits: dict[str, bytes]
) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=page.origin)
    tab = visitor.enter()
    tab.bring_to_front()
    tab.evaluate(CLIPBOARD, pasted)
    tab.click("#photo .source-selection button:nth-of-type(3)")
    whole = Image.open(io.BytesIO(portraits["obama"]))
    assert arrived(visitor, page).width / whole.width == pytest.approx(min(1, VIEW.width / max(whole.size)), abs=0.01)
    visitor.context.clear_permissions()


def test_a_photo_is_pasted_anywhere_on_the_page(visitor: Visitor, page: Any, pasted: str) -> None:
    tab = visitor.enter()
    sent: list[bytes] = []
    tab.on(
        "request", lambda request: sent.append(request.post_data_buffer or b"") if "/upload?" in request.url else None
    )
    tab.evaluate(PASTE, pasted)
    arrived(visitor, page)
    assert not any(b"secret-name" in body for body in sent)
    tab.evaluate("document.querySelector('#name textarea').focus()")
    tab.keyboard.insert_text("Ada")
    assert tab.input_value("#name textarea") == "Ada"

"""The page of findings with a mouse, with keys, and as a file: what is hidden there is hidden everywhere."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from stylize.geometry import Box
from stylize.models import Pixels
from tests.ui import axe
from tests.ui.conftest import CHROMIUM
from tests.ui.test_ui_regions import contrast, decoded, pattern
from tests.ui.test_ui_stay import EXPECTED
from tests.ui.visitor import DESK, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")]

PLANTED = Box(left=510, top=560, right=690, bottom=740)
"""Between two people, in the pixels of `scene`."""
SIZE = (1200, 750)
FIELD = "#hide textarea"
SEEN = "(document.querySelector('#regions img.seen')?.src ?? '')"
FOLD = "#regions .ways summary"
FACE = "#regions .region.face[aria-label^='Person {}']"
HASTE = """(() => {
  const load = HTMLImageElement.prototype.decode;
  let clicks = 0;
  HTMLImageElement.prototype.decode = function () {
    if (clicks++ > 40) return load.call(this);
    regions.at.order.boxes = [[clicks, clicks, clicks + 99, clicks + 99]];
    regions.changed();
    return Promise.resolve();
  };
})()"""
"""Forty clicks, each while what came before is being drawn."""
KEPT = "#regions [name=hide-background][value=keep]"


@pytest.fixture
def visitor(owner: Any, page: Any) -> Iterator[Visitor]:
    visitor = Visitor(owner, page)
    yield visitor
    assert [said for said in visitor.complaints if not any(word in said for word in EXPECTED)] == []
    visitor.tab.goto("about:blank")


@pytest.fixture(scope="module")
def scene(portraits: dict[str, bytes]) -> bytes:
    """Two people, and a loud pattern between them that no finder knows."""
    people = [Image.open(io.BytesIO(portraits[name])).convert("RGB").resize((600, 750)) for name in ("obama", "biden")]
    pixels = np.hstack([np.asarray(person) for person in people])
    left, top, right, bottom = PLANTED.as_ints()
    pixels[top:bottom, left:right] = pattern(bottom - top, right - left)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def come(visitor: Visitor, scene: bytes, tongue: str = "en", view: dict[str, int] | None = None) -> Any:
    tab = visitor.enter(tongue, view)
    visitor.bring(scene)
    tab.wait_for_selector("#regions .region", state="attached")
    return tab


def keep_background(visitor: Visitor) -> None:
    visitor.tab.click(FOLD)
    visitor.tab.check(KEPT, force=True)
    settled(visitor)


def settled(visitor: Visitor) -> str:
    """Where the picture is that the page shows once it has drawn what was last chosen; and the field says the same."""
    visitor.until(
        f"decodeURIComponent({SEEN}.split('hide=')[1] ?? '') === document.querySelector('{FIELD}').value"
        f" && (regions.at.subject === regions.at.facts.first && !{SEEN} || {SEEN}.includes(`face=${{regions.at.subject}}&`))"
    )
    return str(visitor.tab.evaluate(SEEN)).removeprefix(visitor.server.origin)


def seen(visitor: Visitor) -> Pixels:
    """What the page shows, as the server gives it."""
    return decoded(visitor.server.ask(settled(visitor)).read())


def draw(visitor: Visitor, box: Box) -> None:
    """With the mouse, from one corner of `box` to the other."""
    sheet = visitor.tab.locator("#regions .sheet").bounding_box()
    scale = sheet["width"] / SIZE[0]
    mouse = visitor.tab.mouse
    mouse.move(sheet["x"] + box.left * scale, sheet["y"] + box.top * scale)
    mouse.down()
    mouse.move(sheet["x"] + box.right * scale, sheet["y"] + box.bottom * scale, steps=5)
    mouse.up()


def names(visitor: Visitor) -> list[str]:
    labels = "[...document.querySelectorAll('#regions .region')].map(e => e.getAttribute('aria-label'))"
    return [name for name in visitor.tab.evaluate(labels) if name.startswith(("Person", "Your"))]


def test_a_click_chooses_and_hides_and_shows(visitor: Visitor, scene: bytes) -> None:
    tab = come(visitor, scene)
    assert sorted(names(visitor)) == ["Person 1, chosen", "Person 2, hidden"]
    assert "Hidden: 1 other person" in tab.inner_text("#regions .told")
    first = tab.locator("#face input").first
    assert first.is_checked()
    tab.click(FACE.format(2))
    visitor.until("document.querySelectorAll('#face input')[1].checked")
    assert sorted(names(visitor)) == ["Person 1, hidden", "Person 2, chosen"]
    assert "face=1&" in settled(visitor)
    first.check(force=True)  # and back, with the radio buttons
    visitor.until("regions.at.subject === 0")
    assert sorted(names(visitor)) == ["Person 1, chosen", "Person 2, hidden"]
    keep_background(visitor)
    hidden = seen(visitor)
    tab.uncheck("#regions .ticks label:has-text('Person 2') input")
    assert "Shown: 1 other person" in tab.inner_text("#regions .told")
    assert np.abs(seen(visitor).astype(int) - hidden).max() > 60, "a face is there where there was none"
    assert tab.input_value(FIELD) == "background=keep shown=1"
    for region in tab.locator("#regions .region:not(.face, .spot)").all():
        before = tab.input_value(FIELD)
        region.click(force=True)
        assert tab.input_value(FIELD) != before, "anything else is switched by a click"
        assert ", shown" in str(region.get_attribute("aria-label"))
    tab.click("#regions .reset")
    assert tab.input_value(FIELD) == ""
    assert sorted(names(visitor)) == ["Person 1, chosen", "Person 2, hidden"]


def test_a_box_is_drawn_taken_away_and_saved(visitor: Visitor, scene: bytes) -> None:
    tab = come(visitor, scene)
    keep_background(visitor)
    assert contrast(seen(visitor), PLANTED) > 200
    draw(visitor, PLANTED.pad(6, 6))
    tab.wait_for_selector("#regions .region.spot")
    assert contrast(seen(visitor), PLANTED) < 60, "nothing of the pattern is left"
    assert names(visitor)[-1] == "Your spot 1, hidden"
    with tab.expect_download() as waiting:
        tab.click("#regions .save")
    assert waiting.value.suggested_filename == "photo-redacted.jpg"
    saved = Path(waiting.value.path()).read_bytes()
    assert Image.open(io.BytesIO(saved)).size == SIZE
    assert contrast(decoded(saved), PLANTED) < 60
    tab.click("#make")
    tab.wait_for_selector("#done .compare img.after", timeout=60_000)
    before = str(tab.get_attribute(".compare img", "src")).removeprefix(visitor.server.origin)
    assert "/before.jpg" in before
    pixels = decoded(visitor.server.ask(before).read()).astype(int)
    assert (np.abs(pixels[..., 0] - pixels[..., 1]) > 200).mean() < 0.001, "nor beside the picture"
    tab.click("#regions .region.spot")
    tab.wait_for_selector("#regions .region.spot", state="detached")
    assert contrast(seen(visitor), PLANTED) > 200, "nothing was lost"


def test_the_last_of_many_clicks_is_drawn(visitor: Visitor, scene: bytes) -> None:
    tab = come(visitor, scene)
    tab.evaluate(HASTE)
    tab.click(FACE.format(2))
    settled(visitor)
    assert tab.input_value(FIELD) == "boxes=41,41,140,140"


def test_all_of_it_with_keys(visitor: Visitor, scene: bytes) -> None:
    tab = come(visitor, scene)
    focus = "document.activeElement.getAttribute('aria-label')"
    tab.focus(FACE.format(1))
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate(focus) == "Person 2, hidden"
    tab.keyboard.press("Enter")
    visitor.until("document.querySelectorAll('#face input')[1].checked")
    assert tab.evaluate(focus) == "Person 2, chosen", "the focus stays"
    tab.focus("#regions .tool.more")
    tab.keyboard.press("Enter")
    assert tab.evaluate(focus) == "Your spot 1, hidden"
    spot = tab.input_value(FIELD)
    tab.keyboard.press("ArrowLeft")
    moved = tab.input_value(FIELD)
    tab.keyboard.press("Shift+ArrowDown")
    assert len({spot, moved, tab.input_value(FIELD)}) == 3
    tab.keyboard.press("Delete")
    assert tab.input_value(FIELD) == ""
    assert tab.evaluate("document.activeElement.matches('#regions .tool.more')"), "the focus is not lost"
    tab.focus("#regions .tool.original")
    tab.keyboard.down("Enter")
    visitor.until("document.querySelector('#regions img.original')?.naturalWidth > 0")
    assert tab.is_visible("#regions img.original")
    tab.keyboard.up("Enter")
    assert tab.query_selector("#regions img.original") is None, "it stays no longer than it is looked at"
    stops = tab.evaluate("document.querySelectorAll('#regions .region[tabindex=\"0\"]').length")
    assert stops == 1, "however much was found, it is one stop"


def test_it_is_kept_with_the_visit_and_goes_with_the_photo(visitor: Visitor, scene: bytes) -> None:
    tab = come(visitor, scene)
    tab.click(FACE.format(2))
    draw(visitor, PLANTED)
    tab.click(FOLD)
    tab.check("#regions [name=hide-style][value=mosaic]", force=True)
    words = tab.input_value(FIELD)
    assert words.startswith("style=mosaic boxes=")
    settled(visitor)
    tab.wait_for_timeout(1500)  # it is told to the server a moment later
    for go in (tab.reload, lambda: tab.goto(f"{visitor.server.origin}/de/")):
        go()
        tab.wait_for_selector("#regions .region.spot", timeout=30_000)
        visitor.until(f"document.querySelector('{FIELD}').value === '{words}'")
        assert "face=1&" in settled(visitor)
        visitor.until("document.querySelectorAll('#face input')[1].checked")
    assert "Verdeckt: 1 andere Person" in tab.inner_text("#regions .told")
    tab.click("#photo .icon-button-wrapper button >> nth=-1")
    tab.wait_for_selector("#regions .region", state="detached")
    visitor.until(f"document.querySelector('{FIELD}').value === ''")
    visitor.bring(scene)
    tab.wait_for_selector("#regions .region", state="attached")
    assert tab.locator("#regions .spot").count() == 0
    assert tab.evaluate("regions.at.subject") == tab.evaluate("regions.at.facts.first")


@pytest.mark.parametrize(("tongue", "view", "scheme"), [("en", DESK, "dark"), ("de", PHONE, "light")])
def test_axe_finds_nothing_in_it(
    visitor: Visitor, scene: bytes, tongue: str, view: dict[str, int], scheme: str
) -> None:
    pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    visitor.tab.emulate_media(color_scheme=scheme)
    tab = come(visitor, scene, tongue, view)
    tab.click(FOLD)
    draw(visitor, PLANTED)
    tab.uncheck("#regions .ticks input >> nth=1")
    settled(visitor)
    assert axe.complaints(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= view["width"]
    if view is DESK:
        tab.click("#regions .larger")
        tab.click("#regions .tool.more")
        assert axe.complaints(tab) == []
        sheet, photo = (tab.locator(place).bounding_box() for place in ("#regions .sheet", "#photo .image-frame"))
        assert sheet["width"] > 900
        assert abs(sheet["x"] + sheet["width"] / 2 - photo["x"] - photo["width"] / 2) < 1, "it lies where the photo is"


def test_with_a_finger_one_scrolls_until_the_tool_is_taken_up(page: Any, browser: Any, scene: bytes) -> None:
    name, _, value = page.cookie.partition("=")
    context = browser.new_context(has_touch=True, is_mobile=True, viewport=PHONE)
    context.add_cookies([{"name": name, "value": value, "url": page.origin, "httpOnly": True, "sameSite": "Strict"}])
    visitor = Visitor(context, page)
    tab = come(visitor, scene, "en", PHONE)
    assert tab.is_visible("#regions .touch")
    action = "getComputedStyle(document.querySelector('#photo .image-frame')).touchAction"
    assert tab.evaluate(action) == "auto"
    tab.tap("#regions .tool.more")
    assert tab.evaluate(action) == "none"
    sheet = tab.locator("#regions .sheet").bounding_box()
    finger = context.new_cdp_session(tab)
    spots = [(sheet["x"] + share * sheet["width"], sheet["y"] + share * sheet["height"]) for share in (0.42, 0.5, 0.58)]
    kinds = ["touchStart", "touchMove", "touchMove"]
    for kind, (x, y) in zip(kinds, spots, strict=True):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    tab.wait_for_selector("#regions .region.spot", state="attached")
    assert tab.evaluate(action) == "auto", "one box for each time"
    tab.tap("#regions .region.face[aria-label^='Person 2']")
    visitor.until("regions.at.subject === 1")
    context.close()

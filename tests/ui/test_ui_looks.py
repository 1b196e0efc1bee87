"""The three steps as they are looked at: on every width, with a photo, with a full bag, and without anything that jumps."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.ui.conftest import CHROMIUM
from tests.ui.states import selfie
from tests.ui.visitor import DESK, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")]

BOXES = """[...document.querySelectorAll('.step')].map(e => e.getBoundingClientRect()).map(r => [r.left, r.top, r.right, r.bottom])"""
SPOT = "JSON.stringify((r => [r.left, r.top, r.right, r.bottom])(document.querySelector('{}').getBoundingClientRect()))"
ENDS = "[...document.querySelectorAll('#{} > *')].map(e => e.getBoundingClientRect().bottom)"
WIDTHS = ((360, 1), (390, 1), (768, 2), (1024, 2), (1440, 3), (1920, 3), (2560, 3), (3840, 3))
"""In pixels, and how many steps are side by side there."""
PHOTO, STICKERS = "#photo .image-frame", "#found .stickers"
TICKED = "[...document.querySelectorAll('#shelf input')].filter(e => e.checked).map(e => e.name)"
WATCH = """
window.jumps = [];
new PerformanceObserver(list => {
    for (const jump of list.getEntries()) if (!jump.hadRecentInput)
        window.jumps.push([jump.value, jump.sources.map(s => s.node?.id || s.node?.className || s.node?.nodeName).join(' ')]);
}).observe({ type: 'layout-shift', buffered: true });
"""


@pytest.fixture
def visitor(owner: Any, page: Any) -> Iterator[Visitor]:
    visitor = Visitor(owner, page)
    yield visitor
    visitor.tab.goto("about:blank")


def rectangle(visitor: Visitor, selector: str) -> list[float]:
    """Left, top, right, bottom, in pixels of the window."""
    return list(visitor.tab.evaluate(f"JSON.parse({SPOT.format(selector)})"))


def tick(visitor: Visitor, *slugs: str) -> None:
    for slug in slugs:
        visitor.tab.locator(f"#shelf input[name={slug}]").scroll_into_view_if_needed()
        visitor.tab.click(f"#shelf label:has(input[name={slug}])", force=True)  # one that rests is clicked, too


def test_the_page_suits_every_width(visitor: Visitor) -> None:
    tab = visitor.enter("de")
    tab.wait_for_selector("#palette label")
    for width, across in WIDTHS:
        tab.set_viewport_size({"width": width, "height": round(0.6 * width) if across == 3 else 800})
        tab.wait_for_timeout(150)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, width
        steps = tab.evaluate(BOXES)
        assert len([1 for step in steps if abs(step[1] - steps[0][1]) < 1]) == across, width
        used = (max(step[2] for step in steps) - min(step[0] for step in steps)) / width
        assert used > 0.7, f"{width}: no narrow strip on a wide screen"
        if across == 3:
            assert max(step[3] for step in steps) - min(step[3] for step in steps) < 1, "they end together"
            last = [max(tab.evaluate(ENDS.format(step))) for step in ("step-photo", "step-style", "step-box")]
            assert max(last) - min(last) < 0.03 * width, f"{width}: and are full to the end"


@pytest.mark.parametrize("view", [DESK, PHONE])
def test_what_was_found_in_the_file_lies_below_the_photo(
    visitor: Visitor, portraits: dict[str, bytes], view: dict[str, int]
) -> None:
    tab = visitor.enter("de", view)
    assert tab.is_visible("#photo .source-selection")
    visitor.bring(selfie(portraits["astronaut"]))
    tab.wait_for_selector(STICKERS)
    assert [tab.inner_text(f"{STICKERS} s >> nth={n}") for n in range(3)] == ["Ort", "Zeit", "Kamera"]
    photo, stickers = rectangle(visitor, PHOTO), rectangle(visitor, STICKERS)
    assert photo[0] - 4 <= stickers[0]
    assert stickers[2] <= photo[2] + 4
    assert photo[3] < stickers[1], "what was found in the picture has the place on it"
    assert not tab.is_visible("#photo .source-selection")
    tab.click(f"{STICKERS} .see")
    tab.wait_for_selector("#privacy .discovered")
    tab.click("#privacy .fold")
    tab.click("#photo .icon-button-wrapper button >> nth=-1")
    tab.wait_for_selector("#photo .source-selection")
    tab.wait_for_selector(STICKERS, state="detached")
    visitor.bring(bare(portraits["obama"]))
    tab.wait_for_selector(f"{STICKERS} .clean")
    assert visitor.complaints == []


def test_the_chosen_style_is_shown_at_large(visitor: Visitor) -> None:
    tab = visitor.enter()
    assert tab.get_attribute("#description img", "src") == "/toy/styles/action-figure.webp"
    tab.click("#style label:has(input[value=painted-anime])")
    visitor.until("document.querySelector('#description img').getAttribute('src') === '/toy/styles/painted-anime.webp'")
    assert tab.inner_text("#description h3") == "Painted anime"
    assert "Painted" in tab.inner_text("#description .made")
    visitor.until("document.querySelector('#description img').naturalWidth === 300")


def test_chosen_things_lie_in_the_bag_above_the_shelf(visitor: Visitor) -> None:
    tab = visitor.enter()
    assert tab.inner_text("#bag .bag") == "Up to 4"
    tick(visitor, "rocket", "telescope", "headphones")
    visitor.until("document.querySelector('#bag .bag').textContent === '3 of 4'")
    shelf = rectangle(visitor, "#shelf .wrap")
    spots = [
        rectangle(visitor, f"#shelf label:has(input[name={slug}])") for slug in ("headphones", "rocket", "telescope")
    ]
    for spot in spots:
        assert shelf[1] <= spot[1] < spot[3] < shelf[1] + 64, "in sight, though the shelf was scrolled"
    assert [spot[0] for spot in spots] == sorted(spot[0] for spot in spots)

    tab.focus("#search textarea")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Home")
    keys = []
    for _ in range(4):
        keys.append(tab.evaluate("document.activeElement.name"))
        tab.keyboard.press("ArrowRight")
    assert keys == ["headphones", "rocket", "telescope", "accordion"], "the keys meet them first"
    tab.keyboard.press("Home")
    tab.keyboard.press("ArrowDown")
    assert tab.evaluate("document.activeElement.name") == "accordion"


def test_a_fifth_thing_is_kindly_kept_out(visitor: Visitor) -> None:
    tab = visitor.enter("de")
    four = ["headphones", "rocket", "telescope", "dog"]
    tick(visitor, *four)
    visitor.until("document.querySelector('#bag .bag').textContent === '4 von 4: voll'")
    tick(visitor, "guitar")
    tab.focus("#shelf input[name=guitar]")
    tab.keyboard.press("Space")
    visitor.until("document.querySelector('#bag .bag').textContent === 'Nimm erst eins heraus.'")
    assert set(tab.evaluate(TICKED)) == set(four)
    visitor.until("document.querySelector('#shelf input[name=guitar]').ariaDisabled === 'true'")
    tick(visitor, "dog", "guitar")
    visitor.until(
        f"JSON.stringify({TICKED}.sort()) === JSON.stringify(['guitar', 'headphones', 'rocket', 'telescope'])"
    )
    assert visitor.complaints == []


def test_that_there_is_no_photo_is_said_where_photos_go(visitor: Visitor, portraits: dict[str, bytes]) -> None:
    tab = visitor.enter("de", PHONE)
    tab.locator("#make").scroll_into_view_if_needed()
    tab.evaluate("scrollTo(0, document.body.scrollHeight)")
    tab.click("#make")
    tab.wait_for_selector("#trouble .photo-missing", state="attached")
    visitor.until(
        "(r => r.top >= 0 && r.bottom <= innerHeight)(document.querySelector('#photo').getBoundingClientRect())"
    )
    said = "getComputedStyle(document.querySelector('#photo .upload-container > button'), '::before').content"
    assert "wähle zuerst ein Foto" in tab.evaluate(said)
    assert "wähle zuerst ein Foto" in tab.inner_text("#trouble"), "and to those who listen"
    visitor.bring(portraits["obama"])
    tab.wait_for_selector("#trouble .trouble", state="detached")
    assert tab.evaluate(said.replace("#photo .upload-container > button", "#photo")) == "none"


@pytest.mark.parametrize(("view", "bound"), [(DESK, 0.1), (PHONE, 0.1)])
def test_nothing_jumps(visitor: Visitor, portraits: dict[str, bytes], view: dict[str, int], bound: float) -> None:
    """Cumulative layout shift (Layout Instability, WICG) from the photo to the picture; at the start, of itself."""
    visitor.context.add_init_script(WATCH)
    tab = visitor.enter("en", view)
    tab.wait_for_selector("#wall .parts", state="attached")
    tab.wait_for_timeout(500)
    begun = tab.evaluate("jumps.splice(0)")
    assert sum(value for value, _ in begun) < bound, begun
    visitor.bring(selfie(portraits["astronaut"]))
    tab.wait_for_timeout(300)
    tab.click("#make")
    tab.wait_for_selector("#done .compare img.after", timeout=60_000)
    visitor.until("document.querySelector('.compare img.after').naturalWidth > 0")
    tab.wait_for_timeout(1000)
    worked = tab.evaluate("jumps.splice(0)")
    assert sum(value for value, _ in worked) < bound, worked


def bare(portrait: bytes) -> bytes:
    """The pixels alone, as a PNG."""
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(Image.open(io.BytesIO(portrait)).convert("RGB"))).save(buffer, "PNG")
    return buffer.getvalue()

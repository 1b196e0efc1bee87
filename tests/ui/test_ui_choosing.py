"""Several pictures to choose from, those of before brought back, the same again, larger for paper, and looked at closely."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.ui import axe
from tests.ui.visitor import DESK, PHONE, Visitor

pytestmark = pytest.mark.browser

PICTURES = "[...document.querySelectorAll('#pictures input')].map(e => e.value)"
SHOWN = "document.querySelector('.compare img.after')?.getAttribute('src').split('/')[2]"
LOADED = "[...document.querySelectorAll('.compare img')].every(i => i.complete && i.naturalWidth > 0)"


@pytest.fixture
def visitor(owner: Any, page: Any) -> Iterator[Visitor]:
    visitor = Visitor(owner, page)
    yield visitor
    assert visitor.complaints == []
    page.ask("/en/")  # it still answers


def begin(visitor: Visitor, photo: bytes, tongue: str = "en", view: dict[str, int] | None = None) -> Any:
    """Somebody has come with a photo, and has opened what is folded away."""
    tab = visitor.enter(tongue, view)
    visitor.bring(photo)
    tab.click("#more > button")
    tab.wait_for_selector("#seed:visible")
    return tab


def make(visitor: Visitor, press: str = "#make") -> str:
    """The id of the picture that is made then."""
    tab = visitor.tab
    before = tab.evaluate(SHOWN)
    tab.click(press)
    visitor.until(f"({SHOWN} ?? null) !== {json.dumps(before)} && {SHOWN} !== undefined", 90)
    tab.wait_for_selector("#done:visible")
    visitor.until(f"!document.querySelector('#busy')?.offsetParent && {LOADED}")
    return str(tab.evaluate(SHOWN))


def pixels(page: Any, name: str, file: str = "picture.png") -> np.ndarray:
    with Image.open(io.BytesIO(page.ask(f"/shelf/{name}/{file}").read())) as picture:
        return np.asarray(picture)


@pytest.mark.parametrize(("tongue", "view"), [("en", DESK), ("de", PHONE)])
def test_one_of_four_is_chosen(
    visitor: Visitor, page: Any, portraits: dict[str, bytes], tongue: str, view: dict[str, int]
) -> None:
    tab = begin(visitor, portraits["obama"], tongue, view)
    tab.fill("#seed textarea", "40")
    tab.click("#count label:nth-of-type(2)")
    tab.click("#make")
    tab.wait_for_selector("#done .which", timeout=120_000)
    visitor.until("!document.querySelector('#busy')?.offsetParent")
    names = tab.evaluate(PICTURES)
    assert len(set(names)) == 4
    assert tab.locator("#sketch img").count() == 0, "those that were seen meanwhile are gone"
    labels = [label.inner_text().strip() for label in tab.locator("#pictures label").all()]
    word = "Picture" if tongue == "en" else "Bild"
    assert [label.split(":")[0] for label in labels] == [f"{word} {number}" for number in range(1, 5)]
    assert tab.locator("#pictures input:checked").count() == 0
    assert tab.query_selector("#files a") is None
    assert axe.complaints(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= view["width"]
    shown = [pixels(page, name) for name in names]
    assert len({picture.tobytes() for picture in shown}) == 4

    tab.focus("#pictures input")
    tab.keyboard.press("Space")
    visitor.until(f"{SHOWN} === '{names[0]}'")
    tab.keyboard.press("ArrowRight")
    visitor.until(f"{SHOWN} === '{names[1]}' && {LOADED}")
    assert tab.evaluate("document.activeElement.value") == names[1], "the keys go on where they were"
    visitor.until(f"document.querySelector('#pictures input:checked')?.value === '{names[1]}'")
    seed = "Seed 41" if tongue == "en" else "Startzahl 41"
    assert seed in tab.locator("#keepsakes .facts").text_content()
    name, png = visitor.take_home("PNG")
    assert name == "stylize-action-figure.png"
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png))), shown[1])
    assert tab.evaluate(PICTURES) == names
    assert axe.complaints(tab) == []
    visitor.keep(f"choosing-{tongue}")


def test_the_same_again_and_those_of_before(visitor: Visitor, page: Any, portraits: dict[str, bytes]) -> None:
    tab = begin(visitor, portraits["astronaut"])
    first = make(visitor)
    assert not tab.is_visible("#pictures"), "there is nothing to choose from yet"
    same = make(visitor, "#same")
    assert np.array_equal(pixels(page, first), pixels(page, same)), "nothing was changed"
    tab.fill("#name textarea", "Eileen")
    renamed = make(visitor, "#same")
    was, now = pixels(page, first).astype(np.int16), pixels(page, renamed)
    moved = np.abs(was - now).max(2) > 24
    assert moved[: len(moved) // 3].mean() > 0.02, "the name on the card"
    assert moved[len(moved) // 3 :].mean() < 0.005, "and nothing else"
    other = make(visitor, "#again")
    assert np.abs(pixels(page, first).astype(np.int16) - pixels(page, other)).mean() > 8
    assert tab.input_value("#seed textarea") == ""
    assert tab.evaluate(PICTURES) == [other, renamed, same, first], "newest first"

    tab.click(f"#pictures label:has(input[value='{first}'])")
    visitor.until(f"{SHOWN} === '{first}' && {LOADED}")
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(visitor.take_home("PNG")[1]))), pixels(page, first))

    tab.click(".promise")
    visitor.until("document.querySelector('[data-number=results]')?.textContent === '4'")
    tab.click("#privacy .fold")
    tab.click("#forget")
    tab.wait_for_selector("#picture .wiped")
    assert not tab.is_visible("#pictures")
    for name in (first, same, renamed, other):
        assert page.ask(f"/shelf/{name}/picture.png").status == 404
        assert page.ask(f"/shelf/{name}/small.jpg").status == 404


def test_for_paper_it_is_made_larger(visitor: Visitor, page: Any, portraits: dict[str, bytes]) -> None:
    tab = begin(visitor, portraits["biden"], "de")
    name = make(visitor)
    assert page.ask(f"/shelf/{name}/print.png").status == 404
    tab.click("#paper label:nth-of-type(2)")
    tab.wait_for_selector("#files .told", timeout=90_000)
    assert "1280 × 1600" in tab.inner_text("#files .told")
    assert "10,8" in tab.inner_text("#paper label:nth-of-type(2)")
    small = np.asarray(Image.fromarray(pixels(page, name)).resize((192, 240), Image.Resampling.BOX), np.int16)
    for label, kind in (("PNG", "png"), ("JPEG", "jpg"), ("WebP", "webp")):
        called, data = visitor.take_home(label)
        assert called == f"stylize-action-figure-print.{kind}"
        picture = Image.open(io.BytesIO(data))
        assert picture.size == (1280, 1600)
        if kind != "webp":
            assert [round(number) for number in picture.info["dpi"]] == [300, 300]
        same = np.asarray(picture.resize((192, 240), Image.Resampling.BOX), np.int16)
        assert np.abs(small - same).mean() < 6, "the same figure"
        if shutil.which("exiftool"):
            read = subprocess.run(["exiftool", "-j", "-G1", "-"], input=data, capture_output=True, check=True)
            groups = {tag.partition(":")[0] for tag in json.loads(read.stdout)[0]} - {"SourceFile"}
            ours = {"XMP-xmp", "XMP-iptcExt", "XMP-x", "ICC_Profile", "ICC-header", "ICC-chrm", "PNG-pHYs", "PNG"}
            assert groups <= ours | {"JFIF", "RIFF", "File", "System", "ExifTool", "Composite"}
    tab.click("#paper label:nth-of-type(1)")
    tab.wait_for_selector("#files .told", state="detached")
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(visitor.take_home("PNG")[1]))), pixels(page, name))


def test_it_is_looked_at_closely_with_keys_and_with_a_hand(visitor: Visitor, portraits: dict[str, bytes]) -> None:
    tab = begin(visitor, portraits["obama"])
    make(visitor)
    cut = "parseFloat(getComputedStyle(document.querySelector('.compare')).getPropertyValue('--cut'))"
    tab.focus(".compare input")
    tab.keyboard.press("PageUp")
    kept = tab.evaluate(cut)
    assert kept > 5
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#zoom[open]")
    assert tab.get_attribute("#zoom img", "alt") == tab.get_attribute(".compare img.after", "alt") != ""
    assert axe.complaints(tab) == []
    wide = "document.querySelector('#zoom img').getBoundingClientRect().width"
    whole = tab.evaluate(wide)
    tab.keyboard.press("+")
    assert tab.evaluate(wide) == pytest.approx(1.5 * whole, rel=0.01)
    tab.keyboard.press("1")
    assert tab.evaluate(wide) == pytest.approx(768, abs=1)
    tab.keyboard.press("+")
    tab.keyboard.press("+")
    left = "document.querySelector('#zoom img').getBoundingClientRect().left"
    before = tab.evaluate(left)
    tab.mouse.move(700, 500)
    tab.mouse.down()
    tab.mouse.move(600, 450, steps=4)
    tab.mouse.up()
    assert tab.evaluate(left) == pytest.approx(before - 100, abs=2)
    tab.mouse.wheel(0, -300)
    assert tab.evaluate(wide) > 2.3 * 768
    tab.keyboard.press("Escape")
    tab.wait_for_selector("#zoom", state="hidden")
    assert tab.evaluate("document.activeElement.matches('.compare input')"), "the focus is back"
    assert tab.evaluate(cut) == kept

    box = tab.locator(".compare").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.mouse.click(*middle)
    tab.wait_for_selector("#zoom[open]")
    tab.click("#zoom .shut")
    assert tab.evaluate(cut) == kept, "a click is no slide"
    tab.mouse.move(*middle)
    tab.mouse.down()
    tab.mouse.move(middle[0] + 60, middle[1], steps=4)
    tab.mouse.up()
    assert tab.evaluate(cut) > 50
    assert not tab.is_visible("#zoom"), "a slide is no click"
    tab.click(".compare .zoom")
    tab.wait_for_selector("#zoom[open]")
    tab.evaluate("document.querySelector('#forget').click()")  # or the clock has run out
    tab.wait_for_selector("#zoom", state="hidden")
    assert tab.get_attribute("#zoom img", "src") is None, "what was wiped is not looked at any longer"

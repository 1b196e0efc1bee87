"""Step three while somebody types, and what can be taken home beside the picture: a real browser, real files."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.ui.conftest import CHROMIUM
from tests.ui.visitor import PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")]

SOURCE = "(document.querySelector('#card img')?.getAttribute('src') ?? '')"
NAME, TAGLINE = "#name textarea", "#tagline textarea"


@pytest.fixture
def visitor(owner: Any, page: Any) -> Iterator[Visitor]:
    visitor = Visitor(owner, page)
    yield visitor
    visitor.tab.goto("about:blank")


def card(visitor: Visitor) -> np.ndarray:
    """The card that is seen, (433, 300, 3)."""
    kind, _, data = str(visitor.tab.evaluate(SOURCE)).partition(",")
    assert kind == "data:image/jpeg;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


def changed(visitor: Visitor, before: str) -> str:
    """The card's source, once it is another than `before` and stays as it is."""
    visitor.until(f"{SOURCE}.length > 1000 && {SOURCE} !== {before!r}")
    now = ""
    until = time.monotonic() + 20
    while now != (now := str(visitor.tab.evaluate(SOURCE))):
        assert time.monotonic() < until
        visitor.tab.wait_for_timeout(700)
    return now


def band(one: np.ndarray, other: np.ndarray, top: float, bottom: float) -> float:
    """How far apart two cards are on average between two shares of their height."""
    rows = slice(round(top * len(one)), round(bottom * len(one)))
    return float(np.abs(one[rows].astype(int) - other[rows]).mean())


def test_the_card_follows_what_is_ordered(visitor: Visitor) -> None:
    tab = visitor.enter()
    source, seen = str(tab.evaluate(SOURCE)), card(visitor)
    assert seen.shape == (433, 300, 3)
    assert "colours" in tab.inner_text("#card-note")
    for act, top, bottom in (
        (lambda: tab.type(NAME, "Ada"), 0.05, 0.2),
        (lambda: tab.fill(TAGLINE, "First programmer"), 0.18, 0.26),
        (lambda: tab.click("#shelf label:has(input[name=microphone])"), 0.3, 0.8),
        (lambda: tab.click("#palette label >> nth=3"), 0.0, 1.0),
    ):
        act()
        source = changed(visitor, source)
        before, seen = seen, card(visitor)
        assert band(before, seen, top, bottom) > 2
    assert "colours" not in tab.inner_text("#card-note")
    visitor.keep("desk-box-card", whole=False)
    tab.click("#style label:has(input[value=doll])")
    tab.fill(TAGLINE, "")
    changed(visitor, source)
    assert band(seen, card(visitor), 0.18, 0.26) > 2, "the style's own line"
    assert visitor.complaints == []


def test_a_late_answer_does_not_undo_a_letter(visitor: Visitor) -> None:
    tab = visitor.enter()
    empty = str(tab.evaluate(SOURCE))
    tab.fill(NAME, "Grace Hopper")
    wanted = changed(visitor, empty)
    tab.fill(NAME, "")
    assert changed(visitor, wanted) == empty
    tab.type(NAME, "Grace Hopper", delay=12)
    assert changed(visitor, empty) == wanted


@pytest.mark.parametrize(
    ("tongue", "name", "sentence"),
    [
        ("en", "Supercalifragilisticexpialidocious", "34 letters"),
        ("de", "Supercalifragilisticexpialidocious", "34 Buchstaben"),
        ("de", "Ada 🎉", "Emoji oder Zeichen"),
    ],
)
def test_what_cannot_be_printed_is_said_in_place(visitor: Visitor, tongue: str, name: str, sentence: str) -> None:
    tab = visitor.enter(tongue, PHONE)
    empty = str(tab.evaluate(SOURCE))
    tab.fill(NAME, "Ada")
    good = changed(visitor, empty)
    tab.fill(NAME, name)
    tab.wait_for_selector("#card-note .amiss")
    assert sentence in tab.inner_text("#card-note .amiss")
    assert tab.evaluate(SOURCE) == good, "the last card that could be printed stays"
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    tab.locator("#step-box").scroll_into_view_if_needed()
    visitor.keep(f"phone-box-amiss-{tongue}", whole=False)
    tab.fill(NAME, "Ada")
    tab.wait_for_selector("#card-note .amiss", state="detached")
    assert visitor.complaints == []


def test_typing_does_not_move_the_page(visitor: Visitor) -> None:
    tab = visitor.enter()
    where = "JSON.stringify(document.querySelector('#search').getBoundingClientRect())"
    before, source = tab.evaluate(where), str(tab.evaluate(SOURCE))
    tab.fill(NAME, "Ada")
    changed(visitor, source)
    assert tab.evaluate(where) == before
    tab.click("#palette label >> nth=2")
    visitor.until("!document.querySelector('#card-note').innerText.includes('colours')")
    assert tab.evaluate(where) == before


def test_head_and_figure_are_taken_home(visitor: Visitor, portraits: dict[str, bytes]) -> None:
    tab = visitor.enter()
    visitor.bring(portraits["astronaut"])
    tab.fill(NAME, "Canary 4f1c")
    tab.click("#make")
    tab.wait_for_selector("#done .compare img.after", timeout=60_000)
    name, data = visitor.take_home("Profile picture")
    head = Image.open(io.BytesIO(data))
    assert (name, head.format, head.size) == ("stylize-action-figure-profile.jpg", "JPEG", (1024, 1024))
    assert "exif" not in head.info
    assert np.asarray(head).std() > 20
    name, data = visitor.take_home("Without background")
    figure = Image.open(io.BytesIO(data))
    assert (name, figure.format, figure.mode) == ("stylize-action-figure-cutout.png", "PNG", "RGBA")
    assert set(figure.info) <= {"XML:com.adobe.xmp", "xmp", "srgb"}
    alpha = np.asarray(figure)[..., 3]
    assert alpha[0].max() == 0, "nothing above the hair"
    assert 0.3 < (alpha == 255).mean() < 0.8
    assert b"Canary" not in data
    with tab.expect_download() as waiting:
        tab.click("#home .paper a:text-is('A4')")
    assert waiting.value.suggested_filename == "stylize-action-figure-print-a4.pdf"
    assert Path(waiting.value.path()).read_bytes()[:5] == b"%PDF-"
    visitor.until("document.querySelector('#done .clock').innerText.includes('Taken home')")
    visitor.keep("desk-box-home")
    assert visitor.complaints == []


def test_a_painting_is_taken_home_as_a_bust(visitor: Visitor, portraits: dict[str, bytes]) -> None:
    tab = visitor.enter("de")
    visitor.bring(portraits["obama"])
    tab.click("#style label:has(input[value=painted-anime])")
    tab.wait_for_selector("#box", state="hidden")
    assert not tab.is_visible("#card"), "no box, no card"
    tab.click("#make")
    tab.wait_for_selector("#done .compare img.after", timeout=60_000)
    _, data = visitor.take_home("Profilbild")
    assert Image.open(io.BytesIO(data)).size == (1024, 1024)
    _, data = visitor.take_home("Ohne Hintergrund")
    alpha = np.asarray(Image.open(io.BytesIO(data)))[..., 3]
    assert alpha[:3].max() == 0
    assert (alpha[-1] == 255).any(), "the picture's lower edge cuts the chest"

"""Toys of the visitor's own words and places to stand in, in a real browser. Nothing reads more of the weights here than their heads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ui import axe
from tests.ui.conftest import CHROMIUM, Page, start
from tests.ui.visitor import PHONE, Visitor
from tests.weights.test_weights_files import SD15, write

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")]

SEARCH, CHIPS = "#search textarea", "document.querySelectorAll('#toys input:checked').length"
SHOWN = "getComputedStyle(document.querySelector('#invent')).display !== 'none'"


@pytest.fixture(scope="module")
def painting_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page whose diffusion is ready."""
    pytest.importorskip("torch", reason="the diffusion engine's libraries are not installed")
    folder = tmp_path_factory.mktemp("weights")
    write(folder / "toy-dream.safetensors", SD15)
    page = start("--weights", str(folder))
    page.open()
    yield page
    page.stop()


@pytest.fixture
def visitor(browser: Any, painting_page: Page) -> Iterator[Visitor]:
    name, _, value = painting_page.cookie.partition("=")
    context = browser.new_context()
    context.add_cookies([{"name": name, "value": value, "url": painting_page.origin, "httpOnly": True}])
    yield Visitor(context, painting_page)
    context.close()


def invent(visitor: Visitor, word: str) -> None:
    before = visitor.tab.evaluate(CHIPS)
    visitor.tab.fill(SEARCH, word)
    visitor.until(SHOWN)
    visitor.tab.focus("#invent")
    visitor.tab.keyboard.press("Enter")
    visitor.until(f"{CHIPS} === {before + 1}")
    visitor.until("document.querySelector('#search textarea').value === ''")


@pytest.mark.parametrize(("tongue", "view", "scheme"), [("en", None, "light"), ("de", PHONE, "dark")])
def test_what_the_shelf_has_not_is_painted(
    visitor: Visitor, tongue: str, view: dict[str, int] | None, scheme: str
) -> None:
    tab = visitor.enter(tongue, view, scheme)
    card = "document.querySelector('#card img').getAttribute('src')"
    before = tab.evaluate(card)
    tab.fill(SEARCH, "dog")
    visitor.until("document.querySelector('#filter style') !== null")
    assert not tab.evaluate(SHOWN), "there is a dog"
    tab.fill(SEARCH, "saxophone hedgehog 1")
    visitor.until(SHOWN)
    tab.evaluate("document.querySelector('#shelf-box').scrollIntoView({block: 'center'})")
    visitor.keep(f"toys-offer-{tongue}-{scheme}", whole=False)
    invent(visitor, "saxophone hedgehog 1")
    assert tab.evaluate("document.activeElement === document.querySelector('#search textarea')")
    visitor.until(f"{card} !== {before!r}")
    tab.evaluate("document.querySelector('#shelf-box').scrollIntoView({block: 'center'})")
    visitor.keep(f"toys-{tongue}-{scheme}", whole=False)
    assert "1" in tab.inner_text("#bag")
    assert tab.inner_text("#toys label").strip() == "saxophone hedgehog 1"
    for number in (2, 3, 4):
        invent(visitor, f"saxophone hedgehog {number}")
    visitor.until("document.documentElement.classList.contains('shelf-full')")
    tab.fill(SEARCH, "one too many zzz")
    visitor.until(SHOWN)
    tab.click("#invent")
    visitor.until("document.querySelector('#card-note .amiss') !== null")
    assert tab.evaluate(CHIPS) == 4
    tab.click("#toys label >> nth=0")
    visitor.until(f"{CHIPS} === 3 && !document.documentElement.classList.contains('shelf-full')")
    tab.evaluate("document.querySelector('#toys').scrollIntoView({block: 'center'})")  # clear of the button at the foot
    assert axe.complaints(tab) == []
    assert visitor.complaints == []


def test_they_are_still_in_the_bag_when_the_page_comes_back(visitor: Visitor) -> None:
    tab = visitor.enter()
    invent(visitor, "saxophone hedgehog")
    tab.click("#style label:has(input[value=painted-anime])")
    tab.wait_for_selector("#scene:visible")
    tab.click("#scene input")
    tab.click("#scene [role=option]:has-text('Bookshop')")
    tab.wait_for_timeout(1500)  # what is chosen is noted a moment later
    tab.goto(f"{visitor.server.origin}/de/")
    tab.wait_for_selector("#make")
    visitor.until("document.querySelector('#scene input')?.value === 'Buchladen'")
    tab.click("#boxed input")
    visitor.until(f"{CHIPS} === 1")
    assert tab.inner_text("#toys label").strip() == "saxophone hedgehog"


def test_places_are_offered_for_pictures_that_are_no_toys(visitor: Visitor) -> None:
    tab = visitor.enter()
    assert tab.locator("#scene:visible").count() == 0
    tab.click("#style label:has(input[value=painted-anime])")
    tab.wait_for_selector("#scene:visible")
    tab.click("#scene input")
    names = tab.locator("#scene [role=option]").all_inner_texts()
    assert any("Bookshop" in name for name in names)
    tab.evaluate("document.querySelector('#scene').scrollIntoView({block: 'center'})")
    visitor.keep("scene-en", whole=False)
    tab.keyboard.press("Escape")
    tab.click("#style label:has(input[value=doll])")
    tab.wait_for_selector("#scene", state="hidden")
    assert visitor.complaints == []


def test_without_diffusion_nothing_is_offered(owner: Any, page: Any) -> None:
    visitor = Visitor(owner, page)
    tab = visitor.enter()
    tab.fill(SEARCH, "saxophone hedgehog")
    visitor.until("document.querySelector('#filter style') !== null")
    assert tab.locator("#invent:visible").count() == 0
    assert tab.locator("#toys:visible").count() == 0
    tab.click("#style label:has(input[value=painted-anime])")
    tab.wait_for_selector("#scene:visible")
    tab.click("#scene input")
    names = " ".join(tab.locator("#scene [role=option]").all_inner_texts())
    assert "By the sea" in names
    assert "Bookshop" not in names, "what it cannot paint is not promised"

"""Everybody can use it: axe-core finds nothing, of any gravity, in any state of the page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui import axe
from tests.ui.states import STATES, selfie, walk
from tests.ui.visitor import DESK, PHONE, Visitor

pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("tongue", "view", "scheme"),
    [("en", DESK, "light"), ("de", DESK, "dark"), ("de", PHONE, "light")],
)
def test_axe_finds_nothing(
    owner: Any, page: Any, portraits: dict[str, bytes], tongue: str, view: dict[str, int], scheme: str
) -> None:
    visitor = Visitor(owner, page)
    visitor.enter(tongue, view, scheme)
    found = {}
    for state in walk(visitor, selfie(portraits["astronaut"])):
        found[state] = axe.complaints(visitor.tab)
        wide = visitor.tab.evaluate("document.documentElement.scrollWidth")
        assert wide <= view["width"], f"{state}: the page is wider than the screen"
    assert found == {state: [] for state in STATES}
    assert visitor.complaints == [], "among them what the content policy forbade"


def test_axe_would_find_it(owner: Any, page: Any) -> None:
    visitor = Visitor(owner, page)
    tab = visitor.enter()
    tab.evaluate("document.querySelector('#report p').style.color = '#ddd'")
    tab.evaluate("document.querySelector('.promise').replaceChildren()")
    found = "\n".join(axe.complaints(tab))
    assert "serious color-contrast" in found
    assert "critical button-name" in found


def test_the_camera_speaks_the_language_of_the_page(owner: Any, page: Any) -> None:
    visitor = Visitor(owner, page)
    tab = visitor.enter("de")
    tab.click("#photo .source-selection button:nth-of-type(2)")
    visitor.until("document.querySelector('#photo').innerText.includes('Kamera einschalten')")
    assert "Webcam" not in tab.inner_text("#photo")
    assert tab.evaluate("[navigator.language, ...navigator.languages]") == ["de", "de"]
    assert axe.complaints(tab) == []

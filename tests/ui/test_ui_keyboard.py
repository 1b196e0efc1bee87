"""The whole flow with nothing but keys: where they go, that one sees where they are, and what is said aloud."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ui.states import at_work, selfie
from tests.ui.visitor import Visitor

pytestmark = pytest.mark.browser

HERE = """(() => {
    const e = document.activeElement;
    const room = e.closest('#sign, #privacy, #photo, #found, #report, #style, #boxed, #name, #tagline, #search, #shelf, #palette,'
        + ' #make, #busy, #done, #more');
    return [room?.id ?? e.tagName, e.getAttribute('aria-label') || e.value || e.textContent.trim()];
})()"""
MARKED = """(() => {
    const e = document.activeElement;
    const ringed = [e, e.closest('label'), e.closest('.compare')].filter(Boolean).map(x => getComputedStyle(x));
    return ringed.some(s => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 3) || s.boxShadow.includes('0px 0px 0px 3px'));
})()"""


class Keys:
    """Ten fingers and no mouse."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.tab = visitor, visitor.tab

    def where(self) -> tuple[str, str]:
        room, name = self.tab.evaluate(HERE)
        return room, name

    def press(self, *keys: str) -> tuple[str, str]:
        for key in keys:
            self.tab.keyboard.press(key)
        return self.where()

    def walk_to(self, room: str, name: str = "", key: str = "Tab", steps: int = 12) -> list[str]:
        """Press `key` until the focus is in `room`, on what is called `name`. Each stop must be seen and be somewhere."""
        rooms = []
        for _ in range(steps):
            here, called = self.press(key)
            assert here != "BODY", f"the focus was lost after {rooms}"
            assert self.tab.evaluate(MARKED), f"nobody sees where the focus is: {here}, {called}"
            rooms.append(here)
            if here == room and name in called:
                return rooms
        raise AssertionError(f"{room} {name} is not reached: {rooms}")

    def open_dialog(self) -> Any:
        """Press Enter once; the dialog for files is there."""
        with self.tab.expect_file_chooser(timeout=15000) as chooser:
            self.press("Enter")
        return chooser.value

    def rests_in(self, room: str) -> None:
        self.visitor.until(f"document.activeElement.closest('#{room}') !== null", 30)


@pytest.fixture
def keys(owner: Any, page: Any) -> Iterator[Keys]:
    visitor = Visitor(owner, page)
    visitor.tab.on("filechooser", lambda _: None)  # the browser expects one from now on: told later, it may be too late
    visitor.enter()
    visitor.until("document.querySelector('#shelf input[tabindex=\"-1\"]') !== null")
    visitor.until("document.querySelector('#wall .parts') !== null")  # the first answer has come, nothing is drawn anew
    visitor.tab.wait_for_timeout(500)
    yield Keys(visitor)
    assert visitor.complaints == []


def test_the_whole_flow_without_a_mouse(keys: Keys, portraits: dict[str, bytes]) -> None:
    tab, visitor = keys.tab, keys.visitor
    keys.walk_to("photo", "Choose a photo")
    chooser = keys.open_dialog()
    photo = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": selfie(portraits["astronaut"])}
    chooser.set_files(files=photo)
    tab.wait_for_selector("#report .ready")
    keys.rests_in("report")
    visitor.until("document.querySelector('#voice').textContent.includes('Face found')")

    keys.walk_to("style")
    for _ in range(3):
        keys.press("ArrowRight")
        tab.wait_for_timeout(150)
    assert tab.evaluate("document.querySelector('#style input:checked').value") == "doll"
    visitor.until(
        "document.querySelector('#voice').textContent === document.querySelector('#description h3 + p').innerText.trim()"
    )

    assert keys.walk_to("name") == ["boxed", "name"], "the cards of styles are one stop"
    tab.keyboard.type("Eileen")
    keys.walk_to("search")
    tab.keyboard.type("rocket")
    visitor.until("[...document.querySelectorAll('#shelf label')].filter(e => e.offsetParent).length < 9")
    visitor.until("document.querySelector('#shelf input[tabindex=\"0\"]').name === 'rocket'")
    keys.walk_to("shelf")
    keys.press("Space")
    visitor.until("document.querySelector('#shelf input[name=rocket]').checked")
    assert keys.walk_to("palette") == ["palette"], "the shelf is one stop"

    keys.walk_to("make")
    keys.press("Enter")
    keys.rests_in("done")
    tab.wait_for_selector("#done .compare img.after")
    visitor.until("document.querySelector('#voice').textContent.includes('Ta-da')")
    keys.walk_to("done", "Slide")
    keys.press("End")
    assert (
        tab.evaluate("parseFloat(getComputedStyle(document.querySelector('.compare')).getPropertyValue('--cut'))")
        == 100
    )
    keys.walk_to("done", "PNG")
    with tab.expect_download() as taken:
        keys.press("Enter")
    assert taken.value.suggested_filename == "stylize-doll.png"
    keys.walk_to("done", "Wipe")
    keys.press("Enter")
    tab.wait_for_selector("#picture .wiped")
    keys.rests_in("done")


def test_work_can_be_stopped_with_keys(keys: Keys, portraits: dict[str, bytes]) -> None:
    keys.visitor.bring(portraits["astronaut"])
    with at_work(keys.visitor, press=lambda: keys.tab.press("#make", "Enter")):
        pass
    keys.rests_in("busy")
    keys.walk_to("busy", "Stop")
    keys.press("Enter")
    keys.tab.wait_for_selector("#busy", state="hidden", timeout=30_000)
    keys.rests_in("make")


def test_the_privacy_panel_opens_and_closes_with_keys(keys: Keys, portraits: dict[str, bytes]) -> None:
    tab = keys.tab
    keys.walk_to("sign", "It stays")
    keys.press("Enter")
    keys.rests_in("privacy")
    keys.walk_to("privacy", "Close")
    keys.walk_to("privacy", "15")
    keys.press("Escape")
    tab.wait_for_selector("#privacy", state="hidden")
    assert keys.where() == ("sign", "It stays on this computer")
    keys.visitor.bring(selfie(portraits["astronaut"]))
    tab.focus("#found .see")
    keys.press("Enter")
    keys.rests_in("privacy")
    keys.press("Escape")
    assert keys.where()[0] == "found", "back where one came from"


def test_arrows_go_along_the_shelf(keys: Keys) -> None:
    keys.tab.focus("#search textarea")
    assert keys.press("Tab")[0] == "shelf"
    names = "document.activeElement.name"
    first = keys.tab.evaluate(names)
    keys.press("ArrowRight")
    second = keys.tab.evaluate(names)
    keys.press("ArrowLeft", "ArrowDown")
    below = keys.tab.evaluate(names)
    assert len({first, second, below}) == 3
    assert keys.tab.evaluate(MARKED)
    keys.press("ArrowUp")
    assert keys.tab.evaluate(names) == first
    keys.press("End")
    last = keys.tab.evaluate(names)
    keys.press("Tab", "Shift+Tab")
    assert keys.tab.evaluate(names) == last, "one comes back to where one was"


def test_more_tells_whether_it_is_open(keys: Keys) -> None:
    keys.visitor.until("document.querySelector('#more > button').getAttribute('aria-expanded') === 'false'")
    keys.tab.press("#more > button", "Enter")
    keys.visitor.until("document.querySelector('#more > button').getAttribute('aria-expanded') === 'true'")
    assert keys.walk_to("more")


def test_nothing_moves_for_those_who_asked_for_calm(owner: Any, page: Any, portraits: dict[str, bytes]) -> None:
    visitor = Visitor(owner, page)
    tab = visitor.enter()
    visitor.bring(selfie(portraits["astronaut"]))
    moving = "document.getAnimations().map(a => a.animationName ?? a.transitionProperty)"
    tab.click(".promise")
    tab.wait_for_selector("#privacy .pin:visible")
    assert tab.evaluate(moving) == []
    tab.emulate_media(reduced_motion="no-preference")
    visitor.until(f"{moving}.includes('ping')")
    tab.emulate_media(reduced_motion="reduce")
    tab.click("#privacy .fold")
    with at_work(visitor):
        assert tab.is_visible("#busy .bar")
        assert tab.evaluate(moving) == []

"""A page that is loaded again, or in another language, goes on where it was; one that is closed is forgotten; and those
who come later stand in line.
"""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ui.visitor import Visitor, eventually

CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), "")
RESULT = "#done .compare img.after"
OVER = f"{RESULT}, #pictures:visible, #trouble .trouble"
VISIT = re.compile(r"stylize-([0-9a-f]{32})")
EXPECTED = ("found.json", "AbortError", "Connection errored out")
"""What a browser says of a page that was left in the middle: the report is shown once, lines are cut."""

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")]


@pytest.fixture
def visit(owner: Any, page: Any) -> Callable[[], Visitor]:
    """`visit()`: one more tab of the same browser."""

    def come() -> Visitor:
        visitor = Visitor(owner, page)
        visitor.tab = owner.new_page()
        return visitor

    return come


@pytest.fixture
def visitor(visit: Callable[[], Visitor]) -> Visitor:
    return visit()


def choose(visitor: Visitor, photo: bytes, *, long: bool = False) -> None:
    """A boxed painting with a name and a rocket. `long`: four of the largest."""
    tab = visitor.tab
    visitor.bring(photo)
    tab.fill("#name textarea", "Eileen")
    tab.click("#shelf label:has(input[name=rocket])")
    tab.click("#style label:has(input[value=painted-anime])")
    tab.wait_for_selector("#box", state="hidden")
    tab.click("#boxed input")
    tab.wait_for_selector("#box:visible")
    if long:
        tab.click("#count label >> nth=1")
        tab.click("#more > button")
        tab.locator(":is(input[aria-label^='Size'], input[aria-label^='Größe'])").first.click()
        tab.click("[role=option]:has-text('1280')")
    tab.wait_for_timeout(900)  # until it is told


def is_as_left(visitor: Visitor) -> None:
    """Photo and choices are those of `choose`."""
    tab = visitor.tab
    tab.wait_for_selector("#photo .image-frame img")
    visitor.until("document.querySelector('#photo .image-frame img').naturalWidth > 0")
    tab.wait_for_selector("#report .ready")
    tab.wait_for_selector("#box:visible")
    assert tab.is_checked("#style input[value=painted-anime]")
    assert tab.input_value("#name textarea") == "Eileen"
    assert tab.is_checked("#shelf input[name=rocket]")


def photo_of(visitor: Visitor) -> str:
    return str(visitor.tab.get_attribute("#photo .image-frame img", "src")).removeprefix(visitor.server.origin)


def starts(visitor: Visitor) -> str:
    """Press the big button; returns the id of the visit, once the work has begun or stands in line."""
    visitor.tab.click("#make")
    visitor.tab.wait_for_selector("#busy .gauge")
    return str(visitor.tab.get_attribute("#busy .gauge", "data-work"))


def work_of(page: Any, visit: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(page.ask(f"/work/{visit}.json?tongue=en").read())
    return told


def stops(visitor: Visitor) -> None:
    visitor.tab.click("#cancel")
    visitor.tab.wait_for_selector("#busy", state="hidden")
    assert not visitor.tab.is_visible("#trouble .trouble")
    assert visitor.tab.is_enabled("#make")


@pytest.mark.parametrize("tongues", [("de", "de"), ("en", "de")], ids="-".join)
def test_loaded_again_while_it_works(visitor: Visitor, portraits: dict[str, bytes], tongues: tuple[str, str]) -> None:
    """Photo, choices, work and, at last, the result; also where the page comes back in another language."""
    tab, page = visitor.enter(tongues[0]), visitor.server
    choose(visitor, portraits["obama"], long=True)
    work = starts(visitor)
    tab.wait_for_selector("#busy .gauge.working")
    before = work_of(page, work)["fraction"]
    visitor.keep(f"stay-{'-'.join(tongues)}-1-busy")
    tab.goto(f"{page.origin}/{tongues[1]}/") if tongues[0] != tongues[1] else tab.reload()
    tab.wait_for_selector(f"#busy .gauge[data-work='{work}']", timeout=30_000)
    is_as_left(visitor)
    assert work_of(page, work)["fraction"] >= before > 0
    assert "Picture" in tab.inner_text("#busy .doing") or tongues[1] == "de"
    visitor.keep(f"stay-{'-'.join(tongues)}-2-busy-again")
    stops(visitor)
    is_as_left(visitor)
    eventually(lambda: work_of(page, work)["state"] == "none", 10)


def test_loaded_again_with_a_result(visitor: Visitor, portraits: dict[str, bytes]) -> None:
    tab = visitor.enter()
    choose(visitor, portraits["obama"])
    starts(visitor)
    tab.wait_for_selector(OVER, timeout=90_000)
    picture = tab.get_attribute(RESULT, "src")
    visit = tab.evaluate("window.name")
    assert VISIT.fullmatch(visit)
    for go in (tab.reload, lambda: tab.goto(f"{visitor.server.origin}/de/")):
        go()
        tab.wait_for_selector(f"{RESULT}[src='{picture}']", timeout=30_000)
        is_as_left(visitor)
        assert tab.evaluate("window.name") == visit
    visitor.until("document.querySelector('#make').innerText.toLowerCase() === 'mach mein bild'")
    visitor.until(f"document.querySelector('{RESULT}').naturalWidth === 768")
    visitor.keep("stay-german-result")
    _, jpeg = visitor.take_home("JPEG")
    assert jpeg[:2] == b"\xff\xd8"
    starts(visitor)  # and it goes on
    tab.wait_for_selector(OVER, timeout=90_000)
    assert tab.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0
    assert [said for said in visitor.complaints if not any(word in said for word in EXPECTED)] == []


def test_who_comes_later_stands_in_line(visit: Callable[[], Visitor], portraits: dict[str, bytes]) -> None:
    """Two tabs: the second one sees that one comes first and how long that takes; may go; moves up."""
    first, second = visit(), visit()
    first.enter()
    choose(first, portraits["obama"], long=True)
    second.enter()
    second.bring(portraits["biden"])
    starts(first)
    starts(second)
    tab = second.tab
    tab.wait_for_selector("#busy .gauge.waiting .queue span")
    assert tab.inner_text("#busy .doing") == "One picture is being made before yours"
    second.until("/^Your turn in about [0-9]+ (s|min)$/.test(document.querySelector('#busy .left').innerText)")
    assert tab.locator("#busy .queue span").count() == 2
    second.keep("stay-line")
    stops(second)
    assert first.tab.is_visible("#busy .gauge.working")
    starts(second)
    tab.wait_for_selector("#busy .gauge.waiting .queue span")
    stops(first)
    tab.wait_for_selector(f"#busy .gauge.working, {OVER}", timeout=30_000)
    tab.wait_for_selector(OVER, timeout=90_000)
    assert not tab.is_visible("#trouble .trouble")


def test_a_doubled_tab_is_a_visit_of_its_own(visit: Callable[[], Visitor], portraits: dict[str, bytes]) -> None:
    """Browsers copy the tab's name along; the first one keeps what is its own."""
    first, second = visit(), visit()
    first.enter()
    first.bring(portraits["obama"])
    name = first.tab.evaluate("window.name")
    second.enter()  # browsers empty the name of a tab that comes from elsewhere, but not of one that was doubled
    second.tab.evaluate("name => { window.name = name }", name)
    second.tab.reload()
    second.until(f"/^stylize-/.test(window.name) && window.name !== '{name}'", 30)
    assert second.tab.query_selector("#photo .image-frame img") is None
    assert first.tab.evaluate("window.name") == name
    first.tab.reload()
    first.tab.wait_for_selector("#report .ready", timeout=30_000)


def test_an_unknown_name_is_a_fresh_visit(visitor: Visitor) -> None:
    """As after the program was started anew."""
    for name in ("stylize-" + "0" * 32, "stylize-<b>", "somebody else"):
        visitor.enter()
        visitor.tab.evaluate("name => { window.name = name }", name)
        visitor.tab.reload()
        visitor.until(f"/^stylize-[0-9a-f]+$/.test(window.name) && window.name !== '{name}'")
    assert [said for said in visitor.complaints if not any(word in said for word in EXPECTED)] == []


def test_closed_for_good_in_the_middle(visit: Callable[[], Visitor], portraits: dict[str, bytes], page: Any) -> None:
    """The work of a page that does not come back is stopped after a while, and its photo overwritten; not before."""
    visitor = visit()
    visitor.enter()
    choose(visitor, portraits["obama"], long=True)
    photo, work = photo_of(visitor), starts(visitor)
    visitor.tab.wait_for_selector("#busy .gauge.working")
    visitor.tab.close()
    assert page.ask(photo).status == 200
    assert work_of(page, work)["state"] in ("working", "done")
    eventually(lambda: page.ask(photo).status == 404, 30)
    assert work_of(page, work) == {"state": "none"}


def test_wipe_now_wipes_who_may_come_back(visit: Callable[[], Visitor], portraits: dict[str, bytes], page: Any) -> None:
    leaver, wiper = visit(), visit()
    leaver.enter()
    choose(leaver, portraits["obama"], long=True)
    photo, work = photo_of(leaver), starts(leaver)
    wiper.enter()
    leaver.tab.goto("about:blank")
    wiper.tab.click(".promise")
    wiper.tab.click("#wipe")
    eventually(lambda: page.ask(photo).status == 404, 10)
    assert work_of(page, work) == {"state": "none"}


def test_an_ended_program_is_said_while_it_works(
    browser: Any, start_page: Callable[..., Any], portraits: dict[str, bytes]
) -> None:
    fresh = start_page()
    context = browser.new_context()
    try:
        visitor = Visitor(context, fresh)
        visitor.tab.goto(f"{fresh.origin}/?token={fresh.token}")
        visitor.tab.wait_for_selector("#make", timeout=60_000)
        choose(visitor, portraits["obama"], long=True)
        starts(visitor)
        visitor.tab.wait_for_selector("#busy .gauge.working")
        fresh.process.send_signal(signal.SIGKILL)
        fresh.process.wait(20)
        visitor.tab.wait_for_selector(".ended:visible", timeout=15_000)
        visitor.tab.wait_for_selector("#busy", state="hidden")
    finally:
        context.close()


@pytest.mark.skipif(os.name != "posix", reason="needs SIGSTOP")
def test_a_program_that_does_not_answer_is_said(visitor: Visitor, portraits: dict[str, bytes], page: Any) -> None:
    visitor.enter()
    choose(visitor, portraits["obama"], long=True)
    starts(visitor)
    os.kill(page.process.pid, signal.SIGSTOP)
    try:
        visitor.until("document.querySelector('#busy .left').innerText.startsWith('No word')", 20)
    finally:
        os.kill(page.process.pid, signal.SIGCONT)
    visitor.until("!document.querySelector('#busy .left').innerText.startsWith('No word')", 20)
    stops(visitor)

"""What the user sees of the promise, in a real browser: the panel, the clocks, wiping, and the receipt."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.ui.conftest import CHROMIUM
from tests.ui.visitor import PHONE, Visitor, eventually

CANARY = "Kanarie-9b1e77"
MARKUP = "<b id=markup>bold</b>"

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")]


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[[Any], Visitor]]:
    """`visit(page)`: somebody with a fresh browser and the page's cookie."""
    contexts = []

    def come(page: Any) -> Visitor:
        context = browser.new_context()
        contexts.append(context)
        name, _, value = page.cookie.partition("=")
        context.add_cookies(
            [{"name": name, "value": value, "url": page.origin, "httpOnly": True, "sameSite": "Strict"}]
        )
        return Visitor(context, page)

    yield come
    for context in contexts:
        context.close()


@pytest.fixture
def visit_alone(visit: Callable[[Any], Visitor], start_page: Callable[..., Any]) -> Callable[..., Visitor]:
    """`visit_alone("--flag")`: the only visitor of a page of their own."""

    def come(*flags: str) -> Visitor:
        (page := start_page(*flags)).open()
        return visit(page)

    return come


@pytest.fixture
def visitor(visit: Callable[[Any], Visitor], page: Any) -> Visitor:
    return visit(page)


@pytest.fixture(scope="module")
def selfie(portraits: dict[str, bytes]) -> bytes:
    """A portrait that tells where, when and by whom it was taken, and tries to put markup into the page."""
    picture = Image.open(io.BytesIO(portraits["obama"]))
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x013B], exif[0x0132] = "Toyphone", CANARY, MARKUP, "2026:05:04 12:00:00"
    exif[0x8825] = {1: "N", 2: (48.0, 8.0, 0.0), 3: "E", 4: (11.0, 34.0, 0.0)}
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90, exif=exif, comment=CANARY.encode())
    return buffer.getvalue()


def make(visitor: Visitor, press: str = "#make") -> str:
    """Press the big button; returns the address of the picture that comes."""
    tab, shown = visitor.tab, "document.querySelector('.compare img.after')?.getAttribute('src')"
    before = tab.evaluate(f"{shown} ?? ''")
    tab.click(press)
    visitor.until(f"({shown} ?? '{before}') !== '{before}' || !!document.querySelector('#trouble .trouble')", 90)
    assert not tab.is_visible("#trouble .trouble"), tab.inner_text("#trouble")
    visitor.until("[...document.querySelectorAll('.compare img')].every(i => i.complete && i.naturalWidth > 0)", 60)
    return str(tab.get_attribute(".compare img.after", "src"))


def photo_of(visitor: Visitor) -> str:
    return str(visitor.tab.get_attribute("#photo .image-frame img", "src")).removeprefix(visitor.server.origin)


def seconds_on(visitor: Visitor, where: str) -> int:
    """What the clock there says is left."""
    minutes, _, seconds = visitor.tab.inner_text(f"{where} .clock .time").split()[-1].partition(":")
    return 60 * int(minutes) + int(seconds)


@pytest.mark.parametrize(
    ("tongue", "scheme", "view", "words"),
    [
        ("en", "light", None, ("48.13° north, 11.57° east", "It stands", "brand", "60 min")),
        ("de", "dark", PHONE, ("48,13° Nord, 11,57° Ost", "Sie steht", "Marke", "60 min")),
    ],
)
def test_the_panel_tells_what_was_in_the_photo_and_what_keeps_it_in(
    visit_alone: Any, selfie: bytes, tongue: str, scheme: str, view: dict[str, int] | None, words: tuple[str, ...]
) -> None:
    visitor = visit_alone()  # the panel counts the photos of all visitors
    tab = visitor.enter(tongue, view, scheme)
    assert not tab.is_visible("#privacy")
    visitor.bring(selfie)
    tab.click(".promise")
    tab.wait_for_selector("#privacy .world:visible")
    visitor.until("document.querySelector('#kept [data-number=photos]').innerText === '1'")
    visitor.until("document.querySelector('#wall .parts') !== null")
    visitor.keep(f"privacy-{tongue}-{scheme}")
    told = tab.inner_text("#privacy")
    for sentence in (*words, CANARY, "Toyphone", MARKUP):
        assert sentence in told
    assert tab.query_selector("#markup") is None, "values are text, whatever they look like"
    assert tab.get_attribute(".promise", "aria-expanded") == "true"
    pin = tab.evaluate(
        """(() => { const [land, pin] = ['.land', '.pin'].map(s => document.querySelector(s).getBoundingClientRect());
        return [(pin.x + pin.width / 2 - land.x) / land.width, (pin.y + pin.height / 2 - land.y) / land.height]; })()"""
    )
    assert pin == pytest.approx([(11.567 + 180) / 360, (84 - 48.133) / 142], abs=0.01)
    assert tab.evaluate("document.documentElement.scrollWidth") <= (view or {"width": 1440})["width"]
    nameless = tab.evaluate(
        """[...document.querySelectorAll('#privacy :is(button, input, a, [tabindex])')].filter(e => e.offsetParent && !(
            e.getAttribute('aria-label') || e.innerText || e.labels?.length)).map(e => e.outerHTML.slice(0, 200))"""
    )
    assert nameless == []
    tab.keyboard.press("Escape")
    tab.wait_for_selector("#privacy", state="hidden")
    assert tab.evaluate("document.activeElement.classList.contains('promise')")
    assert visitor.complaints == []


def test_the_server_says_no_value_and_hands_the_report_out_once(visitor: Visitor, selfie: bytes) -> None:
    """Everything that the page was told is looked through: the values came in one answer only, and only once."""
    tab = visitor.enter()
    said: dict[str, bytes] = {}

    def note(answer: Any) -> None:
        if "/queue/" not in answer.url and answer.request.resource_type in ("fetch", "xhr", "eventsource"):
            said[answer.url] = answer.body()

    tab.on("requestfinished", lambda request: note(request.response()))
    visitor.bring(selfie)
    tab.click("#found .see")
    tab.wait_for_selector("#privacy dd:has-text('Toyphone')")
    (report,) = [url for url, body in said.items() if CANARY.encode() in body]
    assert report.endswith("/found.json")
    assert visitor.server.ask(report.removeprefix(visitor.server.origin)).status == 404
    for selector in ("#report", "#photo"):
        assert CANARY not in tab.inner_html(selector)
    tab.reload()
    tab.wait_for_selector("#make")
    assert CANARY not in tab.content()


def test_wipe_now_empties_everything(visitor: Visitor, selfie: bytes, page: Any) -> None:
    tab = visitor.enter()
    visitor.bring(selfie)
    photo, picture = photo_of(visitor), make(visitor)
    addresses = [photo, picture, picture.replace("picture.png", "before.jpg"), picture.replace("png", "jpg")]
    assert [page.ask(address).status for address in addresses] == [200] * 4
    tab.click(".promise")
    tab.click("#wipe")
    tab.wait_for_selector("#picture .wiped")
    tab.wait_for_selector("#report .wiped")
    visitor.keep("privacy-wiped")
    assert [page.ask(address).status for address in addresses] == [404] * 4
    assert tab.query_selector("#photo .image-frame img") is None
    assert tab.query_selector("#picture img") is None
    assert not tab.is_visible("#home")
    assert CANARY not in tab.content()
    state = json.loads(page.ask("/privacy.json").read())
    assert (state["photos"], state["results"], state["files"], state["next"]) == (0, 0, 0, None)
    visitor.until("[...document.querySelectorAll('#kept [data-number]')].every(e => e.innerText === '0')")
    visitor.bring(selfie)  # and it goes on
    assert page.ask(make(visitor)).status == 200
    assert visitor.complaints == []


def test_nobody_is_told_the_ids_of_others(visitor: Visitor, selfie: bytes, page: Any) -> None:
    """Whoever knows an id can see the picture; over --lan there are several visitors."""
    visitor.enter()
    visitor.bring(selfie)
    own = Path(photo_of(visitor)).stem
    assert own not in page.ask("/privacy.json").read().decode()
    state = json.loads(page.ask(f"/privacy.json?ids={'0' * 32}.{own}").read())
    assert list(state["left"]) == [own]
    assert state["next"] <= state["left"][own][0]
    assert state["photos"] >= 1


def test_a_picture_that_was_taken_home_is_kept_a_minute_or_longer_if_asked(visitor: Visitor, selfie: bytes) -> None:
    tab = visitor.enter()
    visitor.bring(selfie)
    make(visitor)
    tab.wait_for_selector("#home .clock")
    visitor.until("/in 1[45]:/.test(document.querySelector('#home .clock .time').innerText)")
    first = seconds_on(visitor, "#home")
    eventually(lambda: seconds_on(visitor, "#home") < first, 15)
    visitor.take_home("PNG")
    visitor.until("document.querySelector('#home .clock .time').innerText.startsWith('Taken home')")
    assert 0 < seconds_on(visitor, "#home") <= 60
    assert seconds_on(visitor, "#report") > 60, "the photo itself was not taken home"
    _, data = visitor.take_home("JPEG")
    assert Image.open(io.BytesIO(data)).format == "JPEG"
    visitor.keep("privacy-taken")
    tab.click("#home .longer")
    visitor.until("!document.querySelector('#home .clock .time').innerText.startsWith('Taken home')")
    eventually(lambda: seconds_on(visitor, "#home") > 60, 15)
    tab.click(".promise")
    tab.click("#minutes label:has-text('60 min')")
    eventually(lambda: seconds_on(visitor, "#home") > 15 * 60, 15)
    assert json.loads(visitor.server.ask("/privacy.json").read())["keep_seconds"] == 3600
    tab.click("#minutes label:has-text('15 min')")
    eventually(lambda: seconds_on(visitor, "#home") <= 15 * 60, 15)


def test_when_the_time_is_over_nothing_is_left(visit_alone: Callable[..., Visitor], selfie: bytes) -> None:
    visitor = visit_alone("--keep-minutes", "0.4")
    tab = visitor.enter("de")
    visitor.bring(selfie)
    photo, first = photo_of(visitor), make(visitor)
    picture = make(visitor, "#again")
    eventually(lambda: seconds_on(visitor, "#home") <= 14, 40)
    tab.click("#home .longer")
    visitor.until("!document.querySelectorAll('#pictures input')[1] && !!document.querySelector('#done .compare')", 40)
    assert [visitor.server.ask(address).status for address in (first, picture)] == [404, 200], (
        "only one was kept longer"
    )
    tab.wait_for_selector("#picture .wiped", timeout=60_000)
    tab.wait_for_selector("#report .wiped", timeout=60_000)
    visitor.keep("privacy-time-is-over")
    assert "lebt nur noch dort" in tab.inner_text("#picture")
    assert tab.query_selector("#picture img, #photo .image-frame img") is None
    assert [visitor.server.ask(address).status for address in (photo, picture)] == [404, 404]
    tab.click("#make")
    tab.wait_for_selector("#trouble .trouble")
    assert visitor.complaints == []


def test_the_receipt_can_be_checked_and_tells_nothing_personal(visitor: Visitor, selfie: bytes) -> None:
    tab = visitor.enter("de")
    visitor.bring(selfie, name=f"{CANARY}.jpg")
    tab.fill("#name textarea", "Kanarie")
    tab.fill("#tagline textarea", "Kanarienvogel")
    make(visitor)
    files = {}
    tab.click("#home summary")
    for label in ("in Worten", "JSON"):
        with tab.expect_download() as waiting:
            tab.click(f"#home .receipt a:text-is('{label}')")
        files[waiting.value.suggested_filename] = Path(waiting.value.path()).read_text("utf-8")
    assert sorted(files) == ["stylize-action-figure-receipt.json", "stylize-action-figure-receipt.txt"]
    _, data = visitor.take_home("WebP")
    told = json.loads(files["stylize-action-figure-receipt.json"])
    digests = {told["export_digest"], *told["other_digests"].values()}
    assert hashlib.sha256(data).hexdigest() in digests
    assert all(digest in files["stylize-action-figure-receipt.txt"] for digest in digests)
    assert "Die Mauer" in files["stylize-action-figure-receipt.txt"]
    assert told["wall"] == json.loads(visitor.server.ask("/privacy.json").read())["wall"]
    assert told["files_left"] == 0
    assert told["found_groups"]["place"] >= 1
    for text in files.values():
        for needle in (CANARY, "anarie", "Toyphone", "2026:05", "48.1", "me.jpg"):
            assert needle not in text


def test_without_a_wall_every_screen_says_so(visit_alone: Callable[..., Visitor]) -> None:
    visitor = visit_alone("--without-wall")
    tab = visitor.enter("en")
    tab.wait_for_selector("#banner .no-wall:visible")
    assert "There is no wall" in tab.inner_text("#banner")
    assert "does not refuse connections" in tab.inner_text("#banner")
    tab.wait_for_selector(".promise.open-lock")
    tab.click(".promise")
    tab.wait_for_selector("#wall .parts .no")
    visitor.keep("privacy-no-wall")
    assert "It is not closed here" in tab.inner_text("#wall")
    assert "own good conduct" in tab.inner_text("#privacy-heading")


def test_when_the_program_ends_the_page_keeps_no_picture(visit_alone: Callable[..., Visitor], selfie: bytes) -> None:
    visitor = visit_alone()
    tab = visitor.enter()
    visitor.bring(selfie)
    make(visitor)
    visitor.server.stop()
    tab.wait_for_selector(".ended:visible", timeout=60_000)
    assert not tab.is_visible("#steps")
    assert not tab.is_visible("#done")
    visitor.keep("privacy-ended")
    assert tab.evaluate("[...document.querySelectorAll('.compare img, #photo img')].every(i => !i.getAttribute('src'))")

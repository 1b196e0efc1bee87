"""The question whether the person in the photo agrees: asked before the first picture, by the server; once for each person."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

import stylize
from stylize import photo
from stylize.errors import EngineFailed
from stylize.models import Consent, Findings, Photo, Request
from tests.ui.states import selfie
from tests.ui.test_ui_form import EMPTY
from tests.ui.test_ui_stay import EXPECTED
from tests.ui.visitor import PHONE, Visitor
from ui.handlers import Handlers
from ui.intake import Arrival
from ui.keeping import Keeping
from ui.making import Making
from ui.pictures import placeholder
from ui.seeds import Throw
from ui.shop import Shop
from ui.strings import language, languages

ME = "somebody"


@pytest.fixture(scope="module")
def opened(portraits: dict[str, bytes]) -> tuple[Photo, Findings]:
    read = photo.read(portraits["biden"])
    findings = photo.inspect(read)
    return read, replace(findings, faces=findings.faces * 2)


@pytest.fixture
def room(opened: tuple[Photo, Findings], monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[SimpleNamespace]:
    """A shop with a visitor who has brought a photo of two people. `room.ordered`: what an engine was asked for, in vain."""
    darkroom: Any = None
    workshop = stylize.Workshop(stylize.Settings(weights=tmp_path))
    held, say = Shop(workshop, darkroom), language("en")
    ordered: list[Request] = []

    def run(_sitting: object, request: Request, **_options: object) -> None:
        ordered.append(request)
        raise EngineFailed(engine="figure", kind="Test")

    def bring() -> None:
        read, findings = opened
        own = Photo(id="x", pixels=read.pixels.copy(), media_type=read.media_type, found=())
        room.visit.photo = held.intake.arrivals.put(
            Arrival(photo=own, findings=findings, refusal=None, preview=placeholder())
        )

    monkeypatch.setattr(workshop, "run", run)
    room = SimpleNamespace(shop=held, visit=held.visits.of(ME), ordered=ordered, bring=bring)
    room.making, room.do = Making(say, held, held.visits), Handlers(say, held, held.visits)
    room.keeping = Keeping(say, held, held.visits)
    bring()
    yield room
    held.close()
    workshop.close()


def asked(room: SimpleNamespace, throw: Throw = Throw.FORM, **values: Any) -> str:
    """Press a button that makes pictures: the question that comes, or ""."""
    told = list(room.making.make(ME, {**EMPTY, "count": 1, **values}, throw))
    return str(told[-1].get("question", ""))


def say(room: SimpleNamespace, said: Consent, **values: Any) -> str:
    told = list(room.making.answer(ME, {**EMPTY, "count": 1, **values}, said))
    return str(told[-1].get("question", ""))


def test_without_an_answer_there_is_the_question_and_no_picture(room: SimpleNamespace) -> None:
    for _ in range(2):
        assert "<dialog" in asked(room)
    assert (room.visit.job, room.ordered) == (None, [])


@pytest.mark.parametrize("said", [Consent.GIVEN, Consent.GUARDIAN])
def test_a_yes_makes_what_was_wanted_and_is_not_asked_for_again(room: SimpleNamespace, said: Consent) -> None:
    assert asked(room)
    assert say(room, said) == ""
    assert [request.consent for request in room.ordered] == [said]
    for throw in Throw:
        assert asked(room, throw, count=4) == ""
    assert {request.consent for request in room.ordered} == {said}
    assert len(room.ordered) == 1 + len(Throw)


def test_it_is_asked_of_each_person(room: SimpleNamespace) -> None:
    asked(room)
    say(room, Consent.GIVEN)
    assert asked(room, face=1), "another face"
    say(room, Consent.GUARDIAN, face=1)
    assert asked(room, face=0) == ""
    assert asked(room, face=1) == ""
    assert [request.consent for request in room.ordered[-2:]] == [Consent.GIVEN, Consent.GUARDIAN]
    room.bring()
    assert asked(room), "another photo"


def test_an_answer_to_no_question_is_none(room: SimpleNamespace) -> None:
    assert say(room, Consent.GIVEN), "nobody had asked"
    assert say(room, Consent.GIVEN, face=1), "it was about the other one"
    assert room.ordered == []
    assert say(room, Consent.GIVEN, face=1) == ""


def test_what_was_said_goes_with_the_photo(room: SimpleNamespace) -> None:
    for forget in (lambda: room.do.drop_photo(ME), lambda: room.keeping.wipe(ME)):
        asked(room)
        say(room, Consent.GIVEN)
        asked(room, face=1)
        assert (len(room.visit.said), room.visit.asked is None) == (1, False)
        assert forget()["question"] == ""
        assert (room.visit.said, room.visit.asked) == ({}, None)
        room.bring()


def test_a_page_that_comes_back_is_not_asked_again(room: SimpleNamespace) -> None:
    asked(room)
    say(room, Consent.GIVEN)
    visits, visit = room.shop.visits, room.visit
    for page, act in ((ME, visits.come), (ME, visits.go), ("reloaded", visits.come)):
        act(page)
    assert visits.claim("reloaded", visit.id) is visit
    told = list(room.making.make("reloaded", {**EMPTY, "count": 1}))
    assert not any(news.get("question") for news in told)


def test_two_clicks_at_once_begin_one_work(room: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A yes, and the key that is held down on the big button."""
    asked(room)
    say(room, Consent.GIVEN)
    room.ordered.clear()
    both, alone, begin = threading.Barrier(2), threading.Lock(), room.shop.begin

    def slow(*what: Any) -> Any:
        assert alone.acquire(blocking=False), "the other one is about to begin"
        time.sleep(0.2)
        room.visit.job = begin(*what)
        alone.release()
        return room.visit.job

    def click() -> None:
        both.wait(60)
        asked(room)

    monkeypatch.setattr(room.shop, "begin", slow)
    with ThreadPoolExecutor(2) as clicks:
        for done in [clicks.submit(click) for _ in range(2)]:
            done.result(60)
    assert room.ordered


def test_trouble_comes_before_the_question(room: SimpleNamespace) -> None:
    told = list(room.making.make(ME, {**EMPTY, "count": 1, "seed": "needle"}))
    assert told[-1].keys() == {"trouble"}


@pytest.mark.parametrize("code", languages())
def test_the_guardian_is_in_every_question(room: SimpleNamespace, code: str) -> None:
    """No look at the face decides whether it is: there is nothing that could be wrong."""
    words = language(code)
    making = Making(words, room.shop, room.shop.visits)
    questions = [str(list(making.make(ME, {**EMPTY, "count": 1, "face": face}))[-1]["question"]) for face in (0, 1)]
    for question in questions:
        assert words("consent.guardian_words") in question
        assert re.findall(r'data-answer="(\w+)"', question) == ["agree", "guardian", "decline"]
        assert not re.search(r"<button[^>]*(?:autofocus|class|style|disabled)", question), (
            "no answer is more than another"
        )


ALIKE = """[...document.querySelectorAll('#question button')].map(button => {
    const look = getComputedStyle(button), words = getComputedStyle(button.querySelector('strong'));
    return [button.offsetWidth, look.backgroundColor, look.color, look.borderColor, look.borderWidth, look.boxShadow,
            look.opacity, words.fontSize, words.fontWeight, words.color].join(' ');
})"""


def consent_of(visitor: Visitor) -> str:
    shown = str(visitor.tab.get_attribute(".compare img.after", "src"))
    return str(json.loads(visitor.server.ask(shown.rpartition("/")[0] + "/receipt.json").read())["consent"])


@pytest.mark.browser
def test_it_is_answered_with_keys_alone(owner: Any, page: Any, portraits: dict[str, bytes]) -> None:
    visitor = Visitor(owner, page, agrees=False)
    tab = visitor.enter()
    visitor.bring(selfie(portraits["astronaut"]))
    tab.fill("#name textarea", "Eileen")
    tab.press("#make", "Enter")
    dialog = tab.get_by_role("dialog", name="Does this person agree?")
    dialog.wait_for()
    focus = "document.activeElement.dataset.answer ?? document.activeElement.id"
    assert tab.evaluate(focus) == "question-title", "no answer is chosen beforehand"
    tab.mouse.move(0, 0)
    assert len(set(tab.evaluate(ALIKE))) == 1
    assert dialog.locator("input").count() == 0
    visitor.keep("question")
    stops = []
    for _ in range(3):
        tab.keyboard.press("Tab")
        stops.append(tab.evaluate(focus))
        assert tab.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 3
    assert stops == ["agree", "guardian", "decline"]
    tab.keyboard.press("Enter")
    dialog.wait_for(state="hidden")
    assert tab.evaluate(focus) == "make"
    assert not tab.is_visible("#busy, #done, #trouble .trouble")
    assert tab.input_value("#name textarea") == "Eileen"
    assert tab.query_selector("#photo img, #regions img") is not None, "nothing is lost"

    tab.keyboard.press("Enter")
    dialog.wait_for()
    tab.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert tab.evaluate(focus) == "make", "to leave is a no"
    tab.keyboard.press("Enter")
    dialog.wait_for()
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#done .compare img.after", timeout=60_000)
    assert consent_of(visitor) == "given"
    first = tab.get_attribute(".compare img.after", "src")
    visitor.until("!document.querySelector('#busy')?.offsetParent")
    tab.click("#again")
    other = f"(document.querySelector('.compare img.after')?.getAttribute('src') ?? '{first}') !== '{first}'"
    visitor.until(other, 60)
    assert consent_of(visitor) == "given"
    assert visitor.complaints == []
    assert tab.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0


@pytest.mark.browser
def test_a_guardian_answers_for_a_child(owner: Any, page: Any, portraits: dict[str, bytes]) -> None:
    visitor = Visitor(owner, page, agrees=False)
    tab = visitor.enter("de", PHONE, "dark")
    visitor.bring(portraits["biden"])
    tab.click("#make")
    tab.wait_for_selector("#question[open] img")
    room, screen = (tab.evaluate(f"document.querySelector('#question').{side}Height") for side in ("scroll", "client"))
    assert room <= screen, "all of it is in sight on a telephone"
    tab.reload()
    tab.wait_for_selector("#photo .image-frame img")
    visitor.until("document.querySelector('#make')?.offsetParent && !document.querySelector('#busy')?.offsetParent")
    assert tab.query_selector("#question") is None, "a page that is loaded again has not heard an answer"
    tab.click("#make")
    tab.wait_for_selector("#question[open] img")
    tab.dblclick("#question >> text=unter 18")
    tab.wait_for_selector("#done .compare img.after", timeout=60_000)
    assert consent_of(visitor) == "given-by-guardian"
    assert [said for said in visitor.complaints if not any(word in said for word in EXPECTED)] == []

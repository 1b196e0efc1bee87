"""How one looks: measured after the photo has come, chosen by pictures, and what is chosen is what is made."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from stylize import Request, Size, Workshop, photo
from stylize.errors import NoFace
from stylize.models import Beard, Findings, Hair, Look, Outfit, Photo
from stylize.progress import Progress
from tests.ui.conftest import CHROMIUM
from tests.ui.visitor import Visitor
from ui import looks
from ui.form import COLOURS
from ui.intake import Arrival
from ui.measure import SHOWN, Measure
from ui.pictures import placeholder
from ui.server import ASSETS
from ui.shelf import Shelf
from ui.strings import language, languages
from ui.visits import Visits

LOOK = Look(
    hair=Hair.BOB,
    outfit=Outfit.TEE,
    beard=Beard.NONE,
    glasses=True,
    **{name: f"#{number:02x}2030" for number, name in enumerate(COLOURS)},
)
ME = "somebody"


@pytest.fixture(scope="module")
def astronaut(portraits: dict[str, bytes]) -> tuple[Photo, Findings]:
    opened = photo.read(portraits["astronaut"])
    return opened, photo.inspect(opened)


# ---------------------------------------------------------------- the pictures


def test_every_choice_has_a_picture_and_they_are_light() -> None:
    known = {f"{group}/{word}" for group, words in looks.GROUPS.items() for word in words}
    there = {
        path.relative_to(ASSETS / "choices").with_suffix("").as_posix(): path
        for path in (ASSETS / "choices").rglob("*.webp")
    }
    assert there.keys() == known
    assert sum(path.stat().st_size for path in there.values()) < 250_000
    seen = {name: np.asarray(Image.open(path).convert("RGBA"), int) for name, path in there.items()}
    for name, picture in seen.items():
        assert picture.shape == (160, 160, 4)
        twins = [
            o
            for o, other in seen.items()
            if o != name and o.split("/")[0] == name.split("/")[0] and np.abs(other - picture).mean() < 0.5
        ]
        assert not twins, f"{name} looks like {twins}"


# ---------------------------------------------------------------- measuring


def test_what_is_measured_is_what_is_made(astronaut: tuple[Photo, Findings]) -> None:
    with Workshop() as workshop:
        measured = workshop.look(*astronaut)
        assert measured == workshop.run(astronaut[0], Request(style="doll", size=Size(width=256, height=320))).look


def test_measuring_does_not_wait_for_a_picture(astronaut: tuple[Photo, Findings]) -> None:
    begun, free = threading.Event(), threading.Event()

    def halt(_progress: Progress) -> None:
        begun.set()
        assert free.wait(60)

    with Workshop() as workshop:
        making = threading.Thread(target=lambda: workshop.run(astronaut[0], Request(style="doll"), tell=halt))
        making.start()
        try:
            assert begun.wait(60)
            measuring = threading.Thread(target=lambda: workshop.look(*astronaut))
            measuring.start()
            measuring.join(60)
            assert not measuring.is_alive(), "the picture is still being made"
            assert making.is_alive()
        finally:
            free.set()
            making.join(60)


@pytest.fixture
def room(astronaut: tuple[Photo, Findings]) -> SimpleNamespace:
    """A Measure, `arrivals` with one photo on them, the `visit` that brought it, and `look`: what its workshop does."""
    arrivals: Shelf[Arrival] = Shelf(places=4)
    visits = Visits()
    room = SimpleNamespace(arrivals=arrivals, visit=visits.of(ME), look=lambda _photo, _findings: LOOK)
    workshop = SimpleNamespace(look=lambda *what: room.look(*what))
    shop: Any = SimpleNamespace(intake=SimpleNamespace(arrivals=arrivals), workshop=workshop)
    room.measure = Measure(language("en"), shop, visits)
    opened, findings = astronaut
    faces = findings.faces * 2
    arrival = Arrival(
        photo=Photo(id="x", pixels=opened.pixels.copy(), media_type=opened.media_type, found=()),
        findings=Findings(faces=faces, subject=0, warnings=(), verdict="ok"),
        refusal=None,
        preview=placeholder(),
    )
    room.visit.photo = arrivals.put(arrival)
    return room


def first_words(updates: dict[str, Any]) -> list[str]:
    return [updates[f"look.{group}"]["choices"][0][0] for group in looks.GROUPS]


def test_the_words_say_what_was_seen(room: SimpleNamespace) -> None:
    told = room.measure.look(ME, 0)
    assert set(told) == set(SHOWN)
    assert first_words(told) == [f"As in the photo: {what}" for what in ("Bob", "T-shirt", "None", "With glasses")]
    assert "/toy/choices/hair/bob.webp" in told["seen"]
    for name in COLOURS:
        assert f'data-colour="{name}" data-measured="{getattr(LOOK, name)}"' in told["swatches"]


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("problem", [NoFace(), ValueError("no subject"), None])
def test_what_cannot_be_measured_is_passed_over(room: SimpleNamespace, code: str, problem: Exception | None) -> None:
    say = language(code)
    room.measure._say = say

    def fail(*_what: object) -> Look:
        raise problem or RuntimeError

    room.look = fail
    told = room.measure.look(ME, 0)
    assert set(first_words(told)) == {say("look.measured")}
    assert told["seen"] == ""
    assert "data-measured" not in told["swatches"]


@pytest.mark.parametrize(("face", "asked"), [(1, 1), (None, 0), (7, 0)])
def test_the_chosen_face_is_measured(room: SimpleNamespace, face: int | None, asked: int) -> None:
    whom = []
    room.look = lambda _photo, findings: whom.append(findings.subject) or LOOK
    room.measure.look(ME, face)
    assert whom == [asked]


def test_a_late_answer_is_not_given(room: SimpleNamespace) -> None:
    """Somebody chooses another face, or takes the photo away, while the first is being measured."""
    answers = []

    def hurried(*_what: object) -> Look:
        room.look = lambda *_: LOOK
        answers.append(room.measure.look(ME, 1))
        return LOOK

    room.look = hurried
    assert room.measure.look(ME, 0) == {}
    assert set(answers[0]) == set(SHOWN)


def test_what_was_seen_goes_with_the_photo(room: SimpleNamespace) -> None:
    assert room.measure.forget(ME) == {}, "it is still there, and is not measured again"
    room.arrivals.drop(room.visit.photo)
    room.visit.photo = None
    told = room.measure.forget(ME)
    assert set(first_words(told)) == {"As in the photo"}
    assert told["seen"] == ""


# ---------------------------------------------------------------- on the page

FIRST = "document.querySelector('#hair label span').innerText"
HAIR_COLOUR = "#swatches [data-colour=hair_colour]"
GREEN = "#18b34a"


@pytest.fixture
def visitor(owner: Any, page: Any) -> Iterator[Visitor]:
    visitor = Visitor(owner, page)
    visitor.enter()
    visitor.tab.click("#more > button")
    visitor.tab.wait_for_selector("#hair:visible")
    yield visitor
    assert visitor.complaints == []
    visitor.tab.goto("about:blank")


def greenness(visitor: Visitor) -> float:
    """Make the picture; the share of it that is as green as the hair that was ordered."""
    tab = visitor.tab
    before = tab.evaluate("document.querySelector('#done .compare img.after')?.getAttribute('src') ?? ''")
    tab.click("#make")
    source = "(document.querySelector('#done .compare img.after')?.getAttribute('src') ?? '')"
    visitor.until(f"{source} && {source} !== {before!r} && document.querySelector('#done').offsetParent !== null", 60)
    data = visitor.server.ask(str(tab.evaluate(source))).read()
    red, green, blue = np.moveaxis(np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), int), -1, 0)
    return float(((green > red + 40) & (green > blue + 25)).mean())


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")
def test_hair_and_colour_are_made_as_chosen(visitor: Visitor, portraits: dict[str, bytes]) -> None:
    tab = visitor.tab
    assert tab.evaluate(FIRST) == "As in the photo"
    assert tab.is_visible(f"{HAIR_COLOUR}.unknown")
    visitor.bring(portraits["astronaut"])
    visitor.until(f"{FIRST} === 'As in the photo: Pixie'")
    measured = tab.get_attribute(HAIR_COLOUR, "data-measured")
    assert tab.input_value(f"{HAIR_COLOUR} input") == measured
    assert "pixie.webp" in tab.evaluate("getComputedStyle(document.querySelector('#hair input')).backgroundImage")
    tab.uncheck("#boxed input")
    tab.click("#hair label:has(input[value=afro])")
    tab.fill(f"{HAIR_COLOUR} input", GREEN)
    visitor.keep("desk-looks")
    afro = greenness(visitor)
    assert afro > 0.06, "the chosen hair in the chosen colour"

    tab.click("#hair label:has(input[value=bald])")
    assert greenness(visitor) < 0.2 * afro, "no hair, nothing green"

    tab.click("#hair label:has(input[value=''])")
    tab.click(f"{HAIR_COLOUR} .undo")
    assert tab.input_value(f"{HAIR_COLOUR} input") == measured
    assert not tab.is_visible(f"{HAIR_COLOUR} .undo")
    assert tab.evaluate("document.querySelector('#own-colours textarea').value") == ""
    assert greenness(visitor) < 0.2 * afro, "as in the photo again"


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")
def test_own_colours_outlive_the_photo_and_measured_ones_do_not(visitor: Visitor, portraits: dict[str, bytes]) -> None:
    tab = visitor.tab
    tab.fill(f"{HAIR_COLOUR} input", GREEN)
    visitor.bring(portraits["obama"])
    visitor.until(f"{FIRST}.startsWith('As in the photo: ')")
    assert tab.input_value(f"{HAIR_COLOUR} input") == GREEN
    skin = tab.input_value("#swatches [data-colour=skin_colour] input")
    tab.click("#photo .icon-button-wrapper button:last-of-type")
    visitor.until(f"{FIRST} === 'As in the photo'")
    assert tab.input_value(f"{HAIR_COLOUR} input") == GREEN
    assert tab.input_value("#swatches [data-colour=skin_colour] input") != skin
    assert tab.is_visible("#swatches [data-colour=skin_colour].unknown")
    assert skin not in tab.content()


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")
def test_whose_toy_it_shall_be_decides_what_was_seen(visitor: Visitor, portraits: dict[str, bytes]) -> None:
    people = [Image.open(io.BytesIO(portraits[name])).convert("RGB").resize((600, 750)) for name in ("obama", "biden")]
    together = Image.new("RGB", (1200, 750))
    for index, person in enumerate(people):
        together.paste(person, (600 * index, 0))
    buffer = io.BytesIO()
    together.save(buffer, "JPEG")
    tab, skins = visitor.tab, []
    skin = "document.querySelector('#swatches [data-colour=skin_colour]').dataset.measured"
    visitor.bring(buffer.getvalue())
    visitor.until(f"!!{skin}")
    for _ in range(2):
        skins.append(str(tab.evaluate(skin)))
        other = tab.locator("#face label:not(.selected)").first
        other.click()
        visitor.until(f"{skin} !== {skins[-1]!r}")
    assert tab.evaluate(skin) == skins[0], "the first one again"


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")
def test_cards_and_swatches_with_keys(visitor: Visitor, portraits: dict[str, bytes]) -> None:
    tab = visitor.tab
    visitor.bring(portraits["astronaut"])
    visitor.until(f"{FIRST}.includes(':')")
    visitor.until("document.querySelector('#hair input').name === 'hair'")
    tab.focus("#hair input:checked")
    tab.keyboard.press("ArrowRight")
    visitor.until("document.querySelector('#hair input:checked').value === 'bald'")
    where = "document.activeElement.closest('fieldset, .colour')?.id || document.activeElement.closest('.colour')?.dataset.colour"
    stops = []
    for _ in range(5):
        tab.keyboard.press("Tab")
        stops.append(tab.evaluate(where))
    assert stops == ["outfit", "beard", "glasses", "skin_colour", "hair_colour"], "a group is one stop"
    tab.fill(f"{HAIR_COLOUR} input", GREEN)
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.getAttribute('aria-label')") == "Hair: as in the photo again"
    tab.keyboard.press("Enter")
    assert tab.evaluate(where) == "hair_colour"
    assert not tab.is_visible(f"{HAIR_COLOUR} .undo")

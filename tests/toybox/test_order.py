"""Orders: tidied, or refused with a sentence that never repeats what was typed."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from stylize.errors import (
    LetteringMissing,
    NameTooLong,
    TooManyAccessories,
    UnknownAccessory,
    UnknownPalette,
)
from stylize.models import BoxOrder
from stylize.toybox.lettering import DISPLAY, PLAIN, Typeface, can_shape, capitals, face_for, font_at, letters, tidy
from stylize.toybox.order import NAME_LIMIT, check_order
from stylize.toybox.palettes import palettes
from stylize.toybox.title import draw_title

PRINTED = {
    "Ada": "luckiest-guy",
    "Łukasz": "luckiest-guy",
    "Zoë": "luckiest-guy",
    "Dr. No": "luckiest-guy",
    "Straße": "luckiest-guy",
    "Maximilian-Alexander": "luckiest-guy",
    "Владимир": "rubik",
    "Αθηνά": "m-plus-rounded",
    "Nguyễn": "m-plus-rounded",
    "さくら": "m-plus-rounded",
    "桜子": "m-plus-rounded",
    "지민": "jua",
}
SHAPED = {"שרה": "rubik", "محمد": "rubik", "प्रिया": "baloo-2", "สมชาย": "kanit"}


@pytest.mark.parametrize(("name", "font"), [*PRINTED.items(), *SHAPED.items()])
def test_names_of_many_scripts_are_printed(name: str, font: str) -> None:
    if name in SHAPED and not can_shape():
        with pytest.raises(LetteringMissing):
            check_order(BoxOrder(name=name))
        return
    order = check_order(BoxOrder(name=name))
    assert face_for(capitals(order.name), DISPLAY, field="name").name == font


@pytest.mark.parametrize(
    ("name", "script"),
    [("Ada 😀", "emoji"), ("ადა", "Georgian"), ("Ada\U000e0041", ""), ("ada桜지", "beside"), ("\ud800", "unknown")],
)
def test_what_cannot_be_printed_is_refused_by_script(name: str, script: str) -> None:
    if not script:
        assert check_order(BoxOrder(name=name)).name == "Ada"
        return
    with pytest.raises(LetteringMissing) as refused:
        check_order(BoxOrder(name=name))
    assert script in str(refused.value)
    assert name not in str(refused.value)


def test_sixty_letters_are_too_many() -> None:
    with pytest.raises(NameTooLong) as refused:
        check_order(BoxOrder(name="x" * 60))
    assert refused.value.facts == {"field": "name", "length": 60, "limit": NAME_LIMIT}
    assert check_order(BoxOrder(name="x" * NAME_LIMIT)).name


def test_texts_are_tidied() -> None:
    order = check_order(BoxOrder(name="  Zoe\u0308\n  Ann\u200b ", tagline="\tHero "))
    assert (order.name, order.tagline) == ("Zoë Ann", "Hero")
    assert check_order(BoxOrder()) == BoxOrder()


def test_piled_accents_are_refused() -> None:
    with pytest.raises(LetteringMissing):
        check_order(BoxOrder(name="a" + "\u0301" * 6))


def test_unknown_things_are_refused() -> None:
    with pytest.raises(UnknownAccessory):
        check_order(BoxOrder(accessories=("spaceship-of-theseus",)))
    with pytest.raises(UnknownPalette, match="sky"):
        check_order(BoxOrder(palette="octarine"))
    with pytest.raises(TooManyAccessories):
        check_order(BoxOrder(accessories=("camera",) * 5))


def test_greek_capitals_lose_their_accents_and_others_keep_theirs() -> None:
    assert capitals("Αθηνά") == "ΑΘΗΝΑ"
    assert capitals("Zoë Łukasz") == "ZOË ŁUKASZ"


def _ink(font: ImageFont.FreeTypeFont, text: str) -> bytes:
    mask = font.getmask(text, anchor="ls")
    return np.asarray(mask).tobytes() + bytes(str(mask.size), "ascii")


def _blank(face: Typeface) -> bytes:
    return _ink(font_at(face, 24), "\ufffe")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40))
@example("İıŉǰΐﬃ")
@example("ẞß")
@example("ꙮ")
@example("\u0345\u0399")
@example("e\u0301\u0301")
def test_any_text_is_refused_or_printed_without_a_missing_letter(text: str) -> None:
    try:
        order = check_order(BoxOrder(name=text, tagline=text))
    except (NameTooLong, LetteringMissing):
        return
    for faces in (DISPLAY, PLAIN):
        raised = capitals(order.name)
        face = face_for(raised, faces, field="name")
        for c in set(raised) - {" "}:
            assert ord(c) in letters(face)
            if unicodedata.category(c)[0] not in "MZ":
                assert _ink(font_at(face, 24), c) != _blank(face)
    if order.name:
        canvas = np.zeros((140, 480, 3), np.uint8)
        draw_title(canvas, order.name, palettes()["sky"], unit=56, x=240, y=70)
        assert canvas.any()


@pytest.mark.parametrize("face", [*DISPLAY, PLAIN[0]], ids=lambda face: face.name)
def test_the_table_of_letters_is_that_of_the_font(face: Typeface) -> None:
    have = letters(face)
    assert ord("A") in have or face.name == "m-plus-rounded"
    for code in (0x1F600, 0x10400, 0xA66E, 0x4DFF):
        assert code not in have
    visible = [c for c in map(chr, sorted(have)) if unicodedata.category(c)[0] in "LN"]
    assert all(_ink(font_at(face, 24), c) != _blank(face) for c in visible[::7])


@given(st.text(max_size=30))
def test_tidying_twice_changes_nothing(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)

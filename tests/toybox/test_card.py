"""The printed card: contrast, layout, crisp at every size."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from stylize.errors import DeclarationError
from stylize.models import Beard, BoxOrder, Hair, Look, Outfit
from stylize.toybox import palettes as colours
from stylize.toybox.card import draw_card
from stylize.toybox.layout import TALL, WIDE, trays
from stylize.toybox.order import NAME_LIMIT, check_order
from stylize.toybox.palettes import Palette, choose_palette, contrast, palettes
from stylize.toybox.shapes import fill, rounded, star
from stylize.toybox.title import fit_title

LOOK = Look(
    hair=Hair.SHORT,
    outfit=Outfit.TEE,
    beard=Beard.NONE,
    glasses=False,
    skin_colour="#d9a07c",
    hair_colour="#33241a",
    iris_colour="#553311",
    lip_colour="#bb6655",
    outer_colour="#1f4fc0",
    inner_colour="#ffffff",
    accent_colour="#2233cc",
    pants_colour="#223366",
    shoe_colour="#eeeeee",
)


@pytest.mark.parametrize("palette", palettes().values(), ids=lambda palette: palette.slug)
def test_all_lettering_has_contrast(palette: Palette) -> None:
    assert contrast(palette.title, palette.ink) >= 7
    assert contrast(palette.shine, palette.ink) >= 4.5
    assert contrast("#ffffff", palette.ink) >= 4.5
    assert contrast(palette.band, palette.ink) >= 3
    assert palette.english
    assert palette.german


def test_contrast_is_that_of_the_specification() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21, abs=0.01)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_there_are_enough_palettes_and_odd_ones_are_refused() -> None:
    assert len(palettes()) >= 8
    whole = {"english": "X", "german": "X"} | dict.fromkeys(
        ("glow", "deep", "band", "crest", "ink", "title", "shine", "floor", "rim"), "#102030"
    )
    colours._declare("x", whole)
    for odd in ({"glow": "red"}, {"sparkle": "#ffffff"}):
        with pytest.raises(DeclarationError):
            colours._declare("x", whole | odd)


def test_the_chosen_palette_stands_out_and_varies() -> None:
    def blue(slug: str) -> bool:
        return slug in ("sky", "midnight")

    assert not any(blue(choose_palette(LOOK, seed)) for seed in range(8))
    orange = replace(LOOK, outer_colour="#e8501c", hair_colour="#8a5a2a")
    assert not any(choose_palette(orange, seed) in ("sunset", "coral", "cherry") for seed in range(8))
    assert len({choose_palette(LOOK, seed) for seed in range(8)}) > 2
    assert choose_palette(LOOK, 3) == choose_palette(LOOK, 3)


@pytest.mark.parametrize("count", range(5))
def test_trays_lie_on_the_card_and_apart(count: int) -> None:
    places = trays(count)
    assert len(places) == count
    for tray in places:
        assert tray.u + tray.half_width < WIDE
        assert tray.v - tray.half_height > 3.1
        assert tray.v + tray.half_height + 0.2 < 11.6
        assert tray.reach <= min(tray.half_width, tray.half_height)
    for above, below in pairwise(places):
        assert above.v + above.half_height + 0.15 < below.v - below.half_height


def test_a_card_has_its_shape_and_is_the_same_again() -> None:
    order = check_order(BoxOrder(name="Ada", accessories=("camera", "books")))
    card = draw_card(order, "sky", 430)
    assert card.shape == (round(430 * TALL / WIDE), 430, 3)
    assert card.dtype == np.uint8
    assert np.array_equal(card, draw_card(order, "sky", 430))
    assert not np.array_equal(card, draw_card(replace(order, name="Eve"), "sky", 430))


def test_the_barcode_says_nothing_of_the_order() -> None:
    first = draw_card(BoxOrder(name="Ada"), "sky", 430)
    second = draw_card(BoxOrder(name="Bob", tagline="x", accessories=("dog",)), "sky", 430)
    unit = 430 / WIDE
    code = np.s_[round(11.7 * unit) : round(12.3 * unit), round(0.3 * unit) : round(1.42 * unit)]
    assert np.array_equal(first[code], second[code])


@pytest.mark.parametrize(
    "name",
    ["Ada", "Eileen", "Maximilian-Alexander", "Dr. No", "W" * NAME_LIMIT, "Nguyễn", "Владимир", "i", "..", "Zoë Ann"],
)
def test_every_title_fits(name: str) -> None:
    fitted = fit_title(name, width_px=755, height_px=122)
    from stylize.toybox.shapes import set_word, word_width

    assert all(word_width(line, fitted.face, fitted.size_px) <= 770 for line in fitted.lines)
    tall = sum(set_word(line, fitted.face, fitted.size_px).height for line in fitted.lines)
    assert tall <= 170


def test_long_names_are_broken_where_a_reader_would() -> None:
    assert fit_title("Maximilian-Alexander", width_px=755, height_px=122).lines == ("MAXIMILIAN-", "ALEXANDER")
    assert fit_title("Ada", width_px=755, height_px=122).lines == ("ADA",)
    assert fit_title("Dr. No", width_px=755, height_px=122).lines == ("DR. NO",)


def test_shapes_cover_what_they_should_and_may_reach_outside() -> None:
    canvas = np.zeros((100, 100, 3), np.uint8)
    fill(canvas, rounded(10, 20, 60, 80, 0), "#ffffff")
    assert canvas[..., 0].astype(float).sum() / 255 == pytest.approx(50 * 60, rel=0.06)
    fill(canvas, star(100, 100, 40), "#ff0000")
    fill(canvas, star(500, 500, 40), "#ff0000")
    assert canvas[99, 99, 0] == 255


def test_a_long_label_stands_on_two_lines() -> None:
    """What would have to be much smaller on one line is not; names from the shelf stay as they were."""
    from stylize.toybox.card import _halved
    from stylize.toybox.lettering import PLAIN

    assert _halved("SAXOPHONE-PLAYING HEDGEHOG", PLAIN[0]) == ["SAXOPHONE-PLAYING", "HEDGEHOG"]
    assert _halved("A TINY DRAGON WITH A CAKE", PLAIN[0]) == ["A TINY DRAGON", "WITH A CAKE"]
    long, short = (draw_card(BoxOrder(toys=(word,)), "sky", 430) for word in ("a tiny dragon with a cake", "dragon"))
    changed = np.nonzero((long != short).any((1, 2)))[0]
    assert 0 < len(changed) < 0.1 * len(long), "the label alone"

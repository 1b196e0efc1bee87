"""The card at a glance: it shows what is ordered, and fast enough to be drawn with every letter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stylize.models import BoxOrder, Pixels
from stylize.toybox.card import draw_card
from stylize.toybox.layout import TALL, WIDE, trays
from stylize.toybox.order import check_order
from stylize.toybox.palettes import palettes
from stylize.toybox.preview import draw_preview

ORDER = check_order(BoxOrder(name="Ada", tagline="First programmer", accessories=("camera", "dog"), language="en"))
FIRST, SECOND = list(palettes())[:2]
WIDTH = 300


def draw(order: BoxOrder, palette: str = FIRST) -> Pixels:
    return draw_preview(order, palette, WIDTH, title="Action figure")


def differ(one: Pixels, other: Pixels, top: float, bottom: float) -> float:
    """How far apart they are on average between two heights of the card, in card units."""
    rows = slice(round(top / WIDE * WIDTH), round(bottom / WIDE * WIDTH))
    return float(np.abs(one[rows].astype(int) - other[rows]).mean())


def test_it_is_the_real_card_with_the_toys_in_their_trays() -> None:
    seen, card = draw(ORDER), draw_card(ORDER, FIRST, WIDTH, title="Action figure")
    assert seen.shape == card.shape == (round(WIDTH / WIDE * TALL), WIDTH, 3)
    assert differ(seen, card, 0, 3) == 0, "header and lettering are those of the card"
    for tray in trays(2):
        assert differ(seen, card, tray.v - tray.reach, tray.v + tray.reach) > 2


def test_every_choice_is_seen() -> None:
    seen = draw(ORDER)
    assert differ(seen, draw(replace(ORDER, name="Grace")), 0.9, 2.5) > 2
    assert differ(seen, draw(replace(ORDER, tagline="Analyst")), 2.3, 3.1) > 1
    assert differ(seen, draw(replace(ORDER, accessories=("dog", "camera"))), 4, 10) > 1
    assert differ(seen, draw(ORDER, SECOND), 0, TALL) > 20


def test_drawing_leaves_no_trace_in_the_next() -> None:
    """What is kept between two drawings (shape, toys) is not drawn upon."""
    before = draw(ORDER)
    draw(replace(ORDER, name="Somebody else", accessories=("camera",)), SECOND)
    assert np.array_equal(before, draw(ORDER))

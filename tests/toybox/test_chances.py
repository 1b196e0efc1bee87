"""What the seed changes in a box: pictures of four seeds in a row are four pictures, whatever was chosen already."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from stylize.geometry import Size
from stylize.models import BoxOrder, Pixels
from stylize.toybox.card import draw_card
from stylize.toybox.compose import compose
from stylize.toybox.ground import MOTIFS
from stylize.toybox.order import check_order
from tests.toybox.test_compose import LOOK, ORDER, nothing

SMALL = Size(width=320, height=400)


def apart(one: Pixels, other: Pixels) -> float:
    """Mean difference in levels."""
    return float(np.abs(one.astype(np.float32) - other).mean())


@pytest.mark.parametrize("palette", [None, "sky"])
def test_four_seeds_in_a_row_are_four_boxes(palette: str | None) -> None:
    order = replace(ORDER, palette=palette)
    boxes = [compose(nothing(SMALL), order, LOOK, SMALL, seed, "Toy") for seed in range(100, 104)]
    assert min(apart(one, other) for one, other in combinations(boxes, 2)) > 5
    again = compose(nothing(SMALL), order, LOOK, SMALL, 101, "Toy")
    assert np.array_equal(again, boxes[1])


@pytest.mark.parametrize("width_px", [300, 900])
def test_each_pattern_is_another_and_the_words_stay(width_px: int) -> None:
    order = check_order(BoxOrder(name="Ada", accessories=("dog",)))
    cards = [draw_card(order, "sky", width_px, motif=motif) for motif in range(MOTIFS + 1)]
    assert np.array_equal(cards[0], cards[MOTIFS]), "they begin anew"
    header = round(0.18 * len(cards[0]))
    for one, other in combinations(cards[:MOTIFS], 2):
        assert apart(one[header:], other[header:]) > 1.5
        assert apart(one[:header], other[:header]) < 0.5

"""The empty stage: card, edge, floor, blister, and the geometry that print and accessories rely on."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from stylize.geometry import Box, Size
from stylize.toybox.stage import CARD_HEIGHT, CARD_WIDTH, STAGE, load_stage

FULL = Size(width=768, height=960)


@pytest.mark.parametrize(
    "size", [FULL, Size(width=200, height=250), Size(width=640, height=480), Size(width=500, height=900)]
)
def test_masks_fill_the_picture(size: Size) -> None:
    stage = load_stage(size)
    assert set(stage.masks) == {"card", "edge", "floor"}
    total = sum(stage.masks.values())
    assert total.shape == (size.height, size.width)
    assert total.min() > 0.9
    assert total.max() < 1.1
    assert stage.light.min() > 0.02
    assert np.isfinite(stage.light).all()
    assert (stage.blister >= 0).all()


def test_the_card_is_where_its_corners_say() -> None:
    stage = load_stage(FULL)
    filled = np.zeros((960, 768), np.float32)
    cv2.fillPoly(filled, [np.round(stage.card_quad).astype(np.int32)], 1.0)
    card = stage.masks["card"] > 0.5
    assert (filled[card] > 0).mean() > 0.99
    assert card[filled > 0].mean() > 0.97


def test_the_homography_maps_card_units() -> None:
    stage = load_stage(FULL)
    half = CARD_WIDTH / 2
    card = np.array([[(-half, CARD_HEIGHT), (half, CARD_HEIGHT), (half, 0), (-half, 0)]], np.float64)
    assert np.abs(cv2.perspectiveTransform(card, stage.card_to_pixels)[0] - stage.card_quad).max() < 0.01
    middle = np.array([[(0.0, 6.0)]])
    on_card = cv2.perspectiveTransform(middle, stage.card_to_pixels)[0, 0]
    on_shelf = cv2.perspectiveTransform(middle, stage.shelf_to_pixels)[0, 0]
    assert 0 < np.hypot(*(on_card - on_shelf)) < 30


def test_the_hang_hole_shows_the_wall() -> None:
    stage = load_stage(FULL)
    x, y = cv2.perspectiveTransform(np.array([[(0.0, CARD_HEIGHT - 0.62)]]), stage.card_to_pixels)[0, 0]
    assert stage.masks["floor"][int(y), int(x)] > 0.9


def test_the_figure_slot_lies_on_the_card() -> None:
    stage = load_stage(FULL)
    quad = stage.card_quad
    slot = stage.figure_slot
    assert quad[:, 0].min() < slot.left < slot.right < quad[:, 0].max()
    assert quad[:, 1].min() < slot.top < slot.bottom < quad[:, 1].max()
    assert slot.height > 0.5 * FULL.height


def test_the_blister_shines_in_thin_lines() -> None:
    shine = load_stage(FULL).blister.max(-1)
    assert shine.max() > 0.5
    assert (shine > 0.2).mean() < 0.2


def test_sizes_agree() -> None:
    large, small = load_stage(FULL), load_stage(Size(width=384, height=480))
    reduced = cv2.resize(large.light, (384, 480), interpolation=cv2.INTER_AREA)
    assert np.abs(reduced - small.light).mean() < 0.01
    assert np.abs(large.card_quad / 2 - small.card_quad).max() < 0.01


def test_a_frame_shows_a_part() -> None:
    whole = load_stage(FULL)
    part = load_stage(Size(width=384, height=480), frame=Box(left=0.25, top=0.25, right=0.75, bottom=0.75))
    assert np.abs(part.masks["card"] - whole.masks["card"][240:720, 192:576]).max() < 0.02


def test_small() -> None:
    assert sum(file.stat().st_size for file in STAGE.rglob("*") if file.is_file()) < 500_000

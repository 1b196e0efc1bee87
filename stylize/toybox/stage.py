"""The empty stage: a hang card standing on a floor sweep, baked without a figure, and the blister before it.

`tools/sculpt` bakes it with the same light and camera as the figure's packs, so that a staged cut-out drops into it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from stylize.baked import WHOLE_CANVAS, Floats, View, light_of, masks_of, read_layer, window_of
from stylize.geometry import Box, Size

STAGE = Path(__file__).parent / "stage"
CARD_WIDTH = 8.6
CARD_HEIGHT = 12.4
_CORNERS = ("card_top_left", "card_top_right", "card_bottom_right", "card_bottom_left")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """The empty stage at one size. Arrays are (height, width[, 3]) float32; do not write to them.

    `light`: linear diffuse light to multiply colours with; `gloss`: linear light to add. `masks`: "card" (the printed
    front), "edge" (its rim), "floor", coverage 0 to 1. `blister`: linear light to add over everything, figure included.
    `card_quad` (4, 2): the card's corners top left, top right, bottom right, bottom left in pixels, as if they were not
    rounded. `card_to_pixels` (3, 3): homography from card units (x from -4.3 to 4.3 rightwards, z from 0 to 12.4
    upwards) to pixels; `shelf_to_pixels`: the same for a plane that hovers half a unit before the card, where
    accessories lie. `figure_slot`: where the figure with its pedestal belongs, in pixels.
    """

    light: Floats = field(repr=False)
    gloss: Floats = field(repr=False)
    masks: dict[str, Floats] = field(repr=False)
    blister: Floats = field(repr=False)
    card_quad: Floats = field(repr=False)
    card_to_pixels: npt.NDArray[np.float64] = field(repr=False)
    shelf_to_pixels: npt.NDArray[np.float64] = field(repr=False)
    figure_slot: Box


def load_stage(size: Size, *, frame: Box = WHOLE_CANVAS) -> Stage:
    """Load the stage. `frame`: which part of its 4:5 canvas to show (fractions), as large as fits in `size`, centred;
    beyond the canvas the floor goes on. DeclarationError when the package data are damaged.
    """
    view = View(size=size, frame=frame)
    layer = read_layer(STAGE / "empty")
    window = window_of(layer, view)
    light = _spread(light_of(layer, "light", layer.light_scale, view, window), size, window.slices, edge=True)
    gloss = _spread(light_of(layer, "gloss", layer.gloss_scale, view, window), size, window.slices, edge=True)
    masks = {
        name: _spread(mask, size, window.slices, edge=name == "floor")
        for name, mask in masks_of(layer, view, window, extend=True).items()
    }
    front = read_layer(STAGE / "blister")
    window = window_of(front, view)
    shine = light_of(front, "light", front.light_scale, view, window, extend=False)
    blister = _spread(shine, size, window.slices, edge=False)

    def spot(name: str) -> tuple[float, float]:
        x, y = layer.anchors[name][0] * layer.canvas[0], layer.anchors[name][1] * layer.canvas[1]
        point = view.show((x, y, x, y), layer.canvas)
        return point.left, point.top

    quad = np.array([spot(name) for name in _CORNERS], np.float32)
    shelf = np.array([spot(name.replace("card", "shelf")) for name in _CORNERS], np.float32)
    (left, top), (right, bottom) = spot("slot_top_left"), spot("slot_bottom_right")
    return Stage(
        light=light,
        gloss=gloss,
        masks=masks,
        blister=blister,
        card_quad=quad,
        card_to_pixels=_homography(quad),
        shelf_to_pixels=_homography(shelf),
        figure_slot=Box(left=left, top=top, right=right, bottom=bottom),
    )


def _homography(quad: Floats) -> npt.NDArray[np.float64]:
    half = CARD_WIDTH / 2
    card = np.array([(-half, CARD_HEIGHT), (half, CARD_HEIGHT), (half, 0), (-half, 0)], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(card, quad), np.float64)


def _spread(part: Floats, size: Size, rows: tuple[slice, slice], *, edge: bool) -> Floats:
    """Set a window into a picture of `size`: zeros around it, or its rim repeated (`edge`)."""
    top, left = rows[0].start, rows[1].start
    bottom, right = size.height - rows[0].stop, size.width - rows[1].stop
    if not (top or left or bottom or right):
        return part
    kind = cv2.BORDER_REPLICATE if edge else cv2.BORDER_CONSTANT
    return np.asarray(cv2.copyMakeBorder(part, top, bottom, left, right, kind), np.float32)

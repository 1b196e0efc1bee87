"""The card at a glance, while it is being ordered: the real card, small, with the toys in their trays and a shape where
the figure will stand. No stage, no light: it has to follow the typing.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from stylize.models import BoxOrder, Pixels
from stylize.toybox.accessories import read_icon
from stylize.toybox.card import draw_card
from stylize.toybox.layout import FIGURE, WIDE, Tray, trays
from stylize.toybox.shapes import Coverage, Outline, disc, fill, rounded, stamp

_SHAPE = 0.6
_SHADOW = 0.3
UNPAINTED = "gift"
"""The accessory that stands for what nobody has seen yet."""


def draw_preview(order: BoxOrder, palette: str, width_px: int, *, title: str) -> Pixels:
    """(round(width_px * 12.4 / 8.6), width_px, 3) uint8 sRGB, in some 25 ms at 300 px.

    `order` as `check_order` returned it; `palette`, `title` as for `draw_card`. Trays of toys that are still to be painted
    hold a parcel.
    """
    card = draw_card(order, palette, width_px, title=title)
    unit = width_px / WIDE
    shape, shadow = _somebody(width_px, card.shape[0])
    stamp(card, shadow, 0, 0, "#000000", _SHADOW)
    stamp(card, shape, 0, 0, "#ffffff", _SHAPE)
    inside = (*order.accessories, *(UNPAINTED for _ in order.toys))
    for tray, slug in zip(trays(len(inside)), inside, strict=True):
        _lay_in(card, tray, slug, unit)
    return card


@lru_cache(maxsize=4)
def _somebody(width: int, height: int) -> tuple[Coverage, Coverage]:
    """A toy that could be anybody, and the shadow beside it."""
    unit = width / WIDE
    page = np.zeros((height, width, 3), np.uint8)
    middle = FIGURE[0]

    def part(u: float, v: float, half_width: float, half_height: float, radius: float) -> Outline:
        left, right = (middle + u - half_width) * unit, (middle + u + half_width) * unit
        return rounded(left, (v - half_height) * unit, right, (v + half_height) * unit, radius * unit)

    fill(page, disc(middle * unit, 5.25 * unit, 1.32 * unit), "#ffffff")
    fill(page, part(0, 5.55, 1.22, 1.2, 1.1), "#ffffff")
    fill(page, part(0, 7.85, 0.98, 1.35, 0.55), "#ffffff")
    for side in (-1, 1):
        fill(page, part(1.22 * side, 8.05, 0.33, 1.12, 0.33), "#ffffff")
        fill(page, part(0.48 * side, 9.75, 0.4, 0.95, 0.25), "#ffffff")
        fill(page, part(0.53 * side, 10.5, 0.52, 0.28, 0.26), "#ffffff")
    fill(page, part(0, 10.9, 1.55, 0.22, 0.22), "#ffffff")
    shape = np.ascontiguousarray(page[..., 0])
    moved = cv2.warpAffine(shape, np.array([[1, 0, 0.1 * unit], [0, 1, 0.16 * unit]]), (width, height))
    soft = np.asarray(cv2.GaussianBlur(moved, (0, 0), 0.12 * unit), np.uint8)
    return shape, np.asarray(np.minimum(soft, 255 - shape), np.uint8)


def _lay_in(card: Pixels, tray: Tray, slug: str, unit: float) -> None:
    """The toy in its tray, in place."""
    side = max(4, round(1.8 * tray.reach * unit))
    icon = _icon(slug, side)
    left, top = round(tray.u * unit - side / 2), round((tray.v - 0.06) * unit - side / 2)
    spot = card[top : top + side, left : left + side]
    cover = icon[..., 3:].astype(np.float32) / 255
    spot[:] = np.asarray(spot * (1 - cover) + icon[..., :3] * cover + 0.5, np.uint8)


@lru_cache(maxsize=64)
def _icon(slug: str, side: int) -> Pixels:
    return np.asarray(cv2.resize(read_icon(slug), (side, side), interpolation=cv2.INTER_AREA), np.uint8)

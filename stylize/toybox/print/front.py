"""The card as it is printed flat: accessories in their trays, and, where wanted, the figure before them."""

from __future__ import annotations

import cv2
import numpy as np

from stylize.colour import to_linear, to_srgb
from stylize.models import Pixels
from stylize.toybox.accessories import icons
from stylize.toybox.card import draw_card
from stylize.toybox.layout import FIGURE, TALL, WIDE
from stylize.toybox.pieces import cast_shadows, lay, place_accessories, soft_shadow
from stylize.toybox.print.figure import enlarge
from stylize.toybox.print.parts import Art, PrintParts
from stylize.toybox.shapes import fill, rounded

_SMALL_PX = 1000
"""A narrower card is drawn twice as wide first, for the sake of its small print."""
_LAID_PX = 560.0
FIGURE_ROOM = (4.7, 8.15)
"""How wide and high, in card units, what stands before the card may be."""
_BESIDE = 4.05
"""How wide a framed picture beside trays may be."""
FIGURE_FOOT = 11.25


def draw_front(parts: PrintParts, width_px: int, art: Art | None = None) -> Pixels:
    """(round(width_px * 12.4 / 8.6), width_px, 3) uint8: the card, drawn for this size. `art`: printed on it as well."""
    height_px = round(width_px * TALL / WIDE)
    card = draw_card(
        parts.order, parts.palette, width_px * (2 if width_px < _SMALL_PX else 1), title=parts.title, motif=parts.motif
    )
    if card.shape[1] > width_px:
        card = np.asarray(cv2.resize(card, (width_px, height_px), interpolation=cv2.INTER_AREA), np.uint8)
    unit = width_px / WIDE
    if laid := icons(parts.order, parts.toys):
        light = to_linear(card.astype(np.float32) / 255)
        flat = np.array([[unit, 0, unit * WIDE / 2], [0, -unit, unit * TALL], [0, 0, 1]], np.float64)
        pieces = place_accessories(laid, flat, flat, width=width_px, height=height_px)
        cast_shadows(light, pieces, np.ones((height_px, width_px), np.float32), scale=0.55 * width_px / _LAID_PX)
        for piece in pieces:
            lay(light, piece)
        card = np.asarray(to_srgb(np.clip(light, 0, 1)) * 255 + 0.5, np.uint8)
    if art is not None:
        beside_trays = not art.stands and bool(laid)
        _stand(card, art, unit, _BESIDE if beside_trays else FIGURE_ROOM[0])
    return card


def _stand(card: Pixels, art: Art, unit: float, room: float) -> None:
    """Print a figure, or a framed picture, on the card, with its shadow; no wider than `room` card units."""
    tall, wide = art.pixels.shape[:2]
    grow = min(room * unit / wide, FIGURE_ROOM[1] * unit / tall)
    shown = enlarge(art.pixels, width=round(wide * grow), height=round(tall * grow))
    tall, wide = shown.shape[:2]
    left = round(FIGURE[0] * unit - wide / 2)
    top = round(FIGURE_FOOT * unit) - tall if art.stands else round((FIGURE[1] + 0.85) * unit - tall / 2)
    reach = round(0.9 * unit)
    cover = np.zeros((tall + 2 * reach, wide + 2 * reach), np.float32)
    cover[reach:-reach, reach:-reach] = shown[..., 3].astype(np.float32) / 255
    kept = soft_shadow(cover, scale=unit / 90)[..., None]
    spot = card[top - reach : top + tall + reach, max(0, left - reach) : left + wide + reach]
    kept = kept[: spot.shape[0], max(0, reach - left) :][:, : spot.shape[1]]
    spot[:] = np.asarray(spot * (0.25 + 0.75 * kept) + 0.5, np.uint8)
    if not art.stands:
        frame = 0.13 * unit
        outline = rounded(left - frame, top - frame, left + wide + frame, top + tall + frame, 0.12 * unit)
        fill(card, outline, "#ffffff")
    region = card[top : top + tall, left : left + wide]
    share = shown[..., 3:].astype(np.float32) / 255
    region[:] = np.asarray(region + (shown[..., :3] - region.astype(np.float32)) * share + 0.5, np.uint8)

"""A small tuck box to cut out and fold: the card is its front, the name is on its sides, the figure on its back."""

from __future__ import annotations

import cv2
import numpy as np

from stylize.models import Pixels
from stylize.paper import Page, Paper, to_px
from stylize.toybox.ground import draw_ground
from stylize.toybox.layout import TALL, WIDE
from stylize.toybox.palettes import Palette, contrast, palettes
from stylize.toybox.print.draft import (
    MARGIN_MM,
    Draft,
    blank,
    colour_in,
    crease,
    cut,
    finish,
    heading,
    label,
    over_edge,
    put,
    test_rule,
)
from stylize.toybox.print.figure import enlarge, piece_of, size_within
from stylize.toybox.print.front import draw_front
from stylize.toybox.print.net import Net, tuck_box
from stylize.toybox.print.parts import Art, PrintParts
from stylize.toybox.print.words import PrintWords
from stylize.toybox.shapes import fill, star
from stylize.toybox.title import draw_title

UNIT_MM = 7.5
BOX_MM = (WIDE * UNIT_MM, TALL * UNIT_MM, 24.0)
_BLEED_MM = 1.5
_PALE = 1.6
"""Below this contrast a white line cannot be seen."""


def box_net() -> Net:
    """The net of the box that is printed: 64.5 x 93 x 24 mm."""
    return tuck_box(*BOX_MM)


def box_page(parts: PrintParts, art: Art, paper: Paper, words: PrintWords) -> Page:
    """The net with everything printed on it."""
    draft, net, colours = blank(paper), box_net(), palettes()[parts.palette]
    top = heading(draft, words.box, words.box_steps, words.signs)
    wide, tall = net.size
    left = (paper.width_mm - wide) / 2
    low = paper.height_mm - MARGIN_MM - 9.0
    top += max(2.0, (low - top - tall) / 2)
    for panel in net.panels:
        if panel.name != "glue":
            _tint(draft, panel.corners, left, top, colours.band if panel.name in ("lid", "bottom") else colours.crest)
    printed = _printed(parts, art, colours, net)
    for bleed in (_BLEED_MM, 0.0):
        for name, art_of_panel in printed.items():
            x, y, _, _ = net.panel(name).box
            put(draft, over_edge(art_of_panel, bleed), left + x - bleed, top + y - bleed)
    unprinted = {corner[0] for corner in net.panel("glue").corners if corner[0] <= 0.0}
    bright = 1.0 if min(contrast("#ffffff", colour) for colour in (colours.band, colours.crest)) > _PALE else 0.35
    for one, other in net.cuts:
        grey = 0.35 if {one[0], other[0]} & unprinted else bright
        cut(draft, [(left + one[0], top + one[1]), (left + other[0], top + other[1])], closed=False, grey=grey)
    for one, other in net.folds:
        crease(draft, [(left + one[0], top + one[1]), (left + other[0], top + other[1])], grey=0.2)
    x, y, across, down = net.panel("glue").box
    label(draft, words.glue, left + x + across / 2, top + y + down / 2, em=2.8, upright=False)
    test_rule(draft, words.rule)
    return finish(draft)


def _printed(parts: PrintParts, art: Art, colours: Palette, net: Net) -> dict[str, Pixels]:
    """The pictures of the panels by name."""
    _, _, width, height = net.panel("front").box
    side = _side(parts, colours, net.depth, net.height)
    end = _end(colours, net.width, net.depth)
    return {
        "left": side,
        "right": side,
        "lid": end,
        "bottom": end,
        "front": draw_front(parts, round(to_px(width)), art),
        "back": _back(parts, art, colours, width, height),
    }


def _tint(draft: Draft, corners: tuple[tuple[float, float], ...], left: float, top: float, colour: str) -> None:
    """A panel's own colour, running over its edges."""
    across, down = zip(*corners, strict=True)
    middle = (min(across) + max(across)) / 2, (min(down) + max(down)) / 2
    grown = []
    for x, y in corners:
        dx, dy = x - middle[0], y - middle[1]
        grown.append((left + x + _BLEED_MM * np.sign(dx), top + y + _BLEED_MM * np.sign(dy)))
    colour_in(draft, grown, colour)


def _side(parts: PrintParts, colours: Palette, width: float, height: float) -> Pixels:
    """The name, read from below, on the ground's rays."""
    tall, wide = round(to_px(height)), round(to_px(width))
    unit = tall / 9.2
    canvas = draw_ground(colours, tall, wide, unit, (tall / unit / 2, wide / unit / 2))
    draw_title(canvas, parts.order.name or parts.title, colours, unit=unit, x=tall / 2, y=wide / 2)
    return np.ascontiguousarray(cv2.rotate(canvas, cv2.ROTATE_90_COUNTERCLOCKWISE))


def _end(colours: Palette, width: float, height: float) -> Pixels:
    """Lid and bottom: three stars on a band."""
    tall, wide = round(to_px(height)), round(to_px(width))
    canvas = np.zeros((tall, wide, 3), np.uint8)
    fill(canvas, np.array([(-5, -5), (wide + 5, -5), (wide + 5, tall + 5), (-5, tall + 5)], np.float32), colours.band)
    for k, size in ((0.26, 0.15), (0.5, 0.26), (0.74, 0.15)):
        fill(canvas, star(k * wide, tall / 2 + 0.03 * tall, size * tall * 1.12, turn=0.06), colours.ink, 0.35)
        fill(canvas, star(k * wide, tall / 2, size * tall), "#ffffff")
    return canvas


def _back(parts: PrintParts, art: Art, colours: Palette, width: float, height: float) -> Pixels:
    """The name above, the figure large as a sticker below."""
    tall, wide = round(to_px(height)), round(to_px(width))
    unit = wide / WIDE
    canvas = draw_ground(colours, wide, tall, unit, (WIDE / 2, 7.2))
    draw_title(canvas, parts.order.name or parts.title, colours, unit=unit, x=wide / 2, y=1.5 * unit)
    across, down = size_within(art.pixels, 0.8 * width, 0.72 * height)
    shown = enlarge(art.pixels, width=across, height=down)
    sticker = piece_of(shown, rim_mm=1.2).pixels
    left, top = (wide - sticker.shape[1]) // 2, tall - sticker.shape[0] - round(to_px(2))
    share = sticker[..., 3:].astype(np.float32) / 255
    region = canvas[top : top + sticker.shape[0], left : left + sticker.shape[1]]
    region[:] = np.asarray(region + (sticker[..., :3] - region.astype(np.float32)) * share + 0.5, np.uint8)
    return canvas

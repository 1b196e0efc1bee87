"""The hanging card in true size, and the paper figure that is cut out and stands before it, or on a table."""

from __future__ import annotations

import math

from stylize.models import Pixels
from stylize.paper import Page, Paper, Spot, to_px
from stylize.toybox.accessories import icons
from stylize.toybox.layout import FIGURE, TALL, WIDE, trays
from stylize.toybox.print.draft import (
    MARGIN_MM,
    Draft,
    blank,
    colour_in,
    crease,
    crop_marks,
    cut,
    finish,
    heading,
    label,
    oblong,
    over_edge,
    put,
    test_rule,
)
from stylize.toybox.print.figure import enlarge, foot_of, piece_of, size_within, toy_of
from stylize.toybox.print.front import FIGURE_ROOM, draw_front
from stylize.toybox.print.parts import Art, PrintParts
from stylize.toybox.print.words import PrintWords

UNIT_MM = 15.0
"""A card unit: the card is 129 x 186 mm."""
CARD_MM = (WIDE * UNIT_MM, TALL * UNIT_MM)
TOY_MM = 0.95 * UNIT_MM
"""How much of its tray an accessory fills, as on the card."""
BLEED_MM = 2.0
FLAP_MM = 18.0
RIM_MM = 2.0
SPACER_MM = (22.0, 12.0, 8.0)
"""Length of the tube, side of its square, its glue flap."""
_HOLE = (4.3, 0.52)
_SPACERS_AT = (5.2, 8.0)
_STRUT_MM = (26.0, 52.0, 9.0)


def card_page(parts: PrintParts, art: Art, paper: Paper, words: PrintWords) -> Page:
    """The card with crop marks and a hole to hang it by; the figure's places on it, or the picture itself."""
    draft = blank(paper)
    top = heading(draft, words.card, words.card_steps if art.stands else words.picture_steps, words.signs)
    wide, tall = CARD_MM
    left = (paper.width_mm - wide) / 2
    low = paper.height_mm - MARGIN_MM - 7.0
    top += max(0.0, (low - top - tall) / 2)
    card = draw_front(parts, round(to_px(wide)), None if art.stands else art)
    put(draft, over_edge(card, BLEED_MM), left - BLEED_MM, top - BLEED_MM)
    crop_marks(draft, left, top, wide, tall)
    hole = _euro_hole(left + _HOLE[0] * UNIT_MM, top + _HOLE[1] * UNIT_MM)
    colour_in(draft, hole, "#ffffff")
    cut(draft, hole)
    if art.stands:
        _glue_fields(draft, left, top, words.glue)
    test_rule(draft, words.rule)
    return finish(draft)


def figure_page(parts: PrintParts, art: Art, paper: Paper, words: PrintWords) -> Page:
    """The figure with a foot to fold, two spacers, a strut for the table, and the accessories in the size of their
    trays. Only for art that stands.
    """
    draft = blank(paper)
    toys = icons(parts.order, parts.toys)
    steps = words.figure_steps + (words.toy_steps if toys else ())
    top = heading(draft, words.figure, steps, words.signs)
    low = paper.height_mm - MARGIN_MM - 9.0
    wide, tall = size_within(art.pixels, FIGURE_ROOM[0] * UNIT_MM, FIGURE_ROOM[1] * UNIT_MM)
    piece = piece_of(enlarge(art.pixels, width=wide, height=tall), rim_mm=RIM_MM, foot_mm=FLAP_MM)
    strip = 4 * SPACER_MM[1] + SPACER_MM[2]
    room = paper.width_mm - 2 * MARGIN_MM
    below = 2 * TOY_MM * trays(len(toys))[0].reach + 8.0 if toys else 0.0
    x = MARGIN_MM + max(0.0, (room - strip - 14.0 - piece.width_mm) / 2)
    y = top + max(2.0, (low - below - top - piece.height_mm) / 3)
    put(draft, piece.pixels, x, y)
    cut(draft, [(x + across, y + down) for across, down in piece.outline])
    crease(draft, [(x + across, y + down) for across, down in foot_of(piece, FLAP_MM)])
    aside = x + piece.width_mm + 14.0
    for k in range(2):
        _spacer(draft, aside, y + 6.0 + k * (SPACER_MM[0] + 9.0), words)
    _strut(draft, aside + _STRUT_MM[2], y + 6.0 + 2 * (SPACER_MM[0] + 9.0), words)
    _toys(draft, toys, low, room)
    test_rule(draft, words.rule)
    return finish(draft)


def _euro_hole(x: float, y: float) -> tuple[Spot, ...]:
    """A hole for a hook: a slot of 26 mm with a round rise in its middle."""
    half, tall, rise = 13.0, 2.4, 4.4
    spots = [(x + half * side, y + 1.5 + way * tall) for side, way in ((-1, 1), (-1, -1))]
    low = 1.5 - tall
    begin = math.acos(-low / rise)
    for k in range(25):
        angle = -begin + 2 * begin * k / 24
        spots.append((x + rise * math.sin(angle), y - rise * math.cos(angle)))
    return (*spots, (x + half, y + 1.5 - tall), (x + half, y + 1.5 + tall))


def _glue_fields(draft: Draft, left: float, top: float, word: str) -> None:
    long, side, _ = SPACER_MM
    for v in _SPACERS_AT:
        x, y = left + FIGURE[0] * UNIT_MM - long / 2, top + v * UNIT_MM - side / 2
        colour_in(draft, oblong(x, y, long, side), "#ffffff", 0.55)
        crease(draft, oblong(x, y, long, side), closed=True)
        label(draft, word, x + long / 2, y + side / 2, em=2.8)


def _spacer(draft: Draft, left: float, top: float, words: PrintWords) -> None:
    """A strip that is folded to a square tube."""
    long, side, flap = SPACER_MM
    right, low = left + 4 * side, top + long
    cut(draft, [(left, top), (right, top), (right + flap, top + 2), (right + flap, low - 2), (right, low), (left, low)])
    for k in range(1, 5):
        crease(draft, [(left + k * side, top), (left + k * side, low)])
    label(draft, words.glue, right + flap / 2, top + long / 2, em=2.5, upright=False)
    label(draft, words.spacer, left + 1.5 * side, top + long / 2, em=2.5)


def _toys(draft: Draft, toys: tuple[Pixels, ...], low: float, room: float) -> None:
    """The accessories in a row above `low`."""
    if not toys:
        return
    pieces = [toy_of(icon, 2 * TOY_MM * trays(len(toys))[0].reach, rim_mm=0.8 * RIM_MM) for icon in toys]
    spare = (room - sum(piece.width_mm for piece in pieces)) / len(pieces)
    tall = max(piece.height_mm for piece in pieces)
    x = MARGIN_MM + spare / 2
    for piece in pieces:
        y = low - tall / 2 - piece.height_mm / 2
        put(draft, piece.pixels, x, y)
        cut(draft, [(x + across, y + down) for across, down in piece.outline])
        x += piece.width_mm + spare


def _strut(draft: Draft, left: float, top: float, words: PrintWords) -> None:
    """A triangle with a right angle at the floor, and a flap along its upright side."""
    wide, tall, flap = _STRUT_MM
    low = top + tall
    cut(
        draft,
        [(left, top), (left + 5, top), (left + wide, low), (left, low), (left - flap, low - 3), (left - flap, top + 3)],
    )
    crease(draft, [(left, top), (left, low)])
    label(draft, words.glue, left - flap / 2, top + tall / 2, em=2.5, upright=False)
    label(draft, words.strut, left + 0.36 * wide, top + 0.72 * tall, em=2.5)

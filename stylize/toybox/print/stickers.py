"""A sheet of stickers: the figure or the picture, its head, the name, the accessories; again until the sheet is full."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from stylize.models import Pixels
from stylize.paper import Page, Paper, to_px
from stylize.toybox.accessories import icons
from stylize.toybox.ground import draw_ground
from stylize.toybox.palettes import Palette, palettes
from stylize.toybox.print.draft import MARGIN_MM, blank, cut, finish, heading, put, test_rule
from stylize.toybox.print.figure import Piece, enlarge, piece_of, size_within, toy_of
from stylize.toybox.print.parts import Art, PrintParts
from stylize.toybox.print.words import PrintWords
from stylize.toybox.shapes import disc, fill, rounded
from stylize.toybox.title import draw_title

RIM_MM = 1.6
GAP_MM = 2.5
_FOOT_MM = 10.0
_ICON_MM = (24.0, 18.0)


def sticker_page(parts: PrintParts, art: Art, paper: Paper, words: PrintWords) -> Page:
    """Rows of stickers, the tallest first, each with a white rim and the line to cut along."""
    draft = blank(paper)
    top = heading(draft, words.stickers, words.sticker_steps, words.signs)
    width = paper.width_mm - 2 * MARGIN_MM
    height = paper.height_mm - MARGIN_MM - _FOOT_MM - top
    for piece, x, y in place(_rounds(parts, art), width, height):
        put(draft, piece.pixels, MARGIN_MM + x, top + y)
        cut(draft, [(MARGIN_MM + x + across, top + y + down) for across, down in piece.outline], grey=0.72)
    test_rule(draft, words.rule)
    return finish(draft)


def place(rounds: list[list[Piece]], width: float, height: float) -> Iterator[tuple[Piece, float, float]]:
    """Rows from the top: each round of stickers begins a row and is repeated across it; rows spread over the sheet."""
    rows: list[list[Piece]] = []
    used = 0.0
    for k in range(200):
        row = _row(rounds[k % len(rounds)], width)
        tall = max(piece.height_mm for piece in row)
        if used + tall > height:
            if k >= 2 * len(rounds):
                break
            continue
        rows.append(row)
        used += tall
    between = min(GAP_MM * 2, (height - used) / max(1, len(rows) - 1))
    y = 0.0
    for row in rows:
        tall = max(piece.height_mm for piece in row)
        spare = (width - sum(piece.width_mm for piece in row)) / len(row)
        x = spare / 2
        for piece in row:
            yield piece, x, y + (tall - piece.height_mm) / 2
            x += piece.width_mm + spare
        y += tall + between


def _row(pieces: list[Piece], width: float) -> list[Piece]:
    """As many as fit, over and over."""
    row: list[Piece] = []
    used = 0.0
    while True:
        piece = pieces[len(row) % len(pieces)]
        used += piece.width_mm + (GAP_MM if row else 0.0)
        if row and used > width:
            return row
        row.append(piece)


def _rounds(parts: PrintParts, art: Art) -> list[list[Piece]]:
    colours = palettes()[parts.palette]
    name = parts.order.name or parts.title
    wide = 46.0 if art.stands else 58.0
    badges = [_badge(art, colours, size) for size in (32.0, 26.0)]
    logos = [_logo(name, colours, size) for size in (62.0, 44.0)]
    cut_out = art if art.alone is None else Art(pixels=art.alone, stands=True)
    figures = [_shown(art, wide, 84.0), _shown(cut_out, wide, 66.0)]
    small = [_shown(art, 40.0, 44.0), _shown(cut_out, 40.0, 36.0)]
    toys = [[toy_of(icon, size, rim_mm=RIM_MM) for icon in icons(parts.order, parts.toys)] for size in _ICON_MM]
    rounds = [[*figures, figures[0]], [logos[0], badges[0], logos[1]], [*small, badges[1]]]
    if toys[0]:
        return [rounds[0], rounds[1], toys[0], rounds[2], toys[1]]
    return rounds


def _shown(art: Art, width: float, height: float) -> Piece:
    wide, tall = size_within(art.pixels, width, height)
    shown = enlarge(art.pixels, width=wide, height=tall)
    if not art.stands:
        shown = _cornered(shown)
    return piece_of(shown, rim_mm=RIM_MM)


def _cornered(art: Pixels) -> Pixels:
    """With round corners."""
    tall, wide = art.shape[:2]
    cover = np.zeros((tall, wide, 3), np.uint8)
    fill(cover, rounded(0, 0, wide, tall, 0.07 * wide), "#ffffff")
    return np.dstack([art[..., :3], np.minimum(cover[..., 0], art[..., 3])])


def _badge(art: Art, colours: Palette, size: float) -> Piece:
    """The head in a disc of the card's ground."""
    side = round(to_px(size))
    canvas = draw_ground(colours, side, side, side / 4.0, (2.0, 2.2))
    tall, wide = art.pixels.shape[:2]
    if art.stands:
        head = art.pixels[: round(0.6 * tall)]
        middle = _middle(head)
        grow = 0.82 * side / (0.45 * tall)
    else:
        head, middle = art.pixels, wide / 2
        grow = 1.06 * side / wide
    shown = enlarge(head, width=round(head.shape[1] * grow), height=round(head.shape[0] * grow))
    left, top = round(side / 2 - middle * grow), round(0.07 * side) if art.stands else 0
    x0, x1 = max(0, left), min(side, left + shown.shape[1])
    y1 = min(side, top + shown.shape[0])
    over = shown[: y1 - top, x0 - left : x1 - left]
    share = over[..., 3:].astype(np.float32) / 255
    region = canvas[top:y1, x0:x1]
    region[:] = np.asarray(region + (over[..., :3] - region.astype(np.float32)) * share + 0.5, np.uint8)
    cover = np.zeros((side, side, 3), np.uint8)
    fill(cover, disc(side / 2, side / 2, side / 2 - 1), "#ffffff")
    return piece_of(np.dstack([canvas, cover[..., 0]]), rim_mm=RIM_MM)


def _middle(head: Pixels) -> float:
    """Where the head is, across: the middle of what is visible in its upper half."""
    columns = np.nonzero(head[: head.shape[0] // 2, :, 3].max(0) > 127)[0]
    return float(columns[0] + columns[-1]) / 2 if len(columns) else head.shape[1] / 2


def _logo(name: str, colours: Palette, width: float) -> Piece:
    """The name as on the card, on a label of the card's ground."""
    wide = round(to_px(width))
    unit = wide / 8.6
    tall = round(2.1 * unit)
    large = draw_ground(colours, 2 * wide, 2 * tall, 2 * unit, (4.3, 1.05))
    draw_title(large, name, colours, unit=2 * unit, x=wide, y=tall)
    label = np.asarray(cv2.resize(large, (wide, tall), interpolation=cv2.INTER_AREA), np.uint8)
    cover = np.zeros_like(label)
    fill(cover, rounded(0, 0, wide, tall, 0.45 * unit), "#ffffff")
    return piece_of(np.dstack([label, cover[..., 0]]), rim_mm=RIM_MM)

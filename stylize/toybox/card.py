"""The printed card, drawn at whatever size it will be seen at."""

from __future__ import annotations

import numpy as np

from stylize.models import BoxOrder, Pixels
from stylize.toybox.accessories import accessory
from stylize.toybox.ground import draw_ground
from stylize.toybox.layout import COLUMN, FIGURE, TALL, WIDE, Tray, trays
from stylize.toybox.lettering import PLAIN, Typeface, capitals, face_for
from stylize.toybox.palettes import Palette, palettes
from stylize.toybox.shapes import Outline, disc, fill, print_word, rounded, set_word, stamp, star, turn, word_width
from stylize.toybox.title import draw_title
from stylize.toybox.words import CardWords, card_words

_SMALLEST = 0.8
"""Of a label's size: what would have to be smaller to fit on one line stands on two."""

_BARS = (1, 1, 2, 1, 1, 2, 3, 1, 1, 1, 2, 2, 1, 1, 3, 1, 1, 2, 1, 1, 2)


def draw_card(order: BoxOrder, palette: str, width_px: int, *, title: str = "Action figure", motif: int = 0) -> Pixels:
    """The printed front: (round(width_px * 12.4 / 8.6), width_px, 3) uint8, sRGB.

    `order` as `check_order` returned it; `palette` a slug. `title`: what the toy is, printed on the ribbon when there
    is no tagline, and as the name when there is no name. `motif`: the pattern of the ground, see
    `stylize.toybox.ground`. Draw it twice as wide as it will be seen.
    """
    colours = palettes()[palette]
    words = card_words(order.language)
    unit = width_px / WIDE
    canvas = draw_ground(colours, width_px, round(unit * TALL), unit, FIGURE, motif)
    labels = (*(accessory(slug).name(order.language) for slug in order.accessories), *order.toys)
    places = trays(len(labels))
    _burst(canvas, colours, unit)
    for tray, label in zip(places, labels, strict=True):
        _tray(canvas, tray, label, colours, unit)
    if len(places) < 2:
        _seal(canvas, COLUMN, 6.6 if not places else 9.2, 1.22 if not places else 1.0, words, colours, unit)
    _header(canvas, colours, unit)
    _badges(canvas, words, colours, unit)
    name, tagline = order.name or title, order.tagline or title
    draw_title(canvas, name, colours, unit=unit, x=WIDE / 2 * unit, y=1.74 * unit)
    _ribbon(canvas, words.ribbon if tagline.casefold() == name.casefold() else tagline, colours, unit)
    _footer(canvas, len(places), words, colours, unit)
    return canvas


def _burst(canvas: Pixels, colours: Palette, unit: float) -> None:
    """A comic burst behind the figure, so that it stands out from the rays."""
    u, v = FIGURE
    outline = star(u * unit, v * unit, 3.05 * unit, points=18, inner=0.84, turn=0.1)
    outline[:, 1] = (outline[:, 1] - v * unit) * 1.12 + v * unit
    fill(canvas, outline + 0.09 * unit, colours.ink, 0.12)
    fill(canvas, outline, "#ffffff", 0.12)
    middle = np.array((u * unit, v * unit), np.float32)
    fill(canvas, np.asarray((outline - middle) * 0.9 + middle, np.float32), "#ffffff", 0.07)


def _arc(v: float, unit: float, lift: float) -> Outline:
    """The part of the card above a line at `v` that is `lift` higher in the middle."""
    u = np.linspace(-0.1, WIDE + 0.1, 80)
    line = v + lift * (1 - np.sin(np.pi * np.clip(u / WIDE, 0, 1)))
    above = [(WIDE + 0.1, -0.2), (-0.1, -0.2)]
    return np.asarray([*zip(u, line, strict=True), *above], np.float32) * np.float32(unit)


def _header(canvas: Pixels, colours: Palette, unit: float) -> None:
    fill(canvas, _arc(2.62, unit, 0.22), colours.ink, 0.28)
    fill(canvas, _arc(2.52, unit, 0.22), "#ffffff")
    fill(canvas, _arc(2.44, unit, 0.22), colours.ink)
    fill(canvas, _arc(2.34, unit, 0.22), colours.band)
    for k in range(-2, 15):
        left = 0.72 * k
        stripe = [(left, 2.9), (left + 0.3, 2.9), (left + 1.3, 1.1), (left + 1.0, 1.1)]
        _clipped(canvas, np.asarray(stripe, np.float32) * np.float32(unit), unit)
    fill(canvas, _arc(1.10, unit, 0.2), colours.ink, 0.9)
    fill(canvas, _arc(1.02, unit, 0.2), colours.crest)
    for u, v, size, angle in (
        (2.1, 0.48, 0.16, 0.3),
        (2.5, 0.3, 0.08, 0.1),
        (6.5, 0.48, 0.16, -0.3),
        (6.1, 0.3, 0.08, 0.2),
    ):
        fill(canvas, star(u * unit, v * unit, size * unit, turn=angle), "#ffffff", 0.95)


def _clipped(canvas: Pixels, stripe: Outline, unit: float) -> None:
    """A faint stripe on the band, kept above its lower line."""
    u = np.clip(stripe[:, 0] / unit / WIDE, 0, 1)
    floor = (2.34 + 0.22 * (1 - np.sin(np.pi * u))) * unit
    kept = np.stack([stripe[:, 0], np.minimum(stripe[:, 1], floor)], 1).astype(np.float32)
    fill(canvas, kept, "#ffffff", 0.16)


def _badges(canvas: Pixels, words: CardWords, colours: Palette, unit: float) -> None:
    """Upper corners: an age badge and a seal."""
    small = PLAIN[0]
    x, y = 0.74 * unit, 0.62 * unit
    fill(canvas, disc(x + 0.02 * unit, y + 0.04 * unit, 0.44 * unit), colours.ink, 0.5)
    fill(canvas, disc(x, y, 0.44 * unit), colours.ink)
    fill(canvas, disc(x, y, 0.395 * unit), "#ffffff")
    print_word(canvas, words.ages, small, x=x, y=y - 0.17 * unit, size_px=0.165 * unit, colour=colours.ink)
    print_word(canvas, "0-99", small, x=x, y=y + 0.09 * unit, size_px=0.29 * unit, colour=colours.ink)
    x = (WIDE - 0.78) * unit
    fill(canvas, star(x + 0.02 * unit, y + 0.04 * unit, 0.52 * unit, points=16, inner=0.87), colours.ink, 0.5)
    fill(canvas, star(x, y, 0.52 * unit, points=16, inner=0.87), colours.ink)
    fill(canvas, star(x, y, 0.465 * unit, points=16, inner=0.88), "#ffffff")
    for text, dy in zip(words.seal, (-0.1, 0.12), strict=True):
        size_px = _narrowed(text, 0.2 * unit, 0.72 * unit)
        print_word(canvas, text, small, x=x, y=y + dy * unit, size_px=size_px, colour=colours.ink, degrees=-8)


def _tray(canvas: Pixels, tray: Tray, label: str, colours: Palette, unit: float) -> None:
    """A recessed window with its label."""
    left, right = (tray.u - tray.half_width) * unit, (tray.u + tray.half_width) * unit
    top, bottom = (tray.v - tray.half_height) * unit, (tray.v + tray.half_height) * unit
    line = 0.055 * unit
    fill(canvas, rounded(left, top + 0.06 * unit, right, bottom + 0.06 * unit, 0.36 * unit), colours.ink, 0.22)
    fill(canvas, rounded(left, top, right, bottom, 0.36 * unit), "#ffffff", 0.85)
    inside = rounded(left + line, top + line, right - line, bottom - line, 0.31 * unit)
    fill(canvas, inside, colours.deep, 0.94)
    fill(canvas, inside, colours.glow, 0.62)
    fill(canvas, inside, "#ffffff", 0.16)
    shine = rounded(left + 2.2 * line, top + 2.2 * line, right - 2.2 * line, tray.v * unit, 0.25 * unit)
    fill(canvas, shine, "#ffffff", 0.13)
    text = capitals(label)
    face = face_for(text, PLAIN, field="toy")
    size = 0.245 * unit
    room = 2.3 * tray.half_width * unit - 0.5 * unit
    lines = [text]
    if word_width(text, face, size) * _SMALLEST > room and " " in text:
        lines, size = _halved(text, face), 0.74 * size
    wide = max(word_width(row, face, size) for row in lines)
    if wide > room:
        size *= room / wide
        wide = room
    half, tall = wide / 2 + 0.2 * unit, (0.2 if len(lines) == 1 else 0.24) * unit
    middle = bottom - 0.02 * unit * (len(lines) - 1)
    pill = rounded(tray.u * unit - half, middle - tall, tray.u * unit + half, middle + tall, 0.2 * unit)
    fill(canvas, pill, colours.ink)
    for row, shift in zip(lines, (0.0,) if len(lines) == 1 else (-0.1, 0.1), strict=True):
        print_word(canvas, row, face, x=tray.u * unit, y=middle + shift * unit, size_px=size, colour="#ffffff")


def _halved(text: str, face: Typeface) -> list[str]:
    """In two lines, as even as the spaces allow."""
    words = text.split(" ")
    ways = [[" ".join(words[:k]), " ".join(words[k:])] for k in range(1, len(words))]
    return min(ways, key=lambda lines: max(word_width(line, face, 100) for line in lines))


def _seal(canvas: Pixels, u: float, v: float, radius: float, words: CardWords, colours: Palette, unit: float) -> None:
    """A round seal where accessories would be."""
    x, y = u * unit, v * unit
    for grow, colour, share in ((1.0, colours.ink, 1.0), (0.94, colours.band, 1.0)):
        fill(canvas, star(x, y, grow * radius * unit, points=22, inner=0.9), colour, share)
    fill(canvas, disc(x, y, 0.76 * radius * unit), colours.ink)
    fill(canvas, disc(x, y, 0.71 * radius * unit), "#ffffff")
    fill(canvas, star(x, y - 0.43 * radius * unit, 0.17 * radius * unit), colours.crest)
    for text, dy in zip(words.keepsake, (-0.08, 0.26), strict=True):
        size_px = _narrowed(text, 0.3 * radius * unit, 1.2 * radius * unit)
        print_word(canvas, text, PLAIN[0], x=x, y=y + dy * radius * unit, size_px=size_px, colour=colours.ink)


def _narrowed(text: str, size_px: float, widest_px: float) -> float:
    """`size_px`, or what makes `text` just `widest_px` wide."""
    return min(size_px, size_px * widest_px / max(word_width(text, PLAIN[0], size_px), 1))


def _ribbon(canvas: Pixels, text: str, colours: Palette, unit: float) -> None:
    """The tagline on a ribbon with a swallow tail, tilted like the title."""
    raised = capitals(text)
    face = face_for(raised, PLAIN, field="tagline")
    size = 0.355 * unit
    size = min(size, size * 5.6 * unit / max(word_width(raised, face, size), 1))
    wide = word_width(raised, face, size) + 0.75 * unit
    right, middle, half = (WIDE - 0.42) * unit, 2.71 * unit, 0.29 * unit
    left = right - wide
    x, y = (left + right) / 2, middle
    body = rounded(left, middle - half, right, middle + half, 0.1 * unit)
    tail = [
        (left + 0.2 * unit, -0.7),
        (left - 0.42 * unit, -0.7),
        (left - 0.2 * unit, 0.15),
        (left - 0.42 * unit, 1.0),
        (left + 0.2 * unit, 1.0),
    ]
    tail_outline = np.asarray([(tx, middle + ty * half + 0.09 * unit) for tx, ty in tail], np.float32)
    tilt = -1.6
    fill(canvas, turn(tail_outline, x, y, tilt), colours.ink)
    shadow = np.asarray(body + np.array((0.05 * unit, 0.08 * unit)), np.float32)
    fill(canvas, turn(shadow, x, y, tilt), colours.ink, 0.75)
    fill(canvas, turn(body, x, y, tilt), "#ffffff")
    print_word(canvas, raised, face, x=x, y=y, size_px=size, colour=colours.ink, degrees=tilt)


def _footer(canvas: Pixels, count: int, words: CardWords, colours: Palette, unit: float) -> None:
    u = np.linspace(-0.1, WIDE + 0.1, 60)
    for lift, colour in ((0.08, colours.band), (0.0, colours.ink)):
        line = 11.56 - lift + 0.07 * np.sin(np.pi * u / WIDE)
        outline = [*zip(u, line, strict=True), (WIDE + 0.1, TALL + 0.2), (-0.1, TALL + 0.2)]
        fill(canvas, np.asarray(outline, np.float32) * np.float32(unit), colour)
    _barcode(canvas, 0.3 * unit, 11.73 * unit, 1.12 * unit, 0.52 * unit)
    for text, v, size, colour in (
        (words.accessories(count), 11.87, 0.255, "#ffffff"),
        (words.small, 12.15, 0.165, colours.shine),
    ):
        word = set_word(capitals(text), PLAIN[0], size * unit)
        left = round((WIDE - 0.36) * unit) - word.width - word.left
        stamp(canvas, word.coverage, left, round(v * unit - word.coverage.shape[0] / 2), colour)


def _barcode(canvas: Pixels, left: float, top: float, wide: float, tall: float) -> None:
    """The same bars on every card: they stand for nothing."""
    fill(canvas, rounded(left, top, left + wide, top + tall, 0.08 * tall), "#ffffff")
    module = wide * 0.86 / sum(_BARS)
    x = left + 0.07 * wide
    for k, bars in enumerate(_BARS):
        if k % 2 == 0:
            fill(canvas, rounded(x, top + 0.12 * tall, x + bars * module, top + 0.88 * tall, 0), "#141414")
        x += bars * module

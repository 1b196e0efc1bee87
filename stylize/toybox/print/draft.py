"""A page while it is drawn. Places and sizes in millimetres from the upper left corner of the sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from PIL import Image, ImageDraw

from stylize.models import Colour, Pixels
from stylize.paper import Line, Page, Paper, Spot, to_px
from stylize.toybox.lettering import PLAIN, font_at
from stylize.toybox.shapes import Outline, fill, stamp

MARGIN_MM = 8.0
"""What home printers leave white, and a little more."""
INK = "#2b2b33"
_BODY_MM, _HEADING_MM = 3.3, 5.2
_LEADING = 1.32
_RULE_MM = 50.0
_CROP_MM, _CROP_GAP_MM = 5.0, 2.5


@dataclass(kw_only=True, slots=True)
class Draft:
    """White paper to begin with. Made by `blank`; `finish` makes it a Page."""

    paper: Paper
    pixels: Pixels = field(repr=False)
    lines: list[Line] = field(default_factory=list, repr=False)


def blank(paper: Paper) -> Draft:
    shape = (round(to_px(paper.height_mm)), round(to_px(paper.width_mm)), 3)
    return Draft(paper=paper, pixels=np.full(shape, 255, np.uint8))


def finish(draft: Draft) -> Page:
    return Page(paper=draft.paper, pixels=draft.pixels, lines=tuple(draft.lines))


def put(draft: Draft, art: Pixels, x: float, y: float) -> None:
    """Print (h, w, 3) or, with straight alpha, (h, w, 4) uint8 pixels at 300 dpi, upper left corner at (x, y)."""
    left, top = round(to_px(x)), round(to_px(y))
    if art.shape[2] == 4:
        stamp(draft.pixels, art[..., 3], left, top, art[..., :3].astype(np.float32))
        return
    high, wide = draft.pixels.shape[:2]
    bottom, right = min(top + art.shape[0], high), min(left + art.shape[1], wide)
    inside = art[max(0, -top) : bottom - top, max(0, -left) : right - left]
    draft.pixels[max(0, top) : bottom, max(0, left) : right] = inside


def over_edge(art: Pixels, bleed_mm: float) -> Pixels:
    """`art` carried on over its edges, so that no white shows where the scissors stray: sideways mirrored, for its dots;
    up and down as it ends there, so that no badge comes twice.
    """
    reach = round(to_px(bleed_mm))
    wide = cv2.copyMakeBorder(art, 0, 0, reach, reach, cv2.BORDER_REFLECT)
    return np.asarray(cv2.copyMakeBorder(wide, reach, reach, 0, 0, cv2.BORDER_REPLICATE), np.uint8)


def colour_in(draft: Draft, points: Sequence[Spot], colour: Colour, opacity: float = 1.0) -> None:
    """Fill an outline."""
    fill(draft.pixels, outline_px(points), colour, opacity)


def outline_px(points: Sequence[Spot]) -> Outline:
    """Millimetres → an outline in pixels."""
    return np.asarray([(to_px(x), to_px(y)) for x, y in points], np.float32)


def cut(draft: Draft, points: Sequence[Spot], *, closed: bool = True, grey: float = 0.35) -> None:
    draft.lines.append(Line(points=tuple(points), closed=closed, grey=grey))


def crease(draft: Draft, points: Sequence[Spot], *, closed: bool = False, grey: float = 0.35) -> None:
    draft.lines.append(Line(points=tuple(points), dashed=True, closed=closed, grey=grey))


def oblong(left: float, top: float, width: float, height: float) -> tuple[Spot, ...]:
    """The corners of a rectangle."""
    return ((left, top), (left + width, top), (left + width, top + height), (left, top + height))


def write(draft: Draft, text: str, x: float, y: float, *, em: float = _BODY_MM, colour: Colour = INK) -> None:
    """One line whose baseline begins at (x, y)."""
    font = font_at(PLAIN[0], round(to_px(em)))
    left, top, right, bottom = font.getbbox(text, anchor="ls")
    sheet = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4))
    ImageDraw.Draw(sheet).text((2 - left, 2 - top), text, fill=255, font=font, anchor="ls")
    stamp(draft.pixels, np.asarray(sheet), round(to_px(x) + left) - 2, round(to_px(y) + top) - 2, colour)


def label(
    draft: Draft, text: str, x: float, y: float, *, em: float, upright: bool = True, colour: Colour = INK
) -> None:
    """One line with its middle at (x, y); not `upright`: read from below."""
    font = font_at(PLAIN[0], round(to_px(em)))
    left, top, right, bottom = font.getbbox(text)
    sheet = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4))
    ImageDraw.Draw(sheet).text((2 - left, 2 - top), text, fill=255, font=font)
    word = np.asarray(sheet)
    if not upright:
        word = np.asarray(cv2.rotate(word, cv2.ROTATE_90_COUNTERCLOCKWISE), np.uint8)
    stamp(draft.pixels, word, round(to_px(x) - word.shape[1] / 2), round(to_px(y) - word.shape[0] / 2), colour)


def paragraphs(draft: Draft, texts: Sequence[str], x: float, y: float, width: float, *, em: float = _BODY_MM) -> float:
    """Lines broken to `width`, the first baseline at y. Returns where the next baseline would be."""
    font = font_at(PLAIN[0], round(to_px(em)))
    for text in texts:
        line = ""
        for word in text.split(" "):
            longer = f"{line} {word}" if line else word
            if line and font.getlength(longer) > to_px(width):
                write(draft, line, x, y, em=em)
                y += em * _LEADING
                line = word
            else:
                line = longer
        write(draft, line, x, y, em=em)
        y += em * _LEADING + 0.25 * em
    return y


def heading(draft: Draft, title: str, steps: Sequence[str], signs: str) -> float:
    """Title, what the lines mean, and the steps across the top. Returns where the rest of the sheet begins."""
    width = draft.paper.width_mm - 2 * MARGIN_MM
    write(draft, title, MARGIN_MM, MARGIN_MM + _HEADING_MM * 0.85, em=_HEADING_MM)
    room = font_at(PLAIN[0], round(to_px(2.8))).getlength(signs)
    write(draft, signs, MARGIN_MM + width - room * 25.4 / 300, MARGIN_MM + _HEADING_MM * 0.85, em=2.8)
    return paragraphs(draft, steps, MARGIN_MM, MARGIN_MM + 10.0, width) - 2.0


def test_rule(draft: Draft, text: str) -> None:
    """A rule of 50 mm at the foot of the sheet, a tick every 10 mm, and what it is for."""
    x, y = MARGIN_MM, draft.paper.height_mm - MARGIN_MM - 1.0
    cut(draft, [(x, y), (x + _RULE_MM, y)], closed=False, grey=0.0)
    for k in range(6):
        tall = 3.0 if k in (0, 5) else 1.8
        cut(draft, [(x + 10 * k, y - tall), (x + 10 * k, y)], closed=False, grey=0.0)
    left = x + _RULE_MM + 4.0
    paragraphs(draft, [text], left, y - 2.2, draft.paper.width_mm - MARGIN_MM - left, em=2.5)


def crop_marks(draft: Draft, left: float, top: float, width: float, height: float) -> None:
    """Corner marks beside a rectangle, off the print that runs over its edge."""
    for x in (left, left + width):
        for y, way in ((top, -1), (top + height, 1)):
            cut(draft, [(x, y + way * _CROP_GAP_MM), (x, y + way * (_CROP_GAP_MM + _CROP_MM))], closed=False, grey=0.0)
    for y in (top, top + height):
        for x, way in ((left, -1), (left + width, 1)):
            cut(draft, [(x + way * _CROP_GAP_MM, y), (x + way * (_CROP_GAP_MM + _CROP_MM), y)], closed=False, grey=0.0)

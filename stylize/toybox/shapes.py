"""Shapes and words printed on a canvas, anti-aliased. A canvas is (height, width, 3) uint8, sRGB, written in place.

Outlines are (n, 2) float arrays of x, y in pixels, y downwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from stylize.colour import from_hex
from stylize.models import Colour, Pixels
from stylize.toybox.lettering import Typeface, font_at

Outline = npt.NDArray[np.float32]
Coverage = npt.NDArray[np.uint8]
_SUBPIXEL_BITS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A set line. `coverage` (h, w) uint8; `left`, `top`: of the letters' ink in it; `width`, `height`: of the ink."""

    coverage: Coverage = field(repr=False)
    left: int
    top: int
    width: int
    height: int


def fill(canvas: Pixels, outline: Outline, colour: Colour, opacity: float = 1.0) -> None:
    """Fill one closed outline."""
    low = np.floor(outline.min(0)).astype(int) - 1
    high = np.ceil(outline.max(0)).astype(int) + 2
    left, top = (int(v) for v in np.maximum(low, 0))
    right, bottom = min(int(high[0]), canvas.shape[1]), min(int(high[1]), canvas.shape[0])
    if right <= left or bottom <= top:
        return
    coverage = np.zeros((bottom - top, right - left), np.uint8)
    points = np.round((outline - (left, top)) * 2**_SUBPIXEL_BITS).astype(np.int32)
    cv2.fillPoly(coverage, [points], 255, cv2.LINE_AA, _SUBPIXEL_BITS)
    stamp(canvas, coverage, left, top, colour, opacity)


def stamp(
    canvas: Pixels, coverage: Coverage, left: int, top: int, ink: Colour | npt.NDArray[np.float32], opacity: float = 1.0
) -> None:
    """Print `coverage` with its corner at (left, top) in one colour, or in `ink` (h, w, 3) float32 sRGB 0 to 255."""
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + coverage.shape[1], canvas.shape[1]), min(top + coverage.shape[0], canvas.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    inside = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    share = coverage[inside].astype(np.float32)[..., None] * np.float32(opacity / 255)
    under = canvas[y0:y1, x0:x1].astype(np.float32)
    over = from_hex(ink) * 255 if isinstance(ink, str) else ink[inside]
    canvas[y0:y1, x0:x1] = (under + (over - under) * share + 0.5).astype(np.uint8)


def rounded(left: float, top: float, right: float, bottom: float, radius: float) -> Outline:
    """A rectangle with round corners."""
    radius = min(radius, (right - left) / 2, (bottom - top) / 2)
    turns = np.linspace(0, np.pi / 2, 12)
    parts = []
    corners = ((right, bottom, 1, 1), (left, bottom, -1, 1), (left, top, -1, -1), (right, top, 1, -1))
    for quarter, (x, y, sx, sy) in enumerate(corners):
        angle = turns + quarter * np.pi / 2
        parts.append(np.stack([x - sx * radius + radius * np.cos(angle), y - sy * radius + radius * np.sin(angle)], 1))
    return np.concatenate(parts).astype(np.float32)


def star(x: float, y: float, radius: float, *, points: int = 5, inner: float = 0.45, turn: float = 0.0) -> Outline:
    """A star; many points and a large `inner` make a seal."""
    k = np.arange(2 * points)
    reach = np.where(k % 2 == 0, radius, radius * inner)
    angle = turn + k * np.pi / points
    return np.stack([x + reach * np.sin(angle), y - reach * np.cos(angle)], 1).astype(np.float32)


def disc(x: float, y: float, radius: float) -> Outline:
    angle = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], 1).astype(np.float32)


def turn(outline: Outline, x: float, y: float, degrees: float) -> Outline:
    """Rotate about (x, y), clockwise as seen."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.asarray((outline - (x, y)) @ np.array([[c, s], [-s, c]]) + (x, y), np.float32)


def set_word(text: str, face: Typeface, size_px: float, *, stroke_px: float = 0.0) -> Word:
    """Set one line of letters, with an optional round stroke around them and a margin for it."""
    font = font_at(face, max(4, round(size_px)))
    left, top, right, bottom = font.getbbox(text)
    margin = math.ceil(stroke_px) + 2
    width, height = math.ceil(right - left), math.ceil(bottom - top)
    page = Image.new("L", (max(1, width + 2 * margin), max(1, height + 2 * margin)))
    ImageDraw.Draw(page).text((margin - left, margin - top), text, fill=255, font=font, stroke_width=stroke_px)
    return Word(coverage=np.asarray(page, np.uint8), left=margin, top=margin, width=width, height=height)


def word_width(text: str, face: Typeface, size_px: float) -> float:
    """Width of the ink of one line."""
    left, _, right, _ = font_at(face, max(4, round(size_px))).getbbox(text)
    return float(right - left)


def print_word(
    canvas: Pixels,
    text: str,
    face: Typeface,
    *,
    x: float,
    y: float,
    size_px: float,
    colour: Colour,
    degrees: float = 0.0,
) -> None:
    """Print one line with the middle of its ink at (x, y), turned clockwise."""
    word = set_word(text, face, size_px)
    coverage = word.coverage
    if degrees:
        coverage = _rotate(coverage, degrees)
    height, width = coverage.shape
    # Whole pixels: the canvas is drawn larger than it is shown.
    stamp(canvas, coverage, round(x - width / 2), round(y - height / 2), colour)


def _rotate(coverage: Coverage, degrees: float) -> Coverage:
    height, width = coverage.shape
    side = math.ceil(math.hypot(height, width)) + 2
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    matrix[:, 2] += ((side - width) / 2, (side - height) / 2)
    return np.asarray(cv2.warpAffine(coverage, matrix, (side, side), flags=cv2.INTER_CUBIC), np.uint8)

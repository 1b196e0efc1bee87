"""Pixels into bytes for the page's own use; what the user takes home is made by `stylize.export` instead."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from stylize.geometry import Box, Size
from stylize.models import Pixels
from stylize.toybox.accessories import accessories, read_icon
from ui.shelf import Sheet

MEDIA_TYPES = {".webp": "image/webp", ".jpg": "image/jpeg", ".png": "image/png"}
_QUALITY = {".webp": cv2.IMWRITE_WEBP_QUALITY, ".jpg": cv2.IMWRITE_JPEG_QUALITY}

ICON_PX = 96
ICONS_ACROSS = 12


def encode(pixels: Pixels, suffix: str, quality: int = 90) -> Sheet:
    """(h, w, 3) or (h, w, 4) uint8 sRGB → a picture in memory; OpenCV writes pixels and nothing else.

    `suffix`: .webp, .jpg, .png.
    """
    order = cv2.COLOR_RGB2BGR if pixels.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
    settings = [_QUALITY[suffix], quality] if suffix in _QUALITY else []
    _, data = cv2.imencode(suffix, cv2.cvtColor(pixels, order), settings)
    return Sheet(data=data.data, media_type=MEDIA_TYPES[suffix])


def placeholder() -> Sheet:
    """An empty square, shown for the blink of an eye while a file that is no photo is being refused."""
    return encode(np.full((8, 8, 3), 255, np.uint8), ".webp")


def frame_scale(pixels: Pixels, face: Box, size: Size) -> float:
    """How much larger a photo is in its frame of `size` than it is itself."""
    return size.height / _cut(pixels, face, size.width / size.height)[1]


def frame(pixels: Pixels, face: Box, width: int, height: int) -> Pixels:
    """The part of the photo around `face`, cut and scaled to `width` x `height`: a bust, as far as the photo reaches."""
    tall, wide = pixels.shape[:2]
    cut_width, cut_height = _cut(pixels, face, width / height)
    x, y = face.centre
    left = min(max(x - cut_width / 2, 0), wide - cut_width)
    top = min(max(y - 0.4 * cut_height, 0), tall - cut_height)
    part = pixels[round(top) : round(top + cut_height), round(left) : round(left + cut_width)]
    how = cv2.INTER_AREA if cut_width > width else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, (width, height), interpolation=how), np.uint8)


def _cut(pixels: Pixels, face: Box, aspect: float) -> tuple[float, float]:
    """Width and height of the part around `face` that fits into a frame of `aspect`."""
    tall, wide = pixels.shape[:2]
    height = min(3.4 * face.height, tall, wide / aspect)
    return height * aspect, height


@cache
def icon_sheet() -> Sheet:
    """All accessories on one sheet, ICON_PX each, ICONS_ACROSS a row, in the order of their slugs."""
    slugs = list(accessories())
    rows = -(-len(slugs) // ICONS_ACROSS)
    sheet = np.zeros((rows * ICON_PX, ICONS_ACROSS * ICON_PX, 4), np.uint8)
    for index, slug in enumerate(slugs):
        top, left = (index // ICONS_ACROSS) * ICON_PX, (index % ICONS_ACROSS) * ICON_PX
        icon = cv2.resize(read_icon(slug), (ICON_PX, ICON_PX), interpolation=cv2.INTER_AREA)
        sheet[top : top + ICON_PX, left : left + ICON_PX] = icon
    return encode(sheet, ".webp", quality=82)

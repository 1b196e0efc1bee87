"""From a few colours to something that may be looked at: a soft field, a calm mosaic, one plain tone."""

from __future__ import annotations

import cv2
import numpy as np

from stylize.models import Pixels
from stylize.photo.hiding.colours import Colours
from stylize.regions import HideStyle

_CELL_PX = 16
"""A cell in a texture; it is stretched to its place."""

_TILE_CONTRAST = 6.0
"""How far the lightest and the darkest tile may lie from the field."""


def soft(colours: Colours) -> Pixels:
    """(h, w, 3): the colours run into each other without an edge."""
    rows, columns = colours.shape[:2]
    size = (columns * _CELL_PX, rows * _CELL_PX)
    field = cv2.resize(colours, size, interpolation=cv2.INTER_LINEAR)
    field = cv2.GaussianBlur(field, (0, 0), 0.45 * _CELL_PX, borderType=cv2.BORDER_REPLICATE)
    return _pixels(np.asarray(field, np.float32))


def tiled(colours: Colours, tiles: tuple[int, int]) -> Pixels:
    """(rows, columns, 3): one pixel a tile of `tiles` (columns, rows). They follow the soft field, each a little lighter
    or darker by where it lies, so that it looks like a mosaic though there are no more colours to tell.
    """
    columns, rows = tiles
    field = np.asarray(cv2.resize(soft(colours), (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
    across, down = np.meshgrid(np.arange(columns), np.arange(rows))
    sway = ((across * 73856093) ^ (down * 19349663) ^ (across * down * 83492791)) // 7 % 5 - 2.0
    return _pixels(field + (sway * (_TILE_CONTRAST / 2))[..., None])


def plain(colours: Colours) -> Pixels:
    """(1, 1, 3): their middle."""
    return _pixels(colours.mean(axis=(0, 1), keepdims=True))


def texture(colours: Colours, style: HideStyle, tiles: tuple[int, int]) -> tuple[Pixels, int]:
    """What is to be stretched over the place, and how OpenCV is to do it."""
    if style == "mosaic":
        return tiled(colours, tiles), cv2.INTER_NEAREST
    if style == "solid":
        return plain(colours), cv2.INTER_NEAREST
    return soft(colours), cv2.INTER_LINEAR


def _pixels(field: Colours) -> Pixels:
    return np.asarray(np.clip(field + np.float32(0.5), 0, 255), np.uint8)

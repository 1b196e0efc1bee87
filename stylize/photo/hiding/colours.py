"""The few colours that are left of what is hidden: rounded means over large cells.

A mosaic or a blur of many small cells can be undone for text and for faces, by trying what would give the same cells
(Hill et al. 2016, "On the (in)effectiveness of mosaicing and blurring as tools for document redaction"). Against a dozen
rounded means there is nothing to try: whatever has the same means gives the same picture, bit by bit.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from stylize.models import Pixels
from stylize.photo.hiding.patch import Cover, Flags, Patch, visible

Colours = npt.NDArray[np.float32]
"""(rows, columns, 3) sRGB, 0 to 255."""

LIGHT_STEP, TINT_STEP = 12.0, 8.0
"""What lightness and tint are rounded to: about 20 lightnesses, and greys stay grey."""

_FEWEST = 16
_NOTHING_KNOWN = 128.0


def colours_of(pixels: Pixels, patch: Patch, cover: Cover) -> Colours:
    """The rounded mean of each cell of `patch`, over what `cover` hides of `pixels`."""
    return means(visible(cover, pixels), cover.core, _cells_of(patch, cover), patch.cells)


def means(part: Pixels, hidden: Flags, cell: Flags, cells: tuple[int, int]) -> Colours:
    """(rows, columns, 3): rounded means of `part` (h, w, 3) where it is `hidden`, by number of `cell` (h, w), counted row by
    row. A cell of which next to nothing is hidden takes after its neighbours.
    """
    columns, rows = cells
    total = rows * columns
    found, counts = np.zeros((total, 3)), np.zeros(total)
    for number in range(total):
        mask = hidden if total == 1 else hidden & (cell == number).astype(np.uint8)
        counts[number] = cv2.countNonZero(mask)
        if counts[number]:
            found[number] = cv2.mean(part, mask)[:3]
    known = counts >= min(_FEWEST, counts.max())
    rounded = _round(found)
    if not known.any() or not counts.max():
        return np.full((rows, columns, 3), _NOTHING_KNOWN, np.float32)
    place = np.stack(np.divmod(np.arange(total), columns), axis=1).astype(np.float64)
    away = ((place[:, None] - place[None, known]) ** 2).sum(axis=2)
    weight = 1 / (away + 0.25) ** 2
    lent = (weight @ rounded[known]) / weight.sum(axis=1, keepdims=True)
    kept = np.where(known[:, None], rounded, lent)
    return np.asarray(kept, np.float32).reshape(rows, columns, 3)


def _round(colours: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Colours to the nearest step of lightness and tint (YCoCg)."""
    red, green, blue = colours[:, 0], colours[:, 1], colours[:, 2]
    light = np.round((red + 2 * green + blue) / 4 / LIGHT_STEP) * LIGHT_STEP
    orange = np.round((red - blue) / 2 / TINT_STEP) * TINT_STEP
    leaf = np.round((2 * green - red - blue) / 4 / TINT_STEP) * TINT_STEP
    return np.clip(np.stack([light + orange - leaf, light + leaf, light - orange - leaf], axis=1), 0, 255)


def _cells_of(patch: Patch, cover: Cover) -> Flags:
    """For each pixel the number of its cell, counted along the patch's own axes."""
    columns, rows = patch.cells
    numbers = np.arange(rows * columns, dtype=np.uint8).reshape(rows, columns)
    return stretch(numbers, patch, cover, cv2.INTER_NEAREST)


def stretch(texture: npt.NDArray[np.uint8], patch: Patch, cover: Cover, how: int) -> npt.NDArray[np.uint8]:
    """`texture` (rows, columns, ...) laid over the whole patch along its axes, as seen in the place of `cover`."""
    rows, columns = texture.shape[:2]
    left, top, right, bottom = cover.place
    axes = np.stack([patch.across, patch.down], axis=1).astype(np.float64)
    inverse = np.linalg.inv(axes)
    # Pixel → (-1..1, -1..1) → texture; both count the middles of their pixels.
    scale = np.array([columns / 2, rows / 2])
    linear = inverse * scale[:, None]
    offset = (inverse @ (np.array([left, top]) - patch.centre.astype(np.float64)) + 1) * scale - 0.5
    matrix = np.concatenate([linear, offset[:, None]], axis=1)
    flags = how | cv2.WARP_INVERSE_MAP
    size = (right - left, bottom - top)
    return np.asarray(
        cv2.warpAffine(np.ascontiguousarray(texture), matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )

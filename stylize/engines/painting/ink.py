"""Brush and ink: the few drawing moves that everything else is painted with. Canvases are painted in place."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Canvas = npt.NDArray[Any]
"""(height, width, 3) float32, sRGB 0 to 1."""

Field = npt.NDArray[Any]
"""(height, width) float32: a mask from 0 to 1, a lightness, a noise; or (height, width, n) of such."""

Path = npt.NDArray[Any]
"""(n, 2) float32: points along a line or around a shape; or one point (2,)."""


def smoothstep(low: float, high: float, x: npt.ArrayLike) -> Field:
    """0 at `low`, 1 at `high` (which may be the smaller), eased between; same shape as `x`."""
    t = np.clip((np.asarray(x, np.float32) - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def blur(field: Field, sigma: float) -> Field:
    """Gaussian blur, any number of channels, borders mirrored; wide ones on a smaller copy."""
    if sigma < 0.15:
        return field
    height, width = field.shape[:2]
    factor = int(min(sigma / 4, height / 8, width / 8))
    if factor < 2:
        return np.asarray(cv2.GaussianBlur(field, (0, 0), sigma), np.float32)
    small = cv2.resize(field, (max(width // factor, 1), max(height // factor, 1)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / factor)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def blur_within(field: Field, weight: Field, sigma: float) -> Field:
    """Blur that looks only where `weight` is: no bleeding over the edge of a region (normalised convolution)."""
    soft = blur(weight, sigma) + 1e-4
    if field.ndim == 3:
        return np.asarray(blur(field * weight[..., None], sigma) / soft[..., None], np.float32)
    return np.asarray(blur(field * weight, sigma) / soft, np.float32)


def smooth_outline(mask: Field, sigma: float, soft: float = 0.1, level: float = 0.5) -> Field:
    """A mask whose outline is a clean, calm curve: blurred, then cut again at `level` with a soft edge."""
    return smoothstep(level - soft, level + soft, blur(mask, sigma))


def mix(below: Canvas, above: npt.ArrayLike, amount: Field | float) -> Canvas:
    """`above` (a canvas or one colour) over `below` by `amount` 0 to 1."""
    over = np.asarray(above, np.float32)
    share = amount[..., None] if isinstance(amount, np.ndarray) else np.float32(amount)
    return np.asarray(below + (over - below) * share, np.float32)


def glaze(canvas: Canvas, colour: npt.ArrayLike, amount: Field) -> None:
    """`colour` over the canvas, in place, only where `amount` is."""
    rows, columns = np.flatnonzero(amount.max(axis=1) > 1e-3), np.flatnonzero(amount.max(axis=0) > 1e-3)
    if not len(rows):
        return
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    over = np.asarray(colour, np.float32)
    canvas[part] += amount[part][..., None] * ((over if over.ndim == 1 else over[part]) - canvas[part])


def shape_mask(outline: Path, size: tuple[int, int]) -> Field:
    """The inside of a closed outline (n, 2), anti-aliased. `size`: (height, width).

    Drawn four times as large and shrunk: OpenCV's own anti-aliased polygons show a dot at every corner.
    """
    mask = np.zeros(size, np.float32)
    left, top = (max(int(v), 0) for v in np.floor(outline.min(axis=0)) - 1)
    right, bottom = (min(int(v), limit) for v, limit in zip(np.ceil(outline.max(axis=0)) + 2, size[::-1], strict=True))
    if right <= left or bottom <= top:
        return mask
    large = np.zeros((4 * (bottom - top), 4 * (right - left)), np.uint8)
    corners = np.round(((outline - [left, top] + 0.5) * 4 - 0.5) * 16).astype(np.int32)
    cv2.fillPoly(large, [corners], 255, cv2.LINE_8, 4)
    small = cv2.resize(large, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    mask[top:bottom, left:right] = small.astype(np.float32) / 255
    return mask


def fill(canvas: Canvas, outline: Path, colour: npt.ArrayLike, alpha: float = 1.0, soft: float = 0.5) -> None:
    """A closed shape of one colour, painted in place. `soft`: blur of its edge, pixels."""
    height, width = canvas.shape[:2]
    pad = 3 + 3 * soft
    left, top = np.floor(outline.min(axis=0) - pad).astype(int)
    right, bottom = np.ceil(outline.max(axis=0) + pad).astype(int)
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    if right - left < 2 or bottom - top < 2:
        return
    mask = blur(shape_mask(outline - [left, top], (bottom - top, right - left)), soft) * np.float32(alpha)
    part = canvas[top:bottom, left:right]
    part += mask[..., None] * (np.asarray(colour, np.float32) - part)


def stroke_outline(path: Path, width: float, *, taper: bool = True, heavy: float = 0.5) -> Path:
    """The outline of a brush stroke along an open path (n, 2): thick at `heavy` (0 to 1 along it), thin at the ends."""
    path = np.asarray(path, np.float32)
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1)[:, None] + 1e-6
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    t = np.linspace(0.02, 0.98, len(path)) ** (math.log(0.5) / math.log(min(max(heavy, 0.05), 0.95)))
    half = width / 2 * (np.sin(np.pi * t) ** 0.7 if taper else np.ones(len(path)))
    side = across * half[:, None]
    return np.concatenate([path + side, (path - side)[::-1]]).astype(np.float32)


def stroke(
    canvas: Canvas,
    path: Path,
    width: float,
    colour: npt.ArrayLike,
    alpha: float = 1.0,
    *,
    taper: bool = True,
    heavy: float = 0.5,
    soft: float = 0.5,
) -> None:
    """A tapered ink stroke along an open path (n, 2), in place."""
    fill(canvas, stroke_outline(path, width, taper=taper, heavy=heavy), colour, alpha, soft)


def contour(mask: Field, width: float) -> Field:
    """A line of about `width` pixels along the outline of a mask, 0 to 1."""
    away = np.abs(blur(mask, max(width, 0.6)) - 0.5)
    return np.asarray(np.clip(1 - away / 0.3, 0, 1) ** 1.3, np.float32)


def shift(mask: Field, right: float, down: float) -> Field:
    """The mask moved by (right, down) pixels; its border goes on where nothing comes in."""
    move = np.array([[1, 0, right], [0, 1, down]], np.float32)
    moved = cv2.warpAffine(mask, move, (mask.shape[1], mask.shape[0]), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def spot(size: tuple[int, int], centre: npt.ArrayLike, across: float, down: float) -> Field:
    """A soft round spot, 1 in its middle. `size`: (height, width)."""
    x, y = (float(v) for v in np.asarray(centre))
    row = np.exp(-(((np.arange(size[1], dtype=np.float32) - x) / across) ** 2))
    column = np.exp(-(((np.arange(size[0], dtype=np.float32) - y) / down) ** 2))
    return np.asarray(column[:, None] * row[None], np.float32)


def noise(
    size: tuple[int, int], rng: np.random.Generator, cells: float, *, octaves: int = 4, aspect: float = 1.0
) -> Field:
    """Smooth noise about 0, spread about 1. `cells`: features down the picture; `aspect` > 1: more of them across."""
    height, width = size
    total = np.zeros(size, np.float32)
    strength, power = 1.0, 0.0
    for octave in range(octaves):
        down = max(2, int(cells * 2**octave))
        across = max(2, int(cells * 2**octave * aspect * width / height))
        if down > height or across > width:
            break
        grid = rng.standard_normal((down, across), dtype=np.float32)
        total += strength * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        power += strength**2
        strength *= 0.52
    return np.asarray(total / math.sqrt(max(power, 1e-6)) * 1.25, np.float32)


def islands(mask: Field, least: float) -> Field:
    """The mask without its small pieces (fewer than `least` pixels above one half) and small holes."""
    kept = mask
    for inside in (True, False):
        chosen = ((kept > 0.5) == inside).astype(np.uint8)
        count, label, stats, _ = cv2.connectedComponentsWithStats(chosen)
        small = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] < least]
        if small:
            spots = cv2.dilate(np.isin(label, small).astype(np.float32), np.ones((9, 9), np.uint8))
            spots = blur(spots, 1.0)
            kept = kept * (1 - spots) if inside else np.maximum(kept, spots)
    return np.asarray(kept, np.float32)

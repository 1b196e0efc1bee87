"""Drawing with soft edges on float32 pictures: the strokes and fills that paint a face onto a toy.

Pictures are (h, w, 3) float32 sRGB from 0 to 1 and are drawn into in place; masks are (h, w) float32 from 0 to 1;
points are (n, 2) x, y in pixels.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
_SHIFT = 4


def ramp(low: float, high: float, value: npt.ArrayLike) -> Floats:
    """0 below `low`, 1 above `high`, smooth between (3t² - 2t³); falls when `high` < `low`."""
    t = np.clip((np.asarray(value, np.float32) - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def soften(picture: npt.NDArray[Any], sigma: float) -> Floats:
    """Gaussian blur; wide ones are done on a smaller copy."""
    if sigma < 0.05:
        return np.asarray(picture, np.float32)
    if sigma <= 8:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)
    shrink = 4 if sigma < 24 else 8
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(1, width // shrink), max(1, height // shrink)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / shrink)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def polygon(points: npt.ArrayLike, shape: tuple[int, ...], *, soft: float = 0.0) -> Floats:
    """The inside of a closed outline, anti-aliased, then blurred by `soft`."""
    canvas = np.zeros(shape[:2], np.uint8)
    fixed = np.round(np.asarray(points, np.float64) * (1 << _SHIFT)).astype(np.int32)
    cv2.fillPoly(canvas, [fixed], 255, cv2.LINE_AA, _SHIFT)
    mask = canvas.astype(np.float32) * np.float32(1 / 255)
    return soften(mask, soft) if soft else mask


def hull(points: npt.ArrayLike) -> Floats:
    """The convex outline around `points`."""
    return np.asarray(cv2.convexHull(np.asarray(points, np.float32))[:, 0], np.float32)


def stroke(points: npt.ArrayLike, half_widths: npt.ArrayLike, shape: tuple[int, ...], *, soft: float = 0.0) -> Floats:
    """A line of changing width along `points` (n, 2), half as wide as `half_widths` (n or a number) on either side."""
    line = np.asarray(points, np.float32)
    along = np.gradient(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-6
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    reach = np.broadcast_to(np.asarray(half_widths, np.float32).reshape(-1, 1), (len(line), 1))
    return polygon(np.concatenate([line - across * reach, (line + across * reach)[::-1]]), shape, soft=soft)


def disc(centre: npt.ArrayLike, radius: float, shape: tuple[int, ...], *, edge: float = 1.2) -> Floats:
    """A round spot whose rim is `edge` pixels soft."""
    x, y = np.asarray(centre, np.float32)
    rows, columns = np.ogrid[0 : shape[0], 0 : shape[1]]
    distance = np.sqrt((columns - x) ** 2 + (rows - y) ** 2)
    return np.asarray(np.clip((radius - distance) / edge + 0.5, 0, 1), np.float32)


def glow(centre: npt.ArrayLike, reach: tuple[float, float], shape: tuple[int, ...]) -> Floats:
    """A soft round patch: a Gaussian of the given reach in x and y."""
    x, y = np.asarray(centre, np.float32)
    rows, columns = np.ogrid[0 : shape[0], 0 : shape[1]]
    return np.asarray(np.exp(-(((columns - x) / reach[0]) ** 2) - ((rows - y) / reach[1]) ** 2), np.float32)


def lay(picture: Floats, mask: Floats, colour: npt.ArrayLike) -> None:
    """Paint `colour` (3,) or (h, w, 3) over `picture`, as thickly as `mask` says."""
    picture += mask[..., None] * (np.asarray(colour, np.float32) - picture)


def shade(picture: Floats, mask: Floats, strength: float) -> None:
    """Darken `picture` where `mask` is, by at most `strength`."""
    picture *= (1 - strength * mask)[..., None]

"""A face in a picture, taken out as a square and put back: the geometry of the face pass, without any model."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from stylize.geometry import Box, Size
from stylize.models import Pixels

Plane = npt.NDArray[np.float32]

ROOM = 1.5
"""The square's side over the larger side of the face's box."""

LEAST_GAIN = 1.15
"""How much larger the face must be painted than it is: below that the first painting had enough pixels for it."""

SMALLEST_PX = 24
"""Of a face's box: below it nobody could say whose face it is, and a new one would be invented."""

REACH_X, REACH_Y, RISE = 0.53, 0.58, 0.03
"""Half axes of what is replaced, and how far its middle lies above the box's, over the box's sides."""

FEATHER = 0.07
"""Softness of its edge, over the side of the square."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CloseUp:
    """A square of `side` pixels at (`left`, `top`), wholly inside the picture. `painted`: the side it is painted at.
    `face`: the box of the face in the square's own pixels.
    """

    left: int
    top: int
    side: int
    painted: int
    face: Box


def frame_face(face: Box, size: Size, native_side: int) -> CloseUp | None:
    """The square around `face` in a picture of `size`, for a model that paints `native_side` pixels best. None where
    that would gain nothing, or the face is too small to be told, or lies outside.
    """
    wide, tall = face.width, face.height
    side = round(ROOM * max(wide, tall))
    x, y = face.centre
    if min(wide, tall) < SMALLEST_PX or not (0 <= x < size.width and 0 <= y < size.height):
        return None
    side = min(side, size.width, size.height)
    if side * LEAST_GAIN > native_side:
        return None
    left = int(np.clip(round(x - side / 2), 0, size.width - side))
    top = int(np.clip(round(y - side / 2), 0, size.height - side))
    return CloseUp(left=left, top=top, side=side, painted=native_side, face=face.move(-left, -top))


def take_out(pixels: Pixels, view: CloseUp) -> Pixels:
    """The square, enlarged to (painted, painted, 3)."""
    cut = pixels[view.top : view.top + view.side, view.left : view.left + view.side]
    return np.asarray(cv2.resize(cut, (view.painted, view.painted), interpolation=cv2.INTER_LANCZOS4), np.uint8)


def put_back(pixels: Pixels, view: CloseUp, painted: Pixels) -> Pixels:
    """`pixels` with the face from `painted` (n, n, 3), a copy. Colours are matched where the two meet; every pixel
    outside of the mask is the very one it was.
    """
    rows, columns = slice(view.top, view.top + view.side), slice(view.left, view.left + view.side)
    before = pixels[rows, columns]
    after = np.asarray(cv2.resize(painted, (view.side, view.side), interpolation=cv2.INTER_AREA), np.float32)
    mask = soft_mask(view)
    after = after + seam(np.asarray(before, np.float32) - after, mask)
    out = pixels.copy()
    mixed = before + (after - before) * mask[..., None]
    changed = mask > 0
    out[rows, columns][changed] = np.asarray(np.clip(mixed + 0.5, 0, 255), np.uint8)[changed]
    return out


def soft_mask(view: CloseUp) -> Plane:
    """(side, side) float32: 1 in the face, 0 well before the square's edge, an even slope between."""
    x, y = view.face.centre
    y -= RISE * view.face.height
    rows, columns = np.mgrid[0 : view.side, 0 : view.side].astype(np.float32)
    across = (columns + 0.5 - x) / (REACH_X * view.face.width)
    down = (rows + 0.5 - y) / (REACH_Y * view.face.height)
    feather = max(1.0, FEATHER * view.side)
    inside = (1 - np.hypot(across, down)) * min(REACH_X * view.face.width, REACH_Y * view.face.height)
    edge = np.minimum.reduce([rows, columns, view.side - 1 - rows, view.side - 1 - columns])
    # The edges of the picture itself are no seam, but a square that ends there ends softly all the same.
    ramp = np.clip(inside / (2 * feather) + 0.5, 0, 1) * np.clip(edge / feather, 0, 1)
    return np.asarray(ramp * ramp * (3 - 2 * ramp), np.float32)


def seam(difference: Plane, mask: Plane) -> Plane:
    """(3,) float32: the mean of `difference` (h, w, 3) where old and new meet."""
    weight = mask * (1 - mask)
    total = float(weight.sum())
    if total < 1e-3:
        return np.zeros(3, np.float32)
    return np.asarray((difference * weight[..., None]).sum((0, 1)) / total, np.float32)

"""Quadrangles: (4, 2) float32 corners in pixels, clockwise from the top left."""

from __future__ import annotations

import numpy as np

from stylize.geometry import Box
from stylize.models import Points


def upright(box: Box) -> Points:
    """The corners of `box`."""
    return np.array(
        [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)], np.float32
    )


def around(corners: Points) -> Box:
    """The smallest upright box that holds `corners`."""
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return Box(left=float(left), top=float(top), right=float(right), bottom=float(bottom))


def clockwise(corners: Points) -> Points:
    """The same four corners, clockwise as one looks at them, beginning with that nearest to the top left."""
    middle = corners.mean(axis=0)
    turn = np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0])
    ordered = corners[np.argsort(turn)]
    return np.asarray(np.roll(ordered, -int(ordered.sum(axis=1).argmin()), axis=0), np.float32)


def grown(corners: Points, by: float) -> Points:
    """All four sides moved outwards by `by` px (a little more or less where the corners are not right angles)."""
    from_last, from_next = corners - np.roll(corners, 1, axis=0), corners - np.roll(corners, -1, axis=0)
    units = [side / np.maximum(np.linalg.norm(side, axis=1, keepdims=True), 1e-6) for side in (from_last, from_next)]
    return np.asarray(corners + by * (units[0] + units[1]), np.float32)

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

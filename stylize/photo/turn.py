"""Quarter turns of pictures and of the faces found in them."""

from __future__ import annotations

import numpy as np

from stylize.geometry import Box
from stylize.models import Face, Pixels, Points


def turn(pixels: Pixels, quarters: int) -> Pixels:
    """Turned `quarters` times to the left (counter-clockwise)."""
    return np.ascontiguousarray(np.rot90(pixels, quarters % 4))


def turn_face(face: Face, quarters: int, shape: tuple[int, ...]) -> Face:
    """The face where `turn` of a picture of `shape` (height, width, ...) puts it."""
    return Face(
        box=turn_box(face.box, quarters, shape),
        score=face.score,
        keypoints=turn_points(face.keypoints, quarters, shape),
    )


def scale_face(face: Face, factor: float, left: float = 0.0, top: float = 0.0) -> Face:
    """The face in a picture that is `factor` times as large, and moved by (`left`, `top`) there."""
    points = (face.keypoints * np.float32(factor) + np.array([left, top], np.float32)).astype(np.float32)
    return Face(box=face.box.scale(factor).move(left, top), score=face.score, keypoints=points)


def turn_box(box: Box, quarters: int, shape: tuple[int, ...]) -> Box:
    """The box where `turn` of a picture of `shape` puts it."""
    corners = turn_points(np.array([[box.left, box.top], [box.right, box.bottom]], np.float32), quarters, shape)
    low, high = corners.min(axis=0), corners.max(axis=0)
    return Box(left=float(low[0]), top=float(low[1]), right=float(high[0]), bottom=float(high[1]))


def upright_quarters(face: Face) -> int:
    """How often the picture must be turned to the left for the face to stand."""
    across = face.keypoints[1] - face.keypoints[0]
    return round(float(np.degrees(np.arctan2(across[1], across[0]))) / 90) % 4


def turn_points(points: Points, quarters: int, shape: tuple[int, ...]) -> Points:
    """Points (n, 2) where `turn` of a picture of `shape` puts them."""
    height, width = shape[:2]
    x, y = points[:, 0], points[:, 1]
    turned = {
        0: np.stack([x, y], axis=1),
        1: np.stack([y, width - x], axis=1),
        2: np.stack([width - x, height - y], axis=1),
        3: np.stack([height - y, x], axis=1),
    }[quarters % 4]
    return np.asarray(turned, np.float32)

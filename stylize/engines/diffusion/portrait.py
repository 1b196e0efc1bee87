"""The face alone, upright and centred: what an IP-Adapter for faces wants to see."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from stylize.landmarks import LEFT_EYE, RIGHT_EYE
from stylize.models import Pixels, Subject

SIDE_PX = 512
"""More than any image encoder takes (224); it scales down by its own rule."""

ROOM = 1.5
"""The crop's side over the larger extent of the landmarks: the whole head with its hair, little else."""

RISE = 0.08
"""How far the middle lies above that of the landmarks, over the crop's side: landmarks end at the forehead."""


def portrait(subject: Subject) -> Pixels:
    """(SIDE_PX, SIDE_PX, 3) uint8: the head turned so that the eyes are level. Where the picture ends its edge is drawn
    out. Landmarks that are not to be had: the upper middle of the picture.
    """
    x, y, side, angle = _place(subject)
    scale = SIDE_PX / side
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) * scale
    shift = SIDE_PX / 2 - turn @ np.array([x, y])
    matrix = np.concatenate([turn, shift[:, None]], axis=1)
    pixels = subject.pixels
    if scale < 1:
        # Shrunk by averaging first: the turn alone would skip pixels.
        pixels = np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        matrix[:, :2] /= scale
    turned = cv2.warpAffine(pixels, matrix, (SIDE_PX, SIDE_PX), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8)


def _place(subject: Subject) -> tuple[float, float, float, float]:
    """Middle x, y and side in pixels, and the angle in radians by which the eyes are off the level."""
    height, width = subject.pixels.shape[:2]
    points: npt.NDArray[np.float64] = subject.person.landmarks[:, :2].astype(np.float64)
    if not np.isfinite(points).all() or np.ptp(points, axis=0).max() < 2:
        side = float(min(width, height))
        return width / 2, side / 2, side, 0.0
    right, left = points[list(RIGHT_EYE)].mean(0), points[list(LEFT_EYE)].mean(0)
    angle = float(np.arctan2(left[1] - right[1], left[0] - right[0]))
    level = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    upright = points @ level.T
    low, high = upright.min(0), upright.max(0)
    side = float((high - low).max() * ROOM)
    x, y = level.T @ ((low + high) / 2 - [0, RISE * side])
    return float(x), float(y), side, angle

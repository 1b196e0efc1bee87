"""Where words are. Nothing is read: the net marks which pixels belong to writing, and there is no net here that could tell
what it says.

PP-OCRv6's detector (PaddleOCR), a DB net (Liao et al. 2020, "Real-time scene text detection with differentiable
binarization"): a map of how likely each pixel lies in the shrunken core of a line, which is cut out and grown back.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from stylize.models import Pixels, Points
from stylize.photo import nets
from stylize.photo.quadrangle import clockwise, grown

_CORE = 0.3
_SURE = 0.55
_GROWN = 1.6
_THINNEST_PX = 2.5
_MOST_LINES = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line of writing, or a part of one. `corners` (4, 2) float32, the first two along its upper edge, in pixels of what
    was looked at. `score` 0 to 1.
    """

    corners: Points = field(repr=False)
    score: float

    @property
    def middle(self) -> Points:
        return np.asarray(self.corners.mean(axis=0), np.float32)

    @property
    def length(self) -> float:
        return float(np.linalg.norm(self.corners[1] - self.corners[0]))

    @property
    def height(self) -> float:
        return float(np.linalg.norm(self.corners[3] - self.corners[0]))

    @property
    def along(self) -> Points:
        """The unit vector in which it runs."""
        return np.asarray((self.corners[1] - self.corners[0]) / max(self.length, 1e-6), np.float32)


def core(pixels: Pixels) -> npt.NDArray[np.float32]:
    """How likely each pixel lies in the core of a line: (h, w) float32. Both sides must be multiples of 32."""
    blue_first = pixels[..., ::-1].astype(np.float32) * np.float32(2 / 255) - np.float32(1)
    return np.asarray(nets.run(nets.TEXT, blue_first, "fetch_name_0")[0, 0], np.float32)


def cores(likely: npt.NDArray[np.float32], scale: tuple[float, float]) -> tuple[Line, ...]:
    """Cut the cores of lines out of a map, the largest first; their corners are multiplied by `scale` (x, y)."""
    outlines, _ = cv2.findContours((likely > _CORE).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for outline in sorted(outlines, key=cv2.contourArea, reverse=True)[:_MOST_LINES]:
        rectangle = cv2.minAreaRect(outline)
        if min(rectangle[1]) < _THINNEST_PX:
            continue
        score = _mean_inside(likely, np.asarray(outline, np.int32))
        if score > _SURE:
            corners = clockwise((cv2.boxPoints(rectangle) * np.array(scale)).astype(np.float32))
            found.append(Line(corners=_lengthwise(corners), score=score))
    return tuple(found)


def unclip(core: Line, most: float = 1.0) -> Line:
    """The line around `core`: moved outwards by area / perimeter x ratio, as DB's authors do, `most` of its height at most."""
    wide, tall = core.length, core.height
    by = min(most * tall, wide * tall * _GROWN / (2 * (wide + tall)))
    return Line(corners=grown(core.corners, by), score=core.score)


def _mean_inside(likely: npt.NDArray[np.float32], outline: npt.NDArray[np.int32]) -> float:
    left, top, wide, tall = cv2.boundingRect(outline)
    inside = np.zeros((tall, wide), np.uint8)
    cv2.fillPoly(inside, [outline - np.array([left, top])], 1)
    return float(likely[top : top + tall, left : left + wide][inside > 0].mean())


def _lengthwise(corners: Points) -> Points:
    """Begin with a long side, so that a line that runs upwards has its height across."""
    across, down = np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[3] - corners[0])
    return np.roll(corners, -1, axis=0) if down > 1.2 * across else corners

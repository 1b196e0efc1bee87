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
from stylize.photo.quadrangle import clockwise

LOOK_PX = 1280
"""The longer side at which a photo is looked at: as much as two cores do in 0.4 s."""

_MULTIPLE = 32
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


def find_lines(pixels: Pixels) -> tuple[Line, ...]:
    """The lines of writing in `pixels`, which the net sees at the size given, up to the next 32."""
    height, width = pixels.shape[:2]
    size = tuple(max(_MULTIPLE, round(side / _MULTIPLE) * _MULTIPLE) for side in (width, height))
    fitted = pixels if size == (width, height) else cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)
    likely = core(np.asarray(fitted, np.uint8))
    return lines(likely, (width / size[0], height / size[1]))


def core(pixels: Pixels) -> npt.NDArray[np.float32]:
    """How likely each pixel lies in the core of a line: (h, w) float32. Both sides must be multiples of 32."""
    blue_first = pixels[..., ::-1].astype(np.float32) * np.float32(2 / 255) - np.float32(1)
    return np.asarray(nets.run(nets.TEXT, blue_first, "fetch_name_0")[0, 0], np.float32)


def lines(likely: npt.NDArray[np.float32], scale: tuple[float, float]) -> tuple[Line, ...]:
    """Cut the lines out of a map of cores; their corners are multiplied by `scale` (x, y)."""
    cores, _ = cv2.findContours((likely > _CORE).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for outline in sorted(cores, key=cv2.contourArea, reverse=True)[:_MOST_LINES]:
        middle, (wide, tall), angle = cv2.minAreaRect(outline)
        if min(wide, tall) < _THINNEST_PX:
            continue
        score = _mean_inside(likely, np.asarray(outline))
        if score < _SURE:
            continue
        # A rectangle's offset by area / perimeter x ratio, which is what DB's unclipping does to one.
        grow = wide * tall * _GROWN / (wide + tall)
        corners = cv2.boxPoints((middle, (wide + grow, tall + grow), angle)) * np.array(scale, np.float32)
        found.append(Line(corners=_lengthwise(clockwise(corners.astype(np.float32))), score=score))
    return tuple(found)


def _mean_inside(likely: npt.NDArray[np.float32], outline: npt.NDArray[np.int32]) -> float:
    left, top, wide, tall = cv2.boundingRect(outline)
    inside = np.zeros((tall, wide), np.uint8)
    cv2.fillPoly(inside, [outline - np.array([left, top])], 1)
    return float(likely[top : top + tall, left : left + wide][inside > 0].mean())


def _lengthwise(corners: Points) -> Points:
    """Begin with a long side, so that a line that runs upwards has its height across."""
    across, down = np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[3] - corners[0])
    return np.roll(corners, -1, axis=0) if down > 1.2 * across else corners

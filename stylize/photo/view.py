"""The part of a photo around one person, standing, at the size that everything is measured in."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from stylize.geometry import Box, Size
from stylize.models import Face, Pixels, Points
from stylize.photo.turn import turn, turn_box, turn_points, upright_quarters

FACE_WIDTH_PX = 260
"""How wide the face is in the view: what the measurements were tuned for, and enough for a figure's face print."""

_MOST_ENLARGED = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """The photo of `shape` (height, width, ...) is turned `quarters` times to the left; `part` of that, in whole pixels,
    is scaled by `scale`.
    """

    shape: tuple[int, ...]
    quarters: int
    part: Box
    scale: float

    def pixels(self, photo: Pixels) -> Pixels:
        """What is seen of `photo`."""
        left, top, right, bottom = self.part.as_ints()
        wanted = (max(1, round((right - left) * self.scale)), max(1, round((bottom - top) * self.scale)))
        how = cv2.INTER_AREA if self.scale < 1 else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(turn(photo, self.quarters)[top:bottom, left:right], wanted, interpolation=how))

    def face(self, face: Face) -> Face:
        """A face of the photo in the pixels of the view; it may lie outside."""
        return Face(box=self.box(face.box), score=face.score, keypoints=self.points(face.keypoints))

    def points(self, points: Points) -> Points:
        """Points (n, 2) of the photo in the pixels of the view."""
        turned = turn_points(points, self.quarters, self.shape)
        corner = np.array([self.part.left, self.part.top], np.float32)
        return np.asarray((turned - corner) * np.float32(self.scale), np.float32)

    def box(self, box: Box) -> Box:
        """A box of the photo in the pixels of the view; it may lie outside."""
        turned = turn_box(box, self.quarters, self.shape)
        return turned.move(-self.part.left, -self.part.top).scale(self.scale)

    def shows(self, box: Box) -> bool:
        """Whether anything of a box of the photo is seen."""
        return self.part.overlap(turn_box(box, self.quarters, self.shape)) > 0


def view_of(face: Face, shape: tuple[int, ...]) -> View:
    """The bust of `face` in a photo of `shape`, scaled so that the face is `FACE_WIDTH_PX` wide. A lying face is stood up."""
    quarters = upright_quarters(face)
    box = turn_box(face.box, quarters, shape)
    side = max(box.width, box.height)
    width, height = (shape[1], shape[0]) if quarters % 2 == 0 else (shape[0], shape[1])
    room = Box(
        left=box.left - 2.2 * side,
        top=box.top - 1.5 * side,
        right=box.right + 2.2 * side,
        bottom=box.bottom + 3.0 * side,
    ).clamp(Size(width=width, height=height))
    left, top, right, bottom = room.as_ints()
    part = Box(left=float(left), top=float(top), right=float(right), bottom=float(bottom))
    return View(shape=shape, quarters=quarters, part=part, scale=min(FACE_WIDTH_PX / side, _MOST_ENLARGED))

"""A co-ordinate frame that sits on the head: every region is described in it, whatever the photo's tilt or scale."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from stylize import landmarks as lm
from stylize.models import Mask, Points

Flags = npt.NDArray[np.bool_]
Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadFrame:
    """The origin lies between the eyes. `across` and `above` (height, width) float32 tell for each pixel how many face
    widths it lies towards the picture's right, and how many face heights up, along the head's own axes.

    A face height is that from the chin to the middle of the forehead; the crown of a bald head is at about 0.65,
    the chin at about -0.75.
    """

    points: Points = field(repr=False)
    shape: tuple[int, int]
    up: Vector
    right: Vector
    face_width: float
    face_height: float
    across: Mask = field(repr=False)
    above: Mask = field(repr=False)

    def place(self, across: float, above: float) -> Vector:
        """The pixel (x, y) at a place in the frame."""
        origin = self.points[lm.BETWEEN_EYES, :2]
        return np.asarray(origin + self.right * across * self.face_width + self.up * above * self.face_height)

    def window(self, *, across: tuple[float, float], above: tuple[float, float]) -> Flags:
        """True where |across| lies in one range and above in the other."""
        side = np.abs(self.across)
        return (side >= across[0]) & (side < across[1]) & (self.above >= above[0]) & (self.above < above[1])


def head_frame(points: Points, shape: tuple[int, int]) -> HeadFrame:
    """The frame of the head with mesh `points` in a picture of `shape` (height, width)."""
    flat = points[:, :2].astype(np.float64)
    upward = flat[lm.FOREHEAD_TOP] - flat[lm.CHIN]
    face_height = max(float(np.linalg.norm(upward)), 1.0)
    # A turned face is narrower in the photo than the head is: measure it in depth too.
    face_width = max(float(np.linalg.norm(points[lm.LEFT_EDGE] - points[lm.RIGHT_EDGE])), 0.6 * face_height)
    up = upward / face_height
    right = np.array([-up[1], up[0]])
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    x -= np.float32(flat[lm.BETWEEN_EYES, 0])
    y -= np.float32(flat[lm.BETWEEN_EYES, 1])
    return HeadFrame(
        points=points,
        shape=shape,
        up=up.astype(np.float32),
        right=right.astype(np.float32),
        face_width=face_width,
        face_height=face_height,
        across=((x * right[0] + y * right[1]) / face_width).astype(np.float32),
        above=((x * up[0] + y * up[1]) / face_height).astype(np.float32),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyFrame:
    """A frame that hangs straight down from the neck, however the head is tilted. `beside` in face widths from the
    middle of the neck, `down` in face heights below the chin, for each pixel.
    """

    beside: Mask = field(repr=False)
    down: Mask = field(repr=False)

    def window(self, *, beside: tuple[float, float], down: tuple[float, float]) -> Flags:
        """True where |beside| lies in one range and down in the other."""
        side = np.abs(self.beside)
        return (side >= beside[0]) & (side < beside[1]) & (self.down >= down[0]) & (self.down < down[1])


def body_frame(frame: HeadFrame) -> BodyFrame:
    """The body under the head: the neck ends a face height below the ears, along the head's own axis."""
    ears = frame.points[[lm.RIGHT_EDGE, lm.LEFT_EDGE], :2].mean(axis=0)
    neck = ears - frame.up * frame.face_height
    y, x = np.mgrid[0 : frame.shape[0], 0 : frame.shape[1]].astype(np.float32)
    return BodyFrame(
        beside=(x - neck[0]) / np.float32(frame.face_width),
        down=(y - frame.points[lm.CHIN, 1]) / np.float32(frame.face_height),
    )


def fill(shape: tuple[int, int], outline: npt.ArrayLike) -> Mask:
    """The inside of a closed outline (n, 2), anti-aliased, 0 to 1."""
    mask = np.zeros(shape, np.uint8)
    fixed_point = np.round(np.asarray(outline, np.float64)[:, :2] * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed_point], 255, cv2.LINE_AA, 4)
    return np.asarray(mask, np.float32) / np.float32(255)


def discs(shape: tuple[int, int], centres: npt.ArrayLike, radius: float) -> Flags:
    """True within `radius` of any of `centres` (n, 2)."""
    mask = np.zeros(shape, np.uint8)
    for x, y in np.asarray(centres, np.float64)[:, :2]:
        cv2.circle(mask, (round(float(x)), round(float(y))), max(1, round(radius)), 1, -1)
    return mask > 0


def blur(mask: npt.NDArray[np.float32], sigma: float) -> npt.NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(sigma, 0.3)), np.float32)


def guide(grey: Mask, mask: Mask, radius: int, softness: float) -> Mask:
    """Guided filter (He, Sun, Tang 2013): `mask` with the edges of `grey` (both 0 to 1)."""

    def mean(values: Mask) -> Mask:
        return np.asarray(cv2.blur(values, (2 * radius + 1, 2 * radius + 1)), np.float32)

    mean_grey, mean_mask = mean(grey), mean(mask)
    slope = (mean(grey * mask) - mean_grey * mean_mask) / (mean(grey * grey) - mean_grey**2 + softness)
    offset = mean_mask - slope * mean_grey
    return np.asarray(np.clip(mean(slope) * grey + mean(offset), 0, 1), np.float32)

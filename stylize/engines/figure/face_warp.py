"""The photo, stretched over the toy's face."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from stylize import landmarks as mesh
from stylize.engines.figure.draw import Floats, ramp, soften
from stylize.engines.figure.face_layout import Layout
from stylize.engines.figure.grid import fill_in
from stylize.engines.figure.pack import load_face_shape
from stylize.models import Subject

_GRID = 16
_FIXED = (1, 2, 4, 5, 6, 168, 195, 197, 98, 327, 64, 294, 48, 278, 50, 280, 205, 425, 117, 346, 151, 9, 8, 199, 175,
          200, 18, 36, 266, 101, 330, 187, 411, 216, 436, 123, 352, 69, 299, 104, 333)  # fmt: skip
_PINS = sorted(
    {
        *mesh.FACE_OVAL, *mesh.RIGHT_EYE, *mesh.LEFT_EYE, *mesh.LIPS_OUTER, *mesh.LIPS_INNER,
        *mesh.RIGHT_BROW, *mesh.LEFT_BROW, *_FIXED,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """`photo` (n, n, 3) float32 sRGB on the toy's face; `hair` (n, n): where the photo shows hair."""

    photo: Floats = field(repr=False)
    hair: Floats = field(repr=False)


def unwrap(subject: Subject, layout: Layout) -> Unwrapped:
    """Straighten the face; where it is turned away, its other half is shown mirrored."""
    person = subject.person
    points = person.landmarks[:, :2]
    near = _look_up(points, layout)
    photo, hair = _take(subject, near)
    if layout.turned > 0:
        far = _look_up(points[load_face_shape().mirror], layout)
        other_photo, other_hair = _take(subject, far)
        across = np.linspace(-1, 1, layout.size, dtype=np.float32)[None]
        hidden = ramp(-0.11, 0.11, across * layout.away) * np.float32(layout.turned)
        photo += hidden[..., None] * (other_photo - photo)
        hair += hidden * (other_hair - hair)
    return Unwrapped(photo=photo, hair=hair)


def _look_up(photo_points: Floats, layout: Layout) -> Floats:
    """For every pixel of the print the place in the photo: (n, n, 2) float32."""
    plate = mesh.ThinPlate(layout.spots[_PINS], photo_points[_PINS], smoothing=0.5)
    return fill_in(plate, layout.size, layout.size, step=_GRID)


def _take(subject: Subject, where: Floats) -> tuple[Floats, Floats]:
    """The photo and the hair mask at the places `where`. Photos with more pixels than the print are softened first."""
    pixels = subject.pixels
    left, top = np.floor(where.reshape(-1, 2).min(0)).astype(int) - 4
    right, bottom = np.ceil(where.reshape(-1, 2).max(0)).astype(int) + 5
    left, top = max(0, int(left)), max(0, int(top))
    right, bottom = max(left + 1, int(right)), max(top + 1, int(bottom))
    window = pixels[top:bottom, left:right]
    if window.size == 0:
        window, left, top = pixels, 0, 0
    hair = subject.person.hair_mask[top : top + window.shape[0], left : left + window.shape[1]]
    step = float(np.median(np.abs(np.diff(where[..., 0], axis=1))))
    if step > 1.3:
        window = np.asarray(cv2.GaussianBlur(window, (0, 0), 0.4 * step), np.uint8)
    x, y = where[..., 0] - left, where[..., 1] - top
    taken = cv2.remap(window, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    photo = np.asarray(taken, np.float32) / np.float32(255)
    hair = soften(np.ascontiguousarray(hair), 2)
    return photo, np.asarray(cv2.remap(hair, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)

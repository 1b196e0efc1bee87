"""What a ControlNet looks at, drawn from what is known already: edges of a picture, depth of a measured person.

Nothing is estimated by another net. Edges are those of the toy as it was sculpted, or of the person in the photo with
the room behind them left out; depth is the face mesh's relief upon a body rounded off from its outline.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from stylize.engines.diffusion.frame import centre_of, cover
from stylize.errors import InitPictureMissing
from stylize.geometry import Size
from stylize.landmarks import CHIN
from stylize.models import Control, Picture, Pixels, Subject

Plane = npt.NDArray[np.float32]

CANNY_LOW, CANNY_HIGH = 100, 200
"""As in the examples that come with the ControlNets for Canny edges."""

SOFT_SCALES_PX = (0.8, 1.6, 3.2)
"""Blurs at which soft edges are looked for, in a picture of 512 px."""

BODY, HAIR, HEAD = 0.55, 0.64, 0.74
"""Nearness of the roundest part of the body, of the hair, and of the middle of the face; 0 is the background."""

RELIEF = 0.5
"""Nearness for one face width of depth."""

FACE_CELLS = 96
"""Across the face when its relief is filled in between the landmarks."""


def draw_control(control: Control, subject: Subject, init_picture: Picture | None, size: Size) -> Image.Image:
    """RGB of exactly `size`, cut as the init image is. Raises InitPictureMissing where the figure is wanted and not there."""
    if control.drawn_from == "figure" and init_picture is None:
        raise InitPictureMissing
    if control.drawn_from == "figure" and init_picture is not None:
        pixels, mask, centre = init_picture.pixels, _outline(init_picture), None
        relief = mask
    else:
        pixels, mask, centre = subject.pixels, subject.person.person_mask, centre_of(subject)
        relief = nearness(subject) if control.kind == "depth" else mask
    cut = np.asarray(cover(pixels, size, centre=centre))
    here = _cover_plane(mask, size, centre) if mask.any() else np.ones(cut.shape[:2], np.float32)
    if control.kind == "depth":
        drawn = _cover_plane(relief, size, centre)
        return _picture(drawn if control.drawn_from == "subject" else rounded(here) * BODY)
    return _picture(draw_edges(cut, here) if control.kind == "canny" else draw_soft_edges(cut, here))


def draw_edges(pixels: Pixels, mask: Plane) -> Plane:
    """(h, w) float32, 0 or 1: Canny's edges inside of `mask`, and its own outline."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    inside = mask > 0.5
    grown = cv2.dilate(inside.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    edges = cv2.Canny(grey, CANNY_LOW, CANNY_HIGH) > 0
    outline = cv2.Canny(inside.astype(np.uint8) * 255, CANNY_LOW, CANNY_HIGH) > 0
    return np.asarray((edges & grown) | outline, np.float32)


def draw_soft_edges(pixels: Pixels, mask: Plane) -> Plane:
    """(h, w) float32, 0 to 1: how fast colour changes, at several scales, inside of `mask`; strong edges near 1."""
    lab = cv2.cvtColor(np.asarray(pixels, np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    unit = max(pixels.shape[:2]) / 512
    strength = np.zeros(pixels.shape[:2], np.float32)
    for scale in SOFT_SCALES_PX:
        sigma = scale * unit
        smooth = cv2.GaussianBlur(lab, (0, 0), sigma)
        across, down = (cv2.Sobel(smooth, cv2.CV_32F, dx, 1 - dx, ksize=3) for dx in (1, 0))
        strength += np.sqrt((across**2 + down**2).sum(axis=2)) * np.float32(sigma / 8)
    soft = 1 - np.exp(-strength / np.float32(14 * len(SOFT_SCALES_PX)))
    soft = np.clip((soft - 0.08) / 0.62, 0, 1)
    near = cv2.GaussianBlur(np.asarray(mask, np.float32), (0, 0), 2 * unit)
    return np.asarray(soft * np.clip(near * 2, 0, 1), np.float32)


def nearness(subject: Subject) -> Plane:
    """(h, w) float32, 0 far to 1 near: background, a rounded body, the head before it, the relief of the face."""
    person = subject.person
    body = BODY * rounded(person.person_mask)
    points = person.landmarks
    if not np.isfinite(points).all() or np.ptp(points[:, 0]) < 2:
        return np.asarray(body, np.float32)
    above_chin = np.arange(len(body))[:, None] < points[CHIN, 1]
    head = np.minimum(person.hair_mask + person.skin_mask * above_chin, 1) * person.person_mask
    closed = cv2.morphologyEx(head, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    body = np.maximum(body, HAIR * closed)
    low, high = points[:, :2].min(0), points[:, :2].max(0)
    width = float(high[0] - low[0])
    height, across = person.person_mask.shape
    left, top = (max(0, int(low[axis] - 0.1 * width)) for axis in (0, 1))
    right = min(across, int(high[0] + 0.1 * width) + 1)
    bottom = min(height, int(high[1] + 0.1 * width) + 1)
    if right - left < 2 or bottom - top < 2:
        return np.asarray(body, np.float32)
    depth, sure = _relief(points, (left, top, right, bottom), width)
    face = np.clip(HEAD - RELIEF * depth / width, 0, 1)
    out = np.asarray(body, np.float32)
    out[top:bottom, left:right] += (face - out[top:bottom, left:right]) * sure
    return np.asarray(cv2.GaussianBlur(out, (0, 0), 0.02 * width) * person.person_mask, np.float32)


def _relief(points: npt.NDArray[np.float32], box: tuple[int, int, int, int], width: float) -> tuple[Plane, Plane]:
    """Depth in pixels between the landmarks of a face (Nadaraya-Watson with a Gaussian), and where it holds, 0 to 1."""
    left, top, right, bottom = box
    rows = max(2, round(FACE_CELLS * (bottom - top) / (right - left)))
    x = np.linspace(left, right, FACE_CELLS, dtype=np.float32)[None, :, None]
    y = np.linspace(top, bottom, rows, dtype=np.float32)[:, None, None]
    distance = ((x - points[:, 0]) ** 2 + (y - points[:, 1]) ** 2) / np.float32((0.035 * width) ** 2)
    weight = np.exp(-distance / 2) + np.float32(1e-12)
    depth = (weight @ points[:, 2]) / weight.sum(-1)
    sure = np.clip(weight.sum(-1) * 2, 0, 1)
    sure = cv2.GaussianBlur(sure, (0, 0), 0.035 * FACE_CELLS)
    size = (right - left, bottom - top)
    return tuple(  # type: ignore[return-value]
        np.asarray(cv2.resize(plane.astype(np.float32), size, interpolation=cv2.INTER_LINEAR), np.float32)
        for plane in (depth, sure)
    )


def rounded(mask: Plane) -> Plane:
    """(h, w) float32, 0 to 1: a cushion over `mask`, steep at its edge and flat in its middle."""
    inside = (mask > 0.5).astype(np.uint8)
    if not inside.any():
        return np.zeros(mask.shape, np.float32)
    far = cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    share = np.clip(far / max(float(far.max()) * 0.6, 1.0), 0, 1)
    cushion = np.sqrt(1 - (1 - share) ** 2)
    return np.asarray(cv2.GaussianBlur((0.55 + 0.45 * cushion) * inside, (0, 0), 1.5), np.float32)


def _outline(picture: Picture) -> Plane:
    """Where the figure is; nothing but zeros where that is not known."""
    height, width = picture.pixels.shape[:2]
    if picture.alone is None or picture.alone.shape[:2] != (height, width):
        return np.zeros((height, width), np.float32)
    return np.asarray(picture.alone[..., 3], np.float32) / np.float32(255)


def _cover_plane(plane: Plane, size: Size, centre: tuple[float, float] | None) -> Plane:
    grey = np.asarray(np.clip(plane, 0, 1) * 255 + 0.5, np.uint8)
    return np.asarray(cover(grey, size, centre=centre), np.float32) / np.float32(255)


def _picture(plane: Plane) -> Image.Image:
    grey = np.asarray(np.clip(plane, 0, 1) * 255 + 0.5, np.uint8)
    return Image.fromarray(np.repeat(grey[..., None], 3, axis=2))

"""Brows: their own shape, cut out of the photo by how much darker they are than the skin, painted in one colour."""

from __future__ import annotations

import cv2
import numpy as np

from stylize import landmarks as mesh
from stylize.engines.figure.draw import Floats, hull, lay, polygon, ramp, soften, stroke
from stylize.engines.figure.face_colours import FaceColours, rgb, tone
from stylize.engines.figure.face_layout import Layout

_FORM = (0.30, 0.62, 0.84, 0.94, 0.80)
"""Thickness from the temple to the nose, of what the landmarks span."""


def paint_brows(picture: Floats, photo_lab: Floats, layout: Layout, colours: FaceColours, *, measured: bool) -> None:
    """Paint both brows into `picture`. `photo_lab`: the straightened photo; unless `measured` only the landmarks say
    where they are (glasses or hair cover the photo's).
    """
    unit = layout.size / 768
    for run in (mesh.RIGHT_BROW, mesh.LEFT_BROW):
        spots = layout.spots[list(run)]
        left, top = np.floor(spots.min(0) - 34 * unit).astype(int)
        right, bottom = np.ceil(spots.max(0) + 34 * unit).astype(int)
        area = slice(max(0, int(top)), int(bottom)), slice(max(0, int(left)), int(right))
        _paint_brow(picture[area], photo_lab[area], spots - [max(0, left), max(0, top)], colours, unit, measured)


def _paint_brow(
    picture: Floats, lab: Floats, spots: Floats, colours: FaceColours, unit: float, measured: bool
) -> None:
    shape = picture.shape
    drawn = _drawn(spots, shape, unit)
    window = soften(cv2.dilate(polygon(hull(spots), shape), np.ones((round(15 * unit), round(11 * unit)), np.uint8)), 4 * unit)
    skin_light = _skin_around(lab, window)
    darker = soften(np.clip(skin_light - lab[..., 0], 0, None), 1.0 * unit) * window
    inside = darker[polygon(hull(spots + [0, 3 * unit]), shape) > 0.5]
    depth = float(np.percentile(inside, 88)) if inside.size > 40 else 0.0
    sure = float(ramp(5, 13, depth)) * measured
    found = ramp(0.30, 0.78, darker / max(depth, 6.0)) * window
    found = ramp(0.22, 0.75, soften(found, 1.6 * unit))
    if sure > 0.3:
        rows = lab[(found > 0.6)]
        own = np.median(rows, 0) if len(rows) > 20 else colours.hair
    else:
        own = colours.hair
    colour = (0.65 * own + 0.35 * colours.hair).astype(np.float32)
    colour[0] = np.clip(colour[0] * 0.90, 9, colours.skin[0] - 13)
    colour[1:] *= 0.9
    density = 0.55 + 0.40 * float(ramp(8, 30, depth)) if measured else 0.8
    mask = np.clip(sure * np.maximum(found, 0.28 * drawn) + (1 - sure) * drawn, 0, 1)
    lay(picture, soften(mask, 0.8 * unit) * density, rgb(colour))
    lay(picture, mask * soften(mask, 5 * unit) * 0.22 * density, tone(colour, 0.7))


def _skin_around(lab: Floats, window: Floats) -> Floats:
    """Lightness of the skin around the brow, row by row not darker than what is usual there."""
    rim = np.clip(1 - window, 0.02, 1)
    return np.asarray(soften(lab[..., 0] * rim, 14) / soften(rim, 14), np.float32)


def _drawn(spots: Floats, shape: tuple[int, ...], unit: float) -> Floats:
    """A brow from the landmarks alone."""
    upper, lower = spots[:5], spots[5:][::-1]
    middle = (upper + lower) / 2 + [0, 4 * unit]
    half = np.linalg.norm(lower - upper, axis=1) / 2 * _FORM
    line = mesh.smooth_open(middle, 40)
    along = np.linspace(0, 4, 40)
    width = np.interp(along, range(5), half) * np.clip(np.minimum((along + 0.15) / 0.6, (4.25 - along) / 0.5), 0, 1) ** 0.6
    return stroke(line, width, shape, soft=1.2 * unit)

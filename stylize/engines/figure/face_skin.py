"""The bare skin of the print: the photo without its light, its shine and its noise, but with the person's own relief.

A face under soft even light is nearly the same on both sides. What differs between the sides in the wide shading is
the room's lamp and goes; what is the same on both sides is bone (sockets, cheeks, the sides of the nose) and stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from stylize import landmarks as mesh
from stylize.colour import from_lab, to_lab
from stylize.engines.figure.draw import Floats, hull, polygon, ramp, soften
from stylize.engines.figure.face_colours import FaceColours
from stylize.engines.figure.face_layout import Layout
from stylize.engines.figure.face_warp import Unwrapped
from stylize.engines.figure.settings import FigureSettings
from stylize.models import Beard, Person

_BEARD = (*mesh.JAW[1:-1], 376, 411, 426, 391, 164, 165, 206, 187, 147)
"""Where a beard grows: along the jaw, back over the cheeks and under the nose."""


@dataclass(frozen=True, slots=True)
class Areas:
    """Where things are in the print, (n, n) from 0 to 1 with soft edges: the whole face, `features` (eyes and lips),
    `lips`, `brows`, `hair` that hangs over the skin, `beard` where one grows, `around_eyes` where glasses sit, `nose`.
    """

    face: Floats = field(repr=False)
    features: Floats = field(repr=False)
    lips: Floats = field(repr=False)
    brows: Floats = field(repr=False)
    hair: Floats = field(repr=False)
    beard: Floats = field(repr=False)
    around_eyes: Floats = field(repr=False)
    nose: Floats = field(repr=False)


def find_areas(layout: Layout, hair: Floats, lab: Floats, skin: Floats) -> Areas:
    """The areas of a face laid out like this. `hair` (n, n): where the photo shows hair; a fringe that it misses is seen
    by being darker than the `skin` (CIELAB) on the forehead of the straightened photo `lab`.
    """
    spots, shape, unit = layout.spots, hair.shape, layout.size / 768
    face = polygon(mesh.smooth_closed(spots[list(mesh.FACE_OVAL)]), shape)
    features = np.zeros(shape, np.float32)
    for run in (mesh.RIGHT_EYE, mesh.LEFT_EYE, mesh.LIPS_OUTER):
        features = np.maximum(features, polygon(hull(spots[list(run)]), shape))
    brows = np.zeros(shape, np.float32)
    for brow in (mesh.RIGHT_BROW, mesh.LEFT_BROW):
        brows = np.maximum(brows, polygon(hull(spots[list(brow)] + [0, 4 * unit]), shape))
    above = np.arange(shape[0], dtype=np.float32)[:, None] < spots[105, 1] - 4 * unit
    fringe = ramp(8, 16, skin[0] - soften(lab[..., 0], 3 * unit)) * above * (1 - _grow(brows, 25 * unit))
    hair = np.maximum(hair, fringe) * np.maximum(above, features + brows < 0.5)
    sockets = np.zeros(shape, np.float32)
    for around in ((*mesh.RIGHT_BROW, 117, 118, 101, 50, 234, 6), (*mesh.LEFT_BROW, 346, 347, 330, 280, 454, 6)):
        sockets = np.maximum(sockets, polygon(hull(spots[list(around)]), shape))
    return Areas(
        face=face,
        features=soften(_grow(features, 10 * unit), 4.5 * unit),
        lips=soften(_grow(polygon(hull(spots[list(mesh.LIPS_OUTER)]), shape), 7 * unit), 3.5 * unit),
        brows=np.clip(soften(_grow(brows, 21 * unit), 5 * unit) * 1.2, 0, 1),
        hair=np.clip(soften(_grow(hair, 31 * unit), 7 * unit) * 1.3, 0, 1),
        beard=beard_area(layout, shape),
        around_eyes=soften(sockets, 6 * unit),
        nose=polygon(hull(spots[list(mesh.NOSE)]), shape, soft=7 * unit),
    )


def beard_area(layout: Layout, shape: tuple[int, ...]) -> Floats:
    """Where a beard grows on a face laid out like this, (n, n) from 0 to 1."""
    return polygon(layout.spots[list(_BEARD)], shape, soft=9 * layout.size / 768)


def _grow(mask: Floats, reach: float) -> Floats:
    side = max(1, round(reach))
    return np.asarray(cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))), np.float32)


def even_skin(
    unwrapped: Unwrapped, areas: Areas, colours: FaceColours, person: Person, settings: FigureSettings
) -> Floats:
    """The print without painted features: (n, n, 3) float32 sRGB. Eyes and lips are still the photo's."""
    photo = unwrapped.photo
    unit = photo.shape[0] / 768
    if colours.exposure > 1.03:
        photo = np.power(photo, 1 / (1 + (colours.exposure - 1) * 1.5))
    lab = to_lab(np.clip(photo, 0, 1))
    bare = np.clip(cv2.erode(areas.face, np.ones((9, 9), np.uint8)) * (1 - areas.features) * (1 - areas.hair), 1e-3, 1)
    bare *= 1 - 0.9 * areas.brows
    expected = soften(lab[..., 0] * bare, 60 * unit) / soften(bare, 60 * unit)
    bare *= np.exp(-(((lab[..., 0] - expected) / 20) ** 2)) + 0.02
    near = _average(lab, bare, 30 * unit)
    wide = _average(lab, bare, 120 * unit)
    relief = _relief(near - wide, settings) * _contrast(colours)
    detail = _calm(_clean(lab - near, unit), areas.lips, unit) * _contrast(colours)
    keep = _keep(areas, person, settings)
    out = colours.skin + detail * keep[..., None] + relief * (areas.face * (1 - areas.hair))[..., None]
    ceiling = colours.skin[0] + 3.5 + 45 * areas.features
    out[..., 0] = np.minimum(out[..., 0], ceiling)
    return from_lab(out)


def _contrast(colours: FaceColours) -> float:
    """Dark skin is darkened by less, in L, where pale skin is shaded."""
    return float(np.clip(colours.skin[0] / 62, 0.55, 1.0))


def _average(lab: Floats, weight: Floats, sigma: float) -> Floats:
    total = soften(weight, sigma)
    return np.asarray(soften(lab * weight[..., None], sigma) / total[..., None], np.float32)


def _relief(shading: Floats, settings: FigureSettings) -> Floats:
    """The part of the wide shading that both sides share, softly limited."""
    even = (shading + shading[:, ::-1]) / 2
    gain = (
        np.array([0.75, 0.32, 0.28], np.float32) * min(1.3, settings.likeness) * (1 - 0.55 * settings.skin_smoothness)
    )
    reach = np.array([12, 5, 5], np.float32)
    return np.asarray(reach * np.tanh(even * gain / reach), np.float32)


def _clean(detail: Floats, unit: float) -> Floats:
    """Noise and compression go, edges stay and are crisped."""
    half = cv2.resize(detail, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    half = cv2.bilateralFilter(half, 7, 9, 3 * unit)
    half = cv2.bilateralFilter(half, 5, 7, 3 * unit)
    smooth = cv2.resize(half, detail.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    crisp = smooth + 0.9 * (smooth - soften(smooth, 3.2 * unit))
    return np.asarray(crisp, np.float32)


def _one_sided(light: Floats, unit: float) -> Floats:
    """Brightness without what shines on one side only: that is a lamp."""
    other = cv2.dilate(np.ascontiguousarray(light[:, ::-1]), np.ones((round(17 * unit), round(17 * unit)), np.uint8))
    return np.asarray(np.minimum(light, np.maximum(soften(other, 4 * unit), 0) + 1), np.float32)


def _calm(detail: Floats, lips: Floats, unit: float) -> Floats:
    """Shine, spots and stray colours are held down softly, shadows less; the lips stay as they are."""
    up, down, colour = 5.5, 28.0, 5.0
    calm = np.empty_like(detail)
    light = _one_sided(detail[..., 0], unit)
    calm[..., 0] = np.where(light > 0, up * np.tanh(light / up), down * np.tanh(light / down))
    calm[..., 1:] = colour * np.tanh(soften(detail[..., 1:], 5 * unit) / colour)
    return np.asarray(calm + (detail - calm) * lips[..., None], np.float32)


def _keep(areas: Areas, person: Person, settings: FigureSettings) -> Floats:
    """How much of the detail stays, by area."""
    skin = 1.0 * (1 - 0.85 * settings.skin_smoothness)
    keep = np.maximum(skin, areas.lips)
    keep = np.maximum(keep, areas.features * min(1.0, skin + 0.2))
    keep = np.maximum(keep, areas.nose * min(1.1, skin + 0.35))
    keep = keep * (1 - areas.hair) * (1 - 0.97 * areas.brows * (1 - areas.features))
    if person.look.beard is not Beard.NONE:
        keep = keep * (1 - 0.8 * areas.beard * (1 - areas.features))
    if person.look.glasses or settings.simple_eyes:
        keep = keep * (1 - 0.93 * areas.around_eyes)
    return np.asarray(keep * ramp(0.02, 0.5, areas.face), np.float32)

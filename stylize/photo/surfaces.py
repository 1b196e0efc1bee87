"""Flat things with four corners: sheets of paper, screens, cards, plates. Classical vision, no net.

Outlines are cut at several brightnesses and along edges; those whose hull is a plain quadrangle are looked at: does the
light change along all four sides, is there a dark rim, how even is the inside? What is cut off by the photo's edge, bent,
or as bright as what it lies on is not found.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from stylize.geometry import Box
from stylize.models import Pixels, Points
from stylize.photo.quadrangle import around, clockwise

LOOK_PX = 960
"""The longer side at which surfaces are looked for."""

Light = npt.NDArray[np.uint8]

_LEVELS = (60, 85, 110, 135, 160, 185, 210)
_SMALLEST = 0.0005
_LARGEST = 0.6
_SOLID = 0.82
_STEP = 10.0
_MOST = 160


@dataclass(frozen=True, kw_only=True, slots=True)
class Surface:
    """`corners` (4, 2) float32, px of what was looked at. Shares from 0 to 1. Light and colourfulness in CIELAB units.

    `edged`: share of its outline over which the light changes, the same way. `brighter`: by how much it is brighter than
    what is around it (negative: darker). `rimmed`: share of its outline that a narrow dark frame runs along. `light`,
    `colourful`: the medians inside. `uneven`: how much its lighter half varies.
    """

    corners: Points = field(repr=False)
    edged: float
    brighter: float
    rimmed: float
    light: float
    colourful: float
    uneven: float

    @property
    def box(self) -> Box:
        return around(self.corners)

    @property
    def area(self) -> float:
        return float(cv2.contourArea(self.corners))

    @property
    def sides(self) -> tuple[float, float]:
        """Mean width and height."""
        lengths = np.linalg.norm(np.roll(self.corners, -1, axis=0) - self.corners, axis=1)
        return float(lengths[0] + lengths[2]) / 2, float(lengths[1] + lengths[3]) / 2


def find_surfaces(pixels: Pixels) -> tuple[Surface, ...]:
    """Quadrangles in `pixels` (about `LOOK_PX` long), the largest first, nested ones too; no two nearly alike."""
    lab = np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2LAB), np.uint8)
    light = np.asarray(cv2.GaussianBlur(lab[..., 0], (3, 3), 0), np.uint8)
    found: list[Points] = []
    for layer in _layers(lab, light):
        found += _quadrangles(layer)
    seen = sorted((_look_at(corners, lab, light) for corners in found[:_MOST]), key=lambda surface: -surface.edged)
    kept = _distinct([surface for surface in seen if surface.edged > 0.6])
    return tuple(sorted(kept, key=lambda surface: -surface.area))


def _layers(lab: Pixels, light: Light) -> list[Light]:
    """Black-and-white pictures whose white parts may be surfaces: brighter than a level, or enclosed by edges.

    Dark words on them are closed first, but for the lowest levels, where that would close the dark frame of a screen.
    """
    wordless = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    layers = [np.asarray(light > level, np.uint8) for level in _LEVELS[:2]]
    layers += [np.asarray(wordless > level, np.uint8) for level in _LEVELS[1:]]
    edges = cv2.Canny(wordless, 25, 60)
    for channel in (1, 2):
        edges = cv2.bitwise_or(edges, cv2.Canny(cv2.GaussianBlur(lab[..., channel], (5, 5), 0), 12, 30))
    closed = cv2.dilate(edges, np.ones((3, 3), np.uint8))
    layers.append(np.asarray(closed == 0, np.uint8))
    return layers


def _quadrangles(layer: Light) -> list[Points]:
    area = layer.shape[0] * layer.shape[1]
    outlines, _ = cv2.findContours(layer, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for outline in outlines:
        if len(outline) < 4:
            continue
        size = cv2.contourArea(outline)
        if not _SMALLEST * area < size < _LARGEST * area:
            continue
        hull = cv2.convexHull(outline)
        if size < _SOLID * cv2.contourArea(hull):
            continue
        corners = _four(np.asarray(hull, np.int32))
        if corners is not None:
            found.append(corners)
    return found


def _four(hull: npt.NDArray[np.int32]) -> Points | None:
    """The hull as a plain quadrangle, or None where it is none."""
    whole, around_it = cv2.contourArea(hull), cv2.arcLength(hull, True)
    for coarse in (0.02, 0.035, 0.05, 0.07):
        rough = cv2.approxPolyDP(hull, coarse * around_it, True)
        if len(rough) < 4:
            return None
        if len(rough) == 4:
            corners = clockwise(rough.reshape(4, 2).astype(np.float32))
            return corners if abs(cv2.contourArea(corners) / whole - 1) < 0.12 and _is_plain(corners) else None
    return None


def _is_plain(corners: Points) -> bool:
    """Whether a flat rectangle may look so: angles from 50 to 130 degrees, and not a thread."""
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.linalg.norm(sides, axis=1)
    if lengths.min() < 8 or lengths.max() > 9 * lengths.min():
        return False
    units = sides / lengths[:, None]
    turns = (units * np.roll(units, -1, axis=0)).sum(axis=1)
    return bool(np.abs(turns).max() < 0.64)


def _distinct(found: list[Surface]) -> list[Surface]:
    """Of those that are nearly alike only the first."""
    kept: list[Surface] = []
    for surface in found:
        near = 0.05 * np.linalg.norm(surface.corners[2] - surface.corners[0])
        if all(float(np.abs(surface.corners - other.corners).max()) > near for other in kept):
            kept.append(surface)
    return kept


def _look_at(corners: Points, lab: Pixels, light: Light) -> Surface:
    """Measure what is inside, outside and along the sides."""
    middle = corners.mean(axis=0)
    step = max(2.0, 0.012 * float(np.linalg.norm(corners[2] - corners[0])))
    inside, near, far = (_along(corners, middle, light, away * step) for away in (-2.0, 2.0, 6.0))
    change = inside - near
    side = 1 if float(np.median(change)) >= 0 else -1
    edged = float((side * change > _STEP).mean())
    rim = np.minimum.reduce([near, *(_along(corners, middle, light, away * step) for away in (0.7, 1.3, 3.0))])
    rimmed = float(((rim < 30) & (inside - rim > 2 * _STEP) & (far - rim > 6)).mean())
    values = _sample_inside(corners, lab)
    lightness = values[:, 0] * (100 / 255)
    colour = np.hypot(values[:, 1] - 128, values[:, 2] - 128)
    lit = lightness[lightness >= np.median(lightness)]
    return Surface(
        corners=corners,
        edged=edged,
        brighter=float(np.median(change)),
        rimmed=rimmed,
        light=float(np.median(lightness)),
        colourful=float(np.median(colour)),
        uneven=float(lit.std()),
    )


def _along(corners: Points, middle: Points, light: Light, away: float) -> npt.NDArray[np.float64]:
    """Lightness (0 to 100) at 24 places along each side, `away` px outside of it (negative: inside)."""
    at = np.linspace(0.08, 0.92, 24, dtype=np.float32)[:, None]
    values = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        run = (end - start) / max(float(np.linalg.norm(end - start)), 1e-6)
        normal = np.array([run[1], -run[0]])
        if float(normal @ (start - middle)) < 0:
            normal = -normal
        values.append(start + (end - start) * at + normal * away)
    x, y = np.rint(np.concatenate(values)).astype(int).T
    height, width = light.shape
    return np.asarray(light[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)] * (100 / 255), np.float64)


def _sample_inside(corners: Points, lab: Pixels) -> npt.NDArray[np.float64]:
    """A 32 by 32 grid of LAB pixels, the outer tenth left out: (1024, 3)."""
    a, b = (part.reshape(-1, 1) for part in np.meshgrid(*[np.linspace(0.1, 0.9, 32)] * 2))
    points = (1 - b) * ((1 - a) * corners[0] + a * corners[1]) + b * ((1 - a) * corners[3] + a * corners[2])
    x, y = np.rint(points).astype(int).T
    return np.asarray(lab[y.clip(0, lab.shape[0] - 1), x.clip(0, lab.shape[1] - 1)], np.float64)

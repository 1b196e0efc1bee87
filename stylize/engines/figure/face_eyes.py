"""Eyes as a toy maker prints them: crisp, in the person's own outline, colour and direction of gaze."""

from __future__ import annotations

import cv2
import numpy as np

from stylize import landmarks as mesh
from stylize.engines.figure.draw import Floats, disc, lay, polygon, ramp, shade, soften, stroke
from stylize.engines.figure.face_colours import FaceColours, rgb, tone
from stylize.engines.figure.face_layout import Layout
from stylize.engines.figure.settings import FigureSettings

_CLOSED = 0.13
"""An eye opened less than this share of its width is drawn closed."""
_WHITE = (0.945, 0.93, 0.915)


def paint_eyes(
    picture: Floats,
    photo_lab: Floats,
    layout: Layout,
    colours: FaceColours,
    settings: FigureSettings,
    *,
    opening: float,
) -> None:
    """Paint both eyes into `picture`. `opening`: of the person's eyes, height over width."""
    unit = layout.size / 768
    gaze = _gaze(photo_lab, layout)
    for side, run in ((-1.0, mesh.RIGHT_EYE), (1.0, mesh.LEFT_EYE)):
        spots = layout.spots[list(run)]
        reach = 0.6 * float(np.ptp(spots[:, 0]))
        left, top = np.maximum(0, np.floor(spots.min(0) - reach)).astype(int)
        right, bottom = np.ceil(spots.max(0) + reach).astype(int)
        patch = picture[top:bottom, left:right]
        eye = _Eye(spots - np.array([left, top], np.float32), side, gaze, unit)
        if opening < _CLOSED:
            _paint_closed(patch, eye, colours)
        elif settings.simple_eyes:
            _paint_simple(patch, eye)
        else:
            _paint_open(patch, eye, colours, settings)


class _Eye:
    """The geometry of one eye in its patch."""

    def __init__(self, spots: Floats, side: float, gaze: Floats, unit: float) -> None:
        self.side, self.unit = side, unit
        self.outline = mesh.smooth_closed(spots)
        self.centre = self.outline.mean(0)
        self.width, self.height = (float(v) for v in np.ptp(self.outline, axis=0))
        order = spots[:9], np.concatenate([spots[:1], spots[:8:-1], spots[8:9]])
        self.upper, self.lower = (mesh.smooth_open(run, 48) for run in order)
        self.iris = self.centre + np.array([gaze[0] * self.width, -0.05 * self.height + gaze[1] * self.height])
        self.radius = max(0.225 * self.width, 0.53 * self.height)


def _gaze(lab: Floats, layout: Layout) -> Floats:
    """Where the dark of the eyes lies, from their middle, in widths and heights of the eye; both eyes look together."""
    seen = []
    for run in (mesh.RIGHT_EYE, mesh.LEFT_EYE):
        outline = mesh.smooth_closed(layout.spots[list(run)])
        left, top = np.maximum(0, np.floor(outline.min(0))).astype(int)
        right, bottom = np.ceil(outline.max(0)).astype(int) + 1
        lightness = lab[top:bottom, left:right, 0]
        inside = cv2.erode(polygon(outline - [left, top], lightness.shape), np.ones((3, 3), np.uint8)) > 0.6
        if inside.sum() < 20:
            continue
        dark = np.clip(np.percentile(lightness[inside], 40) - lightness, 0, None) * inside + 1e-6
        rows, columns = np.mgrid[0 : dark.shape[0], 0 : dark.shape[1]]
        spot = np.array([(columns * dark).sum(), (rows * dark).sum()]) / dark.sum()
        seen.append((spot + np.array([left, top]) - outline.mean(0)) / np.ptp(outline, axis=0))
    if not seen or layout.turned > 0.5:
        return np.zeros(2, np.float32)
    return np.asarray(np.clip(np.mean(seen, 0) * [0.8, 0.0], -0.11, 0.11), np.float32)


def _paint_open(patch: Floats, eye: _Eye, colours: FaceColours, settings: FigureSettings) -> None:
    shape, unit, skin = patch.shape, eye.unit, colours.skin
    inside = polygon(eye.outline, shape)
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    lay(patch, 0.22 * soften(inside, 7 * unit), tone(skin, 0.78, 1.08))
    white = np.array(_WHITE, np.float32) * float(np.clip(0.84 + 0.0030 * skin[0], 0.88, 1))
    lay(patch, soften(inside, 0.7 * unit), white)
    corner = ramp(0.30, 0.52, np.abs(columns - eye.centre[0]) / eye.width) * inside
    lay(patch, 0.35 * corner, tone(skin, 0.86, 1.15))
    _paint_iris(patch, eye, colours, inside, rows)
    lid = ramp(0.42, 0.0, (rows - eye.outline[:, 1].min()) / eye.height) * inside
    shade(patch, lid, 0.42)
    for dx, dy, size in ((-0.30, -0.34, 0.24), (0.30, 0.34, 0.10)):
        lay(patch, disc(eye.iris + np.array([dx, dy]) * eye.radius, size * eye.radius, shape), (1, 1, 1))
    _paint_lids(patch, eye, colours, settings)


def _paint_iris(patch: Floats, eye: _Eye, colours: FaceColours, inside: Floats, rows: Floats) -> None:
    iris, radius, shape = rgb(colours.iris), eye.radius, patch.shape
    lay(patch, disc(eye.iris, radius, shape, edge=1.8) * inside, iris * 0.38)
    lay(patch, disc(eye.iris, radius * 0.87, shape, edge=2.5) * inside, iris)
    glow = np.clip((rows - eye.iris[1]) / radius, 0, 1) * disc(eye.iris, radius * 0.84, shape, edge=3) * inside
    lay(patch, glow * 0.6, np.clip(iris * 1.8 + 0.10, 0, 1))
    lay(patch, disc(eye.iris, radius * 0.45, shape, edge=1.8) * inside, (0.015, 0.012, 0.015))


def _paint_lids(patch: Floats, eye: _Eye, colours: FaceColours, settings: FigureSettings) -> None:
    shape, unit, skin = patch.shape, eye.unit, colours.skin
    ink = tone(np.array([min(13.0, skin[0] * 0.25), 4, 4], np.float32))
    outward = np.linspace(1, 0, len(eye.upper))
    thick = eye.width * (0.014 + 0.014 * settings.outline + 0.012 * settings.lashes)
    taper = thick * (0.45 + 0.75 * np.sin(np.pi * np.clip(outward * 0.75 + 0.12, 0, 1)))
    wing = eye.upper[0] + np.array([eye.side * 0.045, -0.012]) * eye.width
    line = np.concatenate([wing[None], eye.upper])
    lay(patch, 0.93 * stroke(line, np.concatenate([[0.2], taper]), shape, soft=0.8 * unit), ink)
    lay(
        patch,
        (0.30 + 0.35 * settings.outline) * stroke(eye.lower, 0.008 * eye.width, shape, soft=0.9 * unit),
        tone(skin, 0.45, 1.1),
    )
    crease = eye.upper[4:-6] + np.array([0, -0.26 * eye.height], np.float32)
    ends = np.sin(np.pi * np.linspace(0, 1, len(crease))) ** 0.6
    lay(patch, 0.30 * stroke(crease, 0.012 * eye.width * ends, shape, soft=1.6 * unit), tone(skin, 0.62, 1.15, 1.05))
    if settings.lashes:
        _paint_lashes(patch, eye, ink)


def _paint_lashes(patch: Floats, eye: _Eye, ink: Floats) -> None:
    for place, length in ((1, 0.17), (6, 0.19), (12, 0.18), (19, 0.15), (27, 0.12)):
        root = eye.upper[place]
        lean = np.array([eye.side * (1.0 - place / 30), -1.0])
        tip = root + lean / np.linalg.norm(lean) * length * eye.width
        bow = (root + tip) / 2 + np.array([eye.side * 0.02, 0.03]) * eye.width
        hair = mesh.smooth_open(np.stack([root, bow, tip]), 12)
        lay(patch, stroke(hair, np.linspace(0.016, 0.003, 12) * eye.width, patch.shape, soft=0.6 * eye.unit), ink)


def _paint_closed(patch: Floats, eye: _Eye, colours: FaceColours) -> None:
    """A lowered lid: the lash line along its lower edge."""
    ends = np.sin(np.pi * np.linspace(0.06, 0.94, len(eye.lower))) ** 0.5
    inside = soften(polygon(eye.outline, patch.shape, soft=2 * eye.unit), 4 * eye.unit)
    lay(patch, 0.9 * inside, tone(colours.skin, 0.93, 1.08))
    ink = tone(np.array([min(14.0, colours.skin[0] * 0.25), 4, 4], np.float32))
    lay(patch, 0.9 * stroke(eye.lower, 0.022 * eye.width * ends, patch.shape, soft=0.8 * eye.unit), ink)


def _paint_simple(patch: Floats, eye: _Eye) -> None:
    """A dark oval with a light in it."""
    half = np.array([0.24, 0.34]) * eye.width
    around = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    oval = eye.centre + np.stack([np.cos(around), np.sin(around)], 1) * half
    lay(patch, polygon(oval, patch.shape, soft=0.6 * eye.unit), (0.055, 0.045, 0.05))
    lay(patch, disc(eye.centre + half * [-0.32, -0.42], 0.30 * half[0], patch.shape), (1, 1, 1))

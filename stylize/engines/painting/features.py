"""Brows, nose, age and the lines between: what makes a face this face."""

from __future__ import annotations

import cv2
import numpy as np

from stylize import landmarks as lm
from stylize.colour import from_lab
from stylize.engines.painting.flow import long_lines
from stylize.engines.painting.ink import Canvas, Field, blur, contour, fill, glaze, shape_mask, smoothstep, stroke
from stylize.engines.painting.palette import Palette
from stylize.engines.painting.sitter import Sitter
from stylize.engines.painting.skin import features_mask


def paint_brows(canvas: Canvas, sitter: Sitter, lightness: Field, palette: Palette, *, fair: bool) -> None:
    """Brows in the photo's own shape where it shows one, else the mesh's. `fair`: hair was recoloured, so are they."""
    unit = sitter.unit
    for run in (lm.RIGHT_BROW, lm.LEFT_BROW):
        points = sitter.points[list(run)]
        middle = (points[:5] + points[5:][::-1]) / 2
        band = np.concatenate([points[:5], points[5:]])
        hull = cv2.convexHull(band.astype(np.float32))[:, 0]
        left, top = np.floor(hull.min(axis=0) - 16 * unit).astype(int)
        right, bottom = np.ceil(hull.max(axis=0) + 16 * unit).astype(int)
        left, top = max(left, 0), max(top, 0)
        right, bottom = min(right, sitter.size[1]), min(bottom, sitter.size[0])
        if right - left < 6 or bottom - top < 6:
            continue
        part = np.s_[top:bottom, left:right]
        corner = np.array([left, top], np.float32)
        size = (bottom - top, right - left)
        seen = blur(np.ascontiguousarray(lightness[part]), 1.3 * unit)
        around = shape_mask(hull - corner, size)
        wide = blur(cv2.dilate(around, np.ones((max(1, round(11 * unit)),) * 2, np.uint8)), 1.5 * unit)
        bare = float(np.percentile(seen[wide > 0.5], 75)) if (wide > 0.5).any() else 60.0
        darker = np.clip(bare - seen, 0, None) * wide
        strongest = float(np.percentile(darker[around > 0.5], 85)) if (around > 0.5).any() else 0.0
        contrast = float(np.clip((strongest - 4) / 14, 0, 1))
        path = lm.smooth_open(middle, 40)
        thickness = 0.76 * float(np.median(np.linalg.norm(points[:5] - points[5:][::-1], axis=1)))
        drawn = shape_mask(_brow_outline(path, np.clip(thickness, 5 * unit, 12 * unit)) - corner, size)
        real = smoothstep(0.35, 0.75, darker / max(strongest, 6.0))
        trust = 0.0 if sitter.spectacled else 0.60 * contrast * _fits(real * wide, np.maximum(drawn, around))
        bald = 1 - blur(np.ascontiguousarray(sitter.hair[part]), 2 * unit)
        field = blur(trust * real * wide + (1 - trust) * drawn, 1.5 * unit)
        shape = smoothstep(0.40, 0.56, field) * bald
        glaze(
            canvas[part],
            _brow_colour(palette, seen, darker, contrast, fair),
            np.asarray(shape * (0.55 + 0.40 * contrast), np.float32),
        )


def _fits(seen: Field, brow: Field) -> float:
    """How much of the dark in the photo lies on the brow of the mesh, 0 to 1: a shadow beside it is no brow."""
    share = float((seen * brow).sum()) / (float(seen.sum()) + 1e-6)
    return float(np.clip((share - 0.50) / 0.25, 0, 1))


def _brow_outline(path: np.ndarray, thickness: float) -> np.ndarray:
    """A stroke thickest towards the nose, pointed at the temple (path runs from the temple inwards)."""
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1)[:, None] + 1e-6
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    t = np.linspace(0, 1, len(path))
    half = thickness / 2 * np.clip(t / 0.55, 0.05, 1) ** 0.7 * np.clip((1.08 - t) / 0.18, 0, 1) ** 0.5
    side = across * half[:, None]
    return np.concatenate([path + side, (path - side)[::-1]]).astype(np.float32)


def _brow_colour(palette: Palette, seen: Field, darker: Field, contrast: float, fair: bool) -> np.ndarray:
    """Between the hair's shade and what the photo shows; never lighter than the skin allows."""
    lab = palette.hair_lab * np.array([0.72, 0.9, 0.85], np.float32)
    if not fair and contrast > 0.2:
        dark = float(np.median(seen[darker > 0.6 * darker.max()])) if darker.max() > 0 else lab[0]
        lab[0] = 0.5 * lab[0] + 0.5 * dark * 0.8
    lab[0] = np.clip(lab[0], 8, palette.skin_lab[0] - 14)
    return from_lab(lab)


def paint_nose(canvas: Canvas, sitter: Sitter, palette: Palette, ink: float) -> None:
    """A shadow under the tip, nostrils, one wing line a side and a light on the tip, in the person's own width."""
    points, unit, tones = sitter.points, sitter.unit, palette.skin
    base = lm.smooth_open(points[[98, 97, 2, 326, 327]], 40)
    tip = points[[327, 326, 94, 97, 98]] + sitter.up * 0.020 * sitter.face_height
    under = np.concatenate([base, lm.smooth_open(tip, 40)])
    fill(canvas, under, tones.shade * np.float32(0.93), 0.75, 1.4 * unit)
    strength = 0.5 + 0.5 * min(ink, 1.0)
    for outer, inner in ((98, 97), (327, 326)):
        away = points[inner] - points[outer]
        path = np.stack(
            [
                points[outer] + away * 0.15,
                points[outer] + away * 0.55 + sitter.up * 2.6 * unit,
                points[inner] + away * 0.05,
            ]
        )
        stroke(canvas, lm.smooth_open(path, 24), 4.2 * unit, tones.ink * np.float32(0.85), 0.8 * strength, soft=0.7)
    for wing in ((48, 64, 98), (278, 294, 327)):
        stroke(
            canvas, lm.smooth_open(points[list(wing)], 24), 2.5 * unit, tones.ink, 0.55 * strength, heavy=0.7, soft=0.7
        )
    light = np.stack([points[4] + sitter.up * 5 * unit, points[4] - sitter.up * 1.0 * unit])
    stroke(canvas, lm.smooth_open(light, 12), 8.5 * unit, tones.light, 0.55, soft=1.8 * unit)
    bridge = lm.smooth_open(points[[6, 197, 195, 5]], 24)
    stroke(canvas, bridge, 6.0 * unit, tones.light, 0.35, soft=2.2 * unit)


def paint_face_lines(canvas: Canvas, sitter: Sitter, lightness: Field, palette: Palette, ink: float) -> None:
    """Folds of smile and age, ears, chin: the photo's own long lines, softly, in the colour of deep skin."""
    unit = sitter.unit
    drawn = long_lines(lightness / 100, unit, width=1.9, reach=8, spread=4, contrast=75.0)
    drawn = smoothstep(0.22, 0.85, blur(drawn, 0.6 * unit))
    bare = np.clip(1 - 1.2 * features_mask(sitter), 0, 1) * smoothstep(0.75, 1.0, blur(sitter.skin, 2.5 * unit))
    bare = bare * (1 - smoothstep(0.02, 0.12, blur(sitter.hair, 14 * unit)))  # a stray lock is no wrinkle
    tip = sitter.points[2]
    reach = 0.17 * sitter.face_width
    rows = np.arange(sitter.size[0], dtype=np.float32)[:, None] - tip[1]
    columns = np.arange(sitter.size[1], dtype=np.float32)[None] - tip[0]
    nose = np.exp(-((columns / reach) ** 2) - (((rows + 0.5 * reach) / (1.3 * reach)) ** 2))
    glaze(canvas, palette.skin.ink, np.asarray(drawn * bare * (1 - 0.85 * nose) * 0.42 * ink, np.float32))


def paint_outlines(canvas: Canvas, sitter: Sitter, palette: Palette, ink: float) -> None:
    """The line around face, neck, hands and hair, where one region meets the next."""
    unit = sitter.unit
    hair = contour(sitter.hair, 1.15 * unit) * sitter.person
    glaze(canvas, palette.hair.ink, np.asarray(hair * 0.62 * ink, np.float32))
    jaw = shape_mask(lm.smooth_closed(sitter.points[list(lm.FACE_OVAL)]), sitter.size)
    rows = np.arange(sitter.size[0], dtype=np.float32)[:, None]
    low = smoothstep(-5 * unit, 20 * unit, rows - float(sitter.points[[234, 454], 1].mean()))
    edge = (
        contour(blur(jaw, unit), 1.1 * unit)
        * low
        * np.clip(sitter.skin + 0.2, 0, 1)
        * (1 - sitter.hair)
        * sitter.person
    )
    glaze(canvas, palette.skin.ink, np.asarray(edge * 0.62 * ink, np.float32))
    limbs = contour(sitter.skin, 1.1 * unit) * sitter.person * (1 - sitter.hair) * (1 - blur(jaw, 2 * unit))
    glaze(canvas, palette.ink, np.asarray(limbs * 0.5 * ink, np.float32))

"""The mouth: the person's own lips and smile, with simple clean teeth."""

from __future__ import annotations

import numpy as np

from stylize import landmarks as lm
from stylize.engines.painting.ink import Canvas, Field, Path, blur, fill, glaze, shape_mask, smoothstep, stroke
from stylize.engines.painting.palette import Palette
from stylize.engines.painting.sitter import Sitter

OPEN = 0.022
"""Lips further apart than this share of the face's height are painted open."""

UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)


def paint_mouth(canvas: Canvas, sitter: Sitter, lab: Canvas, palette: Palette, ink: float) -> None:
    """Lips, teeth and lines, in place. `lab`: the photo in CIELAB."""
    points, unit = sitter.points, sitter.unit
    outer = lm.smooth_closed(points[list(lm.LIPS_OUTER)])
    inner = lm.smooth_closed(points[list(lm.LIPS_INNER)])
    gap = float(np.linalg.norm(points[13] - points[14])) / sitter.face_height
    lips = shape_mask(outer, sitter.size)
    is_open = gap > OPEN
    hole = shape_mask(inner, sitter.size) if is_open else np.zeros(sitter.size, np.float32)
    strength = _lip_strength(lab, lips, hole, palette)
    glaze(canvas, palette.lip, np.asarray(blur(np.clip(lips - hole, 0, 1), 1.1 * unit) * strength, np.float32))
    _upper_lip_shade(canvas, sitter, outer, palette, strength)
    if is_open:
        _open(canvas, sitter, hole, lab, palette)
    line = 0.55 + 0.45 * min(ink, 1.0)
    dark = palette.skin.ink * np.float32(0.72)
    upper, lower = lm.smooth_open(points[list(UPPER)], 60), lm.smooth_open(points[list(LOWER)], 60)
    corner_right, corner_left = points[61], points[291]
    if is_open:
        stroke(
            canvas, np.concatenate([corner_right[None], upper[3:-3], corner_left[None]]), 3.0 * unit, dark, 0.9 * line
        )
        stroke(canvas, lower[4:-4], 2.0 * unit, dark, 0.55 * line)
    else:
        middle = (upper + lower) / 2
        path = np.concatenate([corner_right[None], middle[4:-4], corner_left[None]])
        stroke(canvas, lm.smooth_open(path[:: max(1, len(path) // 12)], 60), 3.3 * unit, dark, 0.92 * line)
    under = lm.smooth_open(points[[181, 17, 405]] + (-sitter.up) * 2.2 * unit, 24)
    stroke(canvas, under, 3.0 * unit, palette.skin.shade * np.float32(0.86), 0.6, soft=1.2 * unit)
    for corner, sign in ((corner_right, -1.0), (corner_left, 1.0)):
        tip = np.stack(
            [
                corner - sitter.right * sign * 1.5 * unit,
                corner + sitter.right * sign * 2.5 * unit - sitter.up * 2.5 * unit,
            ]
        )
        stroke(canvas, lm.smooth_open(tip, 12), 3.0 * unit, dark, 0.5 * line, soft=0.8)


def _lip_strength(lab: Canvas, lips: Field, hole: Field, palette: Palette) -> float:
    """How clearly the lips differ from the skin: bare lips get a breath of colour, painted ones all of it."""
    where = (lips > 0.7) & (hole < 0.3)
    if not where.any():
        return 0.4
    seen = np.median(lab[where], axis=0)
    away = float(np.hypot(seen[1] - palette.skin_lab[1], 0.5 * (seen[2] - palette.skin_lab[2])))
    return float(np.clip(0.44 + 0.028 * away, 0.48, 0.85))


def _upper_lip_shade(canvas: Canvas, sitter: Sitter, outer: Path, palette: Palette, strength: float) -> None:
    """The upper lip lies in its own shade, the lower one catches light."""
    points, unit = sitter.points, sitter.unit
    upper = np.concatenate([points[[61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291]], points[list(UPPER)][::-1]])
    fill(canvas, upper, palette.lip * np.float32(0.80), 0.5 * strength, 1.0 * unit)
    light = points[17] * 0.5 + points[14] * 0.5
    across = 0.16 * float(np.ptp(outer[:, 0]))
    spot_path = np.stack([light - sitter.right * across, light - sitter.up * 0.6 * unit, light + sitter.right * across])
    stroke(canvas, lm.smooth_open(spot_path, 20), 3.4 * unit, palette.skin.light, 0.34, soft=1.4 * unit)


def _open(canvas: Canvas, sitter: Sitter, hole: Field, lab: Canvas, palette: Palette) -> None:
    """The dark of the mouth, a band of teeth where the photo shows light ones, a tongue in a wide one."""
    points, unit = sitter.points, sitter.unit
    where = np.asarray(blur(hole, 0.6), np.float32)
    glaze(canvas, np.array([0.30, 0.09, 0.09], np.float32), where)
    rows, columns = np.mgrid[0 : sitter.size[0], 0 : sitter.size[1]].astype(np.float32)
    away = np.stack([columns - points[13, 0], rows - points[13, 1]], axis=-1)
    down = -(away @ sitter.up)
    tall = max(float(-(points[14] - points[13]) @ sitter.up), 1.0)
    inside = (hole > 0.6) & (down < 0.55 * tall)
    bright = lab[..., 0] - 0.6 * np.abs(lab[..., 1])
    level = float(np.percentile(bright[inside], 88)) if inside.any() else 0.0
    shown = level > 0.44 * float(palette.skin_lab[0])
    if shown:
        lower_edge = 0.92 if tall < 0.10 * sitter.face_height else 0.42
        corner = (points[78] - points[13]) @ -sitter.up, (points[308] - points[13]) @ -sitter.up
        half = max(float(np.linalg.norm(points[308] - points[78])) / 2, 1.0)
        centre = (points[78] + points[308]) / 2
        sideways = np.stack([columns - centre[0], rows - centre[1]], axis=-1) @ sitter.right / half
        sag = (float(np.mean(corner))) * sideways**2
        edge = lower_edge * tall * np.sqrt(np.clip(1 - (0.985 * sideways) ** 2, 0, 1)) + sag * 0.9
        teeth = where * smoothstep(1.0, -1.0, (down - edge) / max(unit, 0.5)) * smoothstep(1.0, 0.93, np.abs(sideways))
        glaze(canvas, np.array([0.975, 0.965, 0.945], np.float32), np.asarray(teeth, np.float32))
        shade = teeth * smoothstep(0.34 * tall, 0.0, down - sag) * 0.30
        glaze(canvas, np.array([0.72, 0.66, 0.70], np.float32), np.asarray(shade, np.float32))
    if tall > 0.09 * sitter.face_height:
        tongue = where * smoothstep(0.62 * tall, 0.78 * tall, down)
        glaze(canvas, np.array([0.78, 0.36, 0.36], np.float32), np.asarray(blur(tongue, unit) * where, np.float32))

"""Eyes: the person's own shape, size and spacing, drawn clean, with a big bright iris and a warm heart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stylize import landmarks as lm
from stylize.engines.painting.ink import Canvas, Field, Path, blur, fill, mix, shape_mask, smoothstep, stroke
from stylize.engines.painting.palette import Palette
from stylize.engines.painting.sitter import Sitter


@dataclass(frozen=True, kw_only=True, slots=True)
class _Eye:
    """One eye in its own (right, down) axes about its centre, pixels of the canvas. `outward`: -1 or 1."""

    upper: Path
    lower: Path
    outline: Path
    centre: Path
    outward: float
    wide: float
    tall: float


def paint_eyes(canvas: Canvas, sitter: Sitter, lightness: Field, palette: Palette, ink: float) -> None:
    """Both eyes, in place."""
    both = [
        _measure(sitter, lm.RIGHT_EYE, lm.RIGHT_UPPER_LID, lm.RIGHT_LOWER_LID, -1.0),
        _measure(sitter, lm.LEFT_EYE, lm.LEFT_UPPER_LID, lm.LEFT_LOWER_LID, 1.0),
    ]
    gaze = _gaze(sitter, both, lightness)
    for eye in both:
        _paint(canvas, sitter, eye, gaze, palette, ink)


def _measure(
    sitter: Sitter, run: tuple[int, ...], upper: tuple[int, ...], lower: tuple[int, ...], outward: float
) -> _Eye:
    points = sitter.points[list(run)]
    corner = sitter.points[[run[0], run[8]]]
    # Axes of this very eye: a slanting eye stays slanting.
    along = (corner[1] - corner[0]) * -outward
    along = along / (np.linalg.norm(along) + 1e-6)
    centre = points.mean(axis=0)

    def flat(path: Path) -> Path:
        away = path - centre
        return np.stack([away @ along, away @ np.array([-along[1], along[0]])], axis=-1).astype(np.float32)

    outline = flat(lm.smooth_closed(points))
    top, bottom = (
        flat(lm.smooth_open(sitter.points[list(upper)], 48)),
        flat(lm.smooth_open(sitter.points[list(lower)], 48)),
    )
    return _Eye(
        upper=top,
        lower=bottom,
        outline=outline,
        centre=centre.astype(np.float32),
        outward=outward,
        wide=float(np.ptp(outline[:, 0])),
        tall=float(np.ptp(outline[:, 1])),
    )


def _axes(sitter: Sitter, eye: _Eye, run: tuple[int, ...]) -> Path:
    """Rows: the eye's own right and down, in the canvas."""
    corner = sitter.points[[run[0], run[8]]]
    along = (corner[1] - corner[0]) * -eye.outward
    along = along / (np.linalg.norm(along) + 1e-6)
    return np.array([[along[0], along[1]], [-along[1], along[0]]], np.float32)


def _gaze(sitter: Sitter, eyes: list[_Eye], lightness: Field) -> float:
    """Where both look, sideways, as a share of the eye's width: -0.09 to 0.09, from where the dark of the eyes lies."""
    found = []
    for eye, run in zip(eyes, (lm.RIGHT_EYE, lm.LEFT_EYE), strict=True):
        axes = _axes(sitter, eye, run)
        mask = shape_mask(eye.outline @ axes + eye.centre, sitter.size) > 0.6
        ys, xs = np.nonzero(mask)
        if len(xs) < 12:
            continue
        seen = lightness[ys, xs]
        dark = np.clip(np.percentile(seen, 35) - seen, 0, None)
        if dark.sum() <= 0:
            continue
        across = (np.stack([xs, ys], axis=-1) - eye.centre) @ axes[0]
        found.append(float((across * dark).sum() / dark.sum()) / eye.wide)
    return float(np.clip(0.7 * np.mean(found), -0.09, 0.09)) if found else 0.0


def _paint(canvas: Canvas, sitter: Sitter, eye: _Eye, gaze: float, palette: Palette, ink: float) -> None:
    run = lm.RIGHT_EYE if eye.outward < 0 else lm.LEFT_EYE
    axes = _axes(sitter, eye, run)
    unit = sitter.unit

    def place(path: Path) -> Path:
        return np.asarray(path @ axes + eye.centre, np.float32)

    tones = palette.skin
    fill(canvas, place(eye.outline * [1.12, 1.35] + [0, -0.06 * eye.tall]), tones.shade, 0.30, 4 * unit)
    outline = place(eye.outline)
    pad = 3
    left, top = np.floor(outline.min(axis=0)).astype(int) - pad
    right, bottom = np.ceil(outline.max(axis=0)).astype(int) + pad
    left, top = max(left, 0), max(top, 0)
    right, bottom = min(right, sitter.size[1]), min(bottom, sitter.size[0])
    if right - left < 4 or bottom - top < 4:
        return
    part = canvas[top:bottom, left:right]
    part[:] = _ball(part, eye, axes, (left, top), outline, gaze, palette)
    _lids(canvas, sitter, eye, place, palette, ink)


def _ball(
    part: Canvas, eye: _Eye, axes: Path, corner: tuple[int, int], outline: Path, gaze: float, palette: Palette
) -> Canvas:
    """White, iris, pupil, lights, within the lids."""
    height, width = part.shape[:2]
    inside = blur(shape_mask(outline - np.array(corner, np.float32), (height, width)), 0.5)
    x = np.arange(width, dtype=np.float32)[None] + corner[0] - eye.centre[0]
    y = np.arange(height, dtype=np.float32)[:, None] + corner[1] - eye.centre[1]
    across, down = x * axes[0, 0] + y * axes[0, 1], x * axes[1, 0] + y * axes[1, 1]
    warm = palette.skin.light
    white = np.array([0.97, 0.965, 0.955], np.float32) * 0.93 + warm * 0.07
    out = mix(part, white, inside)
    lid = smoothstep(-0.05 * eye.tall, -0.42 * eye.tall, down) * inside
    out = mix(out, white * [0.74, 0.75, 0.83], lid * np.float32(0.9))
    radius = max(0.475 * eye.tall, 0.238 * eye.wide)
    cx, cy = gaze * eye.wide, -0.10 * eye.tall if eye.tall < 1.9 * radius else -0.03 * eye.tall
    far = np.hypot((across - cx) / radius, (down - cy) / (radius * 1.06))

    def disc(share: float) -> Field:
        return np.asarray(np.clip((share - far) * radius / 1.1 + 0.5, 0, 1) * inside, np.float32)

    iris = palette.iris
    bright = np.clip(iris * 1.55 + [0.13, 0.11, 0.10], 0, 1)
    out = mix(out, iris * np.float32(0.28), disc(1.0))
    out = mix(out, iris, disc(0.87))
    out = mix(out, iris * np.float32(0.42), disc(0.87) * smoothstep(0.15 * radius, -0.65 * radius, down - cy))
    out = mix(out, bright, disc(0.80) * smoothstep(0.05 * radius, 0.75 * radius, down - cy) * np.float32(0.85))
    out = mix(out, np.array([0.035, 0.025, 0.035], np.float32), disc(0.43))
    for ox, oy, size in ((-0.34, -0.36, 0.29), (0.36, 0.40, 0.13)):
        away = np.hypot(across - cx - ox * radius, down - cy - oy * radius)
        light = np.clip((size * radius - away) / 1.1 + 0.5, 0, 1) * blur(inside, 0.8)
        out = mix(out, np.array([1.0, 1.0, 0.99], np.float32), np.asarray(light, np.float32))
    return out


def _lids(canvas: Canvas, sitter: Sitter, eye: _Eye, place: object, palette: Palette, ink: float) -> None:
    """Lash line, crease, lower lid."""
    assert callable(place)
    unit, tones = sitter.unit, palette.skin
    strength = 0.55 + 0.45 * min(ink, 1.0)
    upper = eye.upper
    wing = upper[0] + np.array([eye.outward * 0.075 * eye.wide, -0.03 * eye.wide], np.float32)
    lash = np.concatenate([wing[None], upper[1:]])
    lash = lm.smooth_open(lash[:: max(1, len(lash) // 9)], 60) + np.array([0, -0.5 * unit], np.float32)
    thick = np.clip(0.105 * eye.wide, 3.6 * unit, 8.0 * unit)
    stroke(canvas, place(lash), thick, palette.ink, 0.96 * strength, heavy=0.36)
    stroke(
        canvas,
        place(lash[6:-10] + np.array([0, 0.3 * thick], np.float32)),
        0.55 * thick,
        palette.ink,
        0.8 * strength,
        heavy=0.45,
    )
    crease = upper[5:-6] + np.array([0, -max(0.24 * eye.tall, 0.055 * eye.wide) - 0.5 * thick], np.float32)
    stroke(canvas, place(crease), 2.3 * unit, tones.ink, 0.55 * strength, heavy=0.4)
    stroke(canvas, place(eye.lower[3:-12]), 2.1 * unit, tones.ink, 0.60 * strength, heavy=0.3)

"""Skin in soft cel tones: the photo's own light and shadow, calmed and cut into shapes, with warm borders."""

from __future__ import annotations

import cv2
import numpy as np

from stylize import landmarks as lm
from stylize.engines.painting.flow import enlarged, flatten, scaled
from stylize.engines.painting.ink import (
    Canvas,
    Field,
    blur,
    blur_within,
    contour,
    glaze,
    mix,
    shape_mask,
    shift,
    smoothstep,
    spot,
)
from stylize.engines.painting.palette import Palette
from stylize.engines.painting.sitter import Sitter


def paint_skin(canvas: Canvas, sitter: Sitter, lightness: Field, palette: Palette) -> None:
    """All bare skin, in place. `lightness`: the photo's L of CIELAB, 0 to 100."""
    unit, size = sitter.unit, sitter.size
    light = calm_light(sitter, lightness)
    middle = (sitter.face > 0.5) & (sitter.skin > 0.5)
    reference = float(np.percentile(light[middle], 60)) if middle.any() else 60.0
    swing = max(7.0, 0.14 * reference, 0.55 * float(np.std(light[middle])) if middle.any() else 0.0)
    tones = palette.skin
    painted = np.empty((*size, 3), np.float32)
    painted[:] = tones.local
    painted = mix(painted, tones.light, smoothstep(0.45 * swing, 0.95 * swing, light - reference) * np.float32(0.7))
    shade = smoothstep(-0.75 * swing, -1.15 * swing, light - reference)
    deep = smoothstep(-2.1 * swing, -2.7 * swing, light - reference) * (1 - _forehead(sitter))
    cast = np.maximum(_hair_shadow(sitter), 0)
    shade = np.maximum(shade, cast)
    neck = _jaw_shadow(sitter)
    shade = np.maximum(shade, np.minimum(neck * 1.6, 1))
    border = contour(shade, 2.2 * unit)
    painted = mix(painted, tones.shade, shade * np.float32(0.92))
    painted = mix(painted, tones.deep, np.maximum(deep, neck * 0.6) * np.float32(0.85))
    warm = np.clip(tones.shade * [1.06, 0.93, 0.86], 0, 1)
    painted = mix(painted, warm, border * np.float32(0.35))
    reach = 0.135 * sitter.face_width
    for cheek in (205, 425):
        where = sitter.points[cheek] + sitter.up * 0.03 * sitter.face_height
        painted = mix(painted, palette.blush, spot(size, where, reach, reach * 0.66) * np.float32(0.30))
    painted = mix(painted, palette.blush, spot(size, sitter.points[4], reach * 0.5, reach * 0.4) * np.float32(0.16))
    glaze(canvas, painted, sitter.skin)


def calm_light(sitter: Sitter, lightness: Field) -> Field:
    """The light on the skin without features, spots and wrinkles; half of any slope across the face taken out."""
    unit = sitter.unit
    seen = np.clip(sitter.skin * (1 - features_mask(sitter)), 0, 1) + np.float32(1e-3)
    near = smoothstep(0.04, 0.30, blur(seen, 9 * unit))
    filled = blur_within(lightness, seen, 9 * unit) * near + blur_within(lightness, seen, 30 * unit) * (1 - near)
    share = min(0.5, 0.55 / unit)
    bare = scaled(np.asarray(filled * (1 - seen) + lightness * seen, np.float32), share)
    calm = enlarged(blur(flatten(bare, round(9 * unit * share)), 3.2 * unit * share), sitter.size)
    calm = blur_within(np.asarray(calm, np.float32), sitter.skin + np.float32(1e-3), 2.2 * unit)
    slope = blur_within(
        lightness, np.asarray(sitter.face * seen, np.float32) + np.float32(1e-3), 0.38 * sitter.face_width
    )
    inside = sitter.face > 0.5
    level = float(np.median(slope[inside])) if inside.any() else 60.0
    return np.asarray(calm - 0.5 * (slope - level) * blur(sitter.face, 6 * unit), np.float32)


def features_mask(sitter: Sitter) -> Field:
    """1 over eyes (with their glasses), brows and mouth with a margin: where light tells nothing of the skin."""
    unit = sitter.unit
    mask = np.zeros(sitter.size, np.float32)
    for run in (lm.RIGHT_EYE, lm.LEFT_EYE, lm.RIGHT_BROW, lm.LEFT_BROW, lm.LIPS_OUTER):
        hull = cv2.convexHull(sitter.points[list(run)])[:, 0]
        mask = np.maximum(mask, shape_mask(hull, sitter.size))
    if sitter.spectacled:
        for run in (lm.RIGHT_EYE, lm.LEFT_EYE):
            points = sitter.points[list(run)]
            reach = 0.80 * float(np.ptp(points @ sitter.right))
            turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)[:, None]
            lens = points.mean(axis=0) + reach * (np.cos(turn) * sitter.right + np.sin(turn) * sitter.up)
            mask = np.maximum(mask, shape_mask(lens.astype(np.float32), sitter.size))
    span = max(3, round(13 * unit))
    wide = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (span, span)))
    return blur(np.asarray(wide, np.float32), 2 * unit)


def _forehead(sitter: Sitter) -> Field:
    """1 above the brows: what is very dark there is a lock of hair seen as skin, and is painted as its shade."""
    rows, columns = np.mgrid[0 : sitter.size[0], 0 : sitter.size[1]].astype(np.float32)
    brows = sitter.points[[*lm.RIGHT_BROW, *lm.LEFT_BROW]].mean(axis=0)
    above = (columns - brows[0]) * sitter.up[0] + (rows - brows[1]) * sitter.up[1]
    return smoothstep(0.02 * sitter.face_height, 0.07 * sitter.face_height, above)


def _hair_shadow(sitter: Sitter) -> Field:
    """What the hair throws on forehead and temples."""
    unit = sitter.unit
    thrown = blur(shift(sitter.hair, 2.5 * unit, 8 * unit), 1.2 * unit) - sitter.hair
    return np.asarray(smoothstep(0.3, 0.6, thrown) * sitter.face, np.float32)


def _jaw_shadow(sitter: Sitter) -> Field:
    """What the jaw throws on the neck: a clear shape under the chin."""
    unit = sitter.unit
    jaw = shape_mask(lm.smooth_closed(sitter.points[list(lm.FACE_OVAL)]), sitter.size)
    thrown = shift(jaw, -0.02 * sitter.face_width, 0.15 * sitter.face_height)
    below = np.clip(blur(thrown, 2 * unit) - blur(jaw, 1.2 * unit), 0, 1)
    rows = np.arange(sitter.size[0], dtype=np.float32)[:, None]
    under = smoothstep(0, 20 * unit, rows - float(sitter.points[[132, 361], 1].mean()))
    return np.asarray(smoothstep(0.35, 0.65, below) * under, np.float32)

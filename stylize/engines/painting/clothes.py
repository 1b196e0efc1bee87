"""Clothes as flat painted shapes: a few colours, a fold shadow, a fold light, a few lines; lettering melts away."""

from __future__ import annotations

import cv2
import numpy as np

from stylize.colour import Floats, from_lab, hex_to_lab
from stylize.engines.painting.flow import enlarged, flatten, long_lines, scaled, smear, structure_flow
from stylize.engines.painting.ink import Canvas, Field, blur, blur_within, glaze, mix, smoothstep
from stylize.engines.painting.sitter import Sitter

COLOURS = 5


def paint_clothes(
    canvas: Canvas, sitter: Sitter, lab: Canvas, ink: float, outer: str | None = None, measured_outer: str | None = None
) -> None:
    """All that is worn, in place. `lab`: the photo in CIELAB.

    `outer`: a colour "#rrggbb" wanted instead of `measured_outer` for the main garment, None: as it is.
    """
    if sitter.clothes.max() < 0.5:
        return
    share = min(0.5, 0.55 / sitter.unit)
    unit = 2 * share * sitter.unit
    worn = scaled(sitter.clothes, share)
    half = flatten(_without_backdrop(lab, sitter, share), round(4.5 * unit))
    flow = structure_flow(blur(np.ascontiguousarray(half[..., 0]), unit) / 100, 4.5 * unit)
    half = smear(half, flow, 5 * unit)
    half = flatten(half, round(4.0 * unit), 6.0)
    shapes, colours = _shapes(half, worn, unit)
    folds = _folds(half, worn, shapes, unit)
    full = enlarged(np.dstack([*shapes, folds]), sitter.size)
    painted = _lay_down(full, _wanted(colours, outer, measured_outer))
    grey = np.ascontiguousarray(lab[..., 0]) / 100
    drawn = long_lines(grey, sitter.unit, width=1.8, reach=9, spread=5)
    dark = painted * np.float32(0.45) + np.float32(0.02)
    painted = mix(painted, dark, smoothstep(0.45, 0.95, drawn) * np.float32(0.55 * ink))
    glaze(canvas, painted, sitter.clothes)


def _without_backdrop(lab: Canvas, sitter: Sitter, share: float) -> Canvas:
    """The photo made small, the rim of the person overpainted from within: a mask is never exact."""
    unit = sitter.unit * share
    span = max(1, round(13 * unit)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (span, span))
    person = (scaled(sitter.person, share) > 0.5).astype(np.uint8)
    inner = np.asarray(cv2.erode(person, kernel, borderType=cv2.BORDER_REPLICATE), np.float32)
    small = scaled(lab, share)
    filled = blur_within(small, inner, 10 * unit)
    return np.asarray(small * inner[..., None] + filled * (1 - inner[..., None]), np.float32)


def _shapes(half: Canvas, worn: Field, unit: float) -> tuple[list[Field], Floats]:
    """Soft shares of a few flat colours (k-means in CIELAB), borders calmed; and the colours (k, 3)."""
    where = worn > 0.6
    pool = half[where] * np.array([0.75, 1.0, 1.0], np.float32)
    step = max(1, len(pool) // 6000)
    sample = np.ascontiguousarray(pool[::step], np.float32)
    count = int(min(COLOURS, max(1, len(sample) // 40)))
    cv2.setRNGSeed(7)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 25, 0.2)
    _, _, centres = cv2.kmeans(sample, count, None, stop, 2, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    centres = _merge(np.asarray(centres, np.float32))
    scaled = half * np.array([0.75, 1.0, 1.0], np.float32)
    distance = np.stack([((scaled - c) ** 2).sum(axis=-1) for c in centres])
    nearest = distance.argmin(axis=0)
    votes = [blur((nearest == i).astype(np.float32) * worn, 1.6 * unit) + np.float32(1e-4) for i in range(len(centres))]
    colours = np.stack(
        [
            np.median(half[(nearest == i) & where], axis=0) if ((nearest == i) & where).any() else c / [0.75, 1, 1]
            for i, c in enumerate(centres)
        ]
    )
    return votes, np.asarray(colours, np.float32)


def _merge(centres: Floats) -> Floats:
    """Colours that are mere light and dark of one cloth become one."""
    kept: list[Floats] = []
    for centre in sorted(centres, key=lambda c: float(c[0])):
        if all(abs(centre[0] - k[0]) * 0.36 + np.hypot(*(centre[1:] - k[1:])) > 11 for k in kept):
            kept.append(centre)
    return np.stack(kept)


def _folds(half: Canvas, worn: Field, shapes: list[Field], unit: float) -> Field:
    """How much lighter or darker than its surroundings on the same cloth, in L."""
    total = np.zeros(worn.shape, np.float32)
    known = np.full(worn.shape, 1e-4, np.float32)
    lightness = np.ascontiguousarray(half[..., 0])
    for shape in shapes:
        # At a border lies a mixture of two cloths, which is no fold: what is beside it goes on there.
        certain = smoothstep(0.60, 0.85, shape / np.maximum(worn, 0.05))
        inside = certain * worn + np.float32(1e-4)
        level = 0.6 * blur_within(lightness, inside, 40 * unit) + 0.4 * float((lightness * inside).sum() / inside.sum())
        # Dark cloth shows its folds in smaller steps.
        total += certain * (lightness - level) * (50 / (level + 30))
        known += certain
    folds = total / known
    known = np.minimum(known, 1)
    beside = blur_within(np.asarray(folds, np.float32), known, 3 * unit)
    return blur(np.asarray(folds * known + beside * (1 - known), np.float32), 1.4 * unit)


def _wanted(colours: Floats, outer: str | None, measured: str | None) -> Floats:
    """The colours with the main garment's replaced: those near the measured one take the wanted one's place."""
    if outer is None or measured is None or outer == measured:
        return colours
    new, old = hex_to_lab(outer), hex_to_lab(measured)
    changed = colours.copy()
    near = np.hypot(*(colours[:, 1:] - old[1:]).T) + 0.5 * np.abs(colours[:, 0] - old[0])
    for i in np.flatnonzero(near < max(20.0, float(near.min()) + 0.1)):
        changed[i] = new + (colours[i] - old) * [0.35, 0.2, 0.2]
    return changed


def _lay_down(full: Canvas, colours: Floats) -> Canvas:
    """Flat colours with crisp borders, then one shadow and one light a colour."""
    votes = np.maximum(full[..., :-1], 1e-4) ** 6
    votes /= votes.sum(axis=-1, keepdims=True)
    folds = full[..., -1]
    local, shade, deep, light = (np.stack([_tone(c, step) for c in colours]) for step in (0.0, -1.0, -1.9, 1.0))
    painted = votes @ local
    painted = mix(painted, votes @ light, smoothstep(3.2, 4.6, folds) * np.float32(0.8))
    painted = mix(painted, votes @ shade, smoothstep(-2.4, -3.8, folds))
    return mix(painted, votes @ deep, smoothstep(-8.0, -10.0, folds))


def _tone(lab: Floats, step: float) -> Floats:
    """A cloth's colour `step` tones lighter or darker: richer than the photo, shadows lean to violet."""
    lightness = 100 * (np.clip(lab[0], 0, 100) / 100) ** 0.90 + 2.5 + 6 * max(0.0, 1 - float(lab[0]) / 22)
    size = 5.0 + 0.07 * lightness
    chroma = np.asarray(lab[1:], np.float32) * 1.18
    down = max(-step, 0.0)
    return from_lab([np.clip(lightness + step * size, 5, 97), chroma[0] + 1.8 * down, chroma[1] - 4.0 * down])

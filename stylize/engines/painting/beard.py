"""Beards, painted from where the photo is dark and where such a beard grows."""

from __future__ import annotations

import numpy as np

from stylize import landmarks as lm
from stylize.colour import from_lab
from stylize.engines.painting.flow import smear, structure_flow
from stylize.engines.painting.ink import Canvas, Field, blur, glaze, mix, noise, shape_mask, smoothstep
from stylize.engines.painting.palette import Palette
from stylize.engines.painting.sitter import Sitter
from stylize.models import Beard


def paint_beard(
    canvas: Canvas,
    sitter: Sitter,
    lightness: Field,
    palette: Palette,
    kind: Beard,
    rng: np.random.Generator,
    *,
    seen: bool,
) -> None:
    """A beard of the given kind, in place. `seen`: the photo shows it, so its own shape is taken from there."""
    if kind is Beard.NONE:
        return
    unit = sitter.unit
    grown = _where(sitter, kind)
    if seen:
        skin = float(palette.skin_lab[0])
        dark = smoothstep(skin - 6, skin - 18, blur(lightness, 2.5 * unit))
        grown = grown * (0.45 + 0.55 * dark)
    lips = shape_mask(lm.smooth_closed(sitter.points[list(lm.LIPS_OUTER)]), sitter.size)
    grown = np.asarray(grown * (1 - blur(lips, 0.8 * unit)) * sitter.person * (1 - sitter.hair), np.float32)
    if kind is Beard.STUBBLE:
        lab = palette.skin_lab * np.array([0.80, 0.62, 0.50], np.float32)
        glaze(canvas, from_lab(lab), blur(grown, 3 * unit) * np.float32(0.50))
        return
    tones = palette.hair
    grain = noise(sitter.size, rng, sitter.size[0] / (4.5 * unit), octaves=2)
    flow = structure_flow(blur(lightness, 1.5 * unit), 7 * unit, np.clip(grown + 0.01, 0, 1), _hanging(sitter))
    strands = smear(grain, flow, 7 * unit, 1.5)
    strands = strands / (float(np.std(strands)) + 1e-6)
    edge = smoothstep(0.36, 0.52, blur(grown, 1.6 * unit) + 0.07 * strands * (grown > 0.05))
    painted = np.empty((*sitter.size, 3), np.float32)
    painted[:] = 0.5 * tones.local + 0.5 * tones.shade
    painted = mix(painted, tones.shade, smoothstep(0.1, -0.2, strands))
    painted = mix(painted, tones.deep, smoothstep(-0.9, -1.15, strands) * np.float32(0.8))
    painted = mix(painted, tones.local, smoothstep(1.0, 1.25, strands))
    glaze(canvas, painted, edge)


def _hanging(sitter: Sitter) -> np.ndarray:
    """Beard hair falls down and a little outwards."""
    height, width = sitter.size
    x = np.arange(width, dtype=np.float32)[None] - sitter.points[lm.CHIN, 0]
    out = np.clip(x / (0.5 * sitter.face_width), -1, 1) * 0.5
    falls = np.stack(np.broadcast_arrays(out, np.ones((height, 1), np.float32)), axis=-1)
    return np.asarray(falls / np.linalg.norm(falls, axis=-1, keepdims=True), np.float32)


def _where(sitter: Sitter, kind: Beard) -> Field:
    """Where such a beard may grow."""
    points, size, unit = sitter.points, sitter.size, sitter.unit
    nose, down = points[2], -sitter.up
    lip = np.concatenate([points[[61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291]], points[[291, 327, 2, 98, 61]]])
    moustache = shape_mask(lm.smooth_open(lip, 80), size)
    moustache = np.maximum(
        moustache,
        shape_mask(
            lm.smooth_closed(
                points[[61, 205, 98, 2, 327, 425, 291, 0]] * 0.55 + points[[61, 61, 39, 0, 269, 291, 291, 0]] * 0.45
            ),
            size,
        ),
    )
    moustache = blur(moustache, 2.5 * unit)
    if kind is Beard.MOUSTACHE:
        return moustache
    chin = points[[61, 291, 422, 400, 152, 176, 202]].copy()
    chin[2:] += down * 0.02 * sitter.face_height
    goatee = blur(shape_mask(lm.smooth_closed(chin), size), 3 * unit)
    if kind is Beard.GOATEE:
        return np.maximum(moustache, goatee)
    jaw = points[list(lm.JAW)]
    top = points[[454, 411, 425, 327, 2, 98, 205, 187, 234]].copy()
    top[[1, 2, 6, 7]] += down * 0.05 * sitter.face_height
    low = (
        jaw
        + down
        * (0.035 * sitter.face_height * np.clip(((jaw - nose) @ down) / (0.3 * sitter.face_height), 0, 1))[:, None]
    )
    full = blur(shape_mask(np.concatenate([low, top]).astype(np.float32), size), 4 * unit)
    return np.asarray(np.maximum(full, moustache), np.float32)

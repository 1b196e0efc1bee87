"""Bending the baked head to the bones of a person, and growing it: one smooth warp of all passes.

The face of the bake is turned a little; where a point of the flat face plane appears in the picture is fitted from the
baked coordinates of the face print.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from stylize import landmarks as mesh
from stylize.engines.figure.draw import Floats, ramp, soften
from stylize.engines.figure.face_layout import SPAN
from stylize.engines.figure.grid import fill_in
from stylize.engines.figure.pack import Passes
from stylize.engines.figure.settings import FigureSettings
from stylize.models import Hair

_STEP = 12
_NECK = -0.60
"""Height of the neck below the ears, in face widths: what lies above grows with the head."""
_LONG = {Hair.LONG, Hair.WAVY, Hair.BOB}


def bend_map(
    passes: Passes, bones: mesh.ThinPlate | None, settings: FigureSettings, hair: Hair, seed: int
) -> Floats | None:
    """(h, w, 2): from which pixel of the passes each pixel of the bent figure is taken; None when nothing bends.
    `bones`: see `Layout`; None leaves the bones as sculpted.
    """
    plain = bones is None and settings.head_scale == 1 and settings.roughness_noise == 0
    plane = face_plane(passes)
    if plain or plane is None:
        return None
    back = _backward(passes.alpha.shape, plane, bones, settings, hair)
    if settings.roughness_noise > 0:
        back += _uneven(passes.alpha.shape, settings.roughness_noise, seed, float(passes.box.height))
    return back


def face_plane(passes: Passes) -> Floats | None:
    """(2, 3) affine: picture pixels → the face plane in face widths (x right, y up); None when no face is seen."""
    rows, columns = np.nonzero(passes.face_mask > 0.95)
    if len(rows) < 200:
        return None
    pick = slice(None, None, max(1, len(rows) // 4000))
    rows, columns = rows[pick], columns[pick]
    uv = passes.face_uv[rows, columns].astype(np.float64)
    inside = (np.abs(uv - 0.5) < 0.30).all(1)
    if inside.sum() < 50:
        return None
    known = np.stack([columns, rows, np.ones_like(rows)], 1)[inside].astype(np.float64)
    wanted = np.stack([(uv[inside, 0] - 0.5) * SPAN, (0.5 - uv[inside, 1]) * SPAN], 1)
    return np.asarray(np.linalg.lstsq(known, wanted, rcond=None)[0].T, np.float32)


def _backward(
    shape: tuple[int, ...], plane: Floats, bones: mesh.ThinPlate | None, settings: FigureSettings, hair: Hair
) -> Floats:
    """(h, w, 2): from which pixel of the bake each pixel is taken."""
    inverse = np.linalg.inv(plane[:, :2].astype(np.float64)).astype(np.float32)

    def source(pixels: Floats) -> Floats:
        spots = _shrink(pixels @ plane[:, :2].T + plane[:, 2], settings.head_scale, hair)
        if bones is not None:
            spots = spots - _fading(bones, spots - _fading(bones, spots))
        return np.asarray((spots - plane[:, 2]) @ inverse.T, np.float32)

    return fill_in(source, shape[1], shape[0], step=_STEP)


def _fading(bones: mesh.ThinPlate, spots: Floats) -> Floats:
    """Moves of the bones; none at the shoulders and far from the head."""
    near = ramp(-1.05, -0.62, spots[:, 1]) * ramp(1.7, 1.1, np.linalg.norm(spots, axis=1))
    return np.asarray(bones(spots) * near[:, None], np.float32)


def _shrink(spots: Floats, scale: float, hair: Hair) -> Floats:
    """Inverse of growing everything above the neck by `scale`; long hair tapers down to the shoulders."""
    low = -1.25 if hair in _LONG else -0.92
    share = ramp(low, _NECK + 0.12, spots[:, 1])
    local = 1 + (scale - 1) * share
    above = np.where(spots[:, 1] > _NECK, (spots[:, 1] - _NECK) / scale + _NECK, spots[:, 1])
    return np.asarray(np.stack([spots[:, 0] / local, above], 1), np.float32)


def _uneven(shape: tuple[int, ...], amount: float, seed: int, tall: float) -> Floats:
    """Small wanderings of the outline, as of hand-shaped clay."""
    noise = np.random.default_rng(seed).standard_normal((shape[0] // 8 + 1, shape[1] // 8 + 1, 2)).astype(np.float32)
    waves = soften(noise, max(1.0, tall * 0.022 / 8))
    waves *= amount * tall * 0.0035 / max(float(waves.std()), 1e-6)
    return np.asarray(cv2.resize(waves, shape[1::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def warp_passes(passes: Passes, back: Floats) -> Passes:
    """Every pass read at the places `back` (h, w, 2)."""
    x, y = np.ascontiguousarray(back[..., 0]), np.ascontiguousarray(back[..., 1])

    def take(layer: Floats) -> Floats:
        return np.asarray(cv2.remap(layer, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)

    return replace(
        passes,
        light=take(passes.light),
        gloss=take(passes.gloss),
        masks={name: take(mask) for name, mask in passes.masks.items()},
        alpha=take(passes.alpha),
        shadow=take(passes.shadow),
        face_uv=take(passes.face_uv),
        face_mask=take(passes.face_mask),
    )

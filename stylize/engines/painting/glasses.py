"""Glasses: two rims, a bridge, the beginning of the temples, a glint."""

from __future__ import annotations

import numpy as np

from stylize import landmarks as lm
from stylize.colour import from_lab
from stylize.engines.painting.ink import Canvas, Field, Path, blur, fill, glaze, shape_mask, stroke
from stylize.engines.painting.sitter import Sitter


def paint_glasses(canvas: Canvas, sitter: Sitter, lightness: Field) -> None:
    """Spectacles that sit where the person's eyes are, in place. The frame's darkness is read off the photo."""
    points, unit = sitter.points, sitter.unit
    rims = [
        _rim(sitter, lm.RIGHT_EYE, lm.RIGHT_BROW, points[lm.RIGHT_EDGE], -1.0),
        _rim(sitter, lm.LEFT_EYE, lm.LEFT_BROW, points[lm.LEFT_EDGE], 1.0),
    ]
    colour = _frame_colour(sitter, lightness, rims)
    width = 5.0 * unit
    for rim in rims:
        lens = blur(shape_mask(rim, sitter.size), 1.0)
        glaze(canvas, np.array([0.86, 0.93, 0.97], np.float32), lens * np.float32(0.10))
        _glint(canvas, sitter, rim)
        closed = np.concatenate([rim, rim[:2]])
        stroke(canvas, closed + -sitter.up * 2.5 * unit, width, (0.25, 0.16, 0.14), 0.16, taper=False, soft=2 * unit)
        stroke(canvas, closed, width, colour, 0.96, taper=False)
        top = closed[np.argsort((closed - closed.mean(axis=0)) @ -sitter.up)[: len(closed) // 4]]
        top = top[np.argsort(top @ sitter.right)]
        stroke(canvas, top + sitter.up * 0.8 * unit, 1.5 * unit, np.clip(colour * 1.5 + 0.18, 0, 1), 0.55)
    inner_right, inner_left = _end(rims[0], sitter, 1.0), _end(rims[1], sitter, -1.0)
    bridge = np.stack(
        [inner_right, (inner_right + inner_left) / 2 + sitter.up * 0.016 * sitter.face_height, inner_left]
    )
    stroke(canvas, lm.smooth_open(bridge, 24), width * 0.9, colour, 0.96, taper=False)
    for rim, edge, side in ((rims[0], points[lm.RIGHT_EDGE], -1.0), (rims[1], points[lm.LEFT_EDGE], 1.0)):
        start = _end(rim, sitter, side)
        if (edge - start) @ sitter.right * side > 2 * unit:
            temple = np.stack([start, edge + sitter.up * 0.06 * sitter.face_height])
            stroke(canvas, lm.smooth_open(temple, 16), width * 0.85, colour, 0.92, taper=False)


def _rim(sitter: Sitter, run: tuple[int, ...], brow: tuple[int, ...], edge: Path, side: float) -> Path:
    """A rounded rectangle about one eye: from just under the brow to the cheek, from the nose to the face's edge."""
    eye = sitter.points[list(run)]
    centre = eye.mean(axis=0)
    inner, outer = sitter.points[run[8]], sitter.points[run[0]]
    wide = abs(float((outer - inner) @ sitter.right))
    middle = sitter.points[lm.BETWEEN_EYES]
    room_in = abs(float((inner - middle) @ sitter.right)) * 0.62
    room_out = min(0.30 * wide, max(abs(float((edge - outer) @ sitter.right)) * 0.8, 2.0))
    brow_up = float((sitter.points[list(brow)].mean(axis=0) - centre) @ sitter.up)
    high = min(0.62 * wide, brow_up * 0.88)
    low = 0.55 * wide
    a = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    c, s = np.cos(a), np.sin(a)
    round_x = np.sign(c) * np.abs(c) ** 0.62
    round_y = np.sign(s) * np.abs(s) ** 0.72
    outward = round_x * side > 0
    half = wide / 2 + np.where(outward, room_out, room_in)
    x = round_x * half
    y = np.where(round_y > 0, round_y * low * (1 - 0.06 * np.abs(round_x)), round_y * high)
    return np.asarray(centre + np.outer(x, sitter.right) - np.outer(y, sitter.up), np.float32)


def _end(rim: Path, sitter: Sitter, side: float) -> Path:
    """The point of the rim furthest to one side, a little above its middle."""
    away = rim - rim.mean(axis=0)
    reach = float(np.abs(away @ sitter.right).max())
    return np.asarray(rim.mean(axis=0) + sitter.right * side * reach + sitter.up * 0.10 * reach, np.float32)


def _frame_colour(sitter: Sitter, lightness: Field, rims: list[Path]) -> np.ndarray:
    """Near black when the photo is dark along the rims, a warm brown or steel otherwise."""
    seen = []
    for rim in rims:
        x = np.clip(rim[:, 0].astype(int), 0, sitter.size[1] - 1)
        y = np.clip(rim[:, 1].astype(int), 0, sitter.size[0] - 1)
        seen.append(lightness[y, x])
    dark = float(np.percentile(np.concatenate(seen), 20))
    return from_lab([float(np.clip(dark * 0.55, 12, 34)), 6.0, 7.0])


def _glint(canvas: Canvas, sitter: Sitter, rim: Path) -> None:
    """A slanting light across the upper corner of the lens."""
    centre, reach = rim.mean(axis=0), float(np.abs((rim - rim.mean(axis=0)) @ sitter.right).max())
    right, up = sitter.right * reach, sitter.up * reach
    for start, thick in ((-0.62, 0.16), (-0.38, 0.07)):
        low, high = centre + right * (start - 0.14) + up * 0.05, centre + right * (start + 0.22) + up * 0.56
        shine = np.stack([low, low + right * thick, high + right * thick, high])
        fill(canvas, shine.astype(np.float32), (1.0, 1.0, 1.0), 0.28, 0.8 * sitter.unit)

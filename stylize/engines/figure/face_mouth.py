"""Lips and teeth: the photo's smile with clean colours and even teeth."""

from __future__ import annotations

import cv2
import numpy as np

from stylize import landmarks as mesh
from stylize.engines.figure.draw import Floats, lay, polygon, ramp, shade, soften, stroke
from stylize.engines.figure.face_colours import FaceColours, tone
from stylize.engines.figure.face_layout import Layout
from stylize.engines.figure.settings import FigureSettings

_OPEN = 0.020
"""Lips further apart than this share of the print show what lies behind them."""
_INSIDE = (0.24, 0.075, 0.07)
_TOOTH = np.array([0.955, 0.94, 0.91], np.float32)


def paint_mouth(
    picture: Floats, photo_lab: Floats, layout: Layout, colours: FaceColours, settings: FigureSettings
) -> None:
    """Tint the lips of `picture`, clean what is between them, and draw the line where they meet."""
    spots, unit = layout.spots, layout.size / 768
    lips = spots[list(mesh.LIPS_OUTER)]
    left, top = np.maximum(0, np.floor(lips.min(0) - 24 * unit)).astype(int)
    right, bottom = np.ceil(lips.max(0) + 24 * unit).astype(int)
    patch, lab = picture[top:bottom, left:right], photo_lab[top:bottom, left:right]
    corner = np.array([left, top], np.float32)
    outer = polygon(mesh.smooth_closed(lips - corner), patch.shape)
    inner = polygon(mesh.smooth_closed(spots[list(mesh.LIPS_INNER)] - corner), patch.shape)
    gap = float(np.linalg.norm(spots[mesh.UPPER_LIP_INNER] - spots[mesh.LOWER_LIP_INNER]))
    is_open = gap > _OPEN * layout.size
    between = inner if is_open else np.zeros_like(inner)
    _tint_lips(patch, soften(np.clip(outer - between, 0, 1), 1.3 * unit), colours)
    if is_open:
        _paint_teeth(patch, lab, soften(between, 0.8 * unit), spots - corner, gap, unit)
    _draw_line(patch, spots - corner, colours, settings, unit, is_open)


def _tint_lips(patch: Floats, lips: Floats, colours: FaceColours) -> None:
    """Bring the average colour of the lips to the wanted one; their own light and dark stay, softened."""
    lab = cv2.cvtColor(np.clip(patch, 0, 1), cv2.COLOR_RGB2LAB)
    weight = float(lips.sum()) + 1e-6
    mean = (lab * lips[..., None]).sum((0, 1)) / weight
    own = lab - mean
    own[..., 0] = 13 * np.tanh(own[..., 0] / 15)
    tinted = colours.lips + own * np.array([0.85, 0.5, 0.5], np.float32)
    lay(patch, 0.85 * lips, np.clip(cv2.cvtColor(tinted.astype(np.float32), cv2.COLOR_LAB2RGB), 0, 1))


def _paint_teeth(patch: Floats, lab: Floats, between: Floats, spots: Floats, gap: float, unit: float) -> None:
    """Where the photo shows teeth: one clean row, rounded by shading, with the faintest lines between teeth."""
    rows, columns = np.mgrid[0 : patch.shape[0], 0 : patch.shape[1]].astype(np.float32)
    inside = between > 0.6
    upper = spots[[78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308]]
    middle = (spots[78] + spots[308]) / 2
    half = float(abs(spots[308, 0] - spots[78, 0])) / 2
    across = (columns - middle[0]) / half
    lay(patch, between, _INSIDE)
    bright = soften(lab[..., 0] - 0.55 * np.abs(lab[..., 1]), 4 * unit)
    best = float(np.percentile(bright[inside], 92)) if inside.any() else 0.0
    found = ramp(-4, 4, bright - max(0.62 * best, 26.0))
    edge = np.interp(columns[0], upper[np.argsort(upper[:, 0]), 0], upper[np.argsort(upper[:, 0]), 1])[None]
    least = ramp(0.48 * gap, 0.40 * gap, rows - edge)
    teeth = np.maximum(found, least)
    teeth = np.maximum(teeth, soften(_flip(teeth, middle[0]), 1.5 * unit))
    teeth = soften(teeth * between, 1.2 * unit) * np.clip((1 - np.abs(across)) / 0.14, 0, 1)
    rounding = 0.80 + 0.20 * np.sqrt(np.clip(1 - across**2, 0, 1))
    lay(patch, 0.97 * teeth, _TOOTH * rounding[..., None])
    width = half / 3.7
    line = np.exp(-((((across * half / width + 0.5) % 1 - 0.5) * width / (1.2 * unit)) ** 2))
    shade(patch, line * teeth * (np.abs(across) < 0.8), 0.09)
    shade(patch, between * ramp(0.34 * gap, 0, rows - edge), 0.34)


def _flip(mask: Floats, axis: float) -> Floats:
    """Mirror across the column `axis`."""
    matrix = np.array([[-1, 0, 2 * axis], [0, 1, 0]], np.float32)
    return np.asarray(cv2.warpAffine(mask, matrix, mask.shape[::-1]), np.float32)


def _draw_line(
    patch: Floats, spots: Floats, colours: FaceColours, settings: FigureSettings, unit: float, is_open: bool
) -> None:
    upper = [61, 78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 291]
    line = mesh.smooth_open(spots[upper], 60)
    ends = np.sin(np.pi * np.linspace(0.03, 0.97, 60)) ** 0.45
    strength = (0.30 if is_open else 0.42) + 0.25 * settings.outline
    lay(patch, strength * stroke(line, 1.7 * unit * ends, patch.shape, soft=1.0 * unit), tone(colours.lips, 0.46, 0.8, 0.8))

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
_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
_TALLEST = 0.27
"""No tooth is taller than this share of the width of the mouth."""
_LEVELS = np.linspace(0.05, 0.95, 10)
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
    """One clean row of upper teeth as low as the photo shows them, rounded by shading, and a glimpse of the lower row
    in a wide open mouth.
    """
    rows, columns = np.mgrid[0 : patch.shape[0], 0 : patch.shape[1]].astype(np.float32)
    middle = (spots[78] + spots[308]) / 2
    half = float(abs(spots[308, 0] - spots[78, 0])) / 2
    across = (columns - middle[0]) / half
    upper, lower = (_edge(spots[list(run)], columns[0]) for run in (_UPPER, _LOWER))
    depth = (rows - upper) / np.maximum(lower - upper, 1.0)
    high, low = _rows_of_teeth(lab, between, depth, across)
    tallest = _TALLEST * 2 * half / max(gap, 1.0)
    if gap < 26 * unit:
        high, low = 1.2, 2.0
    elif high > tallest:
        high, low = tallest, max(low, 1 - 0.6 * tallest)
    lay(patch, between, _INSIDE)
    bow = 0.10 * across**2
    teeth = ramp(1.5, -1.5, (depth - high + bow) * (lower - upper)) + ramp(
        -1.5, 1.5, (depth - low - bow) * (lower - upper)
    )
    teeth = np.clip(teeth, 0, 1) * between * np.clip((1 - np.abs(across)) / 0.10, 0, 1)
    rounding = 0.78 + 0.22 * np.sqrt(np.clip(1 - across**2, 0, 1))
    lay(patch, 0.97 * soften(teeth, 0.9 * unit), _TOOTH * rounding[..., None])
    width = half / 3.7
    line = np.exp(-((((across * half / width + 0.5) % 1 - 0.5) * width / (1.2 * unit)) ** 2))
    shade(patch, line * teeth * (np.abs(across) < 0.8), 0.08)
    shade(patch, between * ramp(0.34 * gap, 0, rows - upper), 0.34)


def _rows_of_teeth(lab: Floats, between: Floats, depth: Floats, across: Floats) -> tuple[float, float]:
    """How far down the upper teeth reach, and where the lower ones begin, in shares of the opening (2: none)."""
    bright = lab[..., 0] - 0.8 * np.abs(lab[..., 1])
    centre = (between > 0.5) & (np.abs(across) < 0.55)
    if centre.sum() < 40:
        return 1.2, 2.0
    profile = np.array(
        [
            np.median(
                bright[centre & (np.abs(depth - at) < 0.07)] if (centre & (np.abs(depth - at) < 0.07)).any() else [0]
            )
            for at in _LEVELS
        ]
    )
    toothy = profile > max(0.66 * float(profile.max()), 30.0)
    first = int(np.argmax(toothy))
    end = first + int(np.argmin(np.append(toothy[first:], False)))
    high = float(_LEVELS[min(end, len(_LEVELS) - 1)]) if end < len(_LEVELS) else 1.2
    again = end + int(np.argmax(np.append(toothy[end:], True)))
    low = float(_LEVELS[again]) if again < len(_LEVELS) - 1 else 2.0
    return (1.2, 2.0) if high > 0.80 else (max(high, 0.42), max(low, 0.72))


def _edge(spots: Floats, columns: Floats) -> Floats:
    """Height of an open curve in every column."""
    curve = mesh.smooth_open(spots[np.argsort(spots[:, 0])], 60)
    return np.asarray(np.interp(columns, curve[:, 0], curve[:, 1]), np.float32)[None]


def _draw_line(
    patch: Floats, spots: Floats, colours: FaceColours, settings: FigureSettings, unit: float, is_open: bool
) -> None:
    upper = [61, 78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 291]
    line = mesh.smooth_open(spots[upper], 60)
    ends = np.sin(np.pi * np.linspace(0.03, 0.97, 60)) ** 0.45
    strength = (0.30 if is_open else 0.42) + 0.25 * settings.outline
    lay(
        patch,
        strength * stroke(line, 1.7 * unit * ends, patch.shape, soft=1.0 * unit),
        tone(colours.lips, 0.46, 0.8, 0.8),
    )

"""Lips and teeth: the photo's smile with clean colours and even teeth."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from stylize import landmarks as mesh
from stylize.engines.figure.draw import Floats, lay, polygon, ramp, shade, soften, stroke
from stylize.engines.figure.face_colours import FaceColours, rgb, tone
from stylize.engines.figure.face_layout import Layout
from stylize.engines.figure.settings import FigureSettings

_OPEN = 0.020
"""Lips further apart than this share of the print show what lies behind them."""
_WIDE = 0.034
"""Below this share of the print an open mouth shows nothing but teeth."""
_TALLEST = 0.27
"""No tooth is taller than this share of the width of the mouth."""
_UPPER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308)
_LOWER = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
_LEVELS = np.linspace(0.05, 0.95, 10)
_INSIDE = (0.24, 0.075, 0.07)
_TOOTH = np.array([0.955, 0.94, 0.91], np.float32)


@dataclass(frozen=True, slots=True)
class _Opening:
    """What is between the lips of a patch. `upper`, `lower` (1, w): the edge of each lip in every column; `across`
    (h, w): -1 to 1 from corner to corner; `depth` (h, w): 0 at the upper lip, 1 at the lower one.
    """

    upper: Floats = field(repr=False)
    lower: Floats = field(repr=False)
    across: Floats = field(repr=False)
    depth: Floats = field(repr=False)
    width: float
    gap: float


@dataclass(frozen=True, slots=True)
class _Teeth:
    """`high`: how far down the upper teeth reach, `low`: where the lower ones begin, `lip`: where the lower lip really
    begins, in shares of the opening; 2: nowhere.
    """

    high: float = 2.0
    low: float = 2.0
    lip: float = 1.0


def paint_mouth(
    picture: Floats, photo_lab: Floats, layout: Layout, colours: FaceColours, settings: FigureSettings
) -> None:
    """Tint the lips of `picture`, clean what is between them, and draw the line where they meet."""
    unit = layout.size / 768
    lips = layout.spots[list(mesh.LIPS_OUTER)]
    left, top = np.maximum(0, np.floor(lips.min(0) - 24 * unit)).astype(int)
    right, bottom = np.ceil(lips.max(0) + 24 * unit).astype(int)
    patch, lab = picture[top:bottom, left:right], photo_lab[top:bottom, left:right]
    spots = layout.spots - np.array([left, top], np.float32)
    outer = polygon(mesh.smooth_closed(spots[list(mesh.LIPS_OUTER)]), patch.shape)
    opening = _opening(spots, patch.shape)
    is_open = opening.gap > _OPEN * layout.size
    between = extra = np.zeros_like(outer)
    teeth = _Teeth()
    if is_open:
        inner = polygon(mesh.smooth_closed(spots[list(mesh.LIPS_INNER)]), patch.shape)
        teeth = _find_teeth(lab, inner, opening, colours, wide=opening.gap > _WIDE * layout.size)
        height = opening.lower - opening.upper
        between = inner * ramp(1.5, -1.5, (opening.depth - teeth.lip) * height)
        extra = soften(np.asarray(cv2.dilate(inner - between, np.ones((9, 9), np.uint8)), np.float32), 2 * unit)
    _tint_lips(patch, soften(np.clip(outer - between, 0, 1), 1.3 * unit), extra, colours)
    if is_open:
        _paint_teeth(patch, soften(between, 0.8 * unit), opening, teeth, unit)
    _draw_line(patch, spots, colours, settings, unit, is_open=is_open)


def _opening(spots: Floats, shape: tuple[int, ...]) -> _Opening:
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    upper, lower = (_edge(spots[list(run)], columns[0]) for run in (_UPPER, _LOWER))
    width = float(abs(spots[308, 0] - spots[78, 0]))
    return _Opening(
        upper=upper,
        lower=lower,
        across=(columns - (spots[78, 0] + spots[308, 0]) / 2) / (width / 2),
        depth=(rows - upper) / np.maximum(lower - upper, 1.0),
        width=width,
        gap=float(np.linalg.norm(spots[mesh.UPPER_LIP_INNER] - spots[mesh.LOWER_LIP_INNER])),
    )


def _edge(spots: Floats, columns: Floats) -> Floats:
    """Height of an open curve in every column."""
    curve = mesh.smooth_open(spots[np.argsort(spots[:, 0])], 60)
    return np.asarray(np.interp(columns, curve[:, 0], curve[:, 1]), np.float32)[None]


def _tint_lips(patch: Floats, lips: Floats, extra: Floats, colours: FaceColours) -> None:
    """Bring the average colour of the lips to the wanted one; their own light and dark stay, softened, but not where
    `extra` lip covers what the landmarks took for the inside of the mouth.
    """
    lab = cv2.cvtColor(np.clip(patch, 0, 1), cv2.COLOR_RGB2LAB)
    weight = float(lips.sum()) + 1e-6
    lay(patch, extra * lips, rgb(colours.lips))
    own = (1 - extra[..., None]) * (lab - (lab * lips[..., None]).sum((0, 1)) / weight)
    reach = np.where(own[..., 0] > 0, 7, 12).astype(np.float32)
    own[..., 0] = reach * np.tanh(own[..., 0] / 14)
    tinted = colours.lips + own * np.array([0.85, 0.4, 0.4], np.float32)
    lay(patch, 0.88 * lips, np.clip(cv2.cvtColor(tinted.astype(np.float32), cv2.COLOR_LAB2RGB), 0, 1))


def _find_teeth(lab: Floats, inner: Floats, opening: _Opening, colours: FaceColours, *, wide: bool) -> _Teeth:
    """Read down the middle of the mouth: bright and colourless is tooth, dark is mouth, the rest at the end is lip."""
    middle = (inner > 0.5) & (np.abs(opening.across) < 0.5)
    if not wide or middle.sum() < 60:
        return _Teeth()
    levels = [lab[middle & (np.abs(opening.depth - level) < 0.06)] for level in _LEVELS]
    profile = np.array([np.median(level, axis=0) if len(level) else (0, 0, 0) for level in levels])
    bright = profile[:, 0] - 0.8 * np.abs(profile[:, 1])
    tooth = bright > max(0.66 * float(bright.max()), 30.0)
    dark = profile[:, 0] < 0.55 * min(float(profile[:, 0].max()), colours.measured[0])
    first = int(np.argmax(tooth))
    end = first + int(np.argmin(np.append(tooth[first:], False)))
    if first > 3:
        return _Teeth(high=0.30, low=max(float(_LEVELS[first]) - 0.05, 0.6))
    if end >= len(_LEVELS):
        return _limit(_Teeth(), opening)
    if not dark[end:].any() and not tooth[end:].any():
        return _limit(_Teeth(lip=float(_LEVELS[end])), opening)
    again = np.nonzero(tooth[end:])[0]
    low = float(_LEVELS[end + int(again[0])]) if len(again) else 2.0
    return _limit(_Teeth(high=max(float(_LEVELS[end]), 0.40), low=max(low, 0.70)), opening)


def _limit(teeth: _Teeth, opening: _Opening) -> _Teeth:
    """No teeth taller than teeth are."""
    tallest = _TALLEST * opening.width / max(opening.gap, 1.0)
    if min(teeth.high, teeth.lip) <= tallest:
        return teeth
    return _Teeth(high=tallest, low=max(teeth.low, tallest + 0.25), lip=teeth.lip)


def _paint_teeth(patch: Floats, between: Floats, opening: _Opening, teeth: _Teeth, unit: float) -> None:
    """A clean row of teeth, rounded by shading, with the faintest lines between them."""
    across, height = opening.across, opening.lower - opening.upper
    lay(patch, between, _INSIDE)
    bow = 0.10 * across**2
    rows = ramp(1.5, -1.5, (opening.depth - teeth.high + bow) * height)
    rows = rows + ramp(-1.5, 1.5, (opening.depth - teeth.low - bow) * height)
    white = np.clip(rows, 0, 1) * between * np.clip((1 - np.abs(across)) / 0.10, 0, 1)
    rounding = 0.78 + 0.22 * np.sqrt(np.clip(1 - across**2, 0, 1))
    lay(patch, 0.97 * soften(white, 0.9 * unit), _TOOTH * rounding[..., None])
    pitch = opening.width / 7.4
    line = np.exp(-((((across * opening.width / 2 / pitch + 0.5) % 1 - 0.5) * pitch / (1.2 * unit)) ** 2))
    shade(patch, line * white * (np.abs(across) < 0.8), 0.08)
    shade(patch, between * ramp(0.34, 0, opening.depth), 0.34)


def _draw_line(
    patch: Floats, spots: Floats, colours: FaceColours, settings: FigureSettings, unit: float, *, is_open: bool
) -> None:
    """The line where the lips meet, or under the upper lip of an open mouth."""
    line = mesh.smooth_open(spots[[61, *_UPPER, 291]], 60)
    ends = np.sin(np.pi * np.linspace(0.03, 0.97, 60)) ** 0.45
    strength = (0.30 if is_open else 0.42) + 0.25 * settings.outline
    mask = stroke(line, 1.7 * unit * ends, patch.shape, soft=1.0 * unit)
    lay(patch, strength * mask, tone(colours.lips, 0.46, 0.8, 0.8))

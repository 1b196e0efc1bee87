"""Hiding what is not the person: the ground behind them is painted anew from a dozen colours of it, or from none."""

from __future__ import annotations

import cv2
import numpy as np

from stylize import landmarks as lm
from stylize.models import Mask, Pixels, Points
from stylize.photo.frame import fill
from stylize.photo.hiding.colours import means
from stylize.photo.hiding.paint import plain, soft, tiled
from stylize.photo.hiding.patch import Flags
from stylize.regions import HideBackground

HIDDEN_BELOW, WHOLE_FROM = 0.5, 0.8
"""Where the person's mask is below the first, nothing of the pixel is left; from the second on all of it."""

_FACE = 0.96
"""The mesh's oval runs a little outside of a jaw."""

_LONG, _SHORT = 4, 3
_TILES = 18
_STUDIO_LIGHT, _STUDIO_DARK = (226, 222, 216), (164, 161, 158)
"""The plain studio ground, sRGB: in the middle and far from it."""


def whose(mask: Mask, points: Points) -> Mask:
    """The person's `mask` (h, w), 0 wherever the picture is to be hidden: below `HIDDEN_BELOW`, and in what does not hang
    together with the face of mesh `points`. The face itself is always theirs.
    """
    oval = points[list(lm.FACE_OVAL), :2]
    face = fill((mask.shape[0], mask.shape[1]), oval.mean(axis=0) + (oval - oval.mean(axis=0)) * np.float32(_FACE))
    kept = np.maximum(mask, face)
    _, labels = cv2.connectedComponents((kept >= HIDDEN_BELOW).astype(np.uint8), connectivity=4)
    theirs = np.unique(labels[face >= HIDDEN_BELOW])
    together = np.isin(labels, theirs[theirs > 0])
    return np.where(together, kept, np.float32(0)).astype(np.float32)


def hide_background(pixels: Pixels, person: Mask, style: HideBackground) -> Pixels:
    """A new picture: `pixels` (h, w, 3), painted over in `style` where `person` (h, w), as `whose` gives it, is 0, and less
    and less of them towards there. Of a pixel where it is 0, nothing is left but a part in the few colours.
    """
    if style == "keep":
        return pixels
    ground = _ground(pixels, (person < HIDDEN_BELOW).astype(np.uint8), style)
    share = np.clip((person - HIDDEN_BELOW) / (WHOLE_FROM - HIDDEN_BELOW), 0, 1)
    share = np.asarray(share * share * (3 - 2 * share), np.float32)
    whole = share >= 1
    ground[whole] = pixels[whole]
    edge = (share > 0) & ~whole
    paint = ground[edge].astype(np.float32)
    mixed = paint + (pixels[edge].astype(np.float32) - paint) * share[edge][:, None]
    ground[edge] = np.asarray(mixed + np.float32(0.5), np.uint8)
    return ground


def _ground(pixels: Pixels, hidden: Flags, style: HideBackground) -> Pixels:
    """(h, w, 3): what is painted where it is `hidden`."""
    height, width = pixels.shape[:2]
    if style == "replace":
        return _studio(width, height)
    columns, rows = (_LONG, _SHORT) if width > height else (_SHORT, _LONG)
    columns, rows = min(columns, width), min(rows, height)
    number = np.arange(columns * rows, dtype=np.uint8).reshape(rows, columns)
    cell = np.asarray(cv2.resize(number, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
    few = means(pixels, hidden, cell, (columns, rows))
    if style == "solid":
        pattern, how = plain(few), cv2.INTER_NEAREST
    elif style == "mosaic":
        tile = max(min(width, height) / _TILES, 2.0)
        pattern, how = tiled(few, (max(1, round(width / tile)), max(1, round(height / tile)))), cv2.INTER_NEAREST
    else:
        pattern, how = soft(few), cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pattern, (width, height), interpolation=how), np.uint8)


def _studio(width: int, height: int) -> Pixels:
    """Paper with a lamp on it: lightest a little above the middle."""
    y, x = np.mgrid[0:64, 0:64].astype(np.float32) / np.float32(63)
    away = np.clip(np.hypot((x - 0.5) * 1.1, (y - 0.42) * 1.0) / 0.85, 0, 1)[..., None]
    away = away * away * (3 - 2 * away)
    paper = np.array(_STUDIO_LIGHT, np.float32) * (1 - away) + np.array(_STUDIO_DARK, np.float32) * away
    return np.asarray(cv2.resize(paper + 0.5, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)

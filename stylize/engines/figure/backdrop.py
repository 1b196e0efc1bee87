"""A seamless studio backdrop in a colour that suits the figure, and the figure's soft shadow on it."""

from __future__ import annotations

import cv2
import numpy as np

from stylize.colour import from_hex, hex_to_lab, to_lab, to_linear
from stylize.engines.figure.draw import Floats, soften
from stylize.geometry import Box, Size
from stylize.models import Look

PAPERS = ("#e9b08c", "#8fc3c4", "#a9c7e8", "#ecca7a", "#c3b1e1", "#a8d0b0", "#eea29a", "#d9cfc1", "#7fa8a0", "#f0b8c4")
"""Rolls of studio paper."""


def choose_paper(look: Look, seed: int) -> str:
    """One of the four papers that set off the clothes, hair and skin best; `seed` says which of the four."""
    parts = (
        (hex_to_lab(look.outer_colour), 1.0),
        (hex_to_lab(look.hair_colour), 0.7),
        (hex_to_lab(look.skin_colour), 0.8),
    )

    def contrast(paper: str) -> float:
        lab = to_lab(from_hex(paper))
        return min(float(np.linalg.norm((lab - part) * [0.7, 1, 1])) / weight for part, weight in parts)

    best = sorted(PAPERS, key=contrast, reverse=True)[:4]
    return best[seed % len(best)]


def studio(size: Size, paper: str, box: Box, feet: tuple[float, float]) -> Floats:
    """(h, w, 3) float32 linear light: wall and floor in one, lit from the upper left. `box`: the figure; `feet`: the
    middle of its pedestal.
    """
    shrink = 4
    width, height = -(-size.width // shrink), -(-size.height // shrink)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32) * shrink
    tall = max(box.height, 1.0)
    across, down = (columns - feet[0]) / tall, (rows - feet[1]) / tall
    spot = np.exp(-(((across + 0.10) / 0.62) ** 2) - (((down + 0.62) / 0.62) ** 2))
    floor = 1 / (1 + np.exp(-(down + 0.10) / 0.035))
    wall_light = 0.70 + 0.42 * spot
    floor_light = 0.94 + 0.16 * np.exp(-((across / 0.9) ** 2)) - 0.20 * np.clip(down, 0, 1)
    light = wall_light * (1 - floor) + floor_light * floor
    light = soften(light.astype(np.float32), 0.03 * tall / shrink)
    light = cv2.resize(light, (size.width, size.height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(light[..., None] * to_linear(from_hex(paper)), np.float32)


def cast_shadow(alpha: Floats, pedestal: Floats, box: Box) -> Floats:
    """(h, w) float32: what share of the light reaches floor and wall. A dark line where the pedestal stands, a soft pool
    beside it away from the lamp, and a breath of the figure on the floor behind. `pedestal` (h, w): where it is.
    """
    height, width = alpha.shape
    shrink = 2
    small = (-(-width // shrink), -(-height // shrink))
    tall = max(box.height, 1.0) / shrink
    base = np.asarray(cv2.resize(pedestal, small, interpolation=cv2.INTER_AREA), np.float32)
    shadow: Floats = np.ones(small[::-1], np.float32)
    for right, down, blur, strength in (
        (0.004, 0.010, 0.005, 0.62),
        (0.026, 0.016, 0.016, 0.45),
        (0.075, 0.018, 0.042, 0.42),
    ):
        shadow *= 1 - strength * soften(_moved(base, right * tall, down * tall), blur * tall)
    ground = box.bottom - 0.07 * box.height
    lean = np.array([[1, -0.55, 0.55 * ground], [0, 0.20, ground * 0.80]], np.float32)
    fallen = cv2.warpAffine(alpha, lean, (width, height), flags=cv2.INTER_AREA)
    fallen = soften(cv2.resize(fallen, small, interpolation=cv2.INTER_AREA), 0.030 * tall)
    near = np.exp(-np.clip(ground - np.arange(small[1], dtype=np.float32) * shrink, 0, None) / (0.13 * box.height))[
        :, None
    ]
    shadow *= 1 - 0.26 * fallen * near
    return np.asarray(cv2.resize(shadow, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _moved(mask: Floats, right: float, down: float) -> Floats:
    shift = np.array([[1, 0, right], [0, 1, down]], np.float32)
    return np.asarray(cv2.warpAffine(mask, shift, mask.shape[::-1], borderMode=cv2.BORDER_REPLICATE), np.float32)

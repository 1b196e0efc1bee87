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
    """One of the three papers that set off the clothes, hair and skin best; `seed` says which of the three."""
    parts = ((hex_to_lab(look.outer_colour), 1.0), (hex_to_lab(look.hair_colour), 0.7), (hex_to_lab(look.skin_colour), 0.8))

    def contrast(paper: str) -> float:
        lab = to_lab(from_hex(paper))
        return min(float(np.linalg.norm((lab - part) * [0.7, 1, 1])) / weight for part, weight in parts)

    best = sorted(PAPERS, key=contrast, reverse=True)[:3]
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


def cast_shadow(alpha: Floats, box: Box, feet: tuple[float, float]) -> Floats:
    """(h, w) float32: what share of the light reaches floor and wall. A dark line where the pedestal stands, a soft pool
    around it, and a breath of the figure on the floor behind, to the right.
    """
    height, width = alpha.shape
    shrink = 2
    rows, columns = np.mgrid[0 : -(-height // shrink), 0 : -(-width // shrink)].astype(np.float32) * shrink
    tall = max(box.height, 1.0)
    base = alpha[max(0, int(box.bottom - 0.06 * tall)) : max(1, int(box.bottom))]
    reach = float((base.max(0) > 0.5).sum()) / 2 if base.size else 0.2 * tall
    bottom = box.bottom - 0.021 * tall

    def pool(dx: float, dy: float, wide: float, deep: float, sharp: float) -> Floats:
        far = np.hypot((columns - feet[0] - dx * tall) / (wide * reach), (rows - bottom - dy * tall) / (deep * reach))
        return np.asarray(1 / (1 + np.exp(np.minimum((far - 1) * sharp, 40))), np.float32)

    shadow = 1 - 0.62 * pool(0.006, 0.004, 1.02, 0.26, 22)
    shadow *= 1 - 0.34 * pool(0.05, 0.012, 1.22, 0.40, 7)
    shadow *= 1 - 0.20 * pool(0.14, 0.02, 1.9, 0.62, 4)
    lean = np.array([[1, -0.42, 0.42 * bottom], [0, 0.24, bottom * 0.76]], np.float32)
    fallen = cv2.warpAffine(alpha, lean, (width, height), flags=cv2.INTER_AREA)
    fallen = cv2.resize(fallen, shadow.shape[::-1], interpolation=cv2.INTER_AREA)
    shadow *= 1 - 0.16 * soften(fallen, 0.02 * tall / shrink)
    return np.asarray(cv2.resize(shadow, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)

"""The card's printed ground: sunburst, halftone, comic burst. All edges are analytic, so any size is clean."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from stylize.colour import from_hex
from stylize.models import Pixels
from stylize.toybox.palettes import Palette

RAYS = 16
Floats = npt.NDArray[np.float32]


def draw_ground(palette: Palette, width: int, height: int, unit: float, centre: tuple[float, float]) -> Pixels:
    """(height, width, 3) uint8. `unit`: pixels per card unit; `centre` of the rays in card units from the top left."""
    # Drawn at half size where nothing is sharp, and the sharp parts (rays, dots) as single channels at full size.
    x = np.arange(width, dtype=np.float32)[None] / unit - centre[0]
    y = np.arange(height, dtype=np.float32)[:, None] / unit - centre[1]
    reach = np.sqrt(x * x + y * y)
    tint = _rays(x, y, reach, unit)
    ink = _halftone(x + centre[0], y + centre[1], height / unit, unit)
    spread = np.clip(reach / 8.0, 0, 1)
    spread = spread * (1.45 - 0.45 * spread)
    glow, deep, dark = (from_hex(c) * 255 for c in (palette.glow, palette.deep, palette.ink))
    channels = []
    for g, d, k in zip(glow, deep, dark, strict=True):
        channel = g + (d - g) * spread
        channel += (255 - channel) * tint
        channel += (k - channel) * ink
        channels.append(channel)
    return np.asarray(np.clip(cv2.merge(channels), 0, 255), np.uint8)


def _rays(x: Floats, y: Floats, reach: Floats, unit: float) -> Floats:
    """How much white the rays add, 0 to 0.2: beams from the centre, fading in, over a soft shine."""
    angle = cv2.phase(np.broadcast_to(x, reach.shape).copy(), np.broadcast_to(y, reach.shape).copy())
    wave = np.sin(angle * (RAYS / 2) + 0.35)
    # Distance to a beam's edge in pixels: angle to the edge times distance from the centre.
    edge = np.arcsin(wave) * (2 / RAYS) * reach * unit
    beam = np.clip(edge + 0.5, 0, 1)
    fade = np.clip((reach - 0.6) / 3.2, 0, 1) * np.clip(1.25 - reach / 9.5, 0.25, 1)
    shine = 0.20 * np.exp(-((reach / 2.4) ** 2))
    return np.asarray(0.21 * beam * fade + shine * (1 - 0.21 * beam * fade), np.float32)


def _halftone(u: Floats, v: Floats, tall: float, unit: float) -> Floats:
    """Dots of ink on a 45° grid that grow towards the bottom, 0 to 0.16."""
    pitch = 0.21
    a, b = (u + v) / (pitch * 1.41421), (u - v) / (pitch * 1.41421)
    away = np.hypot(a - np.floor(a) - 0.5, b - np.floor(b) - 0.5) * pitch
    radius = pitch * 0.47 * np.clip((v / tall - 0.46) / 0.5, 0, 1) ** 0.8
    return np.asarray(0.16 * np.clip((radius - away) * unit + 0.5, 0, 1) * (radius > 0.004), np.float32)

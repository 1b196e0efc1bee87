"""The card's printed ground: beams, rings or stripes, halftone, comic burst. All edges are analytic, so any size is clean."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from stylize.colour import from_hex
from stylize.models import Pixels
from stylize.toybox.palettes import Palette

RAYS = 16
MOTIFS = 4
"""How many patterns there are: straight beams, bent ones, rings, stripes."""
_WHITE = (0.21, 0.24, 0.27, 0.24)
_BEND = 0.42
_RING, _STRIPE = 1.25, 1.5
"""From one to the next, in card units."""
Floats = npt.NDArray[np.float32]


def draw_ground(
    palette: Palette, width: int, height: int, unit: float, centre: tuple[float, float], motif: int = 0
) -> Pixels:
    """(height, width, 3) uint8. `unit`: pixels per card unit; `centre` of the pattern in card units from the top left;
    `motif`: which of the MOTIFS.
    """
    # Drawn at half size where nothing is sharp, and the sharp parts (rays, dots) as single channels at full size.
    x = np.arange(width, dtype=np.float32)[None] / unit - centre[0]
    y = np.arange(height, dtype=np.float32)[:, None] / unit - centre[1]
    reach = np.sqrt(x * x + y * y)
    tint = _pattern(x, y, reach, unit, motif)
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


def _pattern(x: Floats, y: Floats, reach: Floats, unit: float, motif: int) -> Floats:
    """How much white the pattern adds, 0 to 0.2: around the centre, fading in, over a soft shine."""
    beam = np.clip(_edge(x, y, reach, motif % MOTIFS) * unit + 0.5, 0, 1)
    fade = np.clip((reach - 0.6) / 3.2, 0, 1) * np.clip(1.25 - reach / 9.5, 0.25, 1)
    shine = 0.20 * np.exp(-((reach / 2.4) ** 2))
    white = _WHITE[motif % MOTIFS]
    return np.asarray(white * beam * fade + shine * (1 - white * beam * fade), np.float32)


def _edge(x: Floats, y: Floats, reach: Floats, motif: int) -> Floats:
    """How far inside a beam, a ring or a stripe, in card units; negative between them."""
    if motif == 2:
        return np.asarray(np.arcsin(np.sin(reach * (2 * np.pi / _RING) + 0.9)) * (_RING / (2 * np.pi)), np.float32)
    if motif == 3:
        across = (x + y) * np.float32(np.sqrt(0.5))
        return np.asarray(np.arcsin(np.sin(across * (2 * np.pi / _STRIPE))) * (_STRIPE / (2 * np.pi)), np.float32)
    angle = cv2.phase(np.broadcast_to(x, reach.shape).copy(), np.broadcast_to(y, reach.shape).copy())
    bend = _BEND if motif == 1 else 0.0
    wave = np.sin((angle + bend * reach) * (RAYS / 2) + 0.35)
    # The angle to a beam's edge times the distance from the centre; less where the beam is bent, for it is crossed aslant.
    return np.asarray(np.arcsin(wave) * (2 / RAYS) * reach / np.sqrt(1 + (bend * reach) ** 2), np.float32)


def _halftone(u: Floats, v: Floats, tall: float, unit: float) -> Floats:
    """Dots of ink on a 45° grid that grow towards the bottom, 0 to 0.16."""
    pitch = 0.21
    a, b = (u + v) / (pitch * 1.41421), (u - v) / (pitch * 1.41421)
    away = np.hypot(a - np.floor(a) - 0.5, b - np.floor(b) - 0.5) * pitch
    radius = pitch * 0.47 * np.clip((v / tall - 0.46) / 0.5, 0, 1) ** 0.8
    return np.asarray(0.16 * np.clip((radius - away) * unit + 0.5, 0, 1) * (radius > 0.004), np.float32)

"""Photos without colour: how they are known, and the natural colours that are put in their place."""

from __future__ import annotations

import numpy as np

from stylize.models import Pixels
from stylize.photo.palette import Lab

_COLOURLESS = 5.0


def is_monochrome(pixels: Pixels) -> bool:
    """Whether a picture is grey, or of one tint like an old print."""
    step = max(1, max(pixels.shape[:2]) // 200)
    values = pixels[::step, ::step].astype(np.float32)
    grey = values.mean(axis=-1, keepdims=True)
    # A tint bends with lightness: compare every grey with its own usual tint.
    tint = values - grey
    shade = np.clip(grey[..., 0] / 16, 0, 15).astype(int)
    for level in range(16):
        here = shade == level
        if here.any():
            tint[here] -= np.median(tint[here], axis=0)
    return bool(np.percentile(np.abs(tint).max(axis=-1), 97) < _COLOURLESS)


def natural_skin(light: float) -> Lab:
    """A skin colour of that lightness."""
    strength = np.interp(light, [26, 45, 62, 84], [14, 24, 25, 17])
    angle = np.radians(np.interp(light, [26, 84], [54, 60]))
    return np.array([light, strength * np.cos(angle), strength * np.sin(angle)], np.float32)


def natural_hair(light: float) -> Lab:
    """Black, brown or grey hair of that lightness."""
    strength = np.interp(light, [8, 20, 38, 52, 62], [2, 8, 14, 10, 1])
    return np.array([light, strength * 0.5, strength * 0.87], np.float32)


def natural_iris() -> Lab:
    """Brown, the commonest."""
    return np.array([26, 9, 14], np.float32)


def natural_lips(skin: Lab) -> Lab:
    return np.asarray(skin + np.array([-12, 15, 2], np.float32), np.float32)


def natural_cloth(lab: Lab) -> Lab:
    """A quiet blue of that lightness; white stays white and black black."""
    strength = np.interp(lab[0], [8, 25, 60, 82], [5, 20, 18, 1])
    return np.array([lab[0], strength * 0.05, -strength], np.float32)

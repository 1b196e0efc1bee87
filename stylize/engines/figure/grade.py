"""From linear light to a finished photograph: bloom, a film-like shoulder, a little contrast, a trace of grain."""

from __future__ import annotations

import numpy as np

from stylize.colour import to_srgb
from stylize.engines.figure.draw import Floats, soften
from stylize.models import Pixels

_KNEE = np.float32(0.76)


def develop(light: Floats, *, saturation: float, warmth: float, seed: int) -> Pixels:
    """(h, w, 3) linear light → (h, w, 3) uint8 sRGB. `warmth` -1 to 1."""
    height, width = light.shape[:2]
    unit = max(height, width) / 960
    glare = np.clip(light - 0.85, 0, 1.5)
    light = light + 0.20 * soften(glare, 9 * unit) + 0.10 * soften(glare, 26 * unit)
    light *= np.array([1 + 0.06 * warmth, 1 + 0.01 * warmth, 1 - 0.08 * warmth], np.float32)
    picture = to_srgb(_shoulder(light))
    grey = picture.mean(-1, keepdims=True)
    picture = np.clip(grey + (picture - grey) * np.float32(1.07 * saturation), 0, 1)
    picture += np.float32(0.0275) * np.sin((picture - 0.5) * np.float32(2 * np.pi))
    rows = ((np.arange(height, dtype=np.float32) / height - 0.5) ** 2)[:, None]
    columns = ((np.arange(width, dtype=np.float32) / width - 0.5) ** 2)[None]
    picture *= (1 - 0.22 * (rows + columns))[..., None]
    grain = np.random.default_rng(seed).standard_normal((height, width, 1), np.float32)
    picture += np.float32(0.004) * grain
    return np.asarray(np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def _shoulder(light: Floats) -> Floats:
    """Straight up to the knee, then ever flatter towards white."""
    over = np.maximum(light - _KNEE, 0) / (1 - _KNEE)
    return np.where(light < _KNEE, light, _KNEE + (1 - _KNEE) * (1 - np.exp(-over))).astype(np.float32)

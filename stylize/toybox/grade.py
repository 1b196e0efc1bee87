"""The last look at the picture: bloom, a film-like shoulder, a little more colour, vignette, grain."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from stylize.colour import to_srgb
from stylize.models import Pixels

Floats = npt.NDArray[np.float32]
_SHOULDER = 0.78


def grade(light: Floats, *, scale: float, seed: int) -> Pixels:
    """Linear light (h, w, 3) float32 → finished (h, w, 3) uint8 sRGB. `scale`: 1 for a picture 768 pixels wide."""
    light = light + _bloom(light, scale)
    display = to_srgb(_roll_off(light))
    grey = display.mean(-1, keepdims=True)
    display = np.clip(grey + (display - grey) * np.float32(1.09), 0, 1)
    display += np.float32(0.0275) * np.sin((display - np.float32(0.5)) * np.float32(2 * np.pi))
    height, width = display.shape[:2]
    across = (np.arange(width, dtype=np.float32)[None] / width - 0.5) ** 2
    down = (np.arange(height, dtype=np.float32)[:, None] / height - 0.5) ** 2
    display *= (1 - np.float32(0.22) * (across + down))[..., None]
    grain = np.random.default_rng(seed).standard_normal((height, width), np.float32) * np.float32(0.004)
    display += grain[..., None]
    return np.asarray(np.clip(display, 0, 1) * 255 + 0.5, np.uint8)


def _bloom(light: Floats, scale: float) -> Floats:
    """Light that spills from what is brighter than paper; blurred at a quarter of the size."""
    height, width = light.shape[:2]
    small = cv2.resize(
        np.clip(light - 0.85, 0, 1.5), (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA
    )
    spill = 0.22 * cv2.GaussianBlur(small, (0, 0), 2.2 * scale) + 0.10 * cv2.GaussianBlur(small, (0, 0), 6.5 * scale)
    return np.asarray(cv2.resize(spill, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _roll_off(light: Floats) -> Floats:
    """Straight up to a shoulder, then ever closer to 1."""
    room = 1 - _SHOULDER
    over = _SHOULDER + room * (1 - np.exp(np.minimum(_SHOULDER - light, 0) / np.float32(room)))
    return np.asarray(np.where(light < _SHOULDER, light, over), np.float32)

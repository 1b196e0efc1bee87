"""A smooth function of the place in a picture, computed at few places and filled in between."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from stylize.engines.figure.draw import Floats


def fill_in(function: Callable[[Floats], Floats], width: int, height: int, *, step: int) -> Floats:
    """`function` takes (m, 2) x, y in pixels and gives (m, d) → (height, width, d) float32, bilinear between places
    `step` pixels apart. (Not by `cv2.remap`, which rounds to 1/32 of such a step.)
    """
    across, down = -(-width // step) + 2, -(-height // step) + 2
    x = (np.arange(across, dtype=np.float32) - 0.5) * step - 0.5
    y = (np.arange(down, dtype=np.float32) - 0.5) * step - 0.5
    places = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    coarse = np.ascontiguousarray(function(places).reshape(down, across, -1), np.float32)
    fine = cv2.resize(coarse, (across * step, down * step), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(fine[step : step + height, step : step + width])

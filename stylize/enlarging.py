"""A finished picture as large as it can be printed well: in true size at 300 dpi."""

from __future__ import annotations

from math import gcd

import cv2
import numpy as np

from stylize.geometry import Size
from stylize.models import Capabilities, Pixels
from stylize.paper import DPI
from stylize.pipeline import Result
from stylize.toybox.compose import compose
from stylize.toybox.cutout import cut_figure

__all__ = ["DPI", "enlarge", "print_size"]

LARGEST = Size(width=1280, height=1600)
"""What the sculpted toys and their stage are baked in: beyond it there is no detail."""


def print_size(size: Size, engine: Capabilities | None = None) -> Size:
    """The largest size of the same shape as `size` for paper; no larger than `engine` can do it, if it is to make it."""
    part = gcd(size.width, size.height)
    across, down = size.width // part, size.height // part
    limits = [LARGEST] if engine is None else [LARGEST, engine.max_size]
    times = min(min(limit.width // across, limit.height // down) for limit in limits)
    return Size(width=times * across, height=times * down) if times * across > size.width else size


def enlarge(result: Result, size: Size) -> Pixels:
    """The picture of `result` in `size` without making it anew, (size.height, size.width, 3) uint8 sRGB.

    For pictures that would come out as others in another size, as those of Stable Diffusion do, and for those whose photo
    is gone. Where such a picture stands in a box, the box around it is drawn in the new size; else all is interpolated
    (Lanczos), which adds no detail.
    """
    order = result.request.box
    if order is not None and result.plan.denoise is not None:
        look, seed = result.plan.look, result.plan.seed
        return compose(cut_figure(result.picture), order, look, size, seed, result.parts.title, result.parts.toys)
    how = cv2.INTER_LANCZOS4 if size.width > result.pixels.shape[1] else cv2.INTER_AREA
    return np.asarray(cv2.resize(result.pixels, (size.width, size.height), interpolation=how), np.uint8)

"""The picture that diffusion starts from: cut to the plan's shape around the face, and resized."""

from __future__ import annotations

import numpy as np
from PIL import Image

from stylize.errors import InitPictureMissing
from stylize.geometry import Size
from stylize.models import Picture, Pixels, Plan, Subject


def grow(size: Size, multiple: int) -> Size:
    """The smallest size of whole multiples that holds `size`."""
    return Size(width=-(-size.width // multiple) * multiple, height=-(-size.height // multiple) * multiple)


def trim(pixels: Pixels, size: Size) -> Pixels:
    """The middle of `pixels`, exactly `size`."""
    top, left = (pixels.shape[0] - size.height) // 2, (pixels.shape[1] - size.width) // 2
    return pixels[top : top + size.height, left : left + size.width]


def init_image(subject: Subject, plan: Plan, init_picture: Picture | None, *, size: Size) -> Image.Image:
    """RGB of exactly `size`. Raises InitPictureMissing if the plan wants the figure and there is none."""
    if plan.denoise is not None and plan.denoise.init_image == "figure":
        if init_picture is None:
            raise InitPictureMissing
        return cover(init_picture.pixels, size, centre=None)
    return cover(subject.pixels, size, centre=centre_of(subject))


def centre_of(subject: Subject) -> tuple[float, float] | None:
    """The middle of the face (x, y), if it is known."""
    x, y = subject.person.landmarks[:, :2].mean(axis=0)
    return (float(x), float(y)) if np.isfinite(x) and np.isfinite(y) else None


def cover(pixels: Pixels, size: Size, *, centre: tuple[float, float] | None) -> Image.Image:
    """The largest part of `pixels` with the aspect of `size`, as near to `centre` (x, y) as the edges allow (None: the
    middle), resized by Lanczos.
    """
    height, width = pixels.shape[:2]
    cut_width = min(width, max(1, round(height * size.aspect)))
    cut_height = min(height, max(1, round(width / size.aspect)))
    x, y = centre if centre is not None else (width / 2, height / 2)
    left = int(np.clip(round(x - cut_width / 2), 0, width - cut_width))
    top = int(np.clip(round(y - cut_height / 2), 0, height - cut_height))
    cut = np.ascontiguousarray(pixels[top : top + cut_height, left : left + cut_width])
    return Image.fromarray(cut).resize((size.width, size.height), Image.Resampling.LANCZOS)

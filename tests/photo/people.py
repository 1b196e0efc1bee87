"""What the tests of people in photos share: photos from pixels, and a whole measurement."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stylize import colour, photo
from stylize.models import Photo, Pixels, Subject

SubjectOf = Callable[[str], Subject]
WHOLE = ("astronaut", "biden", "obama", "obama2", "obama3")


def as_photo(pixels: Pixels) -> Photo:
    return Photo(id="test", pixels=np.ascontiguousarray(pixels), media_type="image/png", found=())


def measured(pixels: Pixels) -> tuple[Subject, tuple[str, ...]]:
    picture = as_photo(pixels)
    findings = photo.inspect(picture)
    return photo.isolate(picture, findings), findings.warnings


def exposed(pixels: Pixels, stops: float, balance: tuple[float, float, float] = (1, 1, 1)) -> Pixels:
    light = colour.to_linear(pixels.astype(np.float32) / 255) * 2**stops * np.array(balance, np.float32)
    return (colour.to_srgb(light) * 255 + 0.5).astype(np.uint8)

"""Nothing that a trained model painted is handed over or shown before it was looked at for nudity.

Finished pictures are looked at at once. Sketches of a picture on its way are looked at beside the work, the newest only,
and told when they have passed, with the next report; what has not passed is never told.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace

import numpy as np

from stylize.colour import to_srgb
from stylize.errors import EngineFailed, PictureWithheld
from stylize.models import Picture, Pixels, Plan
from stylize.photo.nudity import shows_nudity
from stylize.privacy.memory import wipe_all
from stylize.progress import Progress, Tell

OWN_HANDS = ("figure", "painting")
"""Engines whose pictures are drawn by rules: no model that was trained on pictures has a hand in them."""

SHARE = 0.08
"""Of the time that goes by, so much may be spent on looking at sketches."""


def is_screened(plan: Plan) -> bool:
    """Whether what is made by `plan` must be looked at."""
    return plan.denoise is not None or plan.engine not in OWN_HANDS


def screened(picture: Picture, plan: Plan, *before: Picture) -> Picture:
    """`picture` as it is. Raises PictureWithheld where a trained model has painted nudity, and overwrites it and what it
    was made of: `before`; EngineFailed where there is nothing that could be looked at.
    """
    if not is_screened(plan):
        return picture
    layers = list(_layers(picture))
    if not all(_is_picture(pixels) for pixels in layers):
        raise EngineFailed(engine=plan.engine, kind="NotAPicture")
    if any(check(pixels) for pixels in layers):
        for withheld in (picture, *before):
            wipe_all(withheld.layers)
        raise PictureWithheld
    return picture


def check(pixels: Pixels) -> bool:
    """The one place at which is decided what may not be shown."""
    return shows_nudity(pixels)


def _layers(picture: Picture) -> Iterator[Pixels]:
    """All of it from which something is shown: an engine of others may hand over a figure that is not that of its pixels."""
    yield picture.pixels
    if picture.alone is not None:
        yield picture.alone[..., :3]
    if picture.cutout is not None:
        yield np.rint(to_srgb(picture.cutout.light) * 255).astype(np.uint8)


def _is_picture(pixels: Pixels) -> bool:
    """Of anything else the net would say something, too: of numbers from 0 to 1 that they are black."""
    array = np.asarray(pixels)
    return array.ndim == 3 and array.shape[2] == 3 and array.dtype == "uint8" and array.size > 0


@contextmanager
def screening(tell: Tell, plan: Plan, pictures: int = 1) -> Iterator[Tell]:
    """Within, a listener that passes on to `tell` all it hears, on the thread on which it hears it, but no sketch that has
    not been looked at. Of sketches that come faster than they can be looked at, the newest waits and the others go.
    `pictures`: so many may stand side by side in a sketch.
    """
    if not is_screened(plan):
        yield tell
        return
    beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stylize-screen")
    try:
        yield Screen(tell, beside, pictures).hear
    finally:
        beside.shutdown(wait=False, cancel_futures=True)


class Screen:
    """Holds at most one sketch that is looked at, and one that waits for that."""

    def __init__(self, tell: Tell, beside: ThreadPoolExecutor, pictures: int = 1) -> None:
        self._tell = tell
        self._beside = beside
        self._pictures = pictures
        self._newest: Pixels | None = None
        self._looked_at: tuple[Pixels, Future[tuple[bool, float]]] | None = None
        self._not_before = 0.0
        self._last = time.monotonic()

    def hear(self, progress: Progress) -> None:
        """Tell, with the sketch that has passed since, if one has."""
        if progress.preview is not None:
            self._newest = progress.preview
        self._begin()
        now = time.monotonic()
        passed = self._passed(SHARE * (now - self._last))
        self._last = now
        self._tell(
            replace(progress, preview=passed) if progress.preview is not None or passed is not None else progress
        )

    def _begin(self) -> None:
        if self._looked_at is None and self._newest is not None and time.monotonic() >= self._not_before:
            self._looked_at = (self._newest, self._beside.submit(_timed, self._newest, self._pictures))
            self._newest = None

    def _passed(self, wait_seconds: float) -> Pixels | None:
        """The sketch that has passed. Steps that take long can spare a moment of waiting for it: `wait_seconds`."""
        if self._looked_at is None:
            return None
        sketch, looked = self._looked_at
        if not looked.done():
            wait((looked,), timeout=wait_seconds)
        if not looked.done():
            return None
        refused, seconds = looked.result() if looked.exception() is None else (True, 0.0)
        self._looked_at = None
        self._not_before = time.monotonic() + seconds / SHARE
        return None if refused else sketch


def _timed(sketch: Pixels, pictures: int) -> tuple[bool, float]:
    begun = time.monotonic()
    refused = not _is_picture(sketch) or any(check(part) for part in _parts(sketch, pictures))
    return refused, time.monotonic() - begun


def _parts(sketch: Pixels, pictures: int) -> Iterator[Pixels]:
    """The sketch, and where it may be one of several pictures, in two columns, each of them: one bare body among dressed
    ones is lost in the number for the whole.
    """
    yield sketch
    height, width = sketch.shape[:2]
    lines = ((0, height),) if pictures == 2 else ((0, height), (0, height // 2), (height // 2, height))
    for top, bottom in lines if pictures > 1 and min(height, width) > 1 else ():
        for left, right in ((0, width // 2), (width // 2, width)):
            yield sketch[top:bottom, left:right]

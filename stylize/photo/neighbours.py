"""Whose body is it: the pixels of a picture shared out between the heads in it."""

from __future__ import annotations

import numpy as np

from stylize.models import Face, Mask
from stylize.photo.frame import blur

_HEAD = 0.95


def own_share(shape: tuple[int, int], face: Face, others: tuple[Face, ...]) -> Mask:
    """(h, w) float32: 1 where a pixel is nearer to the head or body of `face` than to any of `others`.

    A body is taken to hang straight down from its head; distances count in the width of that head's face.
    """
    if not others:
        return np.ones(shape, np.float32)
    mine = _distance(shape, face)
    theirs = np.min([_distance(shape, other) for other in others], axis=0)
    return blur((mine <= theirs).astype(np.float32), max(1.0, face.box.width * 0.02))


def _distance(shape: tuple[int, int], face: Face) -> Mask:
    """To the nearest point of a line from the middle of the head downwards; far less inside of the head itself."""
    x, y = face.box.centre
    size = max(face.box.width, 1.0)
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    down = (rows - np.float32(y)) / np.float32(size)
    aside = (columns - np.float32(x)) / np.float32(size)
    reach = np.hypot(aside, np.minimum(down, 0))
    head = np.hypot(aside, down)
    return np.asarray(np.where(head < _HEAD, reach * 0.3, reach), np.float32)

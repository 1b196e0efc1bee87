"""Twins: two photos that differ in every hidden pixel, and of which the handful of colours that may be left is the same.

If hiding keeps no more than those colours, whatever is made of the one is bit by bit what is made of the other.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from stylize.geometry import Box
from stylize.models import Pixels, Region, RegionKind
from stylize.photo.hiding.colours import _cells_of
from stylize.photo.hiding.patch import Flags, Patch, lay
from stylize.photo.quadrangle import around, upright


def region(kind: RegionKind, corners: object, face: int | None = None) -> Region:
    """A region with these corners (4, 2), or over a `Box`."""
    found = upright(corners) if isinstance(corners, Box) else np.asarray(corners, np.float32)
    return Region(kind=kind, box=around(found), corners=found, score=0.9, face=face)


def groups(shape: tuple[int, int], patches: Sequence[Patch], own: Flags | None) -> np.ndarray:
    """(h, w) int64: 0 where nothing is hidden; pixels of one number lie in the same cells of the same patches."""
    label = np.zeros(shape, np.int64)
    for patch in patches:
        there = lay(patch, shape, own)
        if there is None:
            continue
        left, top, right, bottom = there.place
        cell = np.where(there.core > 0, _cells_of(patch, there).astype(np.int64) + 1, 0)
        label *= 17
        label[top:bottom, left:right] += cell
    numbers = np.unique(label[label > 0])
    return np.where(label > 0, np.searchsorted(numbers, label) + 1, 0)


def twin(pixels: Pixels, group: np.ndarray, seed: int = 1) -> Pixels:
    """`pixels` with those of each group but 0 shuffled."""
    out, draw = pixels.copy().reshape(-1, 3), np.random.default_rng(seed)
    flat = group.ravel()
    order = np.argsort(flat, kind="stable")
    starts = np.flatnonzero(np.diff(flat[order], prepend=-1))
    for members in np.split(order, starts[1:]):
        if flat[members[0]]:
            out[members] = out[draw.permutation(members)]
    return out.reshape(pixels.shape)


def noise(height: int, width: int, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def code(height: int, width: int, seed: int = 0) -> Pixels:
    """Black and white squares of 4 px, as a QR code has them."""
    few = np.random.default_rng(seed).integers(0, 2, (-(-height // 4), -(-width // 4)), np.uint8) * 255
    return np.repeat(np.kron(few, np.ones((4, 4), np.uint8))[:height, :width, None], 3, axis=2)


def letters(height: int, width: int) -> Pixels:
    """Lines of writing on paper."""
    page = np.full((height, width, 3), 236, np.uint8)
    for line, y in enumerate(range(14, height, 16)):
        cv2.putText(page, f"IBAN DE{line:02d} 5001 0517", (2, y), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (20, 24, 40), 1)
    return page


PLANTS = {"noise": noise, "code": code, "letters": letters}


def likeness(one: Pixels, other: Pixels, where: np.ndarray) -> float:
    """The largest correlation, over shifts of up to 3 px, of what is fine in two pictures: a matched filter."""

    def fine(pixels: Pixels) -> np.ndarray:
        grey = pixels.astype(np.float32).mean(axis=2)
        return grey - cv2.GaussianBlur(grey, (0, 0), 6)

    first, second = fine(one), fine(other)
    found = 0.0
    for down in range(-3, 4):
        for across in range(-3, 4):
            a, b = first[where], np.roll(second, (down, across), axis=(0, 1))[where]
            spread = float(a.std() * b.std())
            found = (
                max(found, abs(float(((a - a.mean()) * (b - b.mean())).mean())) / spread) if spread > 1e-3 else found
            )
    return found


def longest_run(one: Pixels, other: Pixels) -> int:
    """How many equal pixels follow each other in a row of both at the same place, at most."""
    same = (one == other).all(axis=2).astype(np.int64)
    longest = 0
    for row in same:
        steps = np.diff(np.flatnonzero(np.concatenate([[1], 1 - row, [1]])))
        longest = max(longest, int(steps.max()) - 1)
    return longest

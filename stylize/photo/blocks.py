"""Lines of writing that stand together: paragraphs, columns, the two rows of a plate."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from stylize.models import Points
from stylize.photo.quadrangle import clockwise
from stylize.photo.text import Line

_ALIKE = 2.2
_TURN = 0.94
_BELOW = 2.4
_BESIDE = 2.6


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """`lines`, the longest first. `corners` (4, 2) float32 hold them all, as tight as a rectangle can."""

    lines: tuple[Line, ...]
    corners: Points = field(repr=False)

    @property
    def middle(self) -> Points:
        return np.asarray(self.corners.mean(axis=0), np.float32)

    @property
    def height(self) -> float:
        """Of a line in it, median."""
        return float(np.median([line.height for line in self.lines]))

    @property
    def score(self) -> float:
        return max(line.score for line in self.lines)


def block(lines: tuple[Line, ...]) -> Block:
    """One block of all of `lines` (at least one)."""
    ordered = tuple(sorted(lines, key=lambda line: -line.length))
    corners = cv2.boxPoints(cv2.minAreaRect(np.concatenate([line.corners for line in ordered])))
    return Block(lines=ordered, corners=clockwise(np.asarray(corners, np.float32)))


def blocks(lines: tuple[Line, ...]) -> tuple[Block, ...]:
    """Group lines of like size and direction that stand under or beside each other; the largest group first."""
    group = list(range(len(lines)))
    for first, a in enumerate(lines):
        for second in range(first):
            if group[first] != group[second] and _together(a, lines[second]):
                old, new = group[first], group[second]
                group = [new if number == old else number for number in group]
    grouped = [tuple(line for line, of in zip(lines, group, strict=True) if of == name) for name in sorted(set(group))]
    return tuple(sorted((block(members) for members in grouped), key=lambda made: -len(made.lines)))


def _together(a: Line, b: Line) -> bool:
    small, large = sorted((a.height, b.height))
    if large > _ALIKE * small:
        return False
    long = a if a.length >= b.length else b
    square = min(a.length / a.height, b.length / b.height) < 1.6
    if not square and abs(float(a.along @ b.along)) < _TURN:
        return False
    along = long.along
    across = np.array([-along[1], along[0]], np.float32)
    beside = _gap(a.corners @ along, b.corners @ along)
    below = _gap(a.corners @ across, b.corners @ across)
    return (beside < 0 and below < _BELOW * large) or (below < -0.4 * small and beside < _BESIDE * large)


def _gap(a: Points, b: Points) -> float:
    """How far two spans on one line are apart; negative: how much they share."""
    return float(max(a.min(), b.min()) - min(a.max(), b.max()))

"""What might be a face, looked at again from near.

From afar a face of 20 px is a warm spot on the net's map, like many a leaf and doorknob. So every spot that is a little
warm is cut out of the photo at the size at which the net sees best; the cuttings are laid on one sheet, which costs no more
than a small photo. What is no face upright is tried lying and on its head, too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stylize.models import Face, Pixels
from stylize.photo.centerface import look
from stylize.photo.faces import sample
from stylize.photo.turn import scale_face, turn_face

_SIDE = 96
_ROOM = 3.0
"""A cutting is `_SIDE` px and three faces wide."""

_ACROSS, _ON_SHEET = 8, 64
_NEAR_MIDDLE = 0.3
_SIZES = (0.4, 2.5)


def look_again(pixels: Pixels, doubtful: Sequence[Face], least: float, quarters: int = 0) -> list[Face | None]:
    """For each of `doubtful`: the face that is there, seen from near, or None. `quarters`: turned to the left so often.

    `pixels`: the whole photo; faces are in its pixels. `score` is that of the nearer look, at least `least`.
    """
    answers: list[Face | None] = []
    for start in range(0, len(doubtful), _ON_SHEET):
        answers += _one_sheet(pixels, doubtful[start : start + _ON_SHEET], least, quarters)
    return answers


def _one_sheet(pixels: Pixels, doubtful: Sequence[Face], least: float, quarters: int) -> list[Face | None]:
    down = -(-len(doubtful) // _ACROSS)
    sheet = np.zeros((down * _SIDE, min(_ACROSS, len(doubtful)) * _SIDE, 3), np.uint8)
    places = []
    for number, face in enumerate(doubtful):
        scale = max(face.box.width, face.box.height) * _ROOM / _SIDE
        left, top = (middle - scale * _SIDE / 2 for middle in face.box.centre)
        places.append((left, top, scale))
        row, column = number // _ACROSS * _SIDE, number % _ACROSS * _SIDE
        sheet[row : row + _SIDE, column : column + _SIDE] = np.rot90(sample(pixels, left, top, scale, _SIDE), quarters)
    answers: list[Face | None] = [None] * len(doubtful)
    for seen in look(sheet, least):
        x, y = seen.box.centre
        number = int(y // _SIDE) * _ACROSS + int(x // _SIDE)
        if not 0 <= number < len(doubtful):
            continue
        here = scale_face(seen, 1.0, -(number % _ACROSS) * _SIDE, -(number // _ACROSS) * _SIDE)
        before = answers[number]
        if _is_meant(here) and (before is None or before.score < here.score):
            answers[number] = here
    return [
        None if face is None else scale_face(turn_face(face, -quarters, (_SIDE, _SIDE)), scale, left, top)
        for face, (left, top, scale) in zip(answers, places, strict=True)
    ]


def _is_meant(face: Face) -> bool:
    """Whether it is the face in the middle of the cutting, not a neighbour."""
    away = max(abs(middle / _SIDE - 0.5) for middle in face.box.centre)
    size = max(face.box.width, face.box.height) * _ROOM / _SIDE
    return away < _NEAR_MIDDLE and _SIZES[0] < size < _SIZES[1]

"""The head of a finished picture as a square, for the round little windows in which people show themselves."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from stylize.models import Face, Pixels
from stylize.photo.faces import propose

PROFILE_PX = 1024
_AROUND = 2.1
"""Side of the square over that of the face: the hair fits in, also when the square is shown as a disc."""
_UP = 0.07
_TOP = 0.8
_SURE = 0.75


def profile(pixels: Pixels, side_px: int = PROFILE_PX) -> Pixels:
    """(h, w, 3) uint8 sRGB → (side_px, side_px, 3): the face in the middle, as far as the picture reaches; where no face
    is seen, the middle of its upper part.
    """
    left, top, side = _square(pixels, propose(pixels))
    part = pixels[top : top + side, left : left + side]
    how = cv2.INTER_AREA if side > side_px else cv2.INTER_LANCZOS4
    return np.asarray(cv2.resize(part, (side_px, side_px), interpolation=how), np.uint8)


def _square(pixels: Pixels, faces: Sequence[Face]) -> tuple[int, int, int]:
    """Left, top and side of what is shown, in pixels."""
    height, width = pixels.shape[:2]
    most = min(height, width)
    sure = [face.box for face in faces if face.score >= _SURE]
    if sure:
        face = max(sure, key=lambda box: box.area)
        side = min(most, round(_AROUND * max(face.width, face.height)))
        x, y = face.centre[0], face.centre[1] - _UP * side
    else:
        side = round(_TOP * most)
        x, y = width / 2, side / 2
    left = min(max(0, round(x - side / 2)), width - side)
    top = min(max(0, round(y - side / 2)), height - side)
    return left, top, side

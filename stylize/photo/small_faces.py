"""Faces that are small, turned away, tilted or half covered: people in the background of somebody's photo.

CenterFace looks at the photo at about half its size, in tiles, and at the whole of it for faces that fill it. What is likely is
believed; what is barely likely is looked at again from near, upright and turned. So a face of 20 px in a photo of 12
megapixels is found for less than half of what a look at every pixel would cost. The numbers here are from
benchmarks/RESULTS-inspection.md.
"""

from __future__ import annotations

import cv2
import numpy as np

from stylize.geometry import Box
from stylize.models import Face, Pixels, Region, RegionKind
from stylize.photo.centerface import look, merge, same_face
from stylize.photo.quadrangle import upright
from stylize.photo.second_look import look_again
from stylize.photo.turn import scale_face

LEAST = 0.45
"""How likely a face must be after the nearer look."""

_SURE = 0.6
_PERHAPS = 0.035
_LEAST_TURNED = 0.6
_MOST_DOUBTS, _MOST_TURNED = 128, 32
_WORK_PX, _WHOLE_PX = 1888, 640
_SMALLEST_PX = 12
_TILE_PX, _OVERLAP_PX = 832, 96
_ON_IT = 0.7


def sight(pixels: Pixels) -> tuple[Face, ...]:
    """Everything in `pixels` that looks like a face, the surest first; `score` is CenterFace's."""
    proposed = _proposed(pixels)
    sure = [face for face in proposed if face.score >= _SURE]
    doubtful = [face for face in proposed if face.score < _SURE][:_MOST_DOUBTS]
    answers = look_again(pixels, doubtful, LEAST)
    found = sure + [face for face in answers if face is not None]
    left = [face for face, answer in zip(doubtful, answers, strict=True) if answer is None]
    left = [face for face in left if not any(belongs(face.box, other.box) for other in found)][:_MOST_TURNED]
    for quarters in (1, 2, 3):
        found += [face for face in look_again(pixels, left, _LEAST_TURNED, quarters) if face is not None]
    return merge([face for face in found if face.box.width >= _SMALLEST_PX])


def find_small_faces(sighted: tuple[Face, ...], faces: tuple[Face, ...]) -> tuple[Region, ...]:
    """The `sighted` that are none of `faces` nor a part of one, largest first."""
    rest = [face for face in sighted if not any(belongs(face.box, known.box) for known in faces)]
    return tuple(
        Region(kind=RegionKind.FACE, box=face.box, corners=upright(face.box), score=min(1.0, face.score))
        for face in sorted(rest, key=lambda face: -face.box.area)
    )


def belongs(part: Box, face: Box) -> bool:
    """Whether it is that face, or lies on it: an eye, a mouth, a print on glasses."""
    if same_face(part, face):
        return True
    across = min(part.right, face.right) - max(part.left, face.left)
    down = min(part.bottom, face.bottom) - max(part.top, face.top)
    return across > 0 and down > 0 and across * down > _ON_IT * part.area


def _proposed(pixels: Pixels) -> tuple[Face, ...]:
    """Whatever is a little like a face, the likeliest first."""
    longest = max(pixels.shape[:2])
    scale = min(1.0, _WORK_PX / longest)
    work = _scaled(pixels, scale)
    found = [scale_face(face, 1 / scale) for face in _in_tiles(work)]
    least = min(1.0, _WHOLE_PX / longest)
    if least < scale:
        found += [scale_face(face, 1 / least) for face in look(_scaled(work, least / scale), _PERHAPS)]
    return merge(found)


def _scaled(pixels: Pixels, scale: float) -> Pixels:
    if scale == 1:
        return pixels
    height, width = pixels.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _in_tiles(work: Pixels) -> list[Face]:
    """Overlapping tiles: a face that is cut by a tile's edge is whole in its neighbour, or seen in the whole picture."""
    height, width = work.shape[:2]
    found = []
    for top, bottom in _spans(height):
        for left, right in _spans(width):
            for face in look(work[top:bottom, left:right], _PERHAPS):
                box = face.box.move(left, top)
                cut = (
                    (left > 0 and box.left < left + 2)
                    or (top > 0 and box.top < top + 2)
                    or (right < width and box.right > right - 2)
                    or (bottom < height and box.bottom > bottom - 2)
                )
                if not cut:
                    found.append(scale_face(face, 1.0, left, top))
    return found


def _spans(length: int) -> list[tuple[int, int]]:
    """Equal stretches of at most `_TILE_PX` that overlap by `_OVERLAP_PX`."""
    if length <= _TILE_PX:
        return [(0, length)]
    count = -(-(length - _OVERLAP_PX) // (_TILE_PX - _OVERLAP_PX))
    each = -(-(length + (count - 1) * _OVERLAP_PX) // count)
    starts = [round(number * (length - each) / (count - 1)) for number in range(count)]
    return [(start, start + each) for start in starts]

"""Faces that are small, turned away, tilted or half covered: people in the background of somebody's photo.

CenterFace (Xu, Yan, Yang et al. 2019): one map of how likely a face's middle is at each cell of 4 px, beside it the
faces' sizes and five points. It sees faces from about 8 px on, in profile too. It looks at the photo in tiles at a size
at which a face of 20 px in a photo of 12 megapixels is seen well enough, at the whole of it for those that fill it, and
at the whole again lying on either side and on its head.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from stylize.geometry import Box
from stylize.models import Face, Pixels, Region, RegionKind
from stylize.photo import nets
from stylize.photo.quadrangle import upright
from stylize.photo.turn import turn, turn_face

Floats = npt.NDArray[np.float32]

LEAST = 0.35
"""How likely a face must be. By the figures in benchmarks/RESULTS-inspection.md."""

_LEAST_TURNED = 0.5
_CELL = 4
_WORK_PX, _WHOLE_PX = 2016, 640
_TILE_PX, _OVERLAP_PX = 832, 96
_MULTIPLE = 32
_SAME_FACE, _ON_IT = 0.3, 0.7
_OUTPUTS = ("537", "538", "539", "540")
"""Heat, size, offset, five points: what the file calls them."""


def sight(pixels: Pixels) -> tuple[Face, ...]:
    """Everything in `pixels` that looks like a face, the surest first; `score` is the net's. Boxes are tight: from brow or
    hairline to chin. `keypoints`: eyes, nose and mouth as the net sees them; ears are taken to be beside the eyes.
    """
    longest = max(pixels.shape[:2])
    scale = min(1.0, _WORK_PX / longest)
    work = _scaled(pixels, scale)
    found = [_enlarge(face, 1 / scale) for face in _in_tiles(work)]
    least = min(1.0, _WHOLE_PX / longest)
    whole = _scaled(work, least / scale)
    if least < scale:
        found += [_enlarge(face, 1 / least) for face in _look(whole, LEAST)]
    for quarters in (1, 2, 3):
        turned = turn(whole, quarters)
        seen = (turn_face(face, -quarters, turned.shape) for face in _look(turned, _LEAST_TURNED))
        found += [_enlarge(face, 1 / least) for face in seen]
    return _merge(found)


def find_small_faces(sighted: tuple[Face, ...], faces: tuple[Face, ...]) -> tuple[Region, ...]:
    """The `sighted` that are none of `faces` nor a part of one, largest first."""
    rest = [face for face in sighted if not any(_belongs(face.box, known.box) for known in faces)]
    return tuple(
        Region(kind=RegionKind.FACE, box=face.box, corners=upright(face.box), score=min(1.0, face.score))
        for face in sorted(rest, key=lambda face: -face.box.area)
    )


def same_face(a: Box, b: Box) -> bool:
    """Two boxes of one face, drawn by different nets: they overlap well, or the middle of each lies inside of the other
    and neither is more than three times as wide.
    """
    if a.overlap(b) > _SAME_FACE:
        return True
    wide, narrow = max(a.width, b.width), min(a.width, b.width)
    return wide < 3 * narrow and _holds(a, b.centre) and _holds(b, a.centre)


def _belongs(part: Box, face: Box) -> bool:
    """Whether it is that face, or lies on it: an eye, a mouth, a print of glasses."""
    if same_face(part, face):
        return True
    across = min(part.right, face.right) - max(part.left, face.left)
    down = min(part.bottom, face.bottom) - max(part.top, face.top)
    return across > 0 and down > 0 and across * down > _ON_IT * part.area


def _holds(box: Box, point: tuple[float, float]) -> bool:
    return box.left < point[0] < box.right and box.top < point[1] < box.bottom


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
            for face in _look(work[top:bottom, left:right], LEAST):
                box = face.box.move(left, top)
                cut = (
                    (left > 0 and box.left < left + 2)
                    or (top > 0 and box.top < top + 2)
                    or (right < width and box.right > right - 2)
                    or (bottom < height and box.bottom > bottom - 2)
                )
                if not cut:
                    points = (face.keypoints + np.array([left, top], np.float32)).astype(np.float32)
                    found.append(Face(box=box, score=face.score, keypoints=points))
    return found


def _spans(length: int) -> list[tuple[int, int]]:
    """Equal stretches of at most `_TILE_PX` that overlap by `_OVERLAP_PX`."""
    if length <= _TILE_PX:
        return [(0, length)]
    count = -(-(length - _OVERLAP_PX) // (_TILE_PX - _OVERLAP_PX))
    each = -(-(length + (count - 1) * _OVERLAP_PX) // count)
    starts = [round(number * (length - each) / (count - 1)) for number in range(count)]
    return [(start, start + each) for start in starts]


def _look(part: Pixels, least: float) -> list[Face]:
    """Run the net on `part` as large as it is; black is added up to a multiple of 32."""
    height, width = part.shape[:2]
    down, across = -height % _MULTIPLE, -width % _MULTIPLE
    padded = cv2.copyMakeBorder(part, 0, down, 0, across, cv2.BORDER_CONSTANT)
    heat, size, offset, points = nets.run_all(nets.FACES_SMALL, np.asarray(padded, np.float32), _OUTPUTS)
    rows, columns = np.nonzero(heat[0, 0] > least)
    faces = []
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        tall, wide = (float(np.exp(np.clip(value, -4, 8))) * _CELL for value in size[0, :, row, column])
        middle_y, middle_x = (
            (at + 0.5 + float(by)) * _CELL for at, by in zip((row, column), offset[0, :, row, column], strict=True)
        )
        left, top = middle_x - wide / 2, middle_y - tall / 2
        marks = points[0, :, row, column].reshape(5, 2)[:, ::-1] * np.array([wide, tall]) + np.array([left, top])
        box = Box(left=left, top=top, right=left + wide, bottom=top + tall)
        faces.append(Face(box=box, score=float(heat[0, 0, row, column]), keypoints=_six(marks.astype(np.float32))))
    return list(_merge(faces))


def _six(marks: Floats) -> Floats:
    """Two eyes, nose and the mouth's corners → the six points of `Face`."""
    right, left, nose, mouth = marks[0], marks[1], marks[2], (marks[3] + marks[4]) / 2
    aside = (left - right) / 2
    return np.stack([right, left, nose, mouth, right - aside, left + aside]).astype(np.float32)


def _enlarge(face: Face, factor: float) -> Face:
    points = (face.keypoints * np.float32(factor)).astype(np.float32)
    return Face(box=face.box.scale(factor), score=face.score, keypoints=points)


def _merge(found: list[Face]) -> tuple[Face, ...]:
    """Non-maximum suppression: of several views of one face the surest stays."""
    kept: list[Face] = []
    for face in sorted(found, key=lambda face: -face.score):
        if not any(same_face(face.box, other.box) for other in kept):
            kept.append(face)
    return tuple(kept)

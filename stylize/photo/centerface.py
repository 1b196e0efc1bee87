"""CenterFace (Xu, Yan, Yang et al. 2019): one map of how likely a face's middle is in each cell of 4 px, and beside it the
faces' sizes and five points. It sees profiles, faces with masks and glasses, and from about 14 px on small ones.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from stylize.geometry import Box
from stylize.models import Face, Pixels
from stylize.photo import nets

_CELL = 4
_MULTIPLE = 32
_SAME_FACE = 0.3
_MOST = 400
_OUTPUTS = ("537", "538", "539", "540")
"""Heat, size, offset, five points: what the file calls them."""


def look(part: Pixels, least: float) -> list[Face]:
    """The faces in `part`, seen as large as they are; `score` is at least `least`. Boxes are tight: from the brow or the
    hairline to the chin. `keypoints`: eyes, nose, mouth; the ears are taken to be beside the eyes.
    """
    height, width = part.shape[:2]
    down, across = -height % _MULTIPLE, -width % _MULTIPLE
    padded = cv2.copyMakeBorder(part, 0, down, 0, across, cv2.BORDER_CONSTANT)
    heat, size, offset, points = nets.run_all(nets.FACES_SMALL, np.asarray(padded, np.float32), _OUTPUTS)
    rows, columns = np.nonzero((heat[0, 0] > least) & _is_peak(heat[0, 0]))
    faces = []
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        tall, wide = (float(np.exp(np.clip(value, -4, 8))) * _CELL for value in size[0, :, row, column])
        middle_y = (row + 0.5 + float(offset[0, 0, row, column])) * _CELL
        middle_x = (column + 0.5 + float(offset[0, 1, row, column])) * _CELL
        left, top = middle_x - wide / 2, middle_y - tall / 2
        marks = points[0, :, row, column].reshape(5, 2)[:, ::-1] * np.array([wide, tall]) + np.array([left, top])
        box = Box(left=left, top=top, right=left + wide, bottom=top + tall)
        faces.append(Face(box=box, score=float(heat[0, 0, row, column]), keypoints=_six(marks)))
    return list(merge(faces))


def _is_peak(heat: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """As CenterNet does: a cell that none of its eight neighbours surpasses."""
    return np.asarray(heat >= np.asarray(cv2.dilate(heat, np.ones((3, 3), np.uint8))))


def _six(marks: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Two eyes, nose and the mouth's corners → the six points of `Face`."""
    right, left, nose, mouth = marks[0], marks[1], marks[2], (marks[3] + marks[4]) / 2
    aside = (left - right) / 2
    return np.stack([right, left, nose, mouth, right - aside, left + aside]).astype(np.float32)


def merge(found: list[Face]) -> tuple[Face, ...]:
    """Non-maximum suppression: of several views of one face the surest stays. The surest first, no more than 400."""
    kept: list[Face] = []
    for face in sorted(found, key=lambda face: -face.score):
        if not any(same_face(face.box, other.box) for other in kept):
            kept.append(face)
            if len(kept) == _MOST:
                break
    return tuple(kept)


def same_face(a: Box, b: Box) -> bool:
    """Two boxes of one face, drawn by different nets: they overlap well, or the middle of each lies inside of the other
    and neither is more than three times as wide.
    """
    if a.overlap(b) > _SAME_FACE:
        return True
    wide, narrow = max(a.width, b.width), min(a.width, b.width)
    return wide < 3 * narrow and _holds(a, b.centre) and _holds(b, a.centre)


def _holds(box: Box, point: tuple[float, float]) -> bool:
    return box.left < point[0] < box.right and box.top < point[1] < box.bottom

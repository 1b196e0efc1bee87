"""Where the faces are.

MediaPipe's BlazeFace detectors (Bazarevsky et al. 2019): single-shot, one anchor size, six key points a face. The
full-range net (192 px, one anchor a cell of 4 px) sees faces across a room, the short-range net (128 px, two anchors a
cell of 8 px, six a cell of 16 px) sees a face that fills the frame. Small faces are looked for again in overlapping
tiles. What they propose is checked with the face mesh's own presence score.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from stylize.geometry import Box
from stylize.models import Face, Pixels
from stylize.photo import nets
from stylize.photo.turn import scale_face

Floats = npt.NDArray[np.float32]

_PROPOSED = 0.5
_SAME_FACE = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class _Detector:
    net: str
    side: int
    cells: tuple[tuple[int, int], ...]
    outputs: tuple[str, str]
    """`cells`: (stride in px, anchors a cell). `outputs`: boxes, then score logits."""


_FAR = _Detector(
    net=nets.FACES_FAR,
    side=192,
    cells=((4, 1),),
    outputs=("reshaped_regressor_face_4", "reshaped_classifier_face_4"),
)
_NEAR = _Detector(net=nets.FACES_NEAR, side=128, cells=((8, 2), (16, 6)), outputs=("regressors", "classificators"))


def propose(pixels: Pixels) -> tuple[Face, ...]:
    """Faces in `pixels` by the detectors alone, best first; boxes may reach over the edge a little."""
    height, width = pixels.shape[:2]
    whole = Box(left=0, top=0, right=width, bottom=height)
    found = _look(_FAR, pixels, whole) + _look(_NEAR, pixels, whole)
    tiles = _tiles(width, height)
    if tiles:
        # Scaled down once for all tiles, to the size at which the net sees them.
        scale = min(1.0, _FAR.side / tiles[0].width)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
        for tile in tiles:
            seen = [scale_face(face, 1 / scale) for face in _look(_FAR, small, tile.scale(scale))]
            found += [face for face in seen if not _cut(face.box, tile, whole)]
    return _merge(found)


def _tiles(width: int, height: int) -> list[Box]:
    """Squares of half the shorter side, overlapping by half; none where they would see no more than the whole does. Along a
    strip they are no smaller than what the net sees, or there would be hundreds.
    """
    side = min(width, height) / 2 if min(width, height) > 1.9 * _FAR.side else 0
    if max(width, height) > 1.6 * min(width, height):
        side = max(min(width, height), _FAR.side)
    if not side:
        return []
    across, down = (max(1, round(2 * length / side) - 1) for length in (width, height))
    lefts = np.linspace(0, width - side, across) if across > 1 else [(width - side) / 2]
    tops = np.linspace(0, height - side, down) if down > 1 else [(height - side) / 2]
    return [
        Box(left=float(x), top=float(y), right=float(x + side), bottom=float(y + side)) for y in tops for x in lefts
    ]


def _cut(face: Box, tile: Box, whole: Box) -> bool:
    """Whether the tile's edge cuts through the face (the picture's own edge may)."""
    return (
        (face.left < tile.left and tile.left > whole.left)
        or (face.top < tile.top and tile.top > whole.top)
        or (face.right > tile.right and tile.right < whole.right)
        or (face.bottom > tile.bottom and tile.bottom < whole.bottom)
    )


@cache
def _anchors(detector: _Detector) -> Floats:
    """(n, 2) centres in the net's pixels."""
    centres = []
    for stride, each in detector.cells:
        along = (np.arange(detector.side // stride, dtype=np.float32) + 0.5) * stride
        y, x = np.meshgrid(along, along, indexing="ij")
        centres.append(np.repeat(np.stack([x, y], axis=-1).reshape(-1, 2), each, axis=0))
    return np.concatenate(centres)


def _look(detector: _Detector, pixels: Pixels, part: Box) -> list[Face]:
    """Run `detector` on the square around `part`, black where that reaches outside of the picture."""
    scale = max(part.width, part.height) / detector.side
    centre_x, centre_y = part.centre
    left, top = centre_x - scale * detector.side / 2, centre_y - scale * detector.side / 2
    square = sample(pixels, left, top, scale, detector.side)
    seen = np.asarray(square, np.float32) / np.float32(127.5) - np.float32(1)
    boxes, scores = detector.outputs
    score = 1 / (1 + np.exp(-np.clip(nets.run(detector.net, seen, scores).reshape(-1), -60, 60)))
    keep = score > _PROPOSED
    if not keep.any():
        return []
    shape = nets.run(detector.net, seen, boxes).reshape(-1, 8, 2)[keep]
    anchor = _anchors(detector)[keep]
    centres, sizes, points = shape[:, 0] + anchor, shape[:, 1], shape[:, 2:] + anchor[:, None]
    corner = np.array([left, top], np.float32)
    faces = []
    for middle, size, marks, sure in zip(centres, np.maximum(sizes, 1), points, score[keep], strict=True):
        low, high = (middle - size / 2) * scale + corner, (middle + size / 2) * scale + corner
        box = Box(left=float(low[0]), top=float(low[1]), right=float(high[0]), bottom=float(high[1]))
        faces.append(Face(box=box, score=float(sure), keypoints=(marks * scale + corner).astype(np.float32)))
    return faces


def sample(pixels: Pixels, left: float, top: float, scale: float, side: int) -> Pixels:
    """A square of `side` px whose pixel is `scale` picture pixels wide, from (left, top); black outside."""
    height, width = pixels.shape[:2]
    x0, y0 = max(0, int(np.floor(left))), max(0, int(np.floor(top)))
    x1, y1 = min(width, int(np.ceil(left + scale * side))), min(height, int(np.ceil(top + scale * side)))
    if x1 <= x0 or y1 <= y0:
        return np.zeros((side, side, 3), np.uint8)
    part = pixels[y0:y1, x0:x1]
    if scale > 1:
        small = (max(1, round((x1 - x0) / scale)), max(1, round((y1 - y0) / scale)))
        part = np.asarray(cv2.resize(part, small, interpolation=cv2.INTER_AREA), np.uint8)
    step_x, step_y = (x1 - x0) / part.shape[1], (y1 - y0) / part.shape[0]
    back = np.array(
        [
            [scale / step_x, 0, (left - x0 + scale / 2) / step_x - 0.5],
            [0, scale / step_y, (top - y0 + scale / 2) / step_y - 0.5],
        ],
        np.float32,
    )
    return np.asarray(cv2.warpAffine(part, back, (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP), np.uint8)


def _merge(found: list[Face]) -> tuple[Face, ...]:
    """Non-maximum suppression that averages what it suppresses, weighted by score, as BlazeFace does."""
    left = sorted(found, key=lambda face: -face.score)
    kept = []
    while left:
        best = left[0]
        same = [face for face in left if _is_same(face.box, best.box)]
        left = [face for face in left if not _is_same(face.box, best.box)]
        weight = np.array([face.score for face in same])
        edges = np.array([(f.box.left, f.box.top, f.box.right, f.box.bottom) for f in same])
        left_edge, top, right, bottom = (edges * weight[:, None]).sum(axis=0) / weight.sum()
        marks = np.einsum("n,npd->pd", weight, np.array([f.keypoints for f in same])) / weight.sum()
        box = Box(left=float(left_edge), top=float(top), right=float(right), bottom=float(bottom))
        kept.append(Face(box=box, score=best.score, keypoints=marks.astype(np.float32)))
    return tuple(kept)


def _is_same(a: Box, b: Box) -> bool:
    """Two boxes of one face: they overlap, or the smaller lies mostly inside the larger."""
    if a.overlap(b) > _SAME_FACE:
        return True
    across = min(a.right, b.right) - max(a.left, b.left)
    down = min(a.bottom, b.bottom) - max(a.top, b.top)
    return across > 0 and down > 0 and across * down > 0.7 * min(a.area, b.area)

"""Who is in the picture: proposed by the detectors, checked with the face mesh."""

from __future__ import annotations

import cv2
import numpy as np

from stylize.models import Face, Pixels
from stylize.photo import mesh
from stylize.photo.centerface import same_face
from stylize.photo.faces import propose, sample
from stylize.photo.turn import scale_face, turn, turn_face

_PRESENT, _SURE = 0.5, 0.98
_MOST_FACES = 32
_LARGE_PX = 40
_LOOK_PX = 96
_LYING_PX = (480, 360)
"""The longer and the shorter side of what is looked at lying: BlazeFace sees no less of a large face there."""
_SHARP, _OUT_OF_FOCUS = 0.3, 0.3
"""A face with less than this share of the sharpest one's detail counts as this much of its size."""


def find_faces(pixels: Pixels, sighted: tuple[Face, ...] = ()) -> tuple[Face, ...]:
    """The faces in `pixels`, larger, more central and sharper ones first; `score` is the face mesh's presence score. Of those
    that `small_faces.sight` saw besides, the larger ones that the mesh believes in.

    Where no face stands upright the picture is looked at lying on either side, too, made small: smaller faces that lie are
    for `sight`. `keypoints` are then of the lying face, its box upright around it.
    """
    found = present(pixels, propose(pixels)) or _lying(pixels)
    large = (face for face in sighted if face.box.width >= _LARGE_PX)
    missed = tuple(face for face in large if not any(same_face(face.box, known.box) for known in found))
    found += present(pixels, missed)
    sharp = [_sharpness(pixels, face) for face in found]
    ranked = sorted(
        (-_prominence(pixels, face, in_focus=own >= _SHARP * max(sharp)), number)
        for number, (face, own) in enumerate(zip(found, sharp, strict=True))
    )
    return tuple(found[number] for _, number in ranked)


def _lying(pixels: Pixels) -> list[Face]:
    """The large faces that lie on either side, or on their head; those of the first turn that shows any."""
    height, width = pixels.shape[:2]
    scale = min(1.0, _LYING_PX[0] / max(height, width), _LYING_PX[1] / min(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    for quarter in (1, 3, 2):
        turned = turn(small, quarter)
        faces = (scale_face(turn_face(face, -quarter, turned.shape), 1 / scale) for face in propose(turned))
        if found := present(pixels, tuple(faces)):
            return found
    return []


def _prominence(pixels: Pixels, face: Face, *, in_focus: bool) -> float:
    """Large, central, and as sharp as the others."""
    height, width = pixels.shape[:2]
    x, y = face.box.centre
    central = 1 - 0.6 * np.hypot(x / width - 0.5, y / height - 0.5)
    return float(face.box.area * central * (1.0 if in_focus else _OUT_OF_FOCUS))


def _sharpness(pixels: Pixels, face: Face) -> float:
    """Fine detail, measured against the contrast of the face: blurred by 2 px, a face of 96 px has lost most of it."""
    seen = sample(pixels, face.box.left, face.box.top, max(face.box.width, 1.0) / _LOOK_PX, _LOOK_PX)
    grey = np.asarray(cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY), np.float32)
    return float(cv2.Laplacian(grey, cv2.CV_32F).std() / (grey.std() + 8))


def present(pixels: Pixels, proposed: tuple[Face, ...], least: float = _PRESENT) -> list[Face]:
    """Those of the proposed faces that the mesh believes in: a presence score of `least` or more."""
    found = []
    for proposal in proposed[:_MOST_FACES]:
        face, score = proposal, mesh.fit(pixels, proposal).presence
        if score < _SURE:
            # A face upside down looks a little like one that stands.
            over = Face(
                box=face.box,
                score=face.score,
                keypoints=np.asarray(2 * np.array(face.box.centre) - face.keypoints, np.float32),
            )
            turned_score = mesh.fit(pixels, over).presence
            face, score = (over, turned_score) if turned_score > score else (face, score)
        if score >= least:
            found.append(Face(box=face.box, score=score, keypoints=face.keypoints))
    return found

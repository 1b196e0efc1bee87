"""Who is in the picture: proposed by the detectors, checked with the face mesh."""

from __future__ import annotations

import numpy as np

from stylize.models import Face, Pixels
from stylize.photo import mesh
from stylize.photo.centerface import same_face
from stylize.photo.faces import propose
from stylize.photo.turn import turn, turn_face

_PRESENT, _SURE = 0.5, 0.98
_MOST_FACES = 32
_LARGE_PX = 40


def find_faces(pixels: Pixels, sighted: tuple[Face, ...] = ()) -> tuple[Face, ...]:
    """The faces in `pixels`, larger and more central ones first; `score` is the face mesh's presence score. Of those that
    `small_faces.sight` saw besides, the larger ones that the mesh believes in.

    Where no face stands upright the picture is looked at lying on either side, too: `keypoints` are then of the lying
    face, its box upright around it.
    """
    found = present(pixels, propose(pixels))
    if not found:
        for quarter in (1, 3, 2):
            turned = turn(pixels, quarter)
            found = present(pixels, tuple(turn_face(face, -quarter, turned.shape) for face in propose(turned)))
            if found:
                break
    large = (face for face in sighted if face.box.width >= _LARGE_PX)
    missed = tuple(face for face in large if not any(same_face(face.box, known.box) for known in found))
    found += present(pixels, missed)
    height, width = pixels.shape[:2]

    def prominence(face: Face) -> float:
        x, y = face.box.centre
        return float(face.box.area * (1 - 0.6 * np.hypot(x / width - 0.5, y / height - 0.5)))

    return tuple(sorted(found, key=prominence, reverse=True))


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

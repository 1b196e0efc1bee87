"""Where the features of a person go on the toy's face.

The toy's face is a picture: a square that spans 1.5 face widths each way, seen from straight ahead, its middle between
the ears. A person's landmarks are turned to the front, compared with the average face, and the difference is put on
top of the toy's own features: the bones by bending the whole head (see `shape`), the rest inside the picture.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from stylize import landmarks as mesh
from stylize.engines.figure.draw import Floats, ramp
from stylize.engines.figure.pack import FaceShape, load_face_shape
from stylize.engines.figure.settings import FigureSettings
from stylize.models import Person

SPAN = 1.5
"""Face widths across the print."""
_BONES = np.array([2.4, 1.2])
"""The mesh plays the width of jaws and temples down; it is given back."""
_EYES = (mesh.RIGHT_EYE, mesh.LEFT_EYE)


@dataclass(frozen=True, slots=True)
class Layout:
    """`spots` (468, 2): landmarks in the print, pixels. `bones`: how far a point of the toy's face, in face widths, y up,
    moves when the head is bent to the person's shape; None: it keeps the sculpted one. `away`: -1 or 1, the half of the print that the
    photo does not show; `turned` 0 to 1: how much of it is missing. `size`: the print's side in pixels.
    """

    size: int
    spots: Floats = field(repr=False)
    bones: mesh.ThinPlate | None = field(repr=False)
    away: float
    turned: float


def to_front(landmarks: Floats) -> Floats:
    """Landmarks (468, 3) in pixels → turned to the front, in face widths around the point between the ears."""
    points = landmarks.astype(np.float64) * [1, -1, 1]
    right, left = points[mesh.RIGHT_EDGE], points[mesh.LEFT_EDGE]
    width = np.linalg.norm(left - right)
    x = (left - right) / width
    y = points[mesh.FOREHEAD_TOP] - points[mesh.CHIN]
    y -= x * (y @ x)
    y /= np.linalg.norm(y)
    z = np.cross(x, y)
    z = -z if z[2] < 0 else z
    return np.asarray((points - (left + right) / 2) @ np.stack([x, y, z], 1) / width, np.float32)


def to_print(points: Floats, size: int) -> Floats:
    """Face widths (n, 2), y up → pixels of a print `size` wide."""
    return np.asarray(np.stack([(points[:, 0] / SPAN + 0.5) * size, (0.5 - points[:, 1] / SPAN) * size], 1), np.float32)


def lay_out(person: Person, settings: FigureSettings, size: int) -> Layout:
    """Find the place of every landmark in a print of `size` pixels."""
    face = load_face_shape()
    turned = float(ramp(5, 22, abs(person.yaw)))
    difference = _without_pose((to_front(person.landmarks) - face.average)[:, :2], face)
    mirrored = difference[face.mirror] * np.array([-1, 1], np.float32)
    difference = np.asarray(difference * (1 - turned / 2) + mirrored * (turned / 2), np.float32)
    bones = _bones(difference, face, settings.likeness)
    points = face.toy[:, :2] + difference * _trust(settings.likeness)[:, None] - bones(face.toy[:, :2])
    points = points + _eye_opening(points, person.eyes_open, settings)
    points[:, 0] = np.clip(points[:, 0], -0.56, 0.56)
    return Layout(
        size=size,
        spots=to_print(points, size),
        bones=bones,
        away=float(np.sign(person.yaw) or 1.0),
        turned=float(ramp(10, 15, abs(person.yaw))),
    )


def plain_layout(settings: FigureSettings, size: int) -> Layout:
    """The toy's own face, for a person whose landmarks cannot be trusted."""
    face = load_face_shape()
    points = face.toy[:, :2] + _eye_opening(face.toy[:, :2], 0.3, settings)
    spots = to_print(points, size)
    return Layout(size=size, spots=spots, bones=None, away=1.0, turned=0.0)


def _without_pose(difference: Floats, face: FaceShape) -> Floats:
    """Take away what a wrongly guessed depth does to a nodding or turned head: moves that grow with depth."""
    depth = face.average[:, 2]
    ground = np.stack([np.ones_like(depth), face.average[:, 1], depth], 1)
    down = np.linalg.lstsq(ground, difference[:, 1], rcond=None)[0]
    over = np.linalg.lstsq(ground[:, ::2], difference[:, 0], rcond=None)[0]
    pose = np.stack([ground[:, ::2] @ over, ground[:, ::2] @ down[::2]], 1)
    return np.asarray(difference - pose, np.float32)


def _trust(likeness: float) -> Floats:
    """How much of its own difference each landmark keeps."""
    keep = np.full(mesh.COUNT, 1.05 * likeness, np.float32)
    keep[list(mesh.LIPS_OUTER + mesh.LIPS_INNER)] = min(likeness, 1 + 0.4 * (likeness - 1))
    keep[list(mesh.FACE_OVAL)] = 0.9 * likeness
    return keep


def _bones(difference: Floats, face: FaceShape, likeness: float) -> mesh.ThinPlate:
    """The smooth part of the difference, the same on both sides: face height, jaw, chin, forehead."""
    oval = list(mesh.FACE_OVAL)
    even = (difference + difference[face.mirror] * [-1, 1]) / 2
    moves = even[oval] * _BONES * likeness
    limit = np.array([0.07, 0.11]) * max(1.0, likeness)
    moves = limit * np.tanh(moves / limit)
    around = face.toy[oval, :2] * 2.6
    anchors = np.concatenate([face.toy[oval, :2], around])
    return mesh.ThinPlate(anchors, np.concatenate([moves, np.zeros_like(around)]), smoothing=0.02)


def _eye_opening(points: Floats, opening: float, settings: FigureSettings) -> Floats:
    """Moves that open and enlarge the eyes, easing out around them so that lids and brows follow."""
    moves = np.zeros_like(points)
    for eye in _EYES:
        own = points[list(eye)]
        centre = own.mean(0)
        wide, tall = (float(side) for side in np.ptp(own, axis=0))
        least = 0.31 if opening > 0.12 else 0.0
        open_up = float(np.clip(least * wide / max(tall, 1e-4), 1.0, 1.5))
        scale = np.array([settings.eye_scale, settings.eye_scale * open_up])
        distance = np.linalg.norm((points - centre) / [0.85 * wide, 0.75 * wide], axis=1)
        moves += np.exp(-(distance**4))[:, None] * (points - centre) * (scale - 1)
    return moves

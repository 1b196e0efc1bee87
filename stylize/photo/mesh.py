"""468 dense landmarks of one face (Kartynnik et al. 2019), and how the head is turned."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from stylize import landmarks as lm
from stylize.models import Face, Pixels, Points
from stylize.photo import nets

_SIDE = 192
_ROUNDS = 3
_ROOM = 1.5
_NEUTRAL_PITCH = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Mesh:
    """`points` (468, 3) float32 in pixels, z towards the viewer negative. `presence` 0 to 1: whether it is a face."""

    points: Points
    presence: float


def fit(pixels: Pixels, face: Face) -> Mesh:
    """Fit the mesh: a turned square crop around the face, refined from its own answer."""
    centre = np.array(face.box.centre, np.float64)
    side = max(face.box.width, face.box.height) * _ROOM
    angle = _angle(face.keypoints[0], face.keypoints[1])
    mesh = Mesh(points=np.zeros((lm.COUNT, 3), np.float32), presence=0.0)
    for turn_number in range(_ROUNDS):
        mesh = _fit_once(pixels, centre, side, angle, last=turn_number + 1 == _ROUNDS)
        flat = mesh.points[:, :2].astype(np.float64)
        angle = _angle(flat[lm.RIGHT_EYE_OUTER], flat[lm.LEFT_EYE_OUTER])
        turn = _turn(angle)
        upright = flat @ turn
        centre = turn @ ((upright.min(axis=0) + upright.max(axis=0)) / 2)
        side = float(np.ptp(upright, axis=0).max()) * _ROOM
    return mesh


def _angle(right_eye: npt.ArrayLike, left_eye: npt.ArrayLike) -> float:
    across = np.asarray(left_eye, np.float64) - np.asarray(right_eye, np.float64)
    return float(np.arctan2(across[1], across[0]))


def _turn(angle: float) -> npt.NDArray[np.float64]:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _fit_once(pixels: Pixels, centre: npt.NDArray[np.float64], side: float, angle: float, *, last: bool) -> Mesh:
    scale = max(side, 8.0) / _SIDE
    turn = _turn(angle) * scale
    shift = centre - turn @ np.array([_SIDE / 2, _SIDE / 2])
    back = np.concatenate([turn, shift[:, None]], axis=1)
    crop = _warp(pixels, back, scale)
    seen = np.asarray(crop, np.float32) / np.float32(255)
    points = nets.run(nets.FACE_MESH, seen, "conv2d_21")
    shape = points.reshape(lm.COUNT, 3).astype(np.float64)
    flat = shape[:, :2] @ turn.T + shift
    placed = np.concatenate([flat, shape[:, 2:] * scale], axis=1).astype(np.float32)
    if not last:
        return Mesh(points=placed, presence=0.0)
    presence = float(nets.run(nets.FACE_MESH, seen, "conv2d_31").item())
    return Mesh(points=placed, presence=float(1 / (1 + np.exp(-np.clip(presence, -60, 60)))))


def _warp(pixels: Pixels, back: npt.NDArray[np.float64], scale: float) -> Pixels:
    """Sample the crop through `back`; blurred first where many pixels become one."""
    source, matrix = pixels, back.copy()
    if scale > 1.5:
        factor = 1 / scale
        x0, y0, x1, y1 = _bounds(back, pixels)
        if x1 > x0 and y1 > y0:
            part = pixels[y0:y1, x0:x1]
            size = (max(1, round((x1 - x0) * factor)), max(1, round((y1 - y0) * factor)))
            source = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
            shrink = np.array([size[0] / (x1 - x0), size[1] / (y1 - y0)])
            matrix[:, 2] = (matrix[:, 2] - [x0, y0]) * shrink
            matrix[:, :2] *= shrink[:, None]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(source, matrix, (_SIDE, _SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _bounds(back: npt.NDArray[np.float64], pixels: Pixels) -> tuple[int, int, int, int]:
    """What part of the picture the turned crop touches, with a little room."""
    corners = np.array([[0, 0], [_SIDE, 0], [0, _SIDE], [_SIDE, _SIDE]]) @ back[:, :2].T + back[:, 2]
    height, width = pixels.shape[:2]
    low, high = corners.min(axis=0) - 4, corners.max(axis=0) + 4
    x0, y0 = max(0, int(low[0])), max(0, int(low[1]))
    return x0, y0, min(width, int(high[0]) + 1), min(height, int(high[1]) + 1)


def pose(points: Points) -> tuple[float, float, float]:
    """(yaw, pitch, roll) in degrees. Yaw > 0: towards the right edge; pitch > 0: up; roll > 0: clockwise."""
    p = points.astype(np.float64)
    across = p[lm.LEFT_EDGE] - p[lm.RIGHT_EDGE]
    down = p[lm.CHIN] - p[lm.FOREHEAD_TOP]
    yaw = np.degrees(np.arctan2(across[2], np.hypot(across[0], across[1])))
    pitch = np.degrees(np.arctan2(-down[2], np.hypot(down[0], down[1]))) + _NEUTRAL_PITCH
    eyes = p[list(lm.LEFT_EYE)].mean(axis=0) - p[list(lm.RIGHT_EYE)].mean(axis=0)
    roll = np.degrees(np.arctan2(eyes[1], eyes[0]))
    return float(yaw), float(pitch), float(roll)

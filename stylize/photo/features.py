"""The small things on a face: how far eyes and mouth are open, iris and lip colour, beard, glasses."""

from __future__ import annotations

import numpy as np

from stylize import landmarks as lm
from stylize.models import Points
from stylize.photo.frame import HeadFrame, fill
from stylize.photo.palette import Lab


def eyes_open(points: Points) -> float:
    """Mean height over width of the two lid openings; an open eye is at about 0.25 to 0.4, a closed one under 0.12."""
    return float(np.mean([_opening(points, lm.RIGHT_EYE), _opening(points, lm.LEFT_EYE)]))


def _opening(points: Points, eye: tuple[int, ...]) -> float:
    upper, lower = points[[eye[3], eye[4], eye[5]]], points[[eye[13], eye[12], eye[11]]]
    width = max(float(np.linalg.norm(points[eye[0]] - points[eye[8]])), 1e-3)
    return float(np.linalg.norm(upper - lower, axis=1).mean()) / width


def mouth_open(points: Points) -> float:
    """The gap between the lips over the height of the face."""
    gap = np.linalg.norm(points[lm.UPPER_LIP_INNER, :2] - points[lm.LOWER_LIP_INNER, :2])
    return float(gap / max(float(np.linalg.norm(points[lm.FOREHEAD_TOP, :2] - points[lm.CHIN, :2])), 1e-3))


def iris_colour(lab: Lab, frame: HeadFrame) -> Lab:
    """CIELAB of the iris: the darker half of what lies between the lids."""
    found = []
    for eye in (lm.RIGHT_EYE, lm.LEFT_EYE):
        seen = lab[fill(frame.shape, frame.points[list(eye)]) > 0.6]
        if len(seen) > 10:
            found.append(np.median(seen[seen[:, 0] <= np.percentile(seen[:, 0], 45)], axis=0))
    return np.asarray(np.mean(found, axis=0) if found else [24, 8, 10], np.float32)


def lip_colour(lab: Lab, frame: HeadFrame, skin: Lab) -> Lab:
    """CIELAB of the lips."""
    outer = fill(frame.shape, frame.points[list(lm.LIPS_OUTER)])
    inner = fill(frame.shape, frame.points[list(lm.LIPS_INNER)])
    seen = lab[(outer > 0.6) & (inner < 0.3)]
    return np.asarray(np.median(seen, axis=0) if len(seen) > 10 else skin + np.array([-10, 14, 2]), np.float32)

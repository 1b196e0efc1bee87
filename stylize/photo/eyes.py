"""Eyes and mouth: how far open, and the colours of irises and lips."""

from __future__ import annotations

import numpy as np

from stylize import landmarks as lm
from stylize.models import Mask, Points
from stylize.photo.frame import HeadFrame, blur, fill
from stylize.photo.palette import Lab, chroma

_BROWN = np.array([24, 8, 11], np.float32)
_IRIS_OF_EYE = 0.20
_NARROWEST_EYE_PX = 18.0


def eyes_open(points: Points) -> float:
    """Mean height over width of the two lid openings: an open eye is at about 0.2 to 0.4, a closed one under 0.15.

    The plain mesh follows the lids only in part, so a closed eye may still measure as a narrow one.
    """
    return float(np.mean([_opening(points, lm.RIGHT_EYE), _opening(points, lm.LEFT_EYE)]))


def _opening(points: Points, eye: tuple[int, ...]) -> float:
    upper, lower = points[[eye[3], eye[4], eye[5]]], points[[eye[13], eye[12], eye[11]]]
    width = max(float(np.linalg.norm(points[eye[0]] - points[eye[8]])), 1e-3)
    return float(np.linalg.norm(upper - lower, axis=1).mean()) / width


def mouth_open(points: Points) -> float:
    """The gap between the lips over the height of the face."""
    gap = np.linalg.norm(points[lm.UPPER_LIP_INNER, :2] - points[lm.LOWER_LIP_INNER, :2])
    return float(gap / max(float(np.linalg.norm(points[lm.FOREHEAD_TOP, :2] - points[lm.CHIN, :2])), 1e-3))


def eye_white(lab: Lab, frame: HeadFrame) -> float | None:
    """How light the whites of the eyes are (L, 0 to 100); None where the eyes are too small or shut to tell."""
    found = []
    for eye in (lm.RIGHT_EYE, lm.LEFT_EYE):
        width = float(np.linalg.norm(frame.points[eye[0], :2] - frame.points[eye[8], :2]))
        seen = lab[fill(frame.shape, frame.points[list(eye)]) > 0.7]
        if width >= _NARROWEST_EYE_PX and _opening(frame.points, eye) >= 0.14 and len(seen) > 20:
            found.append(float(np.percentile(seen[:, 0], 90)))
    return max(found) if found else None


def iris_colour(lab: Lab, frame: HeadFrame) -> Lab:
    """CIELAB of the irises; brown where the eyes are too small or shut."""
    found = [c for eye in (lm.RIGHT_EYE, lm.LEFT_EYE) if (c := _iris(lab, frame, eye)) is not None]
    if not found:
        return _BROWN
    colour = np.mean(found, axis=0)
    colour[0] = np.clip(colour[0], 14, 46)
    strength = max(chroma(colour), 1e-3)
    colour[1:] *= min(strength, 26) / strength
    return np.asarray(colour, np.float32)


def _iris(lab: Lab, frame: HeadFrame, eye: tuple[int, ...]) -> Lab | None:
    """The ring around the darkest disc between the lids, without glints and lashes."""
    points = frame.points[list(eye), :2]
    width = float(np.linalg.norm(points[0] - points[8]))
    if width < _NARROWEST_EYE_PX or _opening(frame.points, eye) < 0.14:
        return None
    radius = _IRIS_OF_EYE * width
    low, high = (points.min(axis=0) - 3).astype(int), (points.max(axis=0) + 4).astype(int)
    part = (slice(max(low[1], 0), high[1]), slice(max(low[0], 0), high[0]))
    seen = np.ascontiguousarray(lab[part])
    if min(seen.shape[:2]) < 5:
        return None
    inside = fill((seen.shape[0], seen.shape[1]), points - [max(low[0], 0), max(low[1], 0)])
    darkness = blur(np.where(inside > 0.6, 100 - seen[..., 0], 0).astype(np.float32), radius * 0.7)
    y, x = np.unravel_index(int(np.argmax(darkness)), darkness.shape)
    ring = _ring(darkness.shape, float(x), float(y), radius) & (inside > 0.85)
    colours = seen[ring]
    if len(colours) < 12:
        return None
    low_light, high_light = np.percentile(colours[:, 0], [25, 75])
    calm = colours[(colours[:, 0] >= low_light) & (colours[:, 0] <= high_light)]
    return np.asarray(np.median(calm, axis=0), np.float32)


def _ring(shape: tuple[int, ...], x: float, y: float, radius: float) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]]
    away = np.hypot(columns - x, rows - y)
    return np.asarray((away > 0.42 * radius) & (away < 0.95 * radius))


def lip_colour(lab: Lab, frame: HeadFrame, skin: Lab) -> Lab:
    """CIELAB of the lips, lower lip first, since the upper one lies in its own shade."""
    outer: Mask = fill(frame.shape, lm.smooth_closed(frame.points[list(lm.LIPS_OUTER), :2]))
    inner: Mask = fill(frame.shape, lm.smooth_closed(frame.points[list(lm.LIPS_INNER), :2]))
    seen = lab[(outer > 0.7) & (inner < 0.2)]
    if len(seen) < 12:
        return np.asarray(skin + np.array([-12, 15, 2]), np.float32)
    low, high = np.percentile(seen[:, 0], [30, 85])
    return np.asarray(np.median(seen[(seen[:, 0] >= low) & (seen[:, 0] <= high)], axis=0), np.float32)

"""Whether glasses or sunglasses are worn. A wrong pair is worse than a missing one: in doubt none."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from stylize import landmarks as lm
from stylize.photo.frame import Flags, HeadFrame, discs, fill
from stylize.photo.palette import Lab

_WIDTH, _HEIGHT = 240, 130
_EYE_ROW = 52
_OUTER = 42


def wears_sunglasses(lab: Lab, frame: HeadFrame) -> bool:
    """Large, dark, even patches over both eyes, well beyond the lids."""
    return min(lens_shares(lab, frame)) > 0.6


def lens_shares(lab: Lab, frame: HeadFrame) -> tuple[float, float]:
    """How much of a lens' place below and beside each eye is far darker than the cheeks; 0 where it cannot be seen."""
    cheeks = lab[discs(frame.shape, frame.points[[50, 280, 205, 425]], frame.face_width * 0.05)]
    light = float(np.median(cheeks[:, 0])) if len(cheeks) else 0.0
    places = (lab[_around(frame, lm.RIGHT_EYE)], lab[_around(frame, lm.LEFT_EYE)])
    right, left = (float((seen[:, 0] < 0.5 * light).mean()) if len(seen) > 20 else 0.0 for seen in places)
    return right, left


def _around(frame: HeadFrame, eye: tuple[int, ...]) -> Flags:
    """A lens' worth of face below and beside the eye, without the eye and the brow shade above."""
    points = frame.points[list(eye), :2]
    middle = points.mean(axis=0) - frame.up * frame.face_height * 0.02
    width = float(np.linalg.norm(points[0] - points[8]))
    turn = float(np.degrees(np.arctan2(frame.right[1], frame.right[0])))
    lens = np.zeros(frame.shape, np.uint8)
    axes = (round(width * 0.6), round(width * 0.44))
    cv2.ellipse(lens, (round(float(middle[0])), round(float(middle[1]))), axes, turn, 0, 360, 1, -1)
    return (lens > 0) & (fill(frame.shape, points) < 0.3)


def wears_glasses(lab: Lab, frame: HeadFrame) -> bool:
    """A bar across the nose between the eyes, and rims under or beside them."""
    bridge, under, beside = signs(lab, frame)
    return bridge > 6 and (min(under) > 5 or (bridge > 12 and (max(under) > 8 or max(beside) > 12)))


def signs(lab: Lab, frame: HeadFrame) -> tuple[float, tuple[float, float], tuple[float, float]]:
    """Contrast of the thin lines where a frame would run, in L: bridge, (right, left) under and beside the eyes."""
    strip = _strip(lab, frame)
    line = _thin_lines(strip)
    inner_right, inner_left = _WIDTH // 2 - 14, _WIDTH // 2 + 14
    bridge = _strongest_row(line[_EYE_ROW - 26 : _EYE_ROW + 22, inner_right:inner_left])
    under = line[_EYE_ROW + 18 : _EYE_ROW + 58]
    right = _strongest_row(under[:, _OUTER + 14 : inner_right - 14])
    left = _strongest_row(under[:, inner_left + 14 : _WIDTH - _OUTER - 14])
    temple = line[_EYE_ROW - 26 : _EYE_ROW + 20]
    beside_right = _strongest_row(temple[:, 8 : _OUTER - 10])
    beside_left = _strongest_row(temple[:, _WIDTH - _OUTER + 10 : _WIDTH - 8])
    return bridge, (right, left), (beside_right, beside_left)


def _strip(lab: Lab, frame: HeadFrame) -> npt.NDArray[np.float32]:
    """Lightness of the band around the eyes, turned level, the outer corners at fixed places."""
    right, left = frame.points[lm.RIGHT_EYE_OUTER, :2], frame.points[lm.LEFT_EYE_OUTER, :2]
    down = -frame.up * np.linalg.norm(left - right)
    source = np.array([right, left, right + down], np.float32)
    span = _WIDTH - 2 * _OUTER
    target = np.array([[_OUTER, _EYE_ROW], [_WIDTH - _OUTER, _EYE_ROW], [_OUTER, _EYE_ROW + span]], np.float32)
    warp = cv2.getAffineTransform(source, target)
    light = np.ascontiguousarray(lab[..., 0])
    return np.asarray(
        cv2.warpAffine(light, warp, (_WIDTH, _HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.float32,
    )


def _thin_lines(light: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """How much darker (or lighter) each place is than what lies a little above and below it: level bars only."""
    smooth = cv2.GaussianBlur(light, (0, 0), 1.2)
    gap = 9
    above, below = np.roll(smooth, gap, axis=0), np.roll(smooth, -gap, axis=0)
    darker = np.minimum(above, below) - smooth
    darker[:gap] = darker[-gap:] = 0
    return np.asarray(np.maximum(darker, 0), np.float32)


def _strongest_row(lines: npt.NDArray[np.float32]) -> float:
    """The contrast of the best bar that runs through the whole width: three quarters of its columns have it, each at
    its own height within a few rows.
    """
    if lines.size == 0:
        return 0.0
    tall = cv2.dilate(lines, np.ones((5, 1), np.uint8))
    return float(np.percentile(tall, 25, axis=1).max())

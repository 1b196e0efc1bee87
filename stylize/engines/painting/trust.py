"""Whether a face may be drawn feature by feature, or had better be painted loosely."""

from __future__ import annotations

import cv2
import numpy as np

from stylize import landmarks as lm
from stylize.colour import hex_to_lab, to_lab
from stylize.engines.painting.ink import Field, shape_mask
from stylize.engines.painting.sitter import Sitter
from stylize.models import Beard, Person, Subject

TURNED = 33.0
"""Degrees of yaw beyond which half of the face is guesswork."""
NODDED = 32.0
MUDDLED = 0.25
"""Of the face's area: so much doubtful skin beside it makes the regions useless."""
CLOSED = 0.10
"""An eye opened less than this share of its width is shut."""


def is_sure(subject: Subject) -> bool:
    """True when every feature can be drawn from its landmarks.

    False for low confidence, a head turned or nodded far, shut eyes, a face cut by the photo's edge, and eyes or mouth
    behind something (dark glasses, a mask, a hand).
    """
    person = subject.person
    if person.confidence < 0.5 or abs(person.yaw) > TURNED or abs(person.pitch) > NODDED:
        return False
    if person.eyes_open < CLOSED:
        return False
    return not _cut_off(subject) and not is_lost(subject) and not _covered(subject)


def _cut_off(subject: Subject) -> bool:
    """A good piece of the face lies outside the photo."""
    height, width = subject.pixels.shape[:2]
    points = subject.person.landmarks[list(lm.FACE_OVAL), :2]
    out = (points < -1).any(axis=1) | (points[:, 0] > width) | (points[:, 1] > height)
    return bool(out.mean() > 0.08)


def is_muddled(sitter: Sitter, person: Person) -> bool:
    """A good deal of what was taken for skin about the face has the hair's colour: hair would be painted as cheek."""
    lab = to_lab(sitter.pixels)
    weights = np.array([0.6, 1.0, 1.0], np.float32)
    to_hair = (((lab - hex_to_lab(person.look.hair_colour)) * weights) ** 2).sum(axis=-1)
    to_skin = (((lab - np.asarray(person.skin_lab, np.float32)) * weights) ** 2).sum(axis=-1)
    oval = shape_mask(sitter.points[list(lm.FACE_OVAL)], sitter.size)
    away = sitter.local(sitter.pixel_grid()) / sitter.face_width
    about = (np.abs(away[..., 0]) < 0.8) & (away[..., 1] > -0.7) & (away[..., 1] < 0.9)
    doubtful = about & (oval < 0.5) & (sitter.skin > 0.5) & (to_hair < 0.64 * to_skin)
    return bool(doubtful.sum() > MUDDLED * oval.sum())


def is_lost(subject: Subject) -> bool:
    """The person's mask misses a part of their own face: it cannot be trusted elsewhere either."""
    mask = subject.person.person_mask
    oval = shape_mask(subject.person.landmarks[list(lm.FACE_OVAL), :2], (mask.shape[0], mask.shape[1]))
    return float((mask * oval).sum() / max(float(oval.sum()), 1.0)) < 0.85


def _covered(subject: Subject) -> bool:
    """Something that is not skin hides the eyes or the lower face."""
    points = subject.person.landmarks[:, :2]
    left, top = np.floor(points.min(axis=0)).astype(int)
    right, bottom = np.ceil(points.max(axis=0)).astype(int)
    height, width = subject.pixels.shape[:2]
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    if right - left < 24 or bottom - top < 24:
        return True
    zoom = 160 / (right - left)
    crop = cv2.resize(subject.pixels[top:bottom, left:right], None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    local = ((points - [left, top]) * zoom).astype(np.float32)
    lab = to_lab(crop.astype(np.float32) / 255)
    return _dark_glasses(lab, local) or _masked(lab, local, subject)


def _region(lab: Field, outline: np.ndarray) -> np.ndarray:
    inside = shape_mask(outline.astype(np.float32), (lab.shape[0], lab.shape[1])) > 0.5
    return np.asarray(lab[inside], np.float32)


def _dark_glasses(lab: Field, points: np.ndarray) -> bool:
    """Both eyes with their surroundings are far darker than the cheeks, and show no white."""
    cheeks = np.concatenate([_region(lab, points[[117, 118, 50, 205]]), _region(lab, points[[346, 347, 280, 425]])])
    if len(cheeks) < 8:
        return True
    skin = float(np.median(cheeks[:, 0]))
    found = 0
    for run in (lm.RIGHT_EYE, lm.LEFT_EYE):
        hull = cv2.convexHull(points[list(run)].astype(np.float32))[:, 0]
        centre = hull.mean(axis=0)
        around = _region(lab, centre + (hull - centre) * [1.35, 2.1])
        eye = _region(lab, hull)
        if len(around) < 8 or len(eye) < 4:
            return True
        dark = float(np.median(around[:, 0])) < 0.52 * skin
        no_white = float(np.percentile(eye[:, 0], 92)) < 0.72 * skin
        found += dark and no_white
    return found == 2


def _masked(lab: Field, points: np.ndarray, subject: Subject) -> bool:
    """Most of the lower face has no colour that skin can have, though the person's skin has one."""
    if subject.person.look.beard not in (Beard.NONE, Beard.STUBBLE):
        return False
    if float(np.hypot(*subject.person.skin_lab[1:])) < 8:
        return False
    lower = _region(lab, points[[205, 425, 364, 400, 176, 135]])
    if len(lower) < 8:
        return True
    hue = np.degrees(np.arctan2(lower[:, 2], lower[:, 1]))
    chroma = np.hypot(lower[:, 1], lower[:, 2])
    skin_like = (hue > 15) & (hue < 92) & (chroma > 6)
    return float(skin_like.mean()) < 0.5

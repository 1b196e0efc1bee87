"""Where on a body what is likely to lie: places that are almost sure, and priors for the rest."""

from __future__ import annotations

import cv2
import numpy as np

from stylize import landmarks as lm
from stylize.models import Mask
from stylize.photo.frame import Flags, HeadFrame, discs, fill

NEVER = np.float32(-60)
_BROW_GAP = (8, 9, 151)


def scalp(frame: HeadFrame, person: Mask, face: Mask) -> Flags:
    """Over the forehead, where hair begins."""
    top = forehead_top(frame)
    return np.asarray((person > 0.6) & (face < 0.4) & frame.window(across=(0, 0.62), above=(top - 0.12, top + 0.45)))


def beside(frame: HeadFrame, person: Mask) -> Flags:
    """Beside the mouth and the cheeks, farther out than ears and jaw: only hair that falls is part of a person there."""
    return np.asarray((person > 0.6) & frame.window(across=(0.58, 0.85), above=(-0.6, -0.2)))


def falls_beside(frame: HeadFrame, person: Mask, yaw_room: float = 0.3) -> bool:
    """Whether the person's outline is too wide beside the mouth to be a head without falling hair."""
    place = frame.window(across=(0.58, 0.85), above=(-0.6, -0.2))
    left, right = place & (frame.across < 0), place & (frame.across > 0)
    shares = [float(person[side].mean()) if side.any() else 0.0 for side in (left, right)]
    return min(shares) > yaw_room and sum(shares) > 0.9


def face_mask(frame: HeadFrame) -> Mask:
    """The inside of the mesh's outline."""
    return fill(frame.shape, lm.smooth_closed(frame.points[list(lm.FACE_OVAL), :2]))


def sure_skin(frame: HeadFrame) -> Flags:
    """Cheeks, nose and the middle of the forehead without eyes, brows and mouth: no temples, where fringes fall, and
    nothing below the mouth, where beards grow.
    """
    oval = frame.points[list(lm.FACE_OVAL), :2]
    middle = frame.points[lm.NOSE_TIP, :2]
    sure = fill(frame.shape, middle + (oval - middle) * 0.82) > 0.5
    holes = np.zeros(frame.shape, np.uint8)
    for run in (lm.RIGHT_EYE, lm.LEFT_EYE, lm.RIGHT_BROW, lm.LEFT_BROW, lm.LIPS_OUTER):
        holes |= (fill(frame.shape, cv2.convexHull(frame.points[list(run), :2])[:, 0]) > 0.1).astype(np.uint8)
    width = max(3, int(frame.face_width * 0.06) | 1)
    holes = np.asarray(cv2.dilate(holes, np.ones((width, width), np.uint8)), np.uint8)
    brow = discs(frame.shape, frame.points[list(_BROW_GAP)], frame.face_width * 0.05)
    return np.asarray(((sure & (frame.above > -0.38) & (frame.above < 0.1)) | brow) & (holes == 0))


def forehead_top(frame: HeadFrame) -> float:
    """How far above the eyes the mesh ends, in face heights: a little under the hairline."""
    return float((frame.points[lm.FOREHEAD_TOP, :2] - frame.points[lm.BETWEEN_EYES, :2]) @ frame.up) / frame.face_height


def crown(frame: HeadFrame, face: Mask) -> Flags:
    """High on the head, where skin shows on the bald only."""
    return np.asarray((frame.above > forehead_top(frame) + 0.15) & (np.abs(frame.across) < 0.8) & (face < 0.5))


def hair_place(frame: HeadFrame, face: Mask) -> Mask:
    """Log prior: free over and beside the head, ever less likely down the shoulders, never on the middle of the face."""
    below = np.clip(-0.75 - frame.above, 0, None)
    place = -2.2 * below - 6.0 * np.clip(np.abs(frame.across) - 1.0, 0, None)
    on_face = face * np.clip((0.22 - frame.above) / 0.12, 0, 1)
    place = place - 14 * on_face - 1.5 * face
    place[frame.window(across=(0, 0.30), above=(-9, -0.35)) | (frame.above < -2.4)] = NEVER
    return np.asarray(place, np.float32)


def skin_place(frame: HeadFrame, face: Mask) -> Mask:
    neck = frame.window(across=(0, 0.36), above=(-1.05, -0.6))
    beside = frame.window(across=(0.62, 9), above=(-0.6, 9))
    over = np.clip(frame.above - forehead_top(frame) - 0.06, 0, 0.4) * 16
    body = np.clip((-0.95 - frame.above) / 0.2, 0, 1)
    return np.asarray(3.0 * face + 2.5 * neck - (6.0 * beside + over) * (1 - face) - 2.0 * body, np.float32)


def cloth_place(frame: HeadFrame) -> Mask:
    place = np.asarray(-3.0 * np.clip((frame.above + 0.75) / 0.3, 0, 1.5), np.float32)
    place[frame.window(across=(0, 0.6), above=(-0.62, 9)) | (frame.above > 0.1)] = NEVER
    neck = frame.window(across=(0, 0.30), above=(-0.85, -0.6))
    return np.asarray(place - np.float32(3) * neck, np.float32)


def sure_cloth(frame: HeadFrame, person: Mask, skin: Mask) -> Flags:
    """The half of the chest that is least like skin."""
    chest = (person > 0.7) & frame.window(across=(0, 1.6), above=(-2.6, -1.15))
    if chest.sum() < 40:
        return chest
    return np.asarray(chest & (skin < min(-11.0, float(np.median(skin[chest])) + 1)))


def hangs(hair: Flags, frame: HeadFrame) -> bool:
    """Whether hair falls beside the face down to the mouth."""
    beside = hair & frame.window(across=(0.5, 1.1), above=(-0.7, -0.35))
    return bool(beside.sum() > 0.03 * frame.face_width * frame.face_height)

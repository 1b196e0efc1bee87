"""Hair: where it is, its colour, and which of the sculpted styles it comes nearest to."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from stylize import landmarks as lm
from stylize.models import Hair, Mask
from stylize.photo.frame import Flags, HeadFrame, blur, fill
from stylize.photo.palette import Lab, clusters, distance

_CROWN = 0.25
_UNLIKE_SKIN = 9.0


@dataclass(frozen=True, kw_only=True, slots=True)
class HairFound:
    """`mask` (h, w) float32; `colour` CIELAB; `area` in face boxes; `top`: how high it stands, in face heights above the
    eyes; `reach`: how far it stands out at each level of `LEVELS`, (left, right) in face widths.
    """

    mask: Mask
    colour: Lab
    area: float
    top: float
    reach: dict[str, tuple[float, float]]


LEVELS = {"brow": 0.1, "eye": 0.0, "nose": -0.25, "mouth": -0.45, "chin": -0.7, "neck": -0.95, "shoulder": -1.25}


def find_hair(lab: Lab, frame: HeadFrame, person: Mask, skin: Lab) -> HairFound:
    """The hair of the head `frame` in the picture `lab` (h, w, 3 CIELAB), given the `skin` colour."""
    colour, there = _colour(lab, frame, person, skin)
    mask = _mask(lab, frame, person, skin, colour) if there else np.zeros(frame.shape, bool)
    area = float(mask.sum() / (frame.face_width * frame.face_height))
    middle = mask & (np.abs(frame.across) < 0.25)
    top = float(np.percentile(frame.above[middle], 98)) if middle.sum() > 60 else 0.5
    reach = {name: (_reach(mask, frame, level, -1), _reach(mask, frame, level, 1)) for name, level in LEVELS.items()}
    return HairFound(mask=blur(mask.astype(np.float32), 1.2), colour=colour, area=area, top=top, reach=reach)


def _skin_distance(lab: Lab, skin: Lab) -> Mask:
    gap = (lab - skin) * np.array([0.55, 1.3, 1.3], np.float32)
    return np.asarray(np.sqrt((gap * gap).sum(axis=-1)), np.float32)


def _colour(lab: Lab, frame: HeadFrame, person: Mask, skin: Lab) -> tuple[Lab, bool]:
    """The hair colour, and whether there is hair at all: the crown's clusters that do not look like skin."""
    face = fill(frame.shape, frame.points[list(lm.FACE_OVAL)])
    crown = (person > 0.6) & (face < 0.5) & frame.window(across=(0, 0.95), above=(_CROWN, 1.0))
    seen = lab[crown]
    if len(seen) < 50:
        return np.array([15, 2, 3], np.float32), False
    centres, shares = clusters(seen, 3)
    apart = _skin_distance(centres, skin)
    hair = (apart > _UNLIKE_SKIN) & (shares > 0.12)
    if not hair.any():
        return centres[np.argmax(apart)], False
    weight = shares[hair]
    return np.asarray((centres[hair] * weight[:, None]).sum(axis=0) / weight.sum(), np.float32), True


def _mask(lab: Lab, frame: HeadFrame, person: Mask, skin: Lab, colour: Lab) -> Flags:
    """Nearer to the hair's colour than to the skin's, grown from the crown, off the face."""
    oval = frame.points[list(lm.FACE_OVAL), :2]
    chin = frame.points[lm.CHIN, :2]
    face = fill(frame.shape, chin + (oval - chin) * 0.96) > 0.5
    from_hair = distance(lab, colour, lightness=0.55)
    likely = 1 / (1 + np.exp((from_hair - _skin_distance(lab, skin)) / 4))
    likely[(person < 0.5) | (from_hair > 34) | (frame.above < -1.6) | (np.abs(frame.across) > 1.3)] = 0
    mask = blur(likely.astype(np.float32), frame.face_width * 0.012) > 0.5
    mask &= ~(frame.window(across=(0, 0.33), above=(-9, -0.30)) | (face & (frame.above < 0.16)))
    crown = mask & frame.window(across=(0, 0.6), above=(0.3, 0.95))
    mask = _grown_from(mask, crown)
    return _tidy(mask, frame)


def _grown_from(mask: Flags, seed: Flags) -> Flags:
    """The connected pieces of `mask` that touch `seed`."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8))
    wanted = np.unique(labels[seed])
    return np.asarray(np.isin(labels, wanted[wanted > 0]))


def _tidy(mask: Flags, frame: HeadFrame) -> Flags:
    """Small holes filled, thin threads cut."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8))
    small = stats[:, cv2.CC_STAT_AREA] < 0.05 * frame.face_width * frame.face_height
    small[0] = False
    mask = mask | small[labels]
    width = max(3, int(frame.face_width * 0.035) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, kernel) > 0


def _reach(mask: Flags, frame: HeadFrame, level: float, side: int) -> float:
    band = mask & (np.abs(frame.above - level) < 0.05) & (frame.across * side > 0.3)
    enough = frame.face_width * 0.02 * frame.face_height * 0.05
    return float(np.percentile(np.abs(frame.across[band]), 97)) if band.sum() > enough else 0.0


def guess_style(hair: HairFound) -> Hair:
    """Which of the sculpted styles the hair comes nearest to."""
    out = {name: max(sides) for name, sides in hair.reach.items()}
    both = {name: min(sides) for name, sides in hair.reach.items()}
    if hair.area < 0.05:
        return Hair.BALD
    if (both["chin"] > 0.3 and both["neck"] > 0.3) or (out["neck"] > 0.5 and out["chin"] > 0.55):
        return Hair.LONG if out["shoulder"] > 0.45 or out["neck"] > 0.8 else Hair.BOB
    if out["mouth"] > 0.5:
        return Hair.BOB
    if out["nose"] > 0.5 and out["eye"] > 0.66:
        return Hair.PIXIE
    if hair.top > 0.66 or hair.area > 0.5:
        return Hair.SHORT
    if hair.colour[0] > 62:
        return Hair.THIN
    return Hair.BUZZ

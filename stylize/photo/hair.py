"""Hair: its colour, its shape, and which of the sculpted styles it comes nearest to."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from stylize import landmarks as lm
from stylize.models import Hair, Mask
from stylize.photo.frame import Flags, HeadFrame, blur, fill
from stylize.photo.palette import Lab, chroma

LEVELS = {"brow": 0.1, "eye": 0.0, "nose": -0.25, "mouth": -0.45, "chin": -0.7, "neck": -0.95, "shoulder": -1.25}
"""Heights, in face heights above the eyes, at which the hair's reach is taken."""

_DEFAULT = np.array([18, 3, 5], np.float32)


@dataclass(frozen=True, kw_only=True, slots=True)
class HairShape:
    """`area` in face boxes; `top`: how high it stands above the eyes, in face heights; `crown`: how wide it is over
    the forehead, in face widths; `streaks`: how restless its light is, in L; `reach`: how far it stands out at each of
    `LEVELS`, (left, right) in face widths; `fall`: how far below the eyes it hangs, straight down, in face heights;
    `crown_seen`: whether the top of the head is in the picture.
    """

    area: float
    top: float
    crown: float
    streaks: float
    reach: dict[str, tuple[float, float]]
    fall: float
    crown_seen: bool


def hair_colour(lab: Lab, hair: Mask, frame: HeadFrame) -> Lab:
    """CIELAB of the hair's lit middle: neither its shine nor the dark between the strands; of the brows on a bald head."""
    sure = hair > 0.8
    seen = lab[sure & (frame.above > -0.5)] if (sure & (frame.above > -0.5)).sum() > 60 else lab[sure]
    if len(seen) < 30:
        return _brow_colour(lab, frame)
    low, high = np.percentile(seen[:, 0], [35, 80])
    return np.asarray(np.median(seen[(seen[:, 0] >= low) & (seen[:, 0] <= high)], axis=0), np.float32)


def _brow_colour(lab: Lab, frame: HeadFrame) -> Lab:
    """The darker third of what lies in the brows."""
    hulls = [cv2.convexHull(frame.points[list(run), :2])[:, 0] for run in (lm.RIGHT_BROW, lm.LEFT_BROW)]
    seen = np.concatenate([lab[fill(frame.shape, hull) > 0.6] for hull in hulls])
    if len(seen) < 30:
        return _DEFAULT
    return np.asarray(np.median(seen[seen[:, 0] <= np.percentile(seen[:, 0], 33)], axis=0), np.float32)


def hair_shape(lab: Lab, hair: Mask, frame: HeadFrame) -> HairShape:
    """Extents of the `hair` mask in the head's own frame."""
    mask = hair > 0.5
    middle = mask & (np.abs(frame.across) < 0.25)
    over = mask & (np.abs(frame.above - 0.5) < 0.08)
    light = np.ascontiguousarray(lab[..., 0])
    detail = np.abs(light - blur(light, frame.face_width * 0.03))
    down = (np.arange(frame.shape[0], dtype=np.float32) - frame.points[lm.BETWEEN_EYES, 1]) / frame.face_height
    rows = np.repeat(down, mask.sum(axis=1))
    low = rows[rows > 0.45]
    hangs = len(low) > 0.03 * frame.face_width * frame.face_height
    return HairShape(
        fall=float(np.percentile(low, 97)) if hangs else 0.0,
        crown_seen=bool(frame.place(0, 0.62)[1] > 0),
        area=float(mask.sum() / (frame.face_width * frame.face_height)),
        top=float(np.percentile(frame.above[middle], 98)) if middle.sum() > 60 else 0.5,
        crown=float(np.percentile(np.abs(frame.across[over]), 97)) if over.sum() > 60 else 0.5,
        streaks=float(detail[mask].mean()) if mask.any() else 0.0,
        reach={name: (_reach(mask, frame, level, -1), _reach(mask, frame, level, 1)) for name, level in LEVELS.items()},
    )


def _reach(mask: Flags, frame: HeadFrame, level: float, side: int) -> float:
    band = mask & (np.abs(frame.above - level) < 0.05) & (frame.across * side > 0.3)
    enough = frame.face_width * 0.02 * frame.face_height * 0.05
    return float(np.percentile(np.abs(frame.across[band]), 97)) if band.sum() > enough else 0.0


def crown_lightness(lab: Lab, person: Mask, frame: HeadFrame) -> float | None:
    """Lightness of the top of the head, whatever covers it; None where it is not in the picture."""
    top = (person > 0.7) & frame.window(across=(0, 0.4), above=(0.5, 0.62))
    return float(np.median(lab[top][:, 0])) if top.sum() > 60 else None


def guess_style(shape: HairShape, colour: Lab) -> Hair:
    """Which of the sculpted styles the hair comes nearest to."""
    out = {name: max(sides) for name, sides in shape.reach.items()}
    both = {name: min(sides) for name, sides in shape.reach.items()}
    if shape.area < 0.06:
        return Hair.BALD if shape.crown_seen else Hair.SHORT
    if shape.fall > 1.2:
        return Hair.WAVY if shape.streaks > 5.5 and out["chin"] > 0.85 else Hair.LONG
    if shape.top > 0.95 and shape.crown > 0.72 and out["brow"] > 0.72 and colour[0] < 50 and shape.streaks > 5:
        return Hair.AFRO
    if shape.fall > 0.72:
        return Hair.BOB
    if shape.top > 1.02 and shape.crown < 0.6:
        return Hair.BUN
    if out["nose"] > 0.5 and out["eye"] > 0.62 and both["brow"] > 0.5:
        return Hair.PIXIE
    if shape.top > 0.74 and shape.crown > 0.6 and shape.streaks > 6.5 and colour[0] < 45:
        return Hair.CURLY
    if shape.top > 0.7 or shape.area > 0.55:
        return Hair.SHORT
    if colour[0] > 60 and chroma(colour) < 14:
        return Hair.THIN
    return Hair.BUZZ

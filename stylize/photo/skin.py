"""Skin: its colour, robust against shadow, shine and make-up, and where it shows."""

from __future__ import annotations

import numpy as np

from stylize import landmarks as lm
from stylize.models import Mask
from stylize.photo.frame import HeadFrame, blur, discs, fill
from stylize.photo.palette import Lab


def skin_colour(lab: Lab, frame: HeadFrame) -> Lab:
    """CIELAB of the bare skin: cheeks, forehead and nose, without the darkest fifth and the shiny third."""
    places = frame.points[[*lm.CHEEKS, *lm.FOREHEAD[:1], 195]]
    seen = lab[discs(frame.shape, places, frame.face_width * 0.045)]
    low, high = np.percentile(seen[:, 0], [20, 68])
    return np.asarray(np.median(seen[(seen[:, 0] >= low) & (seen[:, 0] <= high)], axis=0), np.float32)


def skin_mask(lab: Lab, frame: HeadFrame, person: Mask, hair: Mask, skin: Lab) -> Mask:
    """(h, w) float32: the face, and what below it has the skin's colour (neck, shoulders)."""
    face = fill(frame.shape, frame.points[list(lm.FACE_OVAL)])
    gap = (lab - skin) * np.array([0.35, 1.0, 1.0], np.float32)
    # Shadow under the chin darkens; it hardly changes the hue.
    likely = 1 / (1 + np.exp((np.sqrt((gap * gap).sum(axis=-1)) - 13) / 3))
    likely[(person < 0.5) | (frame.above > -0.2)] = 0
    below = blur(likely.astype(np.float32), frame.face_width * 0.012)
    return np.asarray(np.maximum(face, below) * (1 - hair), np.float32)

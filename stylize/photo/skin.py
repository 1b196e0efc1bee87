"""The colour of the skin, measured, and cleaned for paint and plastic."""

from __future__ import annotations

import numpy as np

from stylize import landmarks as lm
from stylize.photo.frame import HeadFrame, discs
from stylize.photo.palette import Lab, chroma, hue

_DEFAULT = np.array([64, 15, 20], np.float32)
_USUAL_LIGHTNESS = 60.0
_TRUST_IN_LIGHT = 0.85
_USUAL_EYE_WHITE = 58.0
_MOST_LIFT = 1.28
_HUES = (44.0, 67.0)
_PLACES = (50, 280, 205, 425, 117, 346, 195, 4, 187, 411, 36, 266, 199, 175, 210, 430, 192, 416, 164)
_UNLIKE = 22.0
_BETWEEN = (9, 8, 168, 6)
COVERED = 0.5
"""From this `covered_share` on a face counts as covered."""


def skin_colour(lab: Lab, frame: HeadFrame) -> Lab:
    """CIELAB of the bare skin as the photo shows it: cheeks, nose and the middle of the forehead.

    The darkest fifth (shadow, stubble) and the lightest third (shine) are left out, and so is what differs from the
    rest (a strand of hair, a frame).
    """
    seen = lab[discs(frame.shape, frame.points[[*lm.CHEEKS, *lm.FOREHEAD[:1], 195]], frame.face_width * 0.045)]
    if len(seen) < 12:
        return _DEFAULT
    middle = np.median(seen, axis=0)
    usual = seen[np.abs(seen - middle).max(axis=1) < 22]
    usual = usual if len(usual) > 12 else seen
    low, high = np.percentile(usual[:, 0], [20, 68])
    return np.asarray(np.median(usual[(usual[:, 0] >= low) & (usual[:, 0] <= high)], axis=0), np.float32)


def covered_share(lab: Lab, frame: HeadFrame) -> float:
    """How much of the face does not look like the skin between the eyes, 0 to 1: a mask, a scarf, a cup, a glove."""
    seen = []
    bare = lab[discs(frame.shape, frame.points[list(_BETWEEN)], frame.face_width * 0.03)]
    skin = np.median(bare, axis=0) if len(bare) > 8 else _DEFAULT
    for index in _PLACES:
        place = lab[discs(frame.shape, frame.points[[index]], frame.face_width * 0.03)]
        if len(place) > 4:
            gap = (np.median(place, axis=0) - skin) * np.array([0.4, 1, 1])
            seen.append(float(np.linalg.norm(gap)) > _UNLIKE)
    return float(np.mean(seen)) if seen else 0.0


def clean_skin(measured: Lab, eye_white: float | None = None) -> Lab:
    """The skin without the photo's colour cast, and with a part of its exposure taken out.

    Human skin of every tone lies in a narrow band of hues, most colourful in the middle lightnesses (Xiao et al. 2017,
    "Characterising the variations in ethnic skin colours"); what a lamp or a filter moved out of it comes back to the
    edge. Lightness is drawn a little towards the middle, since half of its scatter is exposure. Where the whites of the
    eyes (`eye_white`, their lightness) are dark as well, it is the light that is missing, and it is given back in part.
    """
    if eye_white is not None and measured[0] < _USUAL_LIGHTNESS:
        lift = float(np.clip(_USUAL_EYE_WHITE / max(eye_white, 1), 1, _MOST_LIFT)) - 1
        measured = measured * np.array([1 + 0.9 * lift, 1 - 0.25 * lift, 1 + 0.08 * lift], np.float32)
    light = _USUAL_LIGHTNESS + (float(measured[0]) - _USUAL_LIGHTNESS) * _TRUST_IN_LIGHT
    light = float(np.clip(light, 26, 84))
    low, high = (
        np.interp(light, [26, 45, 60, 84], [9, 17, 16, 11]),
        np.interp(light, [26, 45, 60, 84], [22, 32, 34, 25]),
    )
    angle = np.radians(np.clip(hue(measured), *_HUES))
    strength = float(np.clip(chroma(measured), low, high))
    return np.array([light, strength * np.cos(angle), strength * np.sin(angle)], np.float32)

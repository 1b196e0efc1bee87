"""How underexposed the face is, told by the white of the eyes."""

from __future__ import annotations

import numpy as np

from stylize import landmarks as lm
from stylize.colour import hex_to_lab, to_lab
from stylize.engines.painting.ink import shape_mask
from stylize.models import Look, Subject

EYE_WHITE = 47.0
"""L that the lightest tenth of open eyes reaches in a fairly lit photo, whatever the skin."""
MOST = 1.30


def exposure_gain(subject: Subject, look: Look) -> float:
    """By how much to raise lightness, 1 to `MOST`. 1 when the skin's colour was given, or corrected, by others."""
    person = subject.person
    wanted = float(hex_to_lab(look.skin_colour)[0])
    if look.skin_colour != person.look.skin_colour or abs(wanted - person.skin_lab[0]) > 3 or wanted > 60:
        return 1.0
    height, width = subject.pixels.shape[:2]
    lightest = []
    for run in (lm.RIGHT_EYE, lm.LEFT_EYE):
        outline = person.landmarks[list(run), :2]
        left, top = np.floor(outline.min(axis=0)).astype(int)
        right, bottom = np.ceil(outline.max(axis=0)).astype(int) + 1
        left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
        if right - left < 4 or bottom - top < 3:
            continue
        inside = shape_mask(outline - [left, top], (bottom - top, right - left)) > 0.6
        if inside.sum() < 8:
            continue
        lab = to_lab(subject.pixels[top:bottom, left:right].astype(np.float32) / 255)
        lightest.append(float(np.percentile(lab[..., 0][inside], 90)))
    if not lightest:
        return 1.0
    return float(np.clip(EYE_WHITE / max(max(lightest), 20.0), 1.0, MOST))


def photo_gain(subject: Subject, look: Look) -> float:
    """By how much to raise the photo's own pixels, 1 to `MOST`: to where the skin's colour was corrected to, if it was."""
    person = subject.person
    corrected = float(hex_to_lab(person.look.skin_colour)[0]) / max(person.skin_lab[0], 10.0)
    return float(np.clip(max(exposure_gain(subject, look), corrected), 1.0, MOST))

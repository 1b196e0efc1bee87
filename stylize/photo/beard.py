"""Whether a beard grows on the lower face, and which of the sculpted ones it comes nearest to.

Hair on skin is darker than the cheeks and paler in colour than a shadow would leave it: a shadow takes lightness and
chroma away alike. White hair is paler at the same lightness. Where in doubt: none.
"""

from __future__ import annotations

import numpy as np

from stylize import landmarks as lm
from stylize.models import Beard, Mask
from stylize.photo.frame import Flags, HeadFrame, blur, discs, fill
from stylize.photo.palette import Lab

_MOUSTACHE = (64, 98, 97, 2, 326, 327, 294, 410, 409, 270, 269, 267, 0, 37, 39, 40, 185, 186)
_CHIN = (181, 84, 17, 314, 405, 378, 400, 377, 152, 148, 176, 149)
_RIGHT_JAW = (58, 172, 136, 150, 210, 212, 214, 192)
_LEFT_JAW = (288, 397, 365, 379, 430, 432, 434, 416)
_DENSE, _SPARSE = 0.5, 0.55


def guess_beard(lab: Lab, frame: HeadFrame) -> Beard:
    """The beard of the head `frame` in the picture `lab` (h, w, 3 CIELAB)."""
    dense, sparse = shares(lab, frame)
    lip, chin, jaw = dense
    if chin > _DENSE and jaw > 0.45:
        return Beard.FULL
    if chin > _DENSE and lip > 0.35:
        return Beard.GOATEE
    if lip > 0.6:
        return Beard.MOUSTACHE
    return Beard.STUBBLE if min(sparse) > _SPARSE else Beard.NONE


def shares(lab: Lab, frame: HeadFrame) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """(moustache, chin, jaw): how much of each place looks like dense hair, and how much like short stubble."""
    cheeks = lab[discs(frame.shape, frame.points[[50, 280, 117, 346]], frame.face_width * 0.05)]
    light, pale = float(np.median(cheeks[:, 0])), float(np.median(np.hypot(cheeks[:, 1], cheeks[:, 2])))
    rough = _roughness(lab, frame)
    smooth = float(np.median(rough[discs(frame.shape, frame.points[[50, 280, 117, 346]], frame.face_width * 0.05)]))
    dense, sparse = _hairy(lab, light, pale, rough > 1.0 + 1.5 * smooth)
    lips = fill(frame.shape, frame.points[list(lm.LIPS_OUTER)]) < 0.1

    def share(marks: Flags, *places: tuple[int, ...]) -> float:
        there = [fill(frame.shape, frame.points[list(place)]) > 0.5 for place in places]
        return float(np.mean([marks[place & lips].mean() if (place & lips).any() else 0.0 for place in there]))

    return (
        (share(dense, _MOUSTACHE), share(dense, _CHIN), share(dense, _RIGHT_JAW, _LEFT_JAW)),
        (share(sparse, _MOUSTACHE), share(sparse, _CHIN), share(sparse, _RIGHT_JAW, _LEFT_JAW)),
    )


def _roughness(lab: Lab, frame: HeadFrame) -> Mask:
    """How streaky the light is, in L."""
    light = np.ascontiguousarray(lab[..., 0])
    streaks = np.abs(light - blur(light, frame.face_width * 0.012))
    return blur(streaks, frame.face_width * 0.02)


def _hairy(lab: Lab, light: float, pale: float, rough: Flags) -> tuple[Flags, Flags]:
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    # Less light scales L + 16, a and b of CIELAB by the same factor.
    in_shadow = pale * np.clip((lab[..., 0] + 16) / (light + 16), 0.1, 1.2)
    missing = 1 - chroma / np.maximum(in_shadow, 3)
    darker = light - lab[..., 0]
    dark_hair = ((darker > 0.2 * light) & (missing > 0.22)) | (darker > 0.48 * light)
    white_hair = (darker > -25) & (missing > 0.55) & rough
    return dark_hair | white_hair, (darker > 0.1 * light) & (missing > 0.13)

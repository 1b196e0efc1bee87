"""Which pixels are hair, skin and clothes.

Every photo teaches its own colours: small mixtures of Gaussians in CIELAB are fitted to places that are almost surely
skin (the middle of the face), background (outside of the person), hair (over the forehead) and clothes (the chest), each
pixel is given to the most likely of the four with a prior for where on a body it lies, and the mixtures of hair and
clothes are fitted once more to what they won.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from stylize.models import Mask
from stylize.photo import places
from stylize.photo.frame import Flags, HeadFrame, blur
from stylize.photo.mixture import Mixture, fit
from stylize.photo.palette import Lab

_BALD_SHARE = 0.14
_UNLIKE_SKIN, _UNLIKE_SKIN_GREY = -15.0, -10.5
_EVEN = np.float32(-13.5)
"""The log likelihood of a colour if all of CIELAB and every grain were equally likely."""
_ROUNDS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """(h, w) float32 each, 0 to 1, together at most 1. `crown_share`: how much of the scalp's place is hair."""

    hair: Mask
    skin: Mask
    clothes: Mask
    crown_share: float


def find_parts(lab: Lab, frame: HeadFrame, person: Mask) -> Parts:
    """Parts of the person in `lab` (h, w, 3), given where the `person` is."""
    face = places.face_mask(frame)
    seen = _with_grain(lab, frame)
    skin_model = _skin_model(seen, frame)
    if skin_model is None:
        nothing = np.zeros(frame.shape, np.float32)
        return Parts(hair=nothing, skin=np.minimum(face, person), clothes=nothing, crown_share=0.0)
    skin = _skin_likelihood(skin_model, seen, frame)
    outside = (person < 0.15) & (np.abs(frame.across) < 1.6) & (frame.above > -1.3)
    background = _or_flat(fit(seen[outside], 5), seen) + np.log(np.clip(1 - person, 1e-4, 1)) * 1.5
    inside = np.log(np.clip(person, 1e-4, 1)) * 1.5
    unlike_skin = _UNLIKE_SKIN_GREY if _is_colourless(skin_model) else _UNLIKE_SKIN
    scalp = places.scalp(frame, person, face)
    hair_seed = scalp & (skin < unlike_skin)
    share = float(hair_seed.sum() / scalp.sum()) if scalp.sum() > 40 else 0.0
    falls = places.falls_beside(frame, person)
    if share < _BALD_SHARE and falls:
        hair_seed, share = places.beside(frame, person) | (scalp & places.crown(frame, face)), 2 * _BALD_SHARE
    cloth_seed = places.sure_cloth(frame, person, skin)
    cloth_place, skin_place = places.cloth_place(frame), places.skin_place(frame, face)
    hair_place = places.hair_place(frame, face)
    won = np.zeros(frame.shape, np.intp)
    won_hair = np.zeros(frame.shape, np.bool_)
    for turn in range(_ROUNDS):
        hair_model = fit(seen[hair_seed], 3) if share > _BALD_SHARE else None
        cloth = _or_flat(fit(seen[cloth_seed], 5), seen) + cloth_place
        hair = (
            np.full(frame.shape, places.NEVER) if hair_model is None else hair_model.log_likelihood(seen) + hair_place
        )
        chances = _smooth(np.stack([background, hair + inside, skin + skin_place + inside, cloth + inside]), frame)
        won = chances.argmax(axis=0)
        won_hair = _grow(won == 1, frame)
        if turn + 1 < _ROUNDS:
            sure = chances.max(axis=0) > 0.8
            hair_seed, cloth_seed = won_hair & sure, (won == 3) & sure
            if hair_model is not None and (falls or places.hangs(won_hair, frame)):
                # Nobody with hair to the shoulders shows a bare crown: what looks like skin there is fair hair.
                crown = places.crown(frame, face)
                bare = crown | (frame.window(across=(0.6, 9), above=(-0.6, 9)) & (face < 0.5))
                skin_place = np.asarray(skin_place - 14 * bare, np.float32)
                hair_seed = hair_seed | ((won_hair | (won == 2)) & crown & (person > 0.7))
    return _soften(won, won_hair, frame, person, face, share)


def _skin_likelihood(model: Mixture, seen: Lab, frame: HeadFrame) -> Mask:
    """Below the face the skin may lie in the chin's shade."""
    shaded = _in_shade(model).log_likelihood(seen) - np.float32(0.5)
    lit = model.log_likelihood(seen)
    return np.asarray(np.where(frame.above < -0.5, np.maximum(lit, shaded), lit), np.float32)


def _is_colourless(model: Mixture) -> bool:
    return bool(np.hypot(model.centres[:, 1], model.centres[:, 2]).max() < 4)


def _with_grain(lab: Lab, frame: HeadFrame) -> Lab:
    """(h, w, 4): the colour, a little smoothed, and how finely streaked the place is (hair is, skin is not)."""
    fine = frame.face_width * 0.008
    light = np.ascontiguousarray(lab[..., 0])
    streaks = np.abs(light - blur(light, fine * 1.6))
    grain = np.minimum(blur(streaks, fine * 2.5), 12) * 1.2
    return np.concatenate([blur(lab, fine), grain[..., None]], axis=-1)


def _skin_model(seen: Lab, frame: HeadFrame) -> Mixture | None:
    """Fitted to the sure places, once roughly, then without what the rough one finds odd (strands, shine, frames)."""
    sample = seen[places.sure_skin(frame)]
    if len(sample) < 40:
        return None
    middle = np.median(sample, axis=0)
    usual = np.abs((sample - middle) / np.array([16, 7, 8, 6], np.float32)).max(axis=1) < 1.6
    found = fit(sample[usual], 4, floor=(6.0, 2.5, 2.5, 2.0))
    return None if found is None else _with_shine(found)


def _with_shine(skin: Mixture) -> Mixture:
    """Skin also shines: lighter and paler than any of the cheeks, never yellower."""
    light = skin.centres[np.argmax(skin.centres[:, 0])]
    shine = light * np.array([1, 0.75, 0.8, 1]) + np.array([11, 0, 0, 0])
    return Mixture(
        centres=np.concatenate([skin.centres, shine[None]]).astype(np.float32),
        spreads=np.concatenate([skin.spreads, [[7, 4, 5, 2.5]]]).astype(np.float32),
        shares=np.append(skin.shares * 0.85, 0.15).astype(np.float32),
    )


def _in_shade(skin: Mixture) -> Mixture:
    """The same skin under the chin: darker, hardly paler."""
    return Mixture(
        centres=skin.centres * np.array([0.76, 0.97, 0.97, 1], np.float32),
        spreads=skin.spreads * np.array([1.2, 1.1, 1.1, 1.3], np.float32),
        shares=skin.shares,
    )


def _or_flat(model: Mixture | None, seen: Lab) -> Mask:
    """Anything may be worn or stand behind: no colour is less likely than if all were equally so."""
    flat = np.full(seen.shape[:2], _EVEN, np.float32)
    return flat if model is None else np.maximum(model.log_likelihood(seen), flat)


def _smooth(scores: Mask, frame: HeadFrame) -> Mask:
    """Log scores (4, h, w) → chances, with the neighbours asked too."""
    scores = np.maximum(scores, scores.max(axis=0) - 12)
    scores = np.stack([blur(layer, frame.face_width * 0.016) for layer in scores])
    chances = np.exp(scores - scores.max(axis=0))
    return np.asarray(chances / chances.sum(axis=0), np.float32)


def _grow(hair: Flags, frame: HeadFrame) -> Flags:
    """The hair that hangs together with the crown; threads cut, holes filled."""
    width = max(3, int(frame.face_width * 0.035) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    opened = cv2.morphologyEx(hair.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    _, labels = cv2.connectedComponents(opened)
    crown = np.unique(labels[(opened > 0) & frame.window(across=(0, 0.65), above=(0.25, 1.1))])
    grown = np.isin(labels, crown[crown > 0])
    _, holes, stats, _ = cv2.connectedComponentsWithStats((~grown).astype(np.uint8))
    small = stats[:, cv2.CC_STAT_AREA] < 0.03 * frame.face_width * frame.face_height
    small[0] = False
    return np.asarray(grown | small[holes])


def _soften(won: npt.NDArray[np.intp], hair: Flags, frame: HeadFrame, person: Mask, face: Mask, share: float) -> Parts:
    """Hard parts → soft edges that follow the person's outline and never sum to more than one."""
    sigma = frame.face_width * 0.006
    hair_mask = blur(hair.astype(np.float32), sigma) * np.clip(person * 1.4, 0, 1)
    below_face = (won == 2) & ~hair & (person > 0.4)
    skin = np.maximum(blur(below_face.astype(np.float32), sigma), face * np.clip(person * 2, 0, 1)) * (1 - hair_mask)
    cloth = blur(((won == 3) & ~hair & (person > 0.4)).astype(np.float32), sigma) * (1 - hair_mask) * (1 - skin)
    return Parts(
        hair=np.asarray(hair_mask, np.float32),
        skin=np.asarray(skin, np.float32),
        clothes=np.asarray(cloth, np.float32),
        crown_share=share,
    )

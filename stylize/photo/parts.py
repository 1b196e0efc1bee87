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

from stylize import landmarks as lm
from stylize.models import Mask
from stylize.photo.frame import Flags, HeadFrame, blur, discs, fill
from stylize.photo.mixture import Mixture, fit
from stylize.photo.palette import Lab

_NEVER = np.float32(-60)
_BALD_SHARE = 0.14
_EVEN = np.float32(-13.5)
"""The log likelihood of a colour if all of CIELAB and every grain were equally likely."""
_BROW_GAP = (8, 9, 151)
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
    face = face_mask(frame)
    seen = _with_grain(lab, frame)
    skin_model = _skin_model(seen, frame)
    if skin_model is None:
        nothing = np.zeros(frame.shape, np.float32)
        return Parts(hair=nothing, skin=np.minimum(face, person), clothes=nothing, crown_share=0.0)
    skin = skin_model.log_likelihood(seen)
    shaded = _in_shade(skin_model).log_likelihood(seen)
    skin = np.where(frame.above < -0.5, np.maximum(skin, shaded - 0.5), skin)
    outside = (person < 0.15) & (np.abs(frame.across) < 1.6) & (frame.above > -1.3)
    background = _or_flat(fit(seen[outside], 5), seen) + np.log(np.clip(1 - person, 1e-4, 1)) * 1.5
    inside = np.log(np.clip(person, 1e-4, 1)) * 1.5
    hair_seed, share = _hair_seed(frame, person, face, skin)
    cloth_seed = _cloth_seed(frame, person, skin)
    cloth_place, hair_place, skin_place = _cloth_place(frame), _hair_place(frame, face), _skin_place(frame, face)
    won = np.zeros(frame.shape, np.intp)
    won_hair = np.zeros(frame.shape, np.bool_)
    for turn in range(_ROUNDS):
        hair_model = fit(seen[hair_seed], 3) if share > _BALD_SHARE else None
        cloth = _or_flat(fit(seen[cloth_seed], 5), seen) + cloth_place
        hair = np.full(frame.shape, _NEVER) if hair_model is None else hair_model.log_likelihood(seen) + hair_place
        chances = _smooth(np.stack([background, hair + inside, skin + skin_place + inside, cloth + inside]), frame)
        won = chances.argmax(axis=0)
        won_hair = _grow(won == 1, frame)
        if turn + 1 < _ROUNDS:
            sure = chances.max(axis=0) > 0.8
            hair_seed, cloth_seed = won_hair & sure, (won == 3) & sure
            if _hangs(won_hair, frame):
                # Nobody with hair to the shoulders shows a bare crown: what looks like skin there is fair hair.
                crown = np.clip((frame.above - _forehead_top(frame) - 0.1) / 0.1, 0, 1)
                skin_place = skin_place - 14 * (crown + frame.window(across=(0.6, 9), above=(-0.6, 9))) * (1 - face)
                hair_seed = hair_seed | (won_hair | (won == 2)) & (crown > 0.9) & (person > 0.7)
    return _soften(won, won_hair, frame, person, face, share)


def _with_grain(lab: Lab, frame: HeadFrame) -> Lab:
    """(h, w, 4): the colour, a little smoothed, and how finely streaked the place is (hair is, skin is not)."""
    fine = frame.face_width * 0.008
    light = np.ascontiguousarray(lab[..., 0])
    streaks = np.abs(light - blur(light, fine * 1.6))
    grain = np.minimum(blur(streaks, fine * 2.5), 12) * 1.2
    return np.concatenate([blur(lab, fine), grain[..., None]], axis=-1)


def _skin_model(seen: Lab, frame: HeadFrame) -> Mixture | None:
    """Fitted to the sure places, once roughly, then without what the rough one finds odd (strands, shine, frames)."""
    sample = seen[_sure_skin(frame)]
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


def _hair_seed(frame: HeadFrame, person: Mask, face: Mask, skin: Mask) -> tuple[Flags, float]:
    """Places over the forehead that do not look like skin, and how large a share of the scalp they are."""
    top = _forehead_top(frame)
    scalp = (person > 0.6) & (face < 0.4) & frame.window(across=(0, 0.62), above=(top - 0.12, top + 0.45))
    unlike = scalp & (skin < -15)
    return np.asarray(unlike), float(unlike.sum() / max(int(scalp.sum()), 1)) if scalp.sum() > 40 else 0.0


def _hangs(hair: Flags, frame: HeadFrame) -> bool:
    """Whether hair falls beside the face down to the mouth."""
    beside = hair & frame.window(across=(0.5, 1.1), above=(-0.7, -0.35))
    return bool(beside.sum() > 0.03 * frame.face_width * frame.face_height)


def _cloth_seed(frame: HeadFrame, person: Mask, skin: Mask) -> Flags:
    """The half of the chest that is least like skin."""
    chest = (person > 0.7) & frame.window(across=(0, 1.6), above=(-2.6, -1.15))
    if chest.sum() < 40:
        return chest
    return np.asarray(chest & (skin < min(-11.0, float(np.median(skin[chest])) + 1)))


def face_mask(frame: HeadFrame) -> Mask:
    """The inside of the mesh's outline."""
    return fill(frame.shape, lm.smooth_closed(frame.points[list(lm.FACE_OVAL), :2]))


def _sure_skin(frame: HeadFrame) -> Flags:
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


def _forehead_top(frame: HeadFrame) -> float:
    """How far above the eyes the mesh ends, in face heights: a little under the hairline."""
    return float((frame.points[lm.FOREHEAD_TOP, :2] - frame.points[lm.BETWEEN_EYES, :2]) @ frame.up) / frame.face_height


def _hair_place(frame: HeadFrame, face: Mask) -> Mask:
    """Log prior: free over and beside the head, ever less likely down the shoulders, never on the middle of the face."""
    below = np.clip(-0.75 - frame.above, 0, None)
    place = -2.2 * below - 6.0 * np.clip(np.abs(frame.across) - 1.0, 0, None)
    on_face = face * np.clip((0.22 - frame.above) / 0.12, 0, 1)
    place = place - 14 * on_face - 1.5 * face
    place[frame.window(across=(0, 0.30), above=(-9, -0.35)) | (frame.above < -2.4)] = _NEVER
    return np.asarray(place, np.float32)


def _skin_place(frame: HeadFrame, face: Mask) -> Mask:
    neck = frame.window(across=(0, 0.36), above=(-1.05, -0.6))
    beside = frame.window(across=(0.62, 9), above=(-0.6, 9))
    over = np.clip(frame.above - _forehead_top(frame) - 0.06, 0, 0.4) * 16
    body = np.clip((-0.95 - frame.above) / 0.2, 0, 1)
    return np.asarray(3.0 * face + 2.5 * neck - (6.0 * beside + over) * (1 - face) - 2.0 * body, np.float32)


def _cloth_place(frame: HeadFrame) -> Mask:
    place = np.asarray(-3.0 * np.clip((frame.above + 0.75) / 0.3, 0, 1.5), np.float32)
    place[frame.window(across=(0, 0.6), above=(-0.62, 9)) | (frame.above > 0.1)] = _NEVER
    neck = frame.window(across=(0, 0.30), above=(-0.85, -0.6))
    return np.asarray(place - np.float32(3) * neck, np.float32)


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

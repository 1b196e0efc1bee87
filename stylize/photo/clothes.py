"""Clothes: their colours, and which of the sculpted outfits they come nearest to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stylize.models import Hair, Mask, Outfit
from stylize.photo.frame import BodyFrame, Flags, HeadFrame, body_frame
from stylize.photo.palette import Lab, Shares, chroma, clusters, distance, hue

_WHITE = np.array([92, 0, 1], np.float32)
_NAVY = np.array([30, 3, -22], np.float32)
_JEANS = np.array([36, 0, -22], np.float32)
_CHARCOAL = np.array([26, 1, -4], np.float32)
_SNEAKER = np.array([91, 0, 2], np.float32)
_LEATHER = np.array([16, 5, 6], np.float32)
_FEWEST = 120
_FALLING = frozenset({Hair.LONG, Hair.WAVY, Hair.BOB, Hair.BUN})


@dataclass(frozen=True, kw_only=True, slots=True)
class ClothesFound:
    """Colours CIELAB: outer layer, inner layer, accent (tie, zip), trousers, shoes."""

    outfit: Outfit
    outer: Lab
    inner: Lab
    accent: Lab
    pants: Lab
    shoe: Lab


def find_clothes(lab: Lab, frame: HeadFrame, cloth: Mask, skin: Mask, skin_lab: Lab, hair: Hair) -> ClothesFound:
    """The clothes on the chest under the head `frame`, given where `cloth` and bare `skin` are."""
    worn = cloth > 0.6
    body = body_frame(frame)
    sides = lab[worn & body.window(beside=(0.42, 1.5), down=(0.4, 1.75))]
    if len(sides) < _FEWEST:
        sides = lab[worn]
    if len(sides) < _FEWEST:
        return _plain(Outfit.TEE, _NAVY, _WHITE)
    outer = _outer(*clusters(sides, 4), skin_lab)
    if _bare_shoulders(worn, skin, body) and hair in _FALLING:
        return _plain(Outfit.DRESS, outer, outer)
    collar = lab[worn & body.window(beside=(0, 0.45), down=(0.03, 0.65))]
    white_from = float(np.clip(0.95 * skin_lab[0], 40, 58))
    light = (collar[:, 0] > white_from) & (np.hypot(collar[:, 1], collar[:, 2]) < 26)
    formal = outer[0] < 48 and chroma(outer) < 26 and distance(outer, _WHITE) > 22
    if formal and len(collar) > _FEWEST and light.mean() > 0.14:
        return _suit(lab, body, worn, outer, np.median(collar[light], axis=0).astype(np.float32))
    return _casual(lab, body, worn, outer, skin_lab)


def _outer(centres: Lab, shares: Shares, skin: Lab) -> Lab:
    """The largest colour that is not skin; two shades of one cloth count together, the lit one is taken."""
    weights = np.array([s * 0.15 if _skin_like(c, skin) else s for c, s in zip(centres, shares, strict=True)])
    best = centres[np.argmax(weights)]
    kin = [c for c in centres if distance(c, best, lightness=0.35) < 13 and not _skin_like(c, skin)] or [best]
    return np.asarray(max(kin, key=lambda c: float(c[0])) * 0.5 + best * 0.5, np.float32)


def _skin_like(colour: Lab, skin: Lab) -> bool:
    """Bare skin in whatever light: near in colour, or of the same hue and about as colourful."""
    same_hue = abs(hue(colour) - hue(skin)) < 11 and 0.6 < chroma(colour) / max(chroma(skin), 1) < 1.9
    return bool(distance(colour, skin) < 11 or (same_hue and colour[0] > 25))


def _bare_shoulders(worn: Flags, skin: Mask, body: BodyFrame) -> bool:
    place = body.window(beside=(0.3, 0.85), down=(0.3, 0.7))
    bare, covered = float((skin[place] > 0.5).sum()), float(worn[place].sum())
    return bare > 1.2 * covered and bare > 0.2 * place.sum()


def _suit(lab: Lab, body: BodyFrame, worn: Flags, outer: Lab, shirt: Lab) -> ClothesFound:
    """Jacket and shirt; a suit where a tie hangs in the middle, else a blazer."""
    jacket = np.array([np.clip(outer[0] + 4, 13, 40), outer[1], outer[2] * 1.3 - 1.5], np.float32)
    inner = np.array([max(shirt[0], 84), *(shirt[1:] * 0.9)], np.float32)
    tie = _tie(lab[worn & body.window(beside=(0, 0.16), down=(0.15, 0.9))], outer, shirt)
    return ClothesFound(
        outfit=Outfit.BLAZER if tie is None else Outfit.SUIT,
        outer=jacket,
        inner=inner,
        accent=np.array([40, 40, 22], np.float32) if tie is None else tie,
        pants=np.array([max(jacket[0] - 3, 11), *jacket[1:]], np.float32),
        shoe=_LEATHER,
    )


def _tie(seen: Lab, outer: Lab, shirt: Lab) -> Lab | None:
    """The colour of what hangs down the middle: unlike the jacket and unlike the shirt."""
    if len(seen) < _FEWEST:
        return None
    centres, shares = clusters(seen, 4)
    found = [
        (float(share) * (6 + chroma(centre)), centre)
        for centre, share in zip(centres, shares, strict=True)
        if distance(centre, outer) > 9 and distance(centre, shirt) > 16 and share > 0.05 and chroma(centre) > 7
    ]
    if not found:
        return None
    best = max(found, key=lambda pair: pair[0])[1]
    return np.array([np.clip(best[0], 30, 66), *(best[1:] * 1.3)], np.float32)


def _casual(lab: Lab, body: BodyFrame, worn: Flags, outer: Lab, skin: Lab) -> ClothesFound:
    """One layer, or a jacket over another one that shows in the middle."""
    neck = lab[worn & body.window(beside=(0, 0.24), down=(0.05, 0.75))]
    if len(neck) > _FEWEST:
        centres, shares = clusters(neck, 3)
        other = [
            (float(s), c)
            for c, s in zip(centres, shares, strict=True)
            if distance(c, outer, lightness=0.5) > 18 and not _skin_like(c, skin)
        ]
        if sum(share for share, _ in other) > 0.35:
            return _plain(Outfit.ZIP, outer, max(other, key=lambda pair: pair[0])[1])
    return _plain(Outfit.TEE, outer, _WHITE)


def _plain(outfit: Outfit, outer: Lab, inner: Lab) -> ClothesFound:
    """An outfit with the trousers and shoes that go with it: nothing of them shows in a portrait."""
    worn = np.array([np.clip(outer[0], 20, 88), *(outer[1:] * 1.12)], np.float32)
    bluish = chroma(outer) > 14 and outer[2] < -8
    return ClothesFound(
        outfit=outfit,
        outer=worn,
        inner=np.asarray(inner, np.float32),
        accent=np.array([52, 10, -46] if chroma(outer) > 30 and not bluish else [62, 52, 42], np.float32),
        pants=_CHARCOAL if bluish or outer[0] < 22 else _JEANS,
        shoe=_SNEAKER,
    )

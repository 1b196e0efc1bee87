"""Clothes: where they are, their colours, and which of the sculpted outfits they come nearest to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stylize.models import Mask, Outfit
from stylize.photo.frame import Flags, HeadFrame, blur
from stylize.photo.palette import Lab, chroma, clusters, distance

_DEFAULT_OUTER = np.array([40, 5, -25], np.float32)
_WHITE = np.array([92, 0, 1], np.float32)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClothesFound:
    """`mask` (h, w) float32; colours CIELAB: outer layer, inner layer, accent (tie, zip), trousers, shoes."""

    mask: Mask
    outfit: Outfit
    outer: Lab
    inner: Lab
    accent: Lab
    pants: Lab
    shoe: Lab


def find_clothes(lab: Lab, frame: HeadFrame, person: Mask, hair: Mask, skin_mask: Mask, skin: Lab) -> ClothesFound:
    """The clothes below the head `frame` in the picture `lab` (h, w, 3 CIELAB)."""
    body = (person > 0.6) & (hair < 0.5) & (frame.above < -0.72)
    cloth = body & (skin_mask < 0.5)
    mask = blur(cloth.astype(np.float32), 1.2)
    outer = _outer(lab, frame, cloth, skin)
    collar = lab[cloth & frame.window(across=(0, 0.42), above=(-1.40, -0.80))]
    light_collar = float(_is_white(collar).mean()) if len(collar) > 60 else 0.0
    if outer[0] < 40 and light_collar > 0.14 and chroma(outer) < 24:
        return _suit(lab, frame, cloth, mask, outer)
    return _casual(lab, frame, cloth, mask, outer)


def _is_white(colours: Lab) -> Flags:
    return (colours[:, 0] > 60) & (np.hypot(colours[:, 1], colours[:, 2]) < 24)


def _outer(lab: Lab, frame: HeadFrame, cloth: Flags, skin: Lab) -> Lab:
    sides = lab[cloth & frame.window(across=(0.45, 1.6), above=(-2.3, -1.2))]
    if len(sides) < 80:
        return _DEFAULT_OUTER
    centres, _ = clusters(sides, 3)
    unlike = [c for c in centres if distance(c, skin) > 12]
    return np.asarray(unlike[0] if unlike else centres[0], np.float32)


def _suit(lab: Lab, frame: HeadFrame, cloth: Flags, mask: Mask, outer: Lab) -> ClothesFound:
    jacket = np.array([np.clip(outer[0] + 4, 13, 30), outer[1], outer[2] * 1.3 - 1.5], np.float32)
    tie = np.array([38, 48, 26], np.float32)
    middle = lab[cloth & frame.window(across=(0, 0.13), above=(-2.0, -1.05))]
    if len(middle) > 80:
        centres, shares = clusters(middle, 3)
        coloured = [(s * (4 + chroma(c)), c) for c, s in zip(centres, shares, strict=True) if distance(c, outer) > 9]
        best = max(coloured, key=lambda pair: float(pair[0]), default=None)
        if best is not None and chroma(best[1]) > 9:
            tie = np.array([np.clip(best[1][0], 34, 60), *(best[1][1:] * 1.4)], np.float32)
    return ClothesFound(
        mask=mask,
        outfit=Outfit.SUIT,
        outer=jacket,
        inner=_WHITE,
        accent=tie,
        pants=np.array([max(jacket[0] - 3, 11), *jacket[1:]], np.float32),
        shoe=np.array([15, 5, 6], np.float32),
    )


def _casual(lab: Lab, frame: HeadFrame, cloth: Flags, mask: Mask, outer: Lab) -> ClothesFound:
    inner = _WHITE
    middle = lab[cloth & frame.window(across=(0, 0.22), above=(-1.9, -0.95))]
    layered = False
    if len(middle) > 80:
        centres, shares = clusters(middle, 3)
        if distance(centres[0], outer) > 16:
            inner, layered = centres[0], bool(shares[0] > 0.3)
    worn = np.array([np.clip(outer[0], 20, 86), *(outer[1:] * 1.15)], np.float32)
    dark_trousers, blue_trousers = np.array([30, 2, -8]), np.array([34, 2, -24])
    return ClothesFound(
        mask=mask,
        outfit=Outfit.ZIP if layered else Outfit.TEE,
        outer=worn,
        inner=np.asarray(inner, np.float32),
        accent=np.array([50, 10, -48] if chroma(outer) > 30 else [58, 58, 40], np.float32),
        pants=np.asarray(blue_trousers if chroma(outer) < 45 or outer[2] > 0 else dark_trousers, np.float32),
        shoe=np.array([90, 0, 2], np.float32),
    )

"""Which part of the canvas is hair, which skin, which cloth: the photo's masks, mended where they fray."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from stylize import landmarks as lm
from stylize.colour import hex_to_lab
from stylize.engines.painting.ink import Canvas, blur, islands, shape_mask, shift, smooth_outline, smoothstep
from stylize.models import Mask, Person, Points


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """Where the head is on the canvas: landmarks (468, 2), its own axes, the face's width and height in pixels."""

    points: Points = field(repr=False)
    up: Points
    right: Points
    width: float
    height: float

    def across_and_raised(self, size: tuple[int, int]) -> tuple[Mask, Mask]:
        """For every pixel: how far to the right of, and above, the point between the eyes, in face widths."""
        middle = self.points[lm.BETWEEN_EYES]
        x = np.arange(size[1], dtype=np.float32)[None] - middle[0]
        y = np.arange(size[0], dtype=np.float32)[:, None] - middle[1]
        across = (x * self.right[0] + y * self.right[1]) / self.width
        raised = (x * self.up[0] + y * self.up[1]) / self.width
        return np.asarray(across, np.float32), np.asarray(raised, np.float32)


@dataclass(frozen=True, kw_only=True, slots=True)
class Regions:
    """`hair`, `skin` and `clothes` share out `person`; `face` is the skin of the face, up to the hair."""

    person: Mask = field(repr=False)
    hair: Mask = field(repr=False)
    skin: Mask = field(repr=False)
    clothes: Mask = field(repr=False)
    face: Mask = field(repr=False)


def share_out(pixels: Canvas, raw_person: Mask, raw_hair: Mask, raw_skin: Mask, head: Head, person: Person) -> Regions:
    """Calm outlines for every region. The raw masks are the photo's, carried to the canvas."""
    unit = head.width / 240
    area = head.width * head.height
    size = (pixels.shape[0], pixels.shape[1])
    lab = cv2.cvtColor(blur(pixels, 2.0 * unit), cv2.COLOR_RGB2LAB)
    oval = shape_mask(lm.smooth_closed(head.points[list(lm.FACE_OVAL)]), size)
    raw_person = raw_person * _one_body(raw_person, head) * _within_reach(head, raw_hair)
    whole = smooth_outline(raw_person, 3.0 * unit, 0.12)
    hair = raw_hair * (1 - _bald_spots(lab, oval, person))
    hair = islands(smooth_outline(_rooted(hair, oval), 3.5 * unit, 0.12, 0.48), 0.03 * area)
    face = np.maximum(oval, _head_skin(lab, oval, head, person))
    skin = _spread(lab, np.maximum(raw_skin, face), raw_person * (1 - hair), person.skin_lab)
    skin = np.maximum(smooth_outline(skin, 3.0 * unit, 0.15), blur(oval, unit))
    skin = islands(np.asarray(skin * (1 - hair) * whole, np.float32), 0.03 * area)
    slivers = _slivers(np.asarray(whole * (1 - hair) - skin, np.float32), head)
    whole = islands(np.asarray(whole * (1 - slivers), np.float32), 0.08 * area)
    by_hair = smoothstep(0.2, 0.4, blur(hair, 9 * unit)) * (1 - blur(oval, 3 * unit))
    hair = np.minimum(np.maximum(hair, slivers * by_hair), whole)
    skin = np.minimum(np.maximum(skin, slivers), np.clip(whole - hair, 0, 1))
    return Regions(
        person=whole,
        hair=np.asarray(hair, np.float32),
        skin=np.asarray(skin, np.float32),
        clothes=np.clip(whole - hair - skin, 0, 1),
        face=np.asarray(smooth_outline(face, 3.0 * unit, 0.15) * (1 - hair) * whole, np.float32),
    )


def _one_body(person: Mask, head: Head) -> Mask:
    """1 on the piece of the mask that the face belongs to, 0 on other people's pieces."""
    unit = head.width / 240
    solid = cv2.erode((person > 0.5).astype(np.uint8), np.ones((max(1, round(9 * unit)),) * 2, np.uint8))
    _, label = cv2.connectedComponents(solid)
    height, span = person.shape
    x = int(np.clip(head.points[lm.NOSE_TIP, 0], 0, span - 1))
    y = int(np.clip(head.points[lm.NOSE_TIP, 1], 0, height - 1))
    own = label[y, x]
    if own == 0:
        return np.ones_like(person)
    kept = cv2.dilate((label == own).astype(np.uint8), np.ones((max(1, round(19 * unit)),) * 2, np.uint8))
    return blur(kept.astype(np.float32), 1.5 * unit)


def _within_reach(head: Head, hair: Mask) -> Mask:
    """1 where head, neck and shoulders can be; what reaches further beside the head is somebody else's."""
    across, raised = head.across_and_raised((hair.shape[0], hair.shape[1]))
    limit = 0.92 + 0.95 * np.clip(-raised - 0.15, 0, 1.4) + 4.0 * np.clip(-raised - 1.3, 0, 1)
    return np.maximum(smoothstep(0.06, -0.06, np.abs(across) - limit), hair)


def _rooted(hair: Mask, oval: Mask) -> Mask:
    """Hair without the pieces that lie within the face and hang on to no other hair."""
    count, label, stats, _ = cv2.connectedComponentsWithStats((hair > 0.5).astype(np.uint8))
    if count < 2:
        return hair
    inside = np.bincount(label.ravel(), weights=(oval > 0.5).ravel().astype(np.float64), minlength=count)
    loose = [i for i in range(1, count) if inside[i] > 0.6 * stats[i, cv2.CC_STAT_AREA]]
    return np.asarray(np.where(np.isin(label, loose), 0.0, hair), np.float32) if loose else hair


def _bald_spots(lab: Canvas, oval: Mask, person: Person) -> Mask:
    """Where the face is nearer to the skin's colour than to the hair's: a lit forehead is no fringe."""
    weights = np.array([0.6, 1.0, 1.0], np.float32)
    to_skin = (((lab - np.asarray(person.skin_lab, np.float32)) * weights) ** 2).sum(axis=-1)
    to_hair = (((lab - hex_to_lab(person.look.hair_colour)) * weights) ** 2).sum(axis=-1)
    return np.asarray(oval * (to_skin < 0.6 * to_hair), np.float32)


def _head_skin(lab: Canvas, oval: Mask, head: Head, person: Person) -> Mask:
    """Forehead, temples, ears and the neck right under the jaw: about the face and of the skin's colour."""
    skin = person.skin_lab
    across, raised = head.across_and_raised((lab.shape[0], lab.shape[1]))
    beside = np.abs(across)
    hue = np.hypot(lab[..., 1] - skin[1], lab[..., 2] - skin[2])
    level = np.abs(lab[..., 0] - skin[0])
    about = (beside < 0.62 + 0.2 * (raised + 0.2)) & (raised > -0.62) & (raised < 0.95)
    strict = np.where(raised > 0.60, 0.55, 1.0).astype(np.float32)
    neck = (beside < 0.30) & (raised <= -0.55) & (raised > -1.0)
    found = smoothstep(24, 17, (hue + 0.25 * level) / strict) * about + smoothstep(16, 11, hue + 0.10 * level) * neck
    # Right under the jaw lies its shadow: too dark for any colour, but not cloth.
    below = shift(oval, *(-head.up * 0.10 * head.width)) * (beside < 0.36) * (raised < -0.35)
    return np.maximum(np.clip(found, 0, 1), below * ((lab[..., 0] < skin[0] + 4) & (hue < 40)))


def _spread(lab: Canvas, skin: Mask, room: Mask, measured: tuple[float, float, float]) -> Mask:
    """Skin with its own shadows: joined pixels of the same hue, unless they are far more than the skin itself."""
    chroma, hue = float(np.hypot(measured[1], measured[2])), float(np.degrees(np.arctan2(measured[2], measured[1])))
    if chroma < 8:
        return skin
    own = np.hypot(lab[..., 1], lab[..., 2])
    turn = np.abs(np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) - hue)
    like = (turn < 17) & (own > 0.5 * chroma) & (own < 2.2 * chroma) & (room > 0.5)
    like &= (lab[..., 0] > 0.22 * measured[0]) & (lab[..., 0] < measured[0] + 12)
    known = skin > 0.5
    count, label, stats, _ = cv2.connectedComponentsWithStats((like | known).astype(np.uint8))
    held = np.bincount(label.ravel(), weights=known.ravel().astype(np.float64), minlength=count)
    kept = [i for i in range(1, count) if held[i] > 0.45 * stats[i, cv2.CC_STAT_AREA]]
    return np.maximum(skin, np.isin(label, kept).astype(np.float32))


def _slivers(worn: Mask, head: Head) -> Mask:
    """Thin leftovers about the head that are neither hair nor skin: backdrop caught by the mask. Hats are larger."""
    across, raised = head.across_and_raised((worn.shape[0], worn.shape[1]))
    left_over = ((worn > 0.25) & (raised > -0.66) & (np.abs(across) < 0.95)).astype(np.uint8)
    core = cv2.morphologyEx(left_over, cv2.MORPH_OPEN, np.ones((max(3, round(head.width * 0.16)),) * 2, np.uint8))
    grown = cv2.dilate(core, np.ones((max(3, round(head.width * 0.05)),) * 2, np.uint8))
    return blur((left_over & ~grown).astype(np.float32), 1.2 * head.width / 240)

"""Which part of the canvas is hair, which skin, which cloth: the photo's masks, mended where they fray."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from stylize import landmarks as lm
from stylize.colour import hex_to_lab
from stylize.engines.painting.ink import (
    Canvas,
    Field,
    Path,
    blur,
    blur_within,
    islands,
    shape_mask,
    shift,
    smooth_outline,
    smoothstep,
)
from stylize.models import Person


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """Where the head is on the canvas: landmarks (468, 2), its own axes, the face's width and height in pixels."""

    points: Path = field(repr=False)
    up: Path
    right: Path
    width: float
    height: float

    def across_and_raised(self, size: tuple[int, int]) -> tuple[Field, Field]:
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

    person: Field = field(repr=False)
    hair: Field = field(repr=False)
    skin: Field = field(repr=False)
    clothes: Field = field(repr=False)
    face: Field = field(repr=False)


def share_out(
    pixels: Canvas, raw_person: Field, raw_hair: Field, raw_skin: Field, head: Head, person: Person, *, mended: bool
) -> Regions:
    """Calm outlines for every region. The raw masks are the photo's, carried to the canvas.

    `mended` False: only that, for a head whose landmarks cannot be trusted to say what belongs where.
    """
    unit = head.width / 240
    area = head.width * head.height
    size = (pixels.shape[0], pixels.shape[1])
    lab = cv2.cvtColor(blur(pixels, 2.0 * unit), cv2.COLOR_RGB2LAB)
    oval = shape_mask(lm.smooth_closed(head.points[list(lm.FACE_OVAL)]), size)
    raw_person = np.maximum(raw_person, oval) * _one_body(raw_person, head)
    if mended:
        raw_person = raw_person * _within_reach(head, raw_hair)
    whole = smooth_outline(raw_person, 3.0 * unit, 0.12)
    if not mended:
        return _plain(islands(whole, 0.08 * area), raw_hair, raw_skin, oval, unit)
    hair = raw_hair * (1 - _bald_spots(lab, oval, person))
    hair = islands(smooth_outline(_rooted(hair, oval), 3.5 * unit, 0.12, 0.48), 0.01 * area)
    face = np.maximum(oval, _head_skin(lab, oval, head, person))
    skin = _spread(lab, np.maximum(raw_skin, face), raw_person * (1 - hair), head, person.skin_lab)
    skin = np.maximum(smooth_outline(skin, 3.0 * unit, 0.15), blur(oval, unit))
    skin = islands(np.asarray(skin * (1 - hair) * whole, np.float32), 0.03 * area)
    skin = np.maximum(skin, _under_jaw(skin, head) * whole * (1 - hair))
    forehead = _forehead_gap(hair, skin, head)
    slivers = _slivers(np.asarray(whole * (1 - hair) - skin, np.float32), head)
    skin = np.maximum(skin, slivers * forehead)
    slivers = np.maximum(slivers, _backdrop_like(lab, whole, hair, skin, head)) * (1 - forehead)
    strands = slivers * _hair_like(lab, head, person) * (1 - blur(oval, 3 * unit))
    whole = smooth_outline(np.asarray(whole * (1 - slivers * (1 - strands)), np.float32), 1.6 * unit, 0.2)
    whole = islands(whole, 0.08 * area)
    by_hair = np.maximum(smoothstep(0.2, 0.4, blur(hair, 9 * unit)) * (1 - blur(oval, 3 * unit)), strands)
    hair = np.minimum(np.maximum(hair, slivers * by_hair), whole)
    skin = islands(np.asarray(np.minimum(np.maximum(skin, slivers), np.clip(whole - hair, 0, 1))), 0.015 * area)
    skin = np.minimum(skin, np.clip(whole - hair, 0, 1))
    return Regions(
        person=whole,
        hair=np.asarray(hair, np.float32),
        skin=np.asarray(skin, np.float32),
        clothes=np.clip(whole - hair - skin, 0, 1),
        face=np.asarray(smooth_outline(face, 3.0 * unit, 0.15) * (1 - hair) * whole, np.float32),
    )


def _plain(whole: Field, raw_hair: Field, raw_skin: Field, oval: Field, unit: float) -> Regions:
    hair = np.minimum(smooth_outline(raw_hair, 3.5 * unit, 0.12), whole)
    skin = np.minimum(smooth_outline(np.maximum(raw_skin, oval), 3 * unit, 0.15), np.clip(whole - hair, 0, 1))
    clothes = np.clip(whole - hair - skin, 0, 1)
    return Regions(person=whole, hair=hair, skin=skin, clothes=clothes, face=np.asarray(oval * whole, np.float32))


def _one_body(person: Field, head: Head) -> Field:
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


def _within_reach(head: Head, hair: Field) -> Field:
    """1 where head, neck and shoulders can be; what reaches further beside the head is somebody else's."""
    across, raised = head.across_and_raised((hair.shape[0], hair.shape[1]))
    limit = 0.92 + 0.95 * np.clip(-raised - 0.15, 0, 1.4) + 4.0 * np.clip(-raised - 1.3, 0, 1)
    return np.maximum(smoothstep(0.06, -0.06, np.abs(across) - limit), hair)


def _rooted(hair: Field, oval: Field) -> Field:
    """Hair without the pieces that lie within the face and hang on to no other hair."""
    count, label, stats, _ = cv2.connectedComponentsWithStats((hair > 0.5).astype(np.uint8))
    if count < 2:
        return hair
    inside = np.bincount(label.ravel(), weights=(oval > 0.5).ravel().astype(np.float64), minlength=count)
    loose = [i for i in range(1, count) if inside[i] > 0.6 * stats[i, cv2.CC_STAT_AREA]]
    return np.asarray(np.where(np.isin(label, loose), 0.0, hair), np.float32) if loose else hair


def _bald_spots(lab: Canvas, oval: Field, person: Person) -> Field:
    """Where the face is nearer to the skin's colour than to the hair's: a lit forehead is no fringe."""
    weights = np.array([0.6, 1.0, 1.0], np.float32)
    to_skin = (((lab - np.asarray(person.skin_lab, np.float32)) * weights) ** 2).sum(axis=-1)
    to_hair = (((lab - hex_to_lab(person.look.hair_colour)) * weights) ** 2).sum(axis=-1)
    return np.asarray(oval * (to_skin < 0.6 * to_hair), np.float32)


def _hair_like(lab: Canvas, head: Head, person: Person) -> Field:
    """1 about the skull where the colour is the hair's."""
    hair = hex_to_lab(person.look.hair_colour)
    lighter = lab[..., 0] - hair[0]
    to_hair = np.hypot(lab[..., 1] - hair[1], lab[..., 2] - hair[2]) + np.where(lighter > 0, 0.6, -0.15) * lighter
    across, raised = head.across_and_raised((lab.shape[0], lab.shape[1]))
    return np.asarray(smoothstep(24, 14, to_hair) * (raised > -0.35) * (np.abs(across) < 0.8), np.float32)


def _head_skin(lab: Canvas, oval: Field, head: Head, person: Person) -> Field:
    """Forehead, temples, ears and the neck right under the jaw: about the face and of the skin's colour."""
    skin = person.skin_lab
    across, raised = head.across_and_raised((lab.shape[0], lab.shape[1]))
    beside = np.abs(across)
    hue = np.hypot(lab[..., 1] - skin[1], lab[..., 2] - skin[2])
    level = np.abs(lab[..., 0] - skin[0])
    about = (beside < 0.62 + 0.2 * (raised + 0.2)) & (raised > -0.62) & (raised < 0.95)
    strict = np.where(raised > 0.50, 0.55, 1.0).astype(np.float32)
    neck = (beside < 0.30) & (raised <= -0.55) & (raised > -1.0)
    found = smoothstep(24, 17, (hue + 0.25 * level) / strict) * about + smoothstep(16, 11, hue + 0.10 * level) * neck
    # Right under the jaw lies its shadow: too dark for any colour, but not cloth.
    below = shift(oval, *(-head.up * 0.10 * head.width)) * (beside < 0.36) * (raised < -0.35)
    return np.asarray(np.maximum(np.clip(found, 0, 1), below * ((lab[..., 0] < skin[0] + 4) & (hue < 40))))


def _spread(lab: Canvas, skin: Field, room: Field, head: Head, measured: tuple[float, float, float]) -> Field:
    """Skin with its own shadows: joined pixels of the same hue, unless they are far more than the skin itself."""
    chroma, hue = float(np.hypot(measured[1], measured[2])), float(np.degrees(np.arctan2(measured[2], measured[1])))
    if chroma < 8:
        return skin
    hue = min(max(hue, 46.0), 66.0)
    own = np.hypot(lab[..., 1], lab[..., 2])
    turn = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) - hue
    like = (turn < 17) & (own > 0.5 * chroma) & (room > 0.5)
    across, raised = head.across_and_raised((lab.shape[0], lab.shape[1]))
    # The neck's own shadow is redder than skin elsewhere; a red shirt further out is a red shirt.
    neck = (np.abs(across) < 0.36) & (raised > -1.05)
    like &= (raised < 0.45) & np.where(neck, turn > -34, turn > -16)
    breast = (np.abs(across) < 0.42) & (raised > -1.6)
    like &= own < np.where(neck, max(2.2 * chroma, 62.0), np.where(breast, 52.0, max(2.0 * chroma, 40.0)))
    like &= (lab[..., 0] > 0.22 * measured[0]) & (lab[..., 0] < measured[0] + 12)
    known = skin > 0.5
    count, label, stats, _ = cv2.connectedComponentsWithStats((like | known).astype(np.uint8))
    held = np.bincount(label.ravel(), weights=known.ravel().astype(np.float64), minlength=count)
    kept = [i for i in range(1, count) if held[i] > 0.45 * stats[i, cv2.CC_STAT_AREA]]
    return np.maximum(skin, np.isin(label, kept).astype(np.float32))


def _without_collars(left_over: Field, low: Field, broad: float) -> Field:
    """Only the pieces that do not go on into the clothes below over a broad front."""
    count, label = cv2.connectedComponents(left_over)
    if count < 2:
        return left_over
    front = np.array(
        [
            np.ptp(np.flatnonzero((label == i) & low) % low.shape[1]) if ((label == i) & low).any() else 0
            for i in range(1, count)
        ]
    )
    collars = 1 + np.flatnonzero(front > broad)
    return np.asarray(np.where(np.isin(label, collars), 0, left_over), np.uint8)


def _forehead_gap(hair: Field, skin: Field, head: Head) -> Field:
    """What hair and face enclose between them: forehead, whatever its colour in the photo."""
    across, raised = head.across_and_raised((hair.shape[0], hair.shape[1]))
    span = max(3, round(0.34 * head.width)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (span, span))
    both = (np.maximum(hair, skin) > 0.5).astype(np.uint8)
    closed = cv2.morphologyEx(both, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(blur(closed.astype(np.float32), 1.0) * (raised > 0.05) * (np.abs(across) < 0.6), np.float32)


def _under_jaw(skin: Field, head: Head) -> Field:
    """What jaw and neck enclose between them, at the sides as well: neck, however it is lit."""
    across, raised = head.across_and_raised((skin.shape[0], skin.shape[1]))
    span = max(3, round(0.24 * head.width)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (span, span))
    solid = (skin > 0.5).astype(np.uint8)
    closed = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    about = (raised > -1.0) & (raised < -0.3) & (np.abs(across) < 0.5)
    return np.asarray(blur(closed.astype(np.float32), 1.0) * about, np.float32)


def _backdrop_like(lab: Canvas, whole: Field, hair: Field, skin: Field, head: Head) -> Field:
    """Beside neck and jaw: what is neither hair nor skin and has the colour of the photo's backdrop right there."""
    across, raised = head.across_and_raised((whole.shape[0], whole.shape[1]))
    about = (raised > -0.85) & (raised < 0.3) & (np.abs(across) < 0.8)
    behind = blur_within(lab, np.asarray(whole < 0.05, np.float32), 0.10 * head.width)
    alike = np.hypot(lab[..., 1] - behind[..., 1], lab[..., 2] - behind[..., 2])
    alike = alike + 0.6 * np.abs(lab[..., 0] - behind[..., 0])
    worn = np.clip(whole - hair - skin, 0, 1)
    return blur(np.asarray((worn > 0.25) & about & (alike < 14), np.float32), 1.2 * head.width / 240)


def _slivers(worn: Field, head: Head) -> Field:
    """Thin leftovers about the head that are neither hair nor skin: backdrop caught by the mask. Hats are larger."""
    across, raised = head.across_and_raised((worn.shape[0], worn.shape[1]))
    left_over = ((worn > 0.25) & (raised > -0.72) & (np.abs(across) < 0.95)).astype(np.uint8)
    left_over = _without_collars(left_over, raised < -0.68, 0.30 * head.width)
    core = cv2.morphologyEx(left_over, cv2.MORPH_OPEN, np.ones((max(3, round(head.width * 0.16)),) * 2, np.uint8))
    grown = cv2.dilate(core, np.ones((max(3, round(head.width * 0.05)),) * 2, np.uint8))
    return blur(np.where(grown > 0, 0, left_over).astype(np.float32), 1.2 * head.width / 240)

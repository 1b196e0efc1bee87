"""The crop an engine may see: one person, with the faces of everyone else hidden beyond recovery."""

from __future__ import annotations

import cv2
import numpy as np

from stylize.geometry import Box, Size
from stylize.models import Face, Findings, HideOrder, Photo, Pixels, Subject
from stylize.photo.faces import propose
from stylize.photo.measure import measure
from stylize.photo.people import present
from stylize.photo.turn import turn, turn_face, upright_quarters

FACE_WIDTH_PX = 260
"""How wide the face is in the crop: what the measurements were tuned for, and enough for a figure's face print."""

_MOST_ENLARGED = 4.0
_PERHAPS_A_FACE = 0.3
"""Where a bystander may be, the mesh need not be as sure as for a subject."""


def isolate(photo: Photo, findings: Findings, hide: HideOrder = HideOrder()) -> Subject:  # noqa: ARG001
    """Crop `photo` to the bust of `findings.faces[findings.subject]`, hide the other faces, measure the person.

    A lying face is stood up first.
    Raises ValueError when `findings` has no subject.
    """
    if findings.subject is None:
        raise ValueError("there is no subject to isolate")
    subject = findings.faces[findings.subject]
    quarters = upright_quarters(subject)
    turned = tuple(turn_face(f, quarters, photo.pixels.shape) for f in findings.faces)
    others = tuple(f for i, f in enumerate(turned) if i != findings.subject)
    pixels, face, others = _crop(turn(photo.pixels, quarters), turned[findings.subject], others)
    others = (*others, *_small_ones(pixels, face))
    hidden = _hide(pixels, face, others)
    return Subject(pixels=hidden, person=measure(hidden, face, others))


def _crop(pixels: Pixels, face: Face, others: tuple[Face, ...]) -> tuple[Pixels, Face, tuple[Face, ...]]:
    """The bust, scaled so that the face is `FACE_WIDTH_PX` wide, and the faces in its pixels."""
    box, size = face.box, Size(width=pixels.shape[1], height=pixels.shape[0])
    side = max(box.width, box.height)
    room = Box(
        left=box.left - 2.2 * side,
        top=box.top - 1.5 * side,
        right=box.right + 2.2 * side,
        bottom=box.bottom + 3.0 * side,
    ).clamp(size)
    left, top, right, bottom = room.as_ints()
    scale = min(FACE_WIDTH_PX / side, _MOST_ENLARGED)
    wanted = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    cropped = np.asarray(cv2.resize(pixels[top:bottom, left:right], wanted, interpolation=how), np.uint8)
    moved = tuple(_move(f, left, top, scale) for f in (face, *others))
    return cropped, moved[0], moved[1:]


def _move(face: Face, left: int, top: int, scale: float) -> Face:
    points = (face.keypoints - np.array([left, top], np.float32)) * np.float32(scale)
    return Face(box=face.box.move(-left, -top).scale(scale), score=face.score, keypoints=points)


def _small_ones(pixels: Pixels, face: Face) -> tuple[Face, ...]:
    """Faces that only show in the enlarged crop."""
    others = tuple(f for f in propose(pixels) if f.box.overlap(face.box) < 0.2)
    return tuple(present(pixels, others, _PERHAPS_A_FACE))


def _hide(pixels: Pixels, face: Face, others: tuple[Face, ...]) -> Pixels:
    """A coarse mosaic of mean colours over every other face, never over the subject's own."""
    out = pixels.copy()
    size = Size(width=pixels.shape[1], height=pixels.shape[0])
    own = np.zeros(pixels.shape[:2], np.uint8)
    x, y = face.box.centre
    axes = (round(face.box.width * 0.55), round(face.box.height * 0.72))
    cv2.ellipse(own, (round(x), round(y)), axes, 0, 0, 360, 1, -1)
    for other in others:
        left, top, right, bottom = other.box.pad(other.box.width * 0.25, other.box.height * 0.35).clamp(size).as_ints()
        if right - left < 2 or bottom - top < 2:
            continue
        part = out[top:bottom, left:right]
        few = cv2.resize(part, (3, 4), interpolation=cv2.INTER_AREA)
        coarse = cv2.resize(few, (right - left, bottom - top), interpolation=cv2.INTER_LINEAR)
        y, x = np.mgrid[-1 : 1 : complex(bottom - top), -1 : 1 : complex(right - left)]
        inside = (x * x + y * y <= 1.0) & (own[top:bottom, left:right] == 0)
        part[inside] = coarse[inside]
    return out

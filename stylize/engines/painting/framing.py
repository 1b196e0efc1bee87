"""Where the person sits on the canvas: head and shoulders, with headroom, and the photo's own edges used well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stylize import landmarks as lm
from stylize.engines.painting.ink import Field, shape_mask
from stylize.geometry import Size
from stylize.models import Subject

FACE_SHARE = 0.335
"""The face, forehead to chin, as a share of the canvas' height."""
HEADROOM = 0.085
"""Free above the hair, as a share of the canvas' height."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """Canvas = (subject - (left, top)) * scale."""

    left: float
    top: float
    scale: float


def frame(subject: Subject, size: Size, head_scale: float = 1.0) -> Frame:
    """Head and shoulders of the subject on a canvas of `size`.

    Where the person is cut by the photo's edge, that edge is laid on the canvas' edge if a little zoom allows it, so
    that nobody ends in mid-air.
    """
    person = subject.person
    points = person.landmarks[:, :2]
    height, width = person.person_mask.shape
    mask = np.maximum(person.person_mask, shape_mask(points[list(lm.FACE_OVAL)], (height, width)))
    face = float(np.linalg.norm(points[lm.FOREHEAD_TOP] - points[lm.CHIN])) * head_scale
    if mask.mean() > 0.995:
        return _cover(points, (width, height), size)
    face_wide = max(float(np.linalg.norm(points[lm.RIGHT_EDGE] - points[lm.LEFT_EDGE])) * head_scale, 0.6 * face)
    middle = points.mean(axis=0)
    crown = _crown(mask, person.hair_mask, points)
    head = (points[lm.CHIN, 1] - crown) * head_scale
    share = FACE_SHARE * (1.12 if size.aspect > 1 else 1.0) * (1 + 0.5 * (head_scale - 1))
    scale = min(share * size.height / face, 0.40 * size.width / face_wide, 0.56 * size.height / max(head, 1.0))
    cut = _cut_edges(mask, points)
    scale = _zoom(scale, cut, points, face, (width, height), size)
    across, down = size.width / scale, size.height / scale
    left = middle[0] - across / 2
    if cut.left and left < 0 and not (cut.right and across > width):
        left = 0.0
    elif cut.right and left + across > width:
        left = width - across
    grown_crown = points[lm.CHIN, 1] - head
    top = grown_crown - HEADROOM * down - max(0.0, 0.30 * down - head) * 0.5
    if cut.bottom and top + down > height:
        top = max(height - down, grown_crown - 0.34 * down)
    return Frame(left=float(left), top=float(top), scale=float(scale))


def _cover(points: Field, photo: tuple[int, int], size: Size) -> Frame:
    """The photo fills the canvas, the face as near its place as that allows: for a person nobody could cut out."""
    width, height = photo
    scale = max(size.width / width, size.height / height)
    across, down = size.width / scale, size.height / scale
    x, y = points.mean(axis=0)
    left = float(np.clip(x - across / 2, 0, max(width - across, 0)))
    top = float(np.clip(y - 0.45 * down, 0, max(height - down, 0)))
    return Frame(left=left, top=top, scale=scale)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cut:
    """Which edges of the photo the person runs out of."""

    left: bool
    right: bool
    bottom: bool


def _cut_edges(mask: Field, points: Field) -> _Cut:
    """A side counts when a good piece of the person, not a mere sliver, lies on it near the head and shoulders."""
    height, width = mask.shape
    face = float(np.linalg.norm(points[lm.FOREHEAD_TOP] - points[lm.CHIN]))
    low = int(np.clip(points[lm.CHIN, 1] + 1.3 * face, 1, height))
    high = int(np.clip(points[lm.FOREHEAD_TOP, 1] - 0.3 * face, 0, low - 1))
    depth = max(2, width // 100)
    return _Cut(
        left=float((mask[high:low, :depth] > 0.5).mean()) > 0.08,
        right=float((mask[high:low, -depth:] > 0.5).mean()) > 0.08,
        bottom=bool((mask[-max(2, height // 100) :] > 0.5).mean() > 0.08),
    )


def _zoom(scale: float, cut: _Cut, points: Field, face: float, photo: tuple[int, int], size: Size) -> float:
    """Come closer, within reason, where that puts a cut edge of the photo onto the canvas' edge."""
    width, height = photo
    wanted = scale
    if cut.left and cut.right:
        wanted = max(wanted, size.width / width)
    if cut.bottom:
        middle = float(points[:, 1].mean())
        wanted = max(wanted, 0.5 * size.height / max(height - middle, 1.0))
    close_up = min(0.55 * size.height / face, 0.72 * size.width / face)
    return min(wanted, min(max(scale * 1.3, close_up if cut.left and cut.right else 0.0), max(close_up, scale)))


def _crown(person: Field, hair: Field, points: Field) -> float:
    """The top row of the head with its hair, measured above the face."""
    face = float(np.linalg.norm(points[lm.FOREHEAD_TOP] - points[lm.CHIN]))
    top = float(points[lm.FOREHEAD_TOP, 1])
    centre = points[lm.FOREHEAD_TOP, 0]
    left = int(np.clip(centre - 0.35 * face, 0, person.shape[1] - 2))
    right = int(np.clip(centre + 0.35 * face, left + 1, person.shape[1]))
    rows = np.flatnonzero((np.maximum(hair, person)[:, left:right] > 0.5).mean(axis=1) > 0.08)
    rows = rows[(rows > top - 0.75 * face) & (rows < points[lm.CHIN, 1])]
    return min(float(rows[0]), top - 0.12 * face) if len(rows) else top - 0.25 * face

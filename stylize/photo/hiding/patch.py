"""What of a picture a region covers: its place, how far beyond itself it reaches, and along which axes it lies.

All of it follows from numbers, never from pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from stylize.geometry import Box
from stylize.models import Face, Mask, Pixels, Points, Region, RegionKind
from stylize.photo.quadrangle import upright

Flags = npt.NDArray[np.uint8]
"""(h, w), 0 or 1."""

_HEAD_ACROSS, _HEAD_DOWN, _HEAD_RISE = 1.7, 1.85, 0.4
"""The head with ears and hair, in half widths and half heights of the face's box, and how far its middle lies above the
box's. Detectors frame a face from the brows to the chin.
"""

_CORNERS = 72
_MOST_FEATHER_PX = 28.0
_OWN_FEATHER_PX = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How one kind of region is hidden. `cells`: at most so many colours across and down; `long`: so many along a long,
    narrow one. `margin`: how far beyond its edge it reaches, over its shorter side.
    """

    cells: tuple[int, int]
    margin: float
    long: int = 1


MANNERS = {
    RegionKind.FACE: Manner(cells=(3, 4), margin=0.0),
    RegionKind.TEXT: Manner(cells=(1, 1), margin=0.16, long=2),
    RegionKind.PAPER: Manner(cells=(2, 2), margin=0.04),
    RegionKind.BADGE: Manner(cells=(2, 2), margin=0.08),
    RegionKind.SCREEN: Manner(cells=(2, 2), margin=0.04),
    RegionKind.PLATE: Manner(cells=(1, 1), margin=0.14),
    RegionKind.NUDITY: Manner(cells=(3, 3), margin=0.15),
}
_DRAWN_BY_HAND = Manner(cells=(2, 2), margin=0.0)

LONG = 8.0
"""From this many times as wide as high text is long: each half still holds several letters."""

_SMALLEST_CELL_PX = 12.0
_LEAST_MARGIN_PX = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Patch:
    """A region in the pixels of a picture. `centre`, `across`, `down` (x, y): its middle and its half axes, which reach as
    far as it covers. `outline` (n, 2): the convex edge of what is covered, `reach` pixels around it still are. `feather`:
    how many pixels beyond that it fades. `wins`: whether it is painted over the subject's own face, too.
    """

    centre: Points = field(repr=False)
    across: Points = field(repr=False)
    down: Points = field(repr=False)
    outline: Points = field(repr=False)
    reach: float
    feather: float
    cells: tuple[int, int]
    wins: bool = False

    @property
    def sides(self) -> tuple[float, float]:
        """Width and height along its own axes."""
        return 2 * float(np.hypot(*self.across)), 2 * float(np.hypot(*self.down))


def patch_of(region: Region, face: Face | None = None) -> Patch:
    """The patch over `region`. `face`: the face it is of, if that is known; it tells where the top of the head is."""
    manner = MANNERS[region.kind]
    if region.kind is RegionKind.FACE:
        return _head(region.corners, manner) if face is None else patch_of_face(face)
    return _quadrangle(region.corners, manner)


def patch_of_face(face: Face) -> Patch:
    """The patch over the head of `face`."""
    return _head(_standing(face), MANNERS[RegionKind.FACE])


def patch_of_box(box: Box) -> Patch:
    """The patch over what was drawn by hand: exactly that, and wherever it is."""
    return _quadrangle(upright(box), _DRAWN_BY_HAND, by_hand=True)


def _standing(face: Face) -> Points:
    """The corners of the face's box, turned as its eyes are."""
    eyes = face.keypoints[1] - face.keypoints[0]
    angle = float(np.arctan2(eyes[1], eyes[0]))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    centre = np.array(face.box.centre)
    half = max(face.box.width, face.box.height) / 2
    return np.asarray(centre + (np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half) @ turn.T, np.float32)


def _axes(corners: Points) -> tuple[Points, Points, Points]:
    """Middle and half axes of a quadrangle; upright ones where it has no inside."""
    c = corners.astype(np.float64)
    centre = c.mean(axis=0)
    across, down = (c[1] + c[2] - c[0] - c[3]) / 4, (c[2] + c[3] - c[0] - c[1]) / 4
    if abs(across[0] * down[1] - across[1] * down[0]) < 0.25:
        low, high = c.min(axis=0), c.max(axis=0)
        half = np.maximum((high - low) / 2, 0.5)
        centre, across, down = (low + high) / 2, np.array([half[0], 0.0]), np.array([0.0, half[1]])
    return centre.astype(np.float32), across.astype(np.float32), down.astype(np.float32)


def _head(corners: Points, manner: Manner) -> Patch:
    centre, across, down = _axes(corners)
    centre = (centre - down * _HEAD_RISE).astype(np.float32)
    across, down = (across * _HEAD_ACROSS).astype(np.float32), (down * _HEAD_DOWN).astype(np.float32)
    angle = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)[:, None]
    outline = (centre + np.cos(angle) * across + np.sin(angle) * down).astype(np.float32)
    short = float(min(np.hypot(*across), np.hypot(*down)))
    return Patch(
        centre=centre,
        across=across,
        down=down,
        outline=outline,
        reach=_LEAST_MARGIN_PX,
        feather=float(np.clip(0.16 * short, 1.5, _MOST_FEATHER_PX)),
        cells=_cells(manner, across, down),
    )


def _quadrangle(corners: Points, manner: Manner, *, by_hand: bool = False) -> Patch:
    centre, across, down = _axes(corners)
    wide, high = 2 * float(np.hypot(*across)), 2 * float(np.hypot(*down))
    short = min(wide, high)
    reach = 0.0 if by_hand else max(_LEAST_MARGIN_PX, manner.margin * short)
    return Patch(
        centre=centre,
        across=(across * (1 + 2 * reach / max(wide, 1))).astype(np.float32),
        down=(down * (1 + 2 * reach / max(high, 1))).astype(np.float32),
        outline=_hull(corners, centre, across, down),
        reach=reach,
        feather=float(np.clip(0.1 * short, 1.5, _MOST_FEATHER_PX / 2)),
        cells=_cells(manner, across, down),
        wins=by_hand,
    )


def _hull(corners: Points, centre: Points, across: Points, down: Points) -> Points:
    """The convex outline of a quadrangle; of its axes where it has no inside."""
    hull = np.asarray(cv2.convexHull(corners.astype(np.float32)), np.float32)
    if hull.size >= 6:
        return hull.reshape(-1, 2)
    return np.stack([centre - across - down, centre + across - down, centre + across + down, centre - across + down])


def _cells(manner: Manner, across: Points, down: Points) -> tuple[int, int]:
    """As many as there is room for: a cell is never so small that its mean tells a detail."""
    wide, high = 2 * float(np.hypot(*across)), 2 * float(np.hypot(*down))
    columns, rows = manner.cells
    if wide > LONG * high:
        columns = max(columns, manner.long)
    if high > LONG * wide:
        rows = max(rows, manner.long)
    room = (int(wide // _SMALLEST_CELL_PX), int(high // _SMALLEST_CELL_PX))
    return max(1, min(columns, room[0])), max(1, min(rows, room[1]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Cover:
    """A patch as it lies on a picture: `place` (left, top, right, bottom) whole pixels, and for each in it whether it is
    hidden (`core`), and how much of the paint it gets (`alpha`, 1 wherever `core` is).
    """

    place: tuple[int, int, int, int]
    core: Flags = field(repr=False)
    alpha: Mask = field(repr=False)


def lay(patch: Patch, shape: tuple[int, int], own: Flags | None) -> Cover | None:
    """`patch` on a picture of `shape` (height, width), around the subject's `own` face. None where nothing is covered."""
    height, width = shape
    beyond = patch.reach + patch.feather + 2
    low, high = patch.outline.min(axis=0) - beyond, patch.outline.max(axis=0) + beyond
    left, top = (int(np.clip(np.floor(v), 0, most)) for v, most in zip(low, (width, height), strict=True))
    right, bottom = (int(np.clip(np.ceil(v) + 1, 0, most)) for v, most in zip(high, (width, height), strict=True))
    if right <= left or bottom <= top:
        return None
    far = _distance(patch, (left, top, right, bottom))
    core = (far <= patch.reach).astype(np.uint8)
    if own is not None and not patch.wins:
        mine = own[top:bottom, left:right]
        if (core & mine).any():
            core &= 1 - mine
            # Beside the subject's face it fades into the face: what is hidden must not.
            into = np.asarray(cv2.distanceTransform(1 - core, cv2.DIST_L2, 3), np.float32)
            alpha = np.where(mine > 0, _fade(into - 1, _OWN_FEATHER_PX), _fade(far - patch.reach, patch.feather))
            return _cover((left, top, right, bottom), core, np.asarray(alpha, np.float32))
    return _cover((left, top, right, bottom), core, _fade(far - patch.reach, patch.feather))


def _cover(place: tuple[int, int, int, int], core: Flags, alpha: Mask) -> Cover | None:
    if not core.any():
        return None
    alpha[core > 0] = 1
    return Cover(place=place, core=core, alpha=alpha)


def _distance(patch: Patch, place: tuple[int, int, int, int]) -> Mask:
    """(h, w) float32: how far each pixel lies outside of the outline, about; 0 inside. The outline may leave the picture,
    so it is drawn with room around.
    """
    left, top, right, bottom = place
    room = int(patch.reach + patch.feather) + 4
    inside = np.zeros((bottom - top + 2 * room, right - left + 2 * room), np.uint8)
    points = patch.outline.astype(np.float64) - [left - room, top - room]
    points = np.clip(points, -(2.0**14), 2.0**14)
    # Whole pixels, and every one that the edge touches.
    cv2.fillConvexPoly(inside, np.round(points).astype(np.int32), 1)
    cv2.polylines(inside, [np.round(points).astype(np.int32)], True, 1)
    far = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 3)
    return np.ascontiguousarray(np.asarray(far, np.float32)[room:-room, room:-room])


def _fade(far: Mask, feather: float) -> Mask:
    """1 at 0 and below, smoothly 0 at `feather`."""
    near = np.clip(1 - far / np.float32(feather), 0, 1)
    return np.asarray(near * near * (3 - 2 * near), np.float32)


def own_face(shape: tuple[int, ...], points: Points) -> Flags:
    """Where the face with mesh `points` is in a picture of `shape`: what no other's region may be painted over."""
    hull = cv2.convexHull(points[:, :2].astype(np.float32)).reshape(-1, 2)
    middle = hull.mean(axis=0)
    grown = middle + (hull - middle) * np.float32(1.06)
    flags = np.zeros(shape[:2], np.uint8)
    cv2.fillConvexPoly(flags, np.round(np.clip(grown, -(2.0**14), 2.0**14)).astype(np.int32), 1)
    return flags


def visible(cover: Cover, pixels: Pixels) -> Pixels:
    """The part of `pixels` that `cover` lies on; a view."""
    left, top, right, bottom = cover.place
    return pixels[top:bottom, left:right]

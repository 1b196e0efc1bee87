"""The figure at print size, and the outline along which it is cut."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from stylize.models import Pixels
from stylize.paper import Spot, to_mm, to_px

Floats = npt.NDArray[np.float32]
_EASE_MM = 2.2
_SURE = 128
_SOFT_PX = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """Something to cut out. `pixels` (h, w, 4) uint8 at 300 dpi with its white rim; `outline`: the cut, millimetres from
    the upper left corner of the pixels. `foot_mm`: how far down the lowest print reaches.
    """

    pixels: Pixels = field(repr=False)
    outline: tuple[Spot, ...] = field(repr=False)
    foot_mm: float

    @property
    def width_mm(self) -> float:
        return to_mm(self.pixels.shape[1])

    @property
    def height_mm(self) -> float:
        return to_mm(self.pixels.shape[0])


def enlarge(art: Pixels, *, width: int, height: int) -> Pixels:
    """(h, w, 4) uint8 with straight alpha in another size: premultiplied, Lanczos, a little sharper when it grows."""
    cover = art[..., 3:].astype(np.float32) / 255
    colour = np.concatenate([art[..., :3].astype(np.float32) * cover, cover * 255], -1)
    growth = height / art.shape[0]
    how = cv2.INTER_LANCZOS4 if growth >= 1 else cv2.INTER_AREA
    large = np.asarray(cv2.resize(colour, (width, height), interpolation=how), np.float32)
    if growth > 1:
        large[..., :3] += 0.55 * (large[..., :3] - cv2.GaussianBlur(large[..., :3], (0, 0), 0.8 * growth))
    cover = np.clip(large[..., 3:], 0, 255)
    straight = np.clip(large[..., :3] / np.maximum(cover / 255, 1e-3), 0, 255)
    return np.asarray(np.concatenate([straight, cover], -1) + 0.5, np.uint8)


def size_within(art: Pixels, width_mm: float, height_mm: float) -> tuple[int, int]:
    """Width and height in pixels of `art` as large as the room allows."""
    height, width = art.shape[:2]
    grow = min(to_px(width_mm) / width, to_px(height_mm) / height)
    return max(1, round(width * grow)), max(1, round(height * grow))


def piece_of(art: Pixels, *, rim_mm: float, foot_mm: float = 0.0) -> Piece:
    """`art` (h, w, 4) at 300 dpi with a white rim and an eased outline. `foot_mm`: a flap of that length below it."""
    rim, room = to_px(rim_mm), int(np.ceil(to_px(rim_mm + 1)))
    below = room + round(to_px(foot_mm))
    wide = np.pad(art, ((room, below), (room, room), (0, 0)))
    solid = (wide[..., 3] >= _SURE).astype(np.uint8)
    shape = _eased(solid, rim)
    foot = room + art.shape[0]
    if foot_mm:
        columns = np.nonzero(solid[foot - round(to_px(5)) :].max(0))[0]
        left, right = (int(columns[0]), int(columns[-1])) if len(columns) else (room, room + art.shape[1])
        shape[foot - round(to_px(4)) : foot + round(to_px(foot_mm)), left : right + 1] = 1
        shape[foot:, :left] = shape[foot:, right + 1 :] = 0
        shape[foot + round(to_px(foot_mm)) :] = 0
    contours, _ = cv2.findContours(shape, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    longest = max(contours, key=cv2.contourArea)
    line = (
        cv2.approxPolyDP(_smooth(np.asarray(longest[:, 0], np.int32)), 0.25, closed=True)[:, 0].astype(np.float64) + 0.5
    )
    white = np.zeros_like(shape)
    cv2.drawContours(white, [longest], -1, 255, cv2.FILLED)
    return Piece(
        pixels=_on_white(wide, white),
        outline=tuple((to_mm(x), to_mm(y)) for x, y in line.tolist()),
        foot_mm=to_mm(foot),
    )


def foot_of(piece: Piece, flap_mm: float) -> tuple[Spot, Spot]:
    """Where the flap of a piece is folded: the ends of the line, from left to right."""
    across = [x for x, y in piece.outline if y > piece.foot_mm + flap_mm / 2]
    return (min(across), piece.foot_mm), (max(across), piece.foot_mm)


def _eased(solid: npt.NDArray[np.uint8], rim: float) -> npt.NDArray[np.uint8]:
    """Grown by `rim`, narrow bays closed: scissors do not go into them."""
    ease = to_px(_EASE_MM)
    away = cv2.distanceTransform(1 - np.pad(solid, int(ease) + 2), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    grown = (away <= rim + ease).astype(np.uint8)
    inside = cv2.distanceTransform(grown, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    soft = cv2.GaussianBlur((inside > ease).astype(np.float32), (0, 0), to_px(0.35))
    trim = int(ease) + 2
    return np.ascontiguousarray((soft > 0.5).astype(np.uint8)[trim:-trim, trim:-trim])


def _smooth(contour: npt.NDArray[np.int32]) -> Floats:
    """A closed line through pixels without their steps, (n, 2); its corners stay within half a millimetre."""
    reach = 3 * _SOFT_PX
    round_trip = np.take(contour, range(-reach, len(contour) + reach), axis=0, mode="wrap").astype(np.float32)
    soft = cv2.GaussianBlur(round_trip, (1, 0), sigmaX=0.1, sigmaY=_SOFT_PX)
    return np.asarray(soft[reach:-reach], np.float32)


def _on_white(art: Pixels, white: npt.NDArray[np.uint8]) -> Pixels:
    cover = art[..., 3:].astype(np.float32) / 255
    colour = art[..., :3] * cover + 255 * (1 - cover)
    return np.asarray(np.dstack([colour + 0.5, np.maximum(white, art[..., 3])]), np.uint8)


def toy_of(icon: Pixels, size_mm: float, *, rim_mm: float) -> Piece:
    """An accessory whose longer side is `size_mm`, to cut out."""
    rows, columns = np.nonzero(icon[..., 3].max(1) > 8)[0], np.nonzero(icon[..., 3].max(0) > 8)[0]
    icon = icon[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    wide, tall = size_within(icon, size_mm, size_mm)
    return piece_of(enlarge(icon, width=wide, height=tall), rim_mm=rim_mm)

"""Accessories as toys lying in the blister: placed, puffed up, with two soft shadows on the card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from stylize.colour import to_linear
from stylize.models import Pixels
from stylize.toybox.layout import TALL, WIDE, Tray, trays

Floats = npt.NDArray[np.float32]
Homography = npt.NDArray[np.float64]
_FULL = 0.95
_SHADOWS = ((17.0, 20.0, 11.0, 0.40), (6.0, 8.0, 4.0, 0.34))
"""Right, down, blur (pixels at width 768), strength."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A toy in the picture. `light` premultiplied linear, `alpha`; both of the region at (left, top)."""

    light: Floats = field(repr=False)
    alpha: Floats = field(repr=False)
    left: int
    top: int


def place_accessories(
    icons: Sequence[Pixels], card: Homography, shelf: Homography, *, width: int, height: int
) -> tuple[Piece, ...]:
    """The pieces for `icons`, each (h, w, 4) uint8 sRGB with straight alpha, before their trays as seen from the camera.
    `card`, `shelf`: as in `Stage`.
    """
    scale = width_scale(card)
    return tuple(
        _place(icon, tray, card, shelf, width, height, scale)
        for icon, tray in zip(icons, trays(len(icons)), strict=True)
    )


def width_scale(card: Homography) -> float:
    """How large the card is seen, 1 as in a picture 768 pixels wide."""
    ends = cv2.perspectiveTransform(np.array([[(-WIDE / 2, TALL / 2), (WIDE / 2, TALL / 2)]], np.float64), card)[0]
    return float(np.linalg.norm(ends[1] - ends[0])) / 560.0


def cast_shadows(light: Floats, pieces: tuple[Piece, ...], receiver: Floats, *, scale: float) -> None:
    """Darken `light` (h, w, 3), in place, where pieces keep light from `receiver` (h, w)."""
    for piece in pieces:
        reach = round(60 * scale)
        alpha = np.asarray(cv2.copyMakeBorder(piece.alpha, reach, reach, reach, reach, cv2.BORDER_CONSTANT), np.float32)
        left, top = piece.left - reach, piece.top - reach
        x0, y0 = max(left, 0), max(top, 0)
        x1 = min(left + alpha.shape[1], light.shape[1])
        y1 = min(top + alpha.shape[0], light.shape[0])
        inside = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
        kept = soft_shadow(alpha, scale=scale)[inside]
        spot = np.s_[y0:y1, x0:x1]
        light[spot] *= (1 - (1 - kept) * receiver[spot])[..., None]


def soft_shadow(alpha: Floats, *, scale: float) -> Floats:
    """The share of light, 0 to 1, that a shape of coverage `alpha` lets through to what lies behind it."""
    kept = np.ones_like(alpha)
    for right, down, blur, strength in _SHADOWS:
        move = np.array([[1, 0, right * scale], [0, 1, down * scale]], np.float32)
        moved = cv2.warpAffine(alpha, move, (alpha.shape[1], alpha.shape[0]))
        kept *= 1 - np.float32(strength) * cv2.GaussianBlur(moved, (0, 0), blur * scale)
    return kept


def lay(light: Floats, piece: Piece) -> None:
    """Put a piece over `light`, in place."""
    spot = np.s_[piece.top : piece.top + piece.alpha.shape[0], piece.left : piece.left + piece.alpha.shape[1]]
    light[spot] = light[spot] * (1 - piece.alpha)[..., None] + piece.light


def puff(colour: Floats, alpha: Floats, *, depth_px: float, shade: float = 1.0) -> Floats:
    """Shade a flat premultiplied picture as if it were swollen: light from the upper left, a gleam on the brow."""
    inside = cv2.distanceTransform((alpha > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    height = np.sqrt(np.clip(inside / depth_px, 0, 1)) * depth_px
    height = cv2.GaussianBlur(height, (0, 0), max(0.5, 0.18 * depth_px))
    slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    facing = np.clip(1 - shade * (0.10 + slope_x * -0.24 + slope_y * -0.30), 0.45, 1.25)
    gleam = np.clip(slope_x * 0.5 + slope_y * 0.7 - 0.42, 0, 1) ** 2 * (0.55 * shade)
    return np.asarray(colour * facing[..., None] + (gleam * alpha)[..., None], np.float32)


def _place(
    icon: npt.NDArray[np.uint8],
    tray: Tray,
    card: Homography,
    shelf: Homography,
    width: int,
    height: int,
    scale: float,
) -> Piece:
    icon = _trim(icon)
    tall, wide = icon.shape[:2]
    reach = tray.reach * _FULL
    grow = 2 * reach / max(wide, tall)
    u, v = tray.u - WIDE / 2, TALL - tray.v + 0.07
    half_u, half_v = wide * grow / 2, tall * grow / 2
    spots = [(u - half_u, v + half_v), (u + half_u, v + half_v), (u + half_u, v - half_v), (u - half_u, v - half_v)]
    quad = cv2.perspectiveTransform(np.array([spots], np.float64), shelf)[0]
    quad += cv2.perspectiveTransform(np.array([[(u, v)]], np.float64), card)[0, 0] - quad.mean(0)
    seen = float(np.linalg.norm(quad[1] - quad[0])) / wide
    colour = _resample(icon, seen)
    tall, wide = colour.shape[:2]
    left, top = (int(np.floor(v)) - 2 for v in quad.min(0))
    right, bottom = (int(np.ceil(v)) + 3 for v in quad.max(0))
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    corners = np.array([(0, 0), (wide, 0), (wide, tall), (0, tall)], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(corners, (quad - (left, top)).astype(np.float32) - 0.5)
    region = cv2.warpPerspective(colour, matrix, (right - left, bottom - top), flags=cv2.INTER_CUBIC)
    alpha = np.asarray(np.clip(region[..., 3], 0, 1), np.float32)
    light = np.asarray(np.minimum(np.clip(region[..., :3], 0, None), alpha[..., None]), np.float32)
    return Piece(light=puff(light, alpha, depth_px=9 * scale) * np.float32(0.97), alpha=alpha, left=left, top=top)


def _trim(icon: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Cut to what is visible, with one clear pixel around it."""
    rows, columns = np.nonzero(icon[..., 3].max(1) > 8)[0], np.nonzero(icon[..., 3].max(0) > 8)[0]
    cut = icon[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.asarray(cv2.copyMakeBorder(cut, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0)), np.uint8)


def _resample(icon: npt.NDArray[np.uint8], factor: float) -> Floats:
    """Premultiplied linear (h, w, 4) at the size it is seen; sharpened when enlarged."""
    alpha = icon[..., 3:].astype(np.float32) / 255
    colour = np.concatenate([to_linear(icon[..., :3].astype(np.float32) / 255) * alpha, alpha], -1)
    size = (max(4, round(icon.shape[1] * factor)), max(4, round(icon.shape[0] * factor)))
    if factor < 1:
        return np.asarray(cv2.resize(colour, size, interpolation=cv2.INTER_AREA), np.float32)
    large = cv2.resize(colour, size, interpolation=cv2.INTER_LANCZOS4)
    soft = cv2.GaussianBlur(large, (0, 0), 0.9 * factor)
    return np.asarray(np.clip(large + 0.7 * (large - soft), 0, 1), np.float32)

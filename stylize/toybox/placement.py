"""A cut-out picture takes the figure's place: scaled, stood on a plinth, lit and shadowed like the rest."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from stylize.colour import from_hex, to_linear
from stylize.geometry import Box, Size
from stylize.models import Cutout
from stylize.toybox.palettes import Palette
from stylize.toybox.pieces import puff, soft_shadow, width_scale
from stylize.toybox.stage import Stage

Floats = npt.NDArray[np.float32]
_PLINTH = 0.065
"""Height of the plinth's side over the height of the figure's place."""


def place_cutout(cutout: Cutout, stage: Stage, size: Size, colours: Palette) -> Cutout:
    """`cutout` standing in the stage's figure slot, as a staged cut-out of `size` with its plinth and its shadow."""
    slot = stage.figure_slot
    scale = width_scale(stage.card_to_pixels)
    light = np.zeros((size.height, size.width, 3), np.float32)
    alpha = np.zeros((size.height, size.width), np.float32)
    if _is_sheet(cutout):
        room = slot.pad(0.04 * slot.width, -0.03 * slot.height)
        _stand(light, alpha, cutout, room.move(-0.02 * slot.width, 0), scale, middle=True)
    else:
        side = _PLINTH * slot.height
        ground = slot.bottom - side - 0.2 * side
        room = Box(left=slot.left, top=slot.top + 0.06 * slot.height, right=slot.right, bottom=ground)
        _draw_plinth(light, alpha, slot, ground, side, to_linear(from_hex(colours.band)))
        _stand(light, alpha, cutout, room, scale)
    shadow = soft_shadow(alpha, scale=1.4 * scale)
    return Cutout(light=light, alpha=alpha, shadow=shadow, staged=True)


def _extent(cutout: Cutout) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of what is visible, or None."""
    rows, columns = np.nonzero(cutout.alpha.max(1) > 0.5)[0], np.nonzero(cutout.alpha.max(0) > 0.5)[0]
    if not len(rows) or not len(columns):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _is_sheet(cutout: Cutout) -> bool:
    """Whether it is a flat rectangle, a photo card, which hangs rather than stands."""
    extent = _extent(cutout)
    if extent is None:
        return False
    left, top, right, bottom = extent
    return float(cutout.alpha[top:bottom, left:right].mean()) > 0.97


def _is_cut_off(cutout: Cutout) -> bool:
    """Whether the picture's lower edge cuts through what is shown: a bust, not a whole figure."""
    return float(cutout.alpha[-3:].max(0).mean()) > 0.2


def _narrowed(cutout: Cutout, extent: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """A wide bust with a part of its shoulders cut off, the head in the middle, so that it can be shown larger."""
    left, top, right, bottom = extent
    head = cutout.alpha[top : top + max(1, (bottom - top) * 2 // 5), left:right].sum(0)
    middle = left + float((head * np.arange(len(head))).sum() / max(float(head.sum()), 1e-6))
    half = max(0.40 * (right - left), 0.34 * (bottom - top))
    start = min(max(left, round(middle - half)), max(left, round(right - 2 * half)))
    return start, top, min(right, round(start + 2 * half)), bottom


def _as_standee(cover: Floats, paint: Floats, border: int) -> tuple[Floats, Floats]:
    """A flat print with a white border around it, as acrylic standees have; its foot stays where it was."""
    cover = np.asarray(np.pad(cover, ((border, 0), (border, border))), np.float32)
    paint = np.asarray(np.pad(paint, ((border, 0), (border, border), (0, 0))), np.float32)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * border + 1, 2 * border + 1))
    grown = np.pad(cover, ((0, border), (0, 0)), mode="edge")
    outline = cv2.GaussianBlur(cv2.dilate(grown, disc), (0, 0), 0.7)[: len(cover)]
    border_cover = np.asarray(np.maximum(outline, cover), np.float32)
    return border_cover, np.asarray(paint + np.float32(0.9) * (border_cover - cover)[..., None], np.float32)


def _stand(light: Floats, alpha: Floats, cutout: Cutout, room: Box, scale: float, *, middle: bool = False) -> None:
    """Put the visible part of `cutout` into `room`, feet on its lower edge or in the `middle`, over what is there."""
    extent = _extent(cutout)
    if extent is None:
        return
    bust = not middle and _is_cut_off(cutout)
    left, top, right, bottom = _narrowed(cutout, extent) if bust else extent
    width = (0.93 if bust else 1.0) * room.width
    grow = min(width / (right - left), room.height / (bottom - top))
    shape = max(2, round((right - left) * grow)), max(2, round((bottom - top) * grow))
    how = cv2.INTER_AREA if grow < 1 else cv2.INTER_CUBIC
    cover, paint = (
        np.asarray(np.clip(cv2.resize(layer[top:bottom, left:right], shape, interpolation=how), 0, limit), np.float32)
        for layer, limit in ((cutout.alpha, 1), (cutout.light, None))
    )
    if bust:
        cover, paint = _as_standee(cover, paint, round(7 * scale))
    else:
        paint = puff(paint, cover, depth_px=14 * scale, shade=0.2 if middle else 0.55)
    shape = cover.shape[1], cover.shape[0]
    paint *= np.linspace(1.04, 0.93, shape[1], dtype=np.float32)[:, None, None]
    foot = room.centre[1] + shape[1] / 2 if middle else room.bottom + 0.012 * room.height
    x0, y0 = round(room.centre[0] - shape[0] / 2), round(foot) - shape[1]
    x1, y1 = min(x0 + shape[0], alpha.shape[1]), min(y0 + shape[1], alpha.shape[0])
    cut = np.s_[max(-y0, 0) : y1 - y0, max(-x0, 0) : x1 - x0]
    spot = np.s_[max(y0, 0) : y1, max(x0, 0) : x1]
    if not middle:
        _touch(light, cover, x0, y1, scale)
    light[spot] = light[spot] * (1 - cover[cut])[..., None] + paint[cut]
    alpha[spot] = 1 - (1 - alpha[spot]) * (1 - cover[cut])


def _touch(light: Floats, cover: Floats, left: int, foot: int, scale: float) -> None:
    """Darken the plinth where the feet stand."""
    band = cover[-max(2, cover.shape[0] // 40) :].max(0)
    dark = np.zeros(light.shape[:2], np.float32)
    half = max(2, round(5 * scale))
    start = max(left, 0)
    stop = min(left + len(band), light.shape[1])
    dark[max(0, foot - half) : foot + half, start:stop] = band[start - left : stop - left]
    light *= (1 - 0.6 * cv2.GaussianBlur(dark, (0, 0), 5 * scale))[..., None]


def _draw_plinth(light: Floats, alpha: Floats, slot: Box, ground: float, side: float, colour: Floats) -> None:
    """A round plinth with a lighter top, narrower than the slot."""
    x, rx, ry = slot.centre[0], 0.36 * slot.width, 0.56 * side
    height, width = alpha.shape
    turns = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    top = np.stack([x + rx * np.cos(turns), ground + ry * np.sin(turns)], 1)
    skirt = top + np.array((0, side))
    body = cv2.convexHull(np.concatenate([top, skirt]).astype(np.float32))[:, 0]
    across = (np.arange(width, dtype=np.float32) - x) / rx
    round_shade = (0.80 - 0.30 * across - 0.25 * across**2 + 0.35 * np.exp(-(((across + 0.55) / 0.10) ** 2)))[
        None, :, None
    ]
    for outline, shade in ((body, round_shade), (top, np.float32(1.0)), (_shrink(top, 0.93), np.float32(0.9))):
        cover = _cover(outline, height, width)[..., None]
        light *= 1 - cover
        light += cover * colour * np.clip(shade, 0.15, 1.4).astype(np.float32)
        alpha[:] = np.maximum(alpha, cover[..., 0])


def _shrink(outline: npt.NDArray[np.float64], factor: float) -> npt.NDArray[np.float64]:
    middle = outline.mean(0)
    return np.asarray(middle + (outline - middle) * factor, np.float64)


def _cover(outline: npt.ArrayLike, height: int, width: int) -> Floats:
    """Coverage of a filled outline, drawn four times as large and reduced."""
    points = np.asarray(outline, np.float64)
    left, top = (max(int(v) - 2, 0) for v in points.min(0))
    right, bottom = min(int(points[:, 0].max()) + 3, width), min(int(points[:, 1].max()) + 3, height)
    page = np.zeros((height, width), np.float32)
    if right > left and bottom > top:
        large = np.zeros((4 * (bottom - top), 4 * (right - left)), np.uint8)
        cv2.fillPoly(large, [np.round((points - (left, top)) * 64).astype(np.int32)], 255, cv2.LINE_8, 4)
        small = cv2.resize(large, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
        page[top:bottom, left:right] = small.astype(np.float32) / 255
    return page

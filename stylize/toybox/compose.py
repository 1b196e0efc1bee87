"""A figure, a card and some toys become one photograph of a box. All in linear light until the grade."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from stylize.colour import from_hex, to_linear
from stylize.geometry import Size
from stylize.models import BoxOrder, Colour, Cutout, Look, Pixels
from stylize.toybox.accessories import icons
from stylize.toybox.card import draw_card
from stylize.toybox.grade import grade
from stylize.toybox.layout import TALL, WIDE
from stylize.toybox.palettes import Palette, choose_palette, palettes
from stylize.toybox.pieces import Homography, cast_shadows, lay, place_accessories, width_scale
from stylize.toybox.placement import place_cutout
from stylize.toybox.stage import Stage, load_stage

Floats = npt.NDArray[np.float32]
_OVERSIZE = 2.0
_LARGE_CARD_PX = 1500
_EXPOSURE = 0.95
_FLOOR_LIFT = 1.5
_CARD_GLOSS = 0.25
_CHANCES = 4
_FLOORS = ("#bfe3e0", "#ecd3e6", "#cfdff5", "#fbe4c6")
_WINDOW = ((-3.1, 1.55, 1.0), (-1.25, 0.4, 0.7))
"""Panes of a faint window in the blister: left end on the card, width, strength."""


def compose(
    cutout: Cutout,
    order: BoxOrder,
    look: Look,
    size: Size,
    seed: int,
    title: str,
    toys: Sequence[Pixels] = (),
) -> Pixels:
    """The boxed picture, (size.height, size.width, 3) uint8 sRGB; equal arguments give equal pixels.

    `order` as `check_order` returned it. A staged `cutout` of another size is resized to `size`; any other is set into
    the figure's place. `seed` chooses the card's pattern, and its palette among the best few if the order names none. `title`: what the toy is ("Action figure"), printed where the order leaves room. `toys`: what was painted for `order.toys`, see `stylize.toybox.matting`. UnknownPalette
    and UnknownAccessory for an unchecked order.
    """
    slug = order.palette or choose_palette(look, seed)
    colours = palettes()[slug]
    stage = load_stage(size)
    scale = width_scale(stage.card_to_pixels)
    albedo = _print_card(draw_card(order, slug, _card_width_px(stage), title=title, motif=seed), stage, size)
    card, edge = stage.masks["card"], stage.masks["edge"]
    # Whatever is not card is floor, also where a picture of another shape reaches beyond the stage.
    floor = np.clip(1 - card - edge, 0, 1)
    albedo *= card[..., None]
    ground = _floor(order, colours, seed)
    for part, colour, lift in ((floor, ground, _FLOOR_LIFT), (edge, colours.rim, 1.0)):
        albedo += part[..., None] * (to_linear(from_hex(colour)) * np.float32(lift))
    light = albedo * stage.light
    light += stage.gloss * (1 - (1 - _CARD_GLOSS) * card)[..., None]
    light *= np.float32(_EXPOSURE)
    del albedo
    _calm_surroundings(light, size)
    figure = _resized(cutout, size) if cutout.staged else place_cutout(cutout, stage, size, colours)
    light *= figure.shadow[..., None]
    pieces = place_accessories(
        icons(order, toys), stage.card_to_pixels, stage.shelf_to_pixels, width=size.width, height=size.height
    )
    cast_shadows(light, pieces, card, scale=scale)
    for piece in pieces:
        lay(light, piece)
    light *= (1 - figure.alpha)[..., None]
    light += figure.light * np.float32(_EXPOSURE if cutout.staged else 1.0)
    light += np.minimum(stage.blister * np.float32(0.85), np.float32(1.6))
    light += _window(stage, size, scale)[..., None]
    return grade(light, scale=scale, seed=seed)


def _floor(order: BoxOrder, colours: Palette, seed: int) -> Colour:
    """What the box stands on: the palette's own floor; where the palette was named, so that nothing else is left to chance,
    `seed` may choose another one.
    """
    if order.palette is None:
        return colours.floor
    return (colours.floor, *(floor for floor in _FLOORS if floor != colours.floor))[seed % _CHANCES]


def _card_width_px(stage: Stage) -> int:
    top_left, top_right = stage.card_quad[0], stage.card_quad[1]
    seen = float(np.linalg.norm(top_right - top_left))
    return max(64, round(min(_OVERSIZE * seen, max(_LARGE_CARD_PX, 1.4 * seen))))


def _print_card(art: Pixels, stage: Stage, size: Size) -> Floats:
    """The card's colours, linear, as seen from the camera."""
    table = to_linear(np.arange(256, dtype=np.float32) / 255)
    # 16 bits of linear light: a half of the memory of floats, finer than the eye.
    ink = cv2.LUT(art, (table * 65535 + 0.5).astype(np.uint16))
    seen = float(np.linalg.norm(stage.card_quad[1] - stage.card_quad[0]))
    ink = cv2.GaussianBlur(ink, (0, 0), 0.3 * art.shape[1] / seen)
    unit = art.shape[1] / WIDE
    to_card = np.array([[1 / unit, 0, 0.5 / unit - WIDE / 2], [0, -1 / unit, TALL - 0.5 / unit], [0, 0, 1]], np.float64)
    shift = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]], np.float64)
    matrix = shift @ stage.card_to_pixels @ to_card
    colours = cv2.warpPerspective(
        ink, matrix, (size.width, size.height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(colours, np.float32) * np.float32(1 / 65535)


def _calm_surroundings(light: Floats, size: Size) -> None:
    """Smooth, in place, what lies beyond the stage's 4:5 canvas, where the stage repeats its rim in streaks."""
    scale = min(size.width / 4, size.height / 5)
    left, top = int((size.width - 4 * scale) / 2), int((size.height - 5 * scale) / 2)
    blur = 0.06 * scale
    for bar in (light[:, :left], light[:, size.width - left :]) if left > 0 else ():
        bar[:] = cv2.GaussianBlur(bar, (0, 0), sigmaX=0.1, sigmaY=blur)
    for bar in (light[:top], light[size.height - top :]) if top > 0 else ():
        bar[:] = cv2.GaussianBlur(bar, (0, 0), sigmaX=blur, sigmaY=0.1)


def _window(stage: Stage, size: Size, scale: float) -> Floats:
    """A faint slanting reflection of a window, (h, w) linear light to add."""
    glow = np.zeros((size.height, size.width), np.float32)
    rows = np.arange(size.height, dtype=np.float32)[:, None]
    for left, width, strength in _WINDOW:
        spots = [(left, 8.9), (left + width, 8.9), (left + width - 1.2, 4.3), (left - 1.2, 4.3)]
        outline = _seen(spots, stage.shelf_to_pixels)
        pane = np.zeros_like(glow)
        cv2.fillPoly(pane, [np.round(outline * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
        top, bottom = outline[:, 1].min(), outline[:, 1].max()
        pane *= np.clip(1 - (rows - top) / (bottom - top), 0, 1) ** 1.2
        glow = np.maximum(glow, cv2.GaussianBlur(pane, (0, 0), 1.2 * scale) * np.float32(strength))
    return glow * np.float32(0.06)


def _seen(spots: list[tuple[float, float]], card: Homography) -> Floats:
    return np.asarray(cv2.perspectiveTransform(np.array([spots], np.float64), card)[0], np.float32)


def _resized(cutout: Cutout, size: Size) -> Cutout:
    if cutout.alpha.shape == (size.height, size.width):
        return cutout
    shape = (size.width, size.height)
    light, alpha, shadow = (
        np.clip(np.asarray(cv2.resize(layer, shape, interpolation=cv2.INTER_AREA), np.float32), 0, None)
        for layer in (cutout.light, cutout.alpha, cutout.shadow)
    )
    return Cutout(light=light, alpha=alpha, shadow=shadow, staged=True)

"""The sculpted figure as baked passes: body, head with hair, beard and glasses, laid over each other.

Every part was sculpted and lit once (`tools/sculpt`), in the same light, on the same stage, by the same camera. A
picture is `sum of masks x colours`, times `light`, plus `gloss`; behind the figure everything is multiplied by
`shadow`. `PARTS` lists what can be coloured.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from stylize.baked import (
    WHOLE_CANVAS,
    Floats,
    Layer,
    View,
    Window,
    decode,
    light_of,
    masks_of,
    read_layer,
    shadow_of,
    warp,
    window_of,
)
from stylize.geometry import Box, Size
from stylize.models import Beard, Hair, Outfit

PACKS = Path(__file__).parent / "packs"
PARTS = (
    "skin", "hair", "beard", "frame", "outer", "outer2", "inner", "accent", "pants", "shoe", "sole", "dark", "metal", "edge",
)  # fmt: skip
SCULPTED_BEARDS = (Beard.MOUSTACHE, Beard.GOATEE, Beard.FULL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Passes:
    """A figure without colours. Arrays are (height, width[, channels]) float32 of the asked size; do not write to them.

    `light` (h, w, 3): linear diffuse light to multiply colours with; 0 outside the figure. `gloss` (h, w, 3): linear
    light to add, already weighted by coverage. `masks`: coverage 0 to 1 by part, only the parts that occur; they sum to
    `alpha`. `shadow` (h, w): share of the light that still reaches card and floor behind the figure. `face_uv`
    (h, w, 2): where to read the face print, u rightwards and v downwards, 0 to 1; `face_mask` (h, w) where that is
    valid (the front of the head, also under hair). `anchors`: named points (x, y) in pixels. `box`: the figure with its
    pedestal, in pixels.
    """

    light: Floats = field(repr=False)
    gloss: Floats = field(repr=False)
    masks: dict[str, Floats] = field(repr=False)
    alpha: Floats = field(repr=False)
    shadow: Floats = field(repr=False)
    face_uv: Floats = field(repr=False)
    face_mask: Floats = field(repr=False)
    anchors: dict[str, tuple[float, float]]
    box: Box


@dataclass(frozen=True, kw_only=True, slots=True)
class FaceShape:
    """The sculpted face, for whoever prints on it. All (468, 3) float32 in widths of the face: x to the right of the
    picture, y up, z away from the viewer, in the order of the MediaPipe face mesh.

    `toy`: the landmarks as sculpted; landmark (x, y) is printed at u = x / 1.5 + 0.5, v = 0.5 - y / 1.5.
    `average`: the average face they were made from. `mirror` (468,) int: the index of each landmark's mirror image.
    """

    toy: Floats = field(repr=False)
    average: Floats = field(repr=False)
    mirror: np.ndarray[tuple[int], np.dtype[np.int64]] = field(repr=False)


@lru_cache(maxsize=1)
def load_face_shape() -> FaceShape:
    """The landmarks of the sculpted head."""
    with np.load(PACKS / "face.npz", allow_pickle=False) as stored:
        return FaceShape(
            toy=stored["toy"].astype(np.float32),
            average=stored["average"].astype(np.float32),
            mirror=stored["mirror"].astype(np.int64),
        )


def figure_frame(outfit: Outfit, hair: Hair, *, pad: float = 0.06) -> Box:
    """The figure with its pedestal as fractions of the canvas, grown by `pad` (fraction of its height) on every side:
    a `frame` for pictures without a box.
    """
    body, head = read_layer(_body(outfit)), read_layer(_head(hair))
    (left, top, right, bottom), (width, height) = body.box, body.canvas
    left, top = min(left, head.box[0]), min(top, head.box[1])
    right, bottom = max(right, head.box[2]), max(bottom, head.box[3])
    margin = pad * (bottom - top)
    return Box(
        left=(left - margin) / width,
        top=(top - margin) / height,
        right=(right + margin) / width,
        bottom=(bottom + margin) / height,
    )


def load_figure(
    outfit: Outfit,
    hair: Hair,
    beard: Beard = Beard.NONE,
    glasses: bool = False,
    *,
    size: Size,
    frame: Box = WHOLE_CANVAS,
) -> Passes:
    """Put a figure together. `frame`: which part of the 4:5 canvas to show (fractions), as large as fits in `size`,
    centred; the whole canvas stands as the stage of the toy box expects it. DeclarationError when a pack is damaged.
    """
    view = View(size=size, frame=frame)
    body, head = read_layer(_body(outfit)), read_layer(_head(hair))
    pile = _Pile(size)
    pile.lay(body, view)
    hair_over = pile.lay(head, view)
    if beard in SCULPTED_BEARDS:
        pile.lay(read_layer(PACKS / "beard" / beard.value), view, under=hair_over, shade=True)
    if glasses:
        pile.lay(read_layer(PACKS / "glasses" / "round"), view, under=hair_over, shade=True)
    alpha = np.minimum(pile.cover, 1)
    light = np.divide(pile.light, np.maximum(pile.cover, np.float32(1e-4))[..., None], dtype=np.float32)
    face_uv, face_mask = _face_print(view)
    return Passes(
        light=light,
        gloss=pile.gloss,
        masks=pile.masks,
        alpha=alpha,
        shadow=shadow_of(body, "shadow", view) * shadow_of(head, "shadow", view),
        face_uv=face_uv,
        face_mask=face_mask,
        anchors=_anchors((body, head), view),
        box=_outline(alpha),
    )


def _body(outfit: Outfit) -> Path:
    return PACKS / "body" / outfit.value


def _head(hair: Hair) -> Path:
    return PACKS / "head" / hair.value


class _Pile:
    """Layers laid over each other, light weighted by coverage."""

    def __init__(self, size: Size) -> None:
        shape = (size.height, size.width)
        self.light = np.zeros((*shape, 3), np.float32)
        self.gloss = np.zeros((*shape, 3), np.float32)
        self.cover = np.zeros(shape, np.float32)
        self.masks: dict[str, Floats] = {}

    def lay(self, layer: Layer, view: View, *, under: Floats | None = None, shade: bool = False) -> Floats:
        """Lay a layer over the pile, and return its hair as a full-size mask. `under`: what stays before it (hair
        before temples and sideburns; a mask "temple" goes under, a mask "frame" does not). `shade`: it darkens what
        lies below it.
        """
        window = window_of(layer, view)
        rows = window.slices
        masks = masks_of(layer, view, window)
        light = light_of(layer, "light", layer.light_scale, view, window)
        gloss = light_of(layer, "gloss", layer.gloss_scale, view, window, extend=False)
        if shade:
            below = light_of(layer, "shade", layer.shadow_scale, view, window)
            if under is not None:
                below = 1 - (1 - below) * (1 - under[rows])[..., None]
            self.light[rows] *= below
            self.gloss[rows] *= below
        if under is not None:
            free = 1 - under[rows]
            before = sum(masks.values())
            masks = {name: mask if name == "frame" else mask * free for name, mask in masks.items()}
            gloss = gloss * _ratio(sum(masks.values()), before)[..., None]
        if "temple" in masks:
            masks["frame"] = masks["frame"] + masks.pop("temple")
        cover = np.clip(np.sum(list(masks.values()), axis=0), 0, 1).astype(np.float32)
        keep = 1 - cover
        self.light[rows] = self.light[rows] * keep[..., None] + light * cover[..., None]
        self.gloss[rows] = self.gloss[rows] * keep[..., None] + gloss
        self.cover[rows] = self.cover[rows] * keep + cover
        for mask in self.masks.values():
            mask[rows] *= keep
        for name, mask in masks.items():
            if name not in self.masks:
                self.masks[name] = np.zeros_like(self.cover)
            self.masks[name][rows] += mask
        hair = np.zeros_like(self.cover)
        if "hair" in masks:
            hair[rows] = masks["hair"]
        return hair


def _ratio(part: Floats | int, whole: Floats | int) -> Floats:
    """Part over whole, 1 where there is nothing."""
    part, whole = np.asarray(part, np.float32), np.asarray(whole, np.float32)
    return np.where(whole > 1e-3, part / np.maximum(whole, 1e-3), 1).astype(np.float32)


def _face_print(view: View) -> tuple[Floats, Floats]:
    """(h, w, 2) coordinates of the face print and the (h, w) mask where they are valid."""
    layer = read_layer(PACKS / "face")
    window = window_of(layer, view)
    rows = window.slices
    high, low = decode(layer, "uv_high"), decode(layer, "uv_low")
    stored = (high[..., :2].astype(np.float32) * 256 + low[..., :2]) / np.float32(65535)
    face_uv = np.zeros((view.size.height, view.size.width, 2), np.float32)
    face_uv[rows] = _smooth_warp(stored, layer, view, window)
    face_mask = np.zeros(face_uv.shape[:2], np.float32)
    face_mask[rows] = masks_of(layer, view, window)["face"]
    return face_uv, face_mask


def _smooth_warp(stored: Floats, layer: Layer, view: View, window: Window) -> Floats:
    return np.asarray(warp(stored, layer.box[:2], layer, view, window, extend=True), np.float32)


def _anchors(layers: tuple[Layer, ...], view: View) -> dict[str, tuple[float, float]]:
    anchors: dict[str, tuple[float, float]] = {}
    for layer in layers:
        width, height = layer.canvas
        for name, (x, y) in layer.anchors.items():
            spot = view.show((x * width, y * height, x * width, y * height), layer.canvas)
            anchors[name] = (spot.left, spot.top)
    return anchors


def _outline(alpha: Floats) -> Box:
    """The upright box around everything that covers more than a tenth; empty box when nothing does."""
    left, top, width, height = cv2.boundingRect((alpha > 0.1).astype(np.uint8))
    return Box(left=left, top=top, right=left + width, bottom=top + height)

"""Baked light passes: how they are stored as package data, and how they come to stand in a picture of any size.

A *layer* is a folder with a `layer.json` and a few WebP pictures, each cropped to the same box of the canvas that it
was rendered on. Light and gloss are stored as the square root of linear light over a scale (8 bit, lossy); masks three
to a picture, lossless. A *view* says which part of the canvas is looked at, at what size. `tools/sculpt` writes layers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from stylize.errors import DeclarationError
from stylize.geometry import Box, Size

Floats = npt.NDArray[np.float32]

WHOLE_CANVAS = Box(left=0.0, top=0.0, right=1.0, bottom=1.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """One declared layer. `canvas` (width, height) of the bake; `box` (left, top, right, bottom) the stored crop, both
    in pixels of the bake. `light_scale`, `gloss_scale`: linear value of a stored 1. `masks`: the names in `mask_N.webp`,
    three to a picture. `shadow_scale`: likewise for `shadow.webp`, which spans the whole canvas. `anchors`: named
    points as fractions of the canvas.
    """

    folder: Path
    canvas: tuple[int, int]
    box: tuple[int, int, int, int]
    light_scale: float
    gloss_scale: float
    masks: tuple[str, ...]
    shadow_scale: float
    anchors: dict[str, tuple[float, float]]


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """A picture of `size` that shows the `frame` of a canvas (in fractions of it) as large as fits, centred."""

    size: Size
    frame: Box

    def matrix(self, canvas: tuple[int, int]) -> Floats:
        """(2, 3) float32: pixels of a canvas of that size (corner origin) → pixels of the picture."""
        width, height = self.frame.width * canvas[0], self.frame.height * canvas[1]
        scale = min(self.size.width / width, self.size.height / height)
        left = (self.size.width - scale * width) / 2 - scale * self.frame.left * canvas[0]
        top = (self.size.height - scale * height) / 2 - scale * self.frame.top * canvas[1]
        return np.array([[scale, 0, left], [0, scale, top]], np.float32)

    def show(self, box: tuple[float, float, float, float], canvas: tuple[int, int]) -> Box:
        """Where a box of the canvas (left, top, right, bottom, in its pixels) stands in the picture."""
        m = self.matrix(canvas)
        return Box(
            left=float(m[0, 0] * box[0] + m[0, 2]),
            top=float(m[1, 1] * box[1] + m[1, 2]),
            right=float(m[0, 0] * box[2] + m[0, 2]),
            bottom=float(m[1, 1] * box[3] + m[1, 2]),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The whole pixels of a picture that a layer touches: rows top to bottom, columns left to right."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)


@lru_cache(maxsize=64)
def read_layer(folder: Path) -> Layer:
    """Read `layer.json` of a folder. DeclarationError when a key is missing, unknown or of the wrong kind."""
    name = f"{folder.parent.name}/{folder.name}"
    try:
        table: dict[str, Any] = json.loads((folder / "layer.json").read_bytes())
    except (OSError, ValueError) as error:
        raise DeclarationError(name=name, why="layer.json is missing or damaged") from error
    wanted = {field.name for field in fields(Layer)} - {"folder"}
    if set(table) != wanted:
        odd = ", ".join(sorted(set(table) ^ wanted))
        raise DeclarationError(name=name, why=f"these keys are unknown or missing: {odd}")
    try:
        left, top, right, bottom = (int(value) for value in table["box"])
        width, height = (int(value) for value in table["canvas"])
        return Layer(
            folder=folder,
            canvas=(width, height),
            box=(left, top, right, bottom),
            light_scale=float(table["light_scale"]),
            gloss_scale=float(table["gloss_scale"]),
            masks=tuple(str(mask) for mask in table["masks"]),
            shadow_scale=float(table["shadow_scale"]),
            anchors={str(key): (float(x), float(y)) for key, (x, y) in table["anchors"].items()},
        )
    except (TypeError, ValueError) as error:
        raise DeclarationError(name=name, why="a value of layer.json has the wrong form") from error


def window_of(layer: Layer, view: View) -> Window:
    """The pixels of the view that the layer can touch (empty when it lies outside)."""
    left, top, right, bottom = layer.box
    box = view.show((left, top, right, bottom), layer.canvas).clamp(view.size)
    return Window(
        left=int(np.floor(box.left)),
        top=int(np.floor(box.top)),
        right=int(np.ceil(box.right)),
        bottom=int(np.ceil(box.bottom)),
    )


def decode(layer: Layer, name: str) -> npt.NDArray[np.uint8]:
    """The stored picture `name` as (h, w, 3) uint8 in the order it was written. DeclarationError when damaged."""
    path = layer.folder / f"{name}.webp"
    stored = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if stored is None:
        raise DeclarationError(name=f"{layer.folder.parent.name}/{layer.folder.name}", why=f"{name} cannot be read")
    return np.asarray(stored, np.uint8)


def warp(
    stored: npt.NDArray[Any], origin: tuple[int, int], layer: Layer, view: View, window: Window, *, extend: bool
) -> npt.NDArray[Any]:
    """Bring a stored crop (h, w[, channels]; float32 or uint8) whose top left pixel is `origin` of the canvas into the
    window. Enlarged bicubically (floats) or bilinearly (bytes), reduced after a Gaussian low-pass that keeps it from
    flickering. `extend`: repeat the rim outside of the crop instead of zeros.
    """
    if window.left >= window.right or window.top >= window.bottom:
        return np.zeros((window.bottom - window.top, window.right - window.left, *stored.shape[2:]), stored.dtype)
    m = view.matrix(layer.canvas)
    scale = float(m[0, 0])
    if scale < 0.95:
        stored = cv2.GaussianBlur(stored, (0, 0), 0.32 * float(np.sqrt(1 / scale**2 - 1)) + 0.05)
    shift = m.copy()
    for axis, start in ((0, window.left), (1, window.top)):
        shift[axis, 2] += scale * (origin[axis] + 0.5) - 0.5 - start
    cubic = scale > 1.05 and stored.dtype == np.float32
    return np.asarray(
        cv2.warpAffine(
            stored,
            shift,
            (window.right - window.left, window.bottom - window.top),
            flags=cv2.INTER_CUBIC if cubic else cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE if extend else cv2.BORDER_CONSTANT,
        )
    )


def light_of(layer: Layer, name: str, scale: float, view: View, window: Window, *, extend: bool = True) -> Floats:
    """A light-like picture of the layer as (h, w, 3) float32 linear light, at least 0, inside the window."""
    root = decode(layer, name).astype(np.float32)
    placed = warp(root, layer.box[:2], layer, view, window, extend=extend)
    return np.asarray(np.square(placed) * np.float32(scale / 255**2), np.float32)


def masks_of(layer: Layer, view: View, window: Window, *, extend: bool = False) -> dict[str, Floats]:
    """The layer's masks, each (h, w) float32 0 to 1, inside the window. `extend`: they go on beyond the crop's rim."""
    masks: dict[str, Floats] = {}
    for start in range(0, len(layer.masks), 3):
        placed = warp(decode(layer, f"mask_{start // 3}"), layer.box[:2], layer, view, window, extend=extend)
        for channel, name in enumerate(layer.masks[start : start + 3]):
            masks[name] = placed[..., channel].astype(np.float32) / np.float32(255)
    return masks


def shadow_of(layer: Layer, name: str, view: View) -> Floats:
    """The layer's shadow on what lies behind, (height, width) float32 over the whole view: 1 no shadow, 0 black."""
    stored = decode(layer, name)[..., 0].astype(np.float32) * np.float32(layer.shadow_scale / 255)
    fit = View(size=view.size, frame=view.frame).matrix((stored.shape[1], stored.shape[0]))
    scale = float(fit[0, 0])
    fit[:, 2] += 0.5 * scale - 0.5
    placed = cv2.warpAffine(
        stored, fit, (view.size.width, view.size.height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.clip(placed, 0, None).astype(np.float32)

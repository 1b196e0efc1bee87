"""Write baked passes as a layer: cropped, square-root encoded WebP pictures and a `layer.json` (see stylize/baked.py)."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

LIGHT_QUALITY = 92
SHADOW_QUALITY = 88


def fill_outside(light: np.ndarray, cover: np.ndarray) -> np.ndarray:
    """Let the light of the covered pixels flow into the empty ones (push and pull over a pyramid), so that nothing
    rings at outlines in a lossy picture and interpolation finds sensible values beyond them.
    """
    levels = [(light * cover[..., None], cover)]
    while min(levels[-1][1].shape) > 2:
        colour, weight = levels[-1]
        half = (max(1, weight.shape[1] // 2), max(1, weight.shape[0] // 2))
        levels.append(tuple(cv2.resize(a, half, interpolation=cv2.INTER_AREA) for a in (colour, weight)))
    filled = levels[-1][0] / np.maximum(levels[-1][1], 1e-6)[..., None]
    for colour, weight in reversed(levels[:-1]):
        size = (weight.shape[1], weight.shape[0])
        filled = cv2.resize(filled, size, interpolation=cv2.INTER_LINEAR)
        trust = np.clip(weight * 1.5, 0, 1)[..., None]
        filled = colour / np.maximum(weight, 1e-6)[..., None] * trust + filled * (1 - trust)
    return filled.astype(np.float32)


def box_of(cover: np.ndarray, *, pad: int = 4, step: int = 4) -> tuple[int, int, int, int]:
    """The crop (left, top, right, bottom) around everything covered, grown by `pad`, on a grid of `step`."""
    rows, columns = np.where((cover > 0.002).any(1))[0], np.where((cover > 0.002).any(0))[0]
    height, width = cover.shape
    left, top = (max(0, int(v[0]) - pad) // step * step for v in (columns, rows))
    right = min(width, -(-(int(columns[-1]) + 1 + pad) // step) * step)
    bottom = min(height, -(-(int(rows[-1]) + 1 + pad) // step) * step)
    return left, top, right, bottom


def write_picture(path: Path, values: np.ndarray, *, quality: int | None) -> None:
    """(h, w, 3) uint8 as WebP; `quality` None: lossless."""
    options = {"lossless": True, "quality": 100} if quality is None else {"quality": quality}
    Image.fromarray(np.ascontiguousarray(values)).save(path, "WEBP", method=6, exact=True, **options)


def root_encode(light: np.ndarray, *, ceiling: float = 99.97) -> tuple[np.ndarray, float]:
    """Linear light → square root over a scale, 8 bit; the scale is the percentile `ceiling` of the light."""
    scale = float(np.percentile(light.max(-1), ceiling)) or 1.0
    scale = max(round(scale * 1.02, 4), 0.02)
    return (np.sqrt(np.clip(light / scale, 0, 1)) * 255 + 0.5).astype(np.uint8), scale


def write_layer(
    folder: Path,
    *,
    light: np.ndarray,
    gloss: np.ndarray | None = None,
    masks: dict[str, np.ndarray] | None = None,
    shadow: np.ndarray | None = None,
    shade: np.ndarray | None = None,
    box: tuple[int, int, int, int] | None = None,
    anchors: dict[str, tuple[float, float]] | None = None,
    quality: int = LIGHT_QUALITY,
    fill: bool = True,
) -> int:
    """Write a layer from full-canvas linear passes; returns the bytes written.

    `shadow` (h, w): light with over without the figure, stored at its own size for the whole canvas. `shade` (h, w, 3):
    the same for what lies directly below the layer, stored in the layer's box. `fill`: let the light run on outside of
    the masks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    height, width = light.shape[:2]
    masks = {name: mask for name, mask in (masks or {}).items() if mask.max() > 0.01}
    cover = np.clip(sum(masks.values()), 0, 1) if masks else None
    if box is None:
        box = box_of(cover) if cover is not None else (0, 0, width, height)
    crop = np.s_[box[1] : box[3], box[0] : box[2]]
    if cover is not None and fill:
        light = fill_outside(light[crop].astype(np.float32), cover[crop].astype(np.float32))
    else:
        light = light[crop]
    stored, light_scale = root_encode(light)
    write_picture(folder / "light.webp", stored, quality=quality)
    gloss_scale = 1.0
    if gloss is not None:
        stored, gloss_scale = root_encode(gloss[crop])
        write_picture(folder / "gloss.webp", stored, quality=quality)
    names = list(masks)
    for start in range(0, len(names), 3):
        planes = [masks[name][crop] for name in names[start : start + 3]]
        planes += [np.zeros_like(planes[0])] * (3 - len(planes))
        write_picture(
            folder / f"mask_{start // 3}.webp",
            (np.clip(np.stack(planes, -1), 0, 1) * 255 + 0.5).astype(np.uint8),
            quality=None,
        )
    shadow_scale = 1.0
    if shadow is not None:
        shadow_scale = round(max(1.0, float(shadow.max())), 4)
        grey = (np.clip(shadow / shadow_scale, 0, 1) * 255 + 0.5).astype(np.uint8)
        write_picture(folder / "shadow.webp", np.repeat(grey[..., None], 3, -1), quality=SHADOW_QUALITY)
    if shade is not None:
        shadow_scale = round(max(1.0, float(shade[crop].max())), 4)
        stored = (np.sqrt(np.clip(shade[crop] / shadow_scale, 0, 1)) * 255 + 0.5).astype(np.uint8)
        write_picture(folder / "shade.webp", stored, quality=SHADOW_QUALITY)
    table = {
        "canvas": [width, height],
        "box": list(box),
        "light_scale": light_scale,
        "gloss_scale": gloss_scale,
        "masks": names,
        "shadow_scale": shadow_scale,
        "anchors": {name: [round(float(x), 5), round(float(y), 5)] for name, (x, y) in (anchors or {}).items()},
    }
    (folder / "layer.json").write_text(json.dumps(table, indent=1) + "\n")
    return sum(file.stat().st_size for file in folder.iterdir())


def write_face(folder: Path, *, uv: np.ndarray, face: np.ndarray) -> int:
    """Write the face-print coordinates (full canvas, (h, w, 2) in 0 to 1, v downwards) and where they hold."""
    box = box_of(face)
    size = write_layer(folder, light=np.repeat(face[..., None], 3, -1), masks={"face": face}, box=box)
    (folder / "light.webp").unlink()
    crop = np.s_[box[1] : box[3], box[0] : box[2]]
    weight = (face[crop] > 0.98).astype(np.float32)
    three = np.concatenate([uv[crop], np.zeros_like(uv[crop][..., :1])], -1).astype(np.float32)
    smooth = fill_outside(three, weight)[..., :2]
    code = (np.clip(smooth, 0, 1) * 65535 + 0.5).astype(np.uint16)
    for name, byte in (("uv_high", code >> 8), ("uv_low", code & 255)):
        planes = np.concatenate([byte, np.zeros_like(byte[..., :1])], -1).astype(np.uint8)
        write_picture(folder / f"{name}.webp", planes, quality=None)
    return size

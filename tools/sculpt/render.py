"""Render what stands in the studio, and return denoised, named, linear passes on the whole canvas."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import bpy
import mitsuba_oidn
import numpy as np
import OpenEXR

from .materials import MASKS, UV_PASS, mask_slot


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """Full-canvas float32 passes. `light` is what a colour is multiplied with; `gloss` is added, weighted by coverage."""

    light: np.ndarray = field(repr=False)
    gloss: np.ndarray = field(repr=False)
    combined: np.ndarray = field(repr=False)
    masks: dict[str, np.ndarray] = field(repr=False)
    face_uv: np.ndarray = field(repr=False)
    seconds: float


def render(
    scene: bpy.types.Scene,
    size: tuple[int, int],
    scratch: Path,
    *,
    region: tuple[float, float, float, float] | None = None,
    transparent: bool,
    samples: int | None = None,
) -> Rendered:
    """`region`: left, top, right, bottom as fractions of the canvas; only that is rendered, the rest stays zero."""
    settings = scene.render
    settings.resolution_x, settings.resolution_y, settings.resolution_percentage = *size, 100
    settings.film_transparent = transparent
    if samples:
        scene.cycles.samples = samples
    left, top, right, bottom = region or (0.0, 0.0, 1.0, 1.0)
    settings.use_border = settings.use_crop_to_border = region is not None
    settings.border_min_x, settings.border_max_x = left, right
    settings.border_min_y, settings.border_max_y = 1 - bottom, 1 - top
    scratch.parent.mkdir(parents=True, exist_ok=True)
    settings.filepath = str(scratch)
    begin = time.monotonic()
    bpy.ops.render.render(write_still=True)
    seconds = time.monotonic() - begin
    passes = _read(scratch)
    canvas = _Canvas(size, passes["Combined"].shape[:2], (left, top))
    return _name(passes, canvas, seconds)


class _Canvas:
    """Puts a rendered crop where it belongs on the canvas."""

    def __init__(self, size: tuple[int, int], crop: tuple[int, int], corner: tuple[float, float]) -> None:
        self.shape = (size[1], size[0])
        # Blender rounds the border down from the left and from the bottom of the picture.
        x = min(round(corner[0] * size[0]), size[0] - crop[1])
        y = min(round(corner[1] * size[1]), size[1] - crop[0])
        self.rows, self.columns = slice(y, y + crop[0]), slice(x, x + crop[1])

    def set(self, crop: np.ndarray) -> np.ndarray:
        whole = np.zeros((*self.shape, *crop.shape[2:]), np.float32)
        whole[self.rows, self.columns] = crop
        return whole


def _read(path: Path) -> dict[str, np.ndarray]:
    """Passes of a multi-layer OpenEXR file by name, channels last."""
    channels: dict[str, dict[str, np.ndarray]] = {}
    with OpenEXR.File(str(path), separate_channels=True) as stored:
        for part in stored.parts:
            for name, channel in part.channels.items():
                base, letter = name.rsplit(".", 1)
                channels.setdefault(base.replace("ViewLayer.", ""), {})[letter] = np.asarray(channel.pixels, np.float32)
    passes = {}
    for base, letters in channels.items():
        order = next((o for o in ("RGBA", "RGB", "XYZ") if all(letter in letters for letter in o)), sorted(letters))
        passes[base] = np.stack([letters[letter] for letter in order], -1)
    return passes


def _denoise(noisy: np.ndarray, albedo: np.ndarray, normal: np.ndarray) -> np.ndarray:
    three = (np.ascontiguousarray(part[..., :3], np.float32) for part in (noisy, albedo, normal))
    colour, albedo, normal = three
    return np.asarray(mitsuba_oidn.denoise(colour, albedo=albedo, normal=normal, hdr=True))


def _name(passes: dict[str, np.ndarray], canvas: _Canvas, seconds: float) -> Rendered:
    albedo, normal = passes["Denoising Albedo"], passes["Denoising Normal"]
    light = passes["Diffuse Direct"] + passes["Diffuse Indirect"]
    gloss = (passes["Glossy Direct"] + passes["Glossy Indirect"]) * passes["Glossy Color"]
    masks = {}
    for name in MASKS:
        slot, channel = mask_slot(name)
        if name != "face" and slot in passes:
            masks[name] = canvas.set(np.clip(passes[slot][..., channel], 0, 1))
    uv = passes[UV_PASS]
    weight = uv[..., 2]
    masks["face"] = canvas.set(np.clip(weight, 0, 1))
    return Rendered(
        light=canvas.set(np.maximum(_denoise(light, albedo, normal), 0)),
        gloss=canvas.set(np.maximum(_denoise(gloss, albedo, normal), 0)),
        combined=canvas.set(np.maximum(_denoise(passes["Combined"], albedo, normal), 0)),
        masks=masks,
        face_uv=canvas.set(uv[..., :2] / np.maximum(weight, 1e-4)[..., None]),
        seconds=seconds,
    )

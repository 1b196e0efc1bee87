"""Colours times light plus gloss: the figure by itself, in linear light."""

from __future__ import annotations

import cv2
import numpy as np

from stylize.colour import to_linear
from stylize.engines.figure.draw import Floats, ramp, soften
from stylize.engines.figure.pack import Passes
from stylize.engines.figure.settings import FigureSettings

_EXPOSURE = np.float32(0.95)
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def light_figure(
    passes: Passes, colours: dict[str, Floats], face: Floats, settings: FigureSettings, seed: int
) -> Floats:
    """(h, w, 3) float32 linear light, premultiplied by `passes.alpha`. `face`: the print, (n, n, 3) sRGB."""
    albedo = np.zeros_like(passes.light)
    for part, mask in passes.masks.items():
        if part == "skin":
            albedo += mask[..., None] * _skin(passes, face, colours["skin"])
        else:
            albedo += mask[..., None] * colours[part]
    light = passes.light * _EXPOSURE
    if settings.roughness_noise > 0:
        light *= _dents(light.shape, settings.roughness_noise, seed, float(passes.box.height))[..., None]
    light = _bounce(_warm_skin(light, passes), passes, colours)
    out = albedo * light
    out += _gloss(passes, settings)
    return np.asarray(out, np.float32)


def _skin(passes: Passes, face: Floats, skin: Floats) -> Floats:
    """Bare skin with the print on it."""
    size = face.shape[0]
    uv = passes.face_uv
    inside = passes.face_mask > 0.9
    step = np.abs(np.diff(uv[..., 0], axis=1))[inside[:, 1:]] if inside.any() else np.array([0.0])
    ratio = float(np.median(step)) * size if step.size else 1.0
    linear = to_linear(face)
    if ratio > 1.1:
        linear = soften(linear, 0.30 * ratio)
    x, y = uv[..., 0] * size - np.float32(0.5), uv[..., 1] * size - np.float32(0.5)
    printed = cv2.remap(linear, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    where = ramp(0.55, 0.98, passes.face_mask)
    return np.asarray(skin + (printed - skin) * where[..., None], np.float32)


def _warm_skin(light: Floats, passes: Passes) -> Floats:
    """What light does under skin-like plastic: shadows turn redder, as if light came through."""
    skin = passes.masks.get("skin")
    if skin is None:
        return light
    luma = (light @ _LUMA)[..., None]
    warm = light * np.power(np.maximum(luma, 0.02), np.array([-0.11, -0.02, 0.05], np.float32))
    return np.asarray(light + (warm - light) * skin[..., None], np.float32)


def _bounce(light: Floats, passes: Passes, colours: dict[str, Floats]) -> Floats:
    """Coloured light from the pedestal on the legs and from the clothes on the chin, where the lamp does not reach."""
    tall = passes.box.height
    rows = np.arange(light.shape[0], dtype=np.float32)[:, None]
    dim = np.clip(1 - light @ _LUMA, 0, 1)
    low = np.exp(-np.clip(passes.box.bottom - rows, 0, None) / (0.12 * tall)) * dim
    _, chin = passes.anchors.get("chin", (0.0, passes.box.top + 0.45 * tall))
    under = np.exp(-(((rows - chin) / (0.07 * tall)) ** 2)) * dim
    out = light + (0.30 * low)[..., None] * colours["edge"]
    out += (0.18 * under)[..., None] * colours["outer"]
    return np.asarray(out, np.float32)


def _dents(shape: tuple[int, ...], amount: float, seed: int, tall: float) -> Floats:
    """Finger marks and grain in the light of clay: broad dents, and ridges inside of them."""
    random = np.random.default_rng(seed + 1)
    height, width = shape[:2]

    def noise(reach: float) -> Floats:
        shrink = max(1, int(reach / 2))
        rough = random.standard_normal((height // shrink + 2, width // shrink + 2)).astype(np.float32)
        smooth = soften(rough, reach / shrink)
        large = np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
        return np.asarray(large / max(float(large.std()), 1e-6), np.float32)

    broad = noise(tall * 0.016)
    slope = cv2.Sobel(noise(tall * 0.010), cv2.CV_32F, 1, 1, ksize=3) * tall * 0.004
    grain = noise(max(0.7, tall * 0.0011))
    prints = np.sin((broad * 2.2 + np.arange(height, dtype=np.float32)[:, None] / (tall * 0.0042)) * 2) * ramp(
        0.9, 1.7, broad
    )
    return np.asarray(
        1 + amount * np.clip(0.065 * broad + 0.085 * slope + 0.04 * grain + 0.075 * prints, -0.35, 0.35), np.float32
    )


def _gloss(passes: Passes, settings: FigureSettings) -> Floats:
    """Highlights. Beyond 1 they also grow crisper."""
    gloss = passes.gloss * (_EXPOSURE * np.float32(settings.gloss))
    if settings.gloss < 0.6:
        gloss = soften(gloss, (0.6 - settings.gloss) * 0.02 * passes.box.height)
    return np.asarray(gloss * (passes.alpha - 0.3 * passes.face_mask * passes.masks["skin"])[..., None], np.float32)

"""A figure is cut out of its plain ground; a picture without a plain ground becomes a printed photo card instead.

The ground is modelled as a smooth sheet of colour through the picture's border (robust quadratic fit in CIELAB). What
lies off the sheet is refined by GrabCut (Rother, Kolmogorov, Blake 2004) and its outline softened by a guided filter
(He, Sun, Tang 2010).
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from stylize.colour import from_lab, to_lab, to_linear
from stylize.models import Cutout, Mask, Pixels

Floats = npt.NDArray[np.float32]
_WORK_PX = 512
_PLAIN_DISTANCE = 10.0
_PLAIN_SHARE = 0.75
_ROUNDS = 3
_SOFT = 1.1
"""Steepest change of lightness a pixel in a light shadow's edge; the edges of shoes are steeper."""
_DEEP = 0.75


def cut_figure(pixels: Pixels) -> Cutout:
    """The figure in `pixels`, unstaged; `shadow` is all light, since its place is not known yet.

    Never fails: where the ground is not plain, or nothing stands on it, the cut-out is the whole picture as a card
    with round corners and a white border.
    """
    small = reduced(pixels)
    lab = to_lab(small.astype(np.float32) / 255)
    sheet, noise = fit_sheet(lab)
    off = distance(lab, sheet)
    if not is_plain(off, noise):
        return photo_card(pixels)
    left = left_of_ground(small, lab, sheet)
    mask = segment(small, off, noise, left < 0.97)
    if mask is None:
        return photo_card(pixels)
    height, width = pixels.shape[:2]
    veil = enlarge(lingering_shadow(mask > 0.5, left), width, height)
    alpha = _soften(pixels, enlarge(mask, width, height), radius=max(2, round(width / 190)))
    light = _own_light(pixels, alpha * (1 - veil), radius=max(2, round(width / 120)))
    alpha = alpha * (1 - veil * enlarge(np.minimum(left, 1), width, height))
    return Cutout(light=light, alpha=alpha, shadow=np.ones_like(alpha), staged=False)


def photo_card(pixels: Pixels) -> Cutout:
    """The whole picture as a small printed card: round corners, white border, unstaged."""
    height, width = pixels.shape[:2]
    border, radius = 0.035 * min(height, width), 0.07 * min(height, width)
    alpha = _round_cover(height, width, 0.5, radius)
    inside = _round_cover(height, width, border, max(1.0, radius - border))[..., None]
    light = to_linear(pixels.astype(np.float32) / 255) * inside + np.float32(0.92) * (1 - inside)
    return Cutout(light=light * alpha[..., None], alpha=alpha, shadow=np.ones_like(alpha), staged=False)


def reduced(pixels: Pixels) -> Pixels:
    """`pixels` at working size, its longer side at most 512."""
    height, width = pixels.shape[:2]
    shrink = min(1.0, _WORK_PX / max(height, width))
    size = max(8, round(width * shrink)), max(8, round(height * shrink))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def fit_sheet(lab: Floats) -> tuple[Floats, float]:
    """The ground's colour everywhere, (h, w, 3) CIELAB, and the border's typical distance from it."""
    height, width = lab.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    terms = np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], -1)
    rim = max(2, min(height, width) // 24)
    border = np.ones((height, width), bool)
    border[rim:-rim, rim:-rim] = False
    known, seen = terms[border], lab[border]
    # Start from the border's median, so that a figure that touches the border does not bend the sheet.
    away = np.linalg.norm(seen - np.median(seen, axis=0), axis=-1)
    keep = away <= max(np.percentile(away, 70), 4.0)
    noise, factors = 1.0, np.zeros((6, 3))
    for _ in range(6):
        factors = np.linalg.lstsq(known[keep], seen[keep], rcond=None)[0]
        away = np.linalg.norm(seen - known @ factors, axis=-1)
        noise = float(np.median(away[keep]))
        keep = away <= max(3.0 * noise, 3.0)
    return (terms @ factors).astype(np.float32), noise


def distance(lab: Floats, sheet: Floats) -> Floats:
    """CIELAB distance from the ground after a little smoothing; darkness alone counts less, since it may be shadow."""
    apart = cv2.GaussianBlur(lab, (0, 0), 0.8) - sheet
    lightness = apart[..., 0]
    lightness = np.where(lightness < 0, 0.75 * lightness, lightness)
    return np.asarray(np.sqrt(lightness**2 + apart[..., 1] ** 2 + apart[..., 2] ** 2), np.float32)


def is_plain(off: Floats, noise: float) -> bool:
    """Whether most of the border, its lower edge aside, lies on the sheet."""
    height, width = off.shape
    rim = max(2, min(height, width) // 24)
    low = height * 3 // 4
    border = np.concatenate([off[:rim].ravel(), off[:low, :rim].ravel(), off[:low, -rim:].ravel()])
    return noise < _PLAIN_DISTANCE and float((border < _PLAIN_DISTANCE).mean()) > _PLAIN_SHARE


def left_of_ground(small: Pixels, lab: Floats, sheet: Floats) -> Floats:
    """The share of the ground's light that is seen, where this could be shadow on it: the ground's colour, darker,
    changing softly. Elsewhere infinite.
    """
    ratio = to_linear(small.astype(np.float32) / 255) / np.maximum(to_linear(from_lab(sheet)), 1e-3)
    ratio = np.asarray(cv2.GaussianBlur(ratio, (0, 0), 1.0), np.float32)
    dark = ratio.mean(-1)
    lightness = cv2.GaussianBlur(lab[..., 0], (0, 0), 1.0)
    slope = np.hypot(cv2.Sobel(lightness, cv2.CV_32F, 1, 0), cv2.Sobel(lightness, cv2.CV_32F, 0, 1)) / 8
    neutral = np.ptp(ratio, axis=-1) < 0.08 * dark + 0.02
    # Light shadows only by their very soft edge, since white shoes look the same; deep ones may be steeper.
    deep = np.where(sheet[..., 0] > 86, 0.7 * _DEEP, _DEEP)
    soft = (slope < _SOFT) | ((dark < deep) & (slope < 3 * _SOFT))
    return np.asarray(np.where((dark > 0.15) & neutral & soft, dark, np.inf), np.float32)


def lingering_shadow(figure: npt.NDArray[np.bool_], left: Floats) -> Floats:
    """Deep shadow about the feet that went with the figure, 0 to 1: it becomes a veil that darkens what lies behind."""
    rows = np.nonzero(figure.any(1))[0]
    feet = np.arange(len(figure))[:, None] > rows[-1] - 0.12 * (rows[-1] - rows[0])
    reached = _from_border(((left < _DEEP) & feet) | ~figure) & figure
    return np.asarray(cv2.GaussianBlur(reached.astype(np.float32), (0, 0), 1.0), np.float32)


def enlarge(layer: Floats, width: int, height: int) -> Floats:
    """A layer of working size at (height, width), 0 to 1."""
    return np.clip(np.asarray(cv2.resize(layer, (width, height), interpolation=cv2.INTER_CUBIC), np.float32), 0, 1)


def segment(small: Pixels, off: Floats, noise: float, shadow: npt.NDArray[np.bool_]) -> Mask | None:
    """The figure's mask at working size, or None where nothing, or everything, stands off the ground."""
    near = max(2.2, 3.0 * noise)
    ground = _from_border(off < near)
    rows = np.nonzero((~ground).any(1))[0]
    if not len(rows):
        return None
    feet = np.arange(len(ground))[:, None] > rows[-1] - 0.2 * (rows[-1] - rows[0])
    shaded = _from_border((off < near) | (shadow & feet)) & ~ground & feet
    # A shadow is a small part; much more of it is a figure in the ground's colour.
    if shaded.sum() < 0.28 * (~ground).sum():
        off = np.asarray(np.where(shaded, np.minimum(off, 1.5 * near), off), np.float32)
    else:
        shaded[:] = False
    core = np.asarray(cv2.erode((off > max(9.0, 2.5 * near)).astype(np.uint8), np.ones((5, 5), np.uint8)), bool)
    share = float((~ground).mean())
    if not 0.02 < share < 0.93 or not core.any():
        return None
    trimap = np.where(ground, cv2.GC_BGD, cv2.GC_PR_FGD).astype(np.uint8)
    rim = cv2.dilate((~ground).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    trimap[ground & rim] = cv2.GC_PR_BGD
    trimap[(off < near) & ~ground] = cv2.GC_PR_BGD
    trimap[shaded] = cv2.GC_PR_BGD
    trimap[core] = cv2.GC_FGD
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    bgr = np.ascontiguousarray(small[..., ::-1])
    cv2.setRNGSeed(1)
    cv2.grabCut(bgr, trimap, (0, 0, 1, 1), background, foreground, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    figure = (trimap == cv2.GC_FGD) | (trimap == cv2.GC_PR_FGD)
    # GrabCut may drop parts of the figure that look like its ground; what is clearly off the sheet stays.
    figure |= (off > max(8.0, 2.0 * near)) & ~ground & ~shaded
    figure = _largest_parts(figure)
    return figure.astype(np.float32) if figure.any() else None


def _from_border(plain: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The parts of `plain` that touch the picture's border."""
    _, labels = cv2.connectedComponents(plain.astype(np.uint8), connectivity=4)
    rim = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    return np.asarray(np.isin(labels, rim[rim > 0]), bool)


def _largest_parts(figure: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Without specks: parts of at least a twentieth of the largest."""
    opened = cv2.morphologyEx(figure.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    areas = stats[1:, cv2.CC_STAT_AREA]
    if not len(areas):
        return np.zeros_like(figure)
    return np.asarray(np.isin(labels, 1 + np.nonzero(areas >= areas.max() / 20)[0]), bool)


def _soften(pixels: Pixels, coarse: Mask, *, radius: int) -> Mask:
    """The mask's outline drawn to the picture's own edges (guided filter, grey guide), sure parts left as they are."""
    guide = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32) * np.float32(1 / 255)
    side = (2 * radius + 1, 2 * radius + 1)

    def mean(layer: npt.NDArray[np.floating]) -> Floats:
        return np.asarray(cv2.blur(layer, side), np.float32)

    coarse = np.asarray(coarse, np.float32)
    guide_mean, mask_mean = mean(guide), mean(coarse)
    slope = (mean(guide * coarse) - guide_mean * mask_mean) / (mean(guide * guide) - guide_mean**2 + 1e-3)
    offset = mask_mean - slope * guide_mean
    fine = mean(slope) * guide + mean(offset)
    return np.asarray(np.clip((fine - 0.08) / 0.84, 0, 1), np.float32)


def _own_light(pixels: Pixels, alpha: Mask, *, radius: int) -> Floats:
    """Premultiplied light. Soft outlines take their colour from the figure beside them, so no halo of the ground stays."""
    light = to_linear(pixels.astype(np.float32) / 255)
    side = (2 * radius + 1, 2 * radius + 1)
    # The outermost sure pixels are mixed with the ground too.
    sure = np.asarray(cv2.erode((alpha > 0.97).astype(np.float32), np.ones((3, 3), np.uint8)), np.float32)
    weight = np.asarray(cv2.blur(sure, side), np.float32)[..., None]
    near = np.asarray(cv2.blur(light * sure[..., None], side), np.float32) / np.maximum(weight, 1e-4)
    soft = (sure < 1)[..., None] & (weight > 1e-3)
    return np.asarray(np.where(soft, near, light) * alpha[..., None], np.float32)


def _round_cover(height: int, width: int, inset: float, radius: float) -> Mask:
    """Coverage of a rectangle with round corners, by its exact distance field."""
    y = np.abs(np.arange(height, dtype=np.float32) + 0.5 - height / 2)[:, None] - (height / 2 - inset - radius)
    x = np.abs(np.arange(width, dtype=np.float32) + 0.5 - width / 2)[None] - (width / 2 - inset - radius)
    outside = np.hypot(np.maximum(x, 0), np.maximum(y, 0)) + np.minimum(np.maximum(x, y), 0) - radius
    return np.asarray(np.clip(0.5 - outside, 0, 1), np.float32)

"""A toy that was painted on a plain ground becomes an icon with soft edges, like those that are carried.

The outline comes from the same sheet of colour and the same GrabCut as a figure's (`stylize.toybox.cutout`). Along it the
coverage is solved for, not drawn: with the ground's colour B known from the sheet and the toy's colour F taken from just
inside, a pixel C = alpha F + (1 - alpha) B gives alpha (Smith and Blinn, Blue Screen Matting, 1996), in linear light, and
the ground's part is taken out of it, so that no halo comes along. Where toy and ground hardly differ in colour nothing can
be solved, and the outline alone counts.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from stylize.colour import from_lab, to_lab, to_linear, to_srgb
from stylize.models import Mask, Pixels
from stylize.toybox import cutout

Floats = npt.NDArray[np.float32]

LONGEST_PX = 512
"""Of an icon: as large as a tray is ever seen."""

LEAST_SHARE, MOST_SHARE = 0.015, 0.85
"""Of the picture. Less is a speck, more leaves no ground around it that could be told from it."""

MOST_ON_BORDER = 0.12
"""Of the border: a toy that runs out of the picture further than that was cut off by it."""

_BAND_PX = 3.0
"""How far from the outline coverage is solved for, in a picture of 512 px."""

_TINTED = 5.0
"""Chroma (CIELAB) from which on a ground has a colour of its own."""

_TELLING = 0.02
"""Squared distance of two linear colours from which on the solution counts for more than the outline."""


def cut_toy(pixels: Pixels) -> Pixels | None:
    """The toy in (h, w, 3) uint8 sRGB as (h', w', 4), straight alpha, trimmed, its longer side at most LONGEST_PX.

    None where there is no toy to be had: nothing stands off the ground, it fills the picture or runs out of it, or there
    is no plain ground. Shadows on the ground stay behind: the box throws its own.
    """
    small = cutout.reduced(pixels)
    lab = to_lab(small.astype(np.float32) / 255)
    sheet, noise = cutout.fit_sheet(lab)
    off = cutout.distance(lab, sheet)
    if not cutout.is_plain(off, noise):
        return None
    left = cutout.left_of_ground(small, lab, sheet)
    mask = cutout.segment(small, off, noise, left < 0.97)
    if mask is None:
        return None
    mask = _filled(mask * (1 - cutout.lingering_shadow(mask > 0.5, left)), off, sheet, max(2.2, 2 * noise))
    if not LEAST_SHARE < float(mask.mean()) < MOST_SHARE or _on_border(mask) > MOST_ON_BORDER:
        return None
    height, width = pixels.shape[:2]
    ground = cv2.resize(to_linear(np.clip(from_lab(sheet), 0, 1)), (width, height), interpolation=cv2.INTER_LINEAR)
    colour, alpha = matte(pixels, cutout.enlarge(mask, width, height), np.asarray(ground, np.float32))
    return _icon(colour, alpha)


def matte(pixels: Pixels, mask: Mask, ground: Floats) -> tuple[Floats, Mask]:
    """Coverage and own colours along the edge of `mask`. `ground` (h, w, 3): linear light of the empty ground.

    Returns linear light (h, w, 3), straight, and alpha (h, w) 0 to 1. Away from the edge alpha is exactly 0 or 1 and the
    colours those of the picture.
    """
    unit = max(pixels.shape[:2]) / 512
    light = to_linear(pixels.astype(np.float32) / 255)
    inside = (mask > 0.5).astype(np.uint8)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5) - cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
    band = _BAND_PX * unit
    own = _spread(light, np.asarray(depth >= band, np.float32), radius=max(2, round(3 * band)))
    apart = own - ground
    telling = (apart**2).sum(-1)
    solved = np.clip(((light - ground) * apart).sum(-1) / np.maximum(telling, 1e-6), 0, 1)
    drawn = np.clip(depth / (1.6 * unit) + 0.5, 0, 1)
    trust = telling**2 / (telling**2 + _TELLING**2)
    alpha = drawn + (solved - drawn) * trust
    # Beyond the band the mask is sure; towards its rims the solution gives way, so that nothing jumps.
    alpha = np.where(depth >= band, 1, np.where(depth <= -band, 0, alpha))
    alpha = np.minimum(alpha, np.clip((depth + band) / unit, 0, 1))
    alpha = np.asarray(np.maximum(alpha, np.clip((depth - band + unit) / unit, 0, 1)), np.float32)
    soft = ((alpha < 1) & (alpha > 0))[..., None]
    pure = (light - (1 - alpha[..., None]) * ground) / np.maximum(alpha[..., None], 0.35)
    pure = own + (np.clip(pure, 0, 1) - own) * np.clip(alpha[..., None] * 2 - 1, 0, 1)
    return np.asarray(np.where(soft, pure, light), np.float32), alpha


def _spread(light: Floats, sure: Floats, *, radius: int) -> Floats:
    """The colour of the nearest sure pixels, also where none is near."""
    out, weight = light * sure[..., None], sure
    for grow in (1, 4, 16):
        side = (2 * radius * grow + 1, 2 * radius * grow + 1)
        near = cv2.blur(weight, side)
        mean = cv2.blur(out, side) / np.maximum(near, 1e-6)[..., None]
        fill = ((weight < 0.5) & (near > 1e-4))[..., None]
        out = np.where(fill, mean, out)
        weight = np.where(fill[..., 0], 1, weight).astype(np.float32)
    return np.asarray(np.where((weight > 0.5)[..., None], out, light), np.float32)


def _filled(mask: Mask, off: Floats, sheet: Floats, near: float) -> Mask:
    """`mask` without the holes that are none. A hole shows the ground; where the ground is white or grey, as toys often
    are themselves, a hole cannot be told from a white belly, and the belly is the likelier.
    """
    _, labels = cv2.connectedComponents((mask <= 0.5).astype(np.uint8), connectivity=4)
    rim = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    tinted = float(np.hypot(sheet[..., 1], sheet[..., 2]).mean()) > _TINTED
    counts = np.maximum(np.bincount(labels.ravel()), 1)
    apart = np.bincount(labels.ravel(), off.ravel()) / counts
    hole = (apart < near) & tinted
    hole[0] = False
    kept = np.isin(labels, rim) | hole[labels]
    return np.asarray(np.where((labels > 0) & ~kept, 1, mask), np.float32)


def _on_border(mask: Mask) -> float:
    rim = np.concatenate([mask[:2].ravel(), mask[-2:].ravel(), mask[:, :2].ravel(), mask[:, -2:].ravel()])
    return float((rim > 0.5).mean())


def _icon(colour: Floats, alpha: Mask) -> Pixels | None:
    """Trimmed to what is visible, and no larger than an icon need be."""
    rows, columns = np.nonzero(alpha.max(1) > 0.03)[0], np.nonzero(alpha.max(0) > 0.03)[0]
    if len(rows) < 2 or len(columns) < 2:
        return None
    spot = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    cover, paint = alpha[spot], colour[spot] * alpha[spot][..., None]
    if (longest := max(cover.shape)) > LONGEST_PX:
        shrink = LONGEST_PX / longest
        size = max(2, round(cover.shape[1] * shrink)), max(2, round(cover.shape[0] * shrink))
        cover, paint = (
            np.asarray(cv2.resize(a, size, interpolation=cv2.INTER_AREA), np.float32) for a in (cover, paint)
        )
    straight = to_srgb(np.clip(paint / np.maximum(cover, 1e-4)[..., None], 0, 1))
    return np.asarray(np.dstack([straight, np.clip(cover, 0, 1)]) * 255 + 0.5, np.uint8)

"""A toy on a plain ground becomes an icon; what is no toy becomes nothing."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from stylize.colour import to_linear, to_srgb
from stylize.models import Pixels
from stylize.toybox.accessories import read_icon
from stylize.toybox.matting import LONGEST_PX, cut_toy, matte
from stylize.toymaking import empty_ground
from tests.diffusion.tiny import LOOK

SIDE = 384
Floats = npt.NDArray[np.float32]


def lit_ground(seed: int) -> Floats:
    """(SIDE, SIDE, 3) linear light: what a toy is painted on, with the grain of a photo."""
    grain = np.random.default_rng(seed).normal(0, 0.012, (SIDE, SIDE, 3))
    return to_linear(np.clip(empty_ground(SIDE, LOOK).pixels / np.float32(255) + grain, 0, 1).astype(np.float32))


def shot(slug: str, seed: int = 1) -> tuple[Pixels, Floats]:
    """A carried icon photographed on that ground, with a soft shadow under it, and its true coverage."""
    side = round(0.6 * SIDE)
    icon = cv2.resize(read_icon(slug).astype(np.float32) / 255, (side, side), interpolation=cv2.INTER_AREA)
    placed = np.zeros((SIDE, SIDE, 4), np.float32)
    start = (SIDE - side) // 2
    placed[start : start + side, start : start + side] = np.clip(icon, 0, 1)
    alpha = placed[..., 3]
    rows, columns = np.nonzero(alpha.max(1) > 0.5)[0], np.nonzero(alpha.max(0) > 0.5)[0]
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    away = ((x - columns.mean()) / (0.5 * np.ptp(columns))) ** 2 + ((y - rows[-1]) / (0.045 * SIDE)) ** 2
    shadow = cv2.GaussianBlur(np.clip(1.2 - away, 0, 1).astype(np.float32), (0, 0), 6)
    ground = lit_ground(seed) * (1 - 0.35 * shadow)[..., None]
    mixed = ground * (1 - alpha)[..., None] + to_linear(placed[..., :3]) * alpha[..., None]
    return np.asarray(to_srgb(mixed) * 255 + 0.5, np.uint8), alpha


def overlap(cut: Pixels, alpha: Floats) -> float:
    """Intersection over union with the truth, where the cut-out fits it best."""
    cover = np.pad(alpha, SIDE // 4)
    found = cut[..., 3].astype(np.float32) / 255
    apart = cv2.matchTemplate(cover, found, cv2.TM_SQDIFF)
    top, left = (int(k) for k in np.unravel_index(apart.argmin(), apart.shape))
    laid = np.zeros_like(cover)
    laid[top : top + found.shape[0], left : left + found.shape[1]] = found
    return float(((laid > 0.5) & (cover > 0.5)).sum() / ((laid > 0.5) | (cover > 0.5)).sum())


@pytest.mark.parametrize("slug", ["camera", "fox", "cake", "gift", "yarn", "rocket"])
def test_a_toy_is_cut_out_with_its_shadow_left_behind(slug: str) -> None:
    pixels, alpha = shot(slug)
    cut = cut_toy(pixels)
    assert cut is not None
    assert overlap(cut, alpha) > 0.97
    assert max(cut.shape[:2]) <= LONGEST_PX
    edge = cut[..., 3]
    assert edge[0].any(), "trimmed"
    assert edge[:, 0].any(), "trimmed"
    assert ((edge > 20) & (edge < 235)).sum() > 100, "its edge is soft"


def test_no_halo_of_the_ground_comes_along() -> None:
    """A dark disc's soft edge is as dark as its middle."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    alpha = np.clip((110 - np.hypot(x - 190, y - 190)) / 2 + 0.5, 0, 1)
    dark = to_linear(np.array([120, 20, 30], np.float32) / 255)
    mixed = lit_ground(2) * (1 - alpha)[..., None] + dark * alpha[..., None]
    cut = cut_toy(np.asarray(to_srgb(mixed) * 255 + 0.5, np.uint8))
    assert cut is not None
    soft = cut[(cut[..., 3] > 60) & (cut[..., 3] < 250)][:, :3].astype(float)
    assert np.abs(soft.mean(0) - (120, 20, 30)).max() < 12


@pytest.mark.parametrize("radius", [40.0, 90.25, 130.5])
@pytest.mark.parametrize("softness", [1.0, 2.5])
def test_coverage_is_solved_for(radius: float, softness: float) -> None:
    """With a known ground the true coverage comes back, and away from the edge it is exactly 0 or 1."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    away = np.hypot(x - 192, y - 185)
    alpha = np.clip((radius - away) / softness + 0.5, 0, 1)
    ground = np.full((SIDE, SIDE, 3), to_linear(np.array([0.75, 0.84, 0.92], np.float32)), np.float32)
    toy = to_linear(np.array([0.8, 0.25, 0.1], np.float32))
    pixels = np.asarray(to_srgb(ground * (1 - alpha)[..., None] + toy * alpha[..., None]) * 255 + 0.5, np.uint8)
    _, solved = matte(pixels, np.asarray(alpha > 0.5, np.float32), ground)
    ring = (alpha > 0) & (alpha < 1)
    assert np.abs(solved - alpha)[ring].mean() < 0.03
    assert np.all(solved[away < radius - 6] == 1)
    assert np.all(solved[away > radius + 6] == 0)


@pytest.mark.parametrize("what", ["nothing", "everything", "a speck", "cut off", "noise", "a room"])
def test_what_is_no_toy_is_none(what: str) -> None:
    ground = np.asarray(to_srgb(lit_ground(3)) * 255 + 0.5, np.uint8)
    rng = np.random.default_rng(4)
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    made = {
        "nothing": ground,
        "everything": np.where(
            (np.minimum.reduce([x, y, SIDE - 1 - x, SIDE - 1 - y]) > 3)[..., None], [180, 30, 30], ground
        ),
        "a speck": np.where((np.hypot(x - 190, y - 190) < 12)[..., None], [180, 30, 30], ground),
        "cut off": np.where(((np.abs(x - 190) < 120) & (y > 60))[..., None], [180, 30, 30], ground),
        "noise": rng.integers(0, 256, (SIDE, SIDE, 3)),
        "a room": np.dstack([127 + 120 * np.sin(x / 9 + k) * np.cos(y / 13 + k) for k in range(3)]),
    }[what]
    assert cut_toy(np.asarray(made, np.uint8)) is None

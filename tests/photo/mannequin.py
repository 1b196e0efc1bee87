"""A shop window's mannequin, drawn by arithmetic: bare enough for the net to take it for a person, and nobody's picture."""

from __future__ import annotations

import cv2
import numpy as np

from stylize.models import Pixels

TORSO = (((0, 0.55, 0), (0.43, 0.5, 0.24)), ((0, -0.05, 0), (0.34, 0.6, 0.22)), ((0, -0.6, 0), (0.47, 0.5, 0.27)))
NECK = (((0, 1.0, 0), (0.13, 0.35, 0.13)), ((0, 0.88, 0), (0.5, 0.14, 0.16)))
SIDES = (
    ((0.47, 0.55, -0.05), (0.12, 0.42, 0.11)),
    ((0.56, 0.0, -0.05), (0.1, 0.42, 0.09)),
    ((0.2, 0.45, 0.2), (0.19, 0.2, 0.2)),
    ((0.21, 0.43, 0.39), (0.025, 0.025, 0.03)),
)
AREOLA = (0.21, 0.43, 0.075)
FAR = -2.0


def mannequin(side: int = 256, *, centre: float = 0.1, half: float = 1.2, dressed: bool = False) -> Pixels:
    """(side, side, 3). `centre`, `half`: what part is seen, in heights of its own. `dressed`: in a plain dark pullover."""
    y, x = np.mgrid[half : -half : side * 1j, -half : half : side * 1j]
    y = y + centre
    parts = [*TORSO, *NECK, *SIDES, *(((-cx, cy, cz), radii) for (cx, cy, cz), radii in SIDES)]
    if dressed:
        parts = [part for part in parts if part[1][2] > 0.03]
    heights = np.stack([_bulge(x, y, centre_, radii) for centre_, radii in parts])
    soft = np.log(np.exp(np.clip(heights, FAR, 2) * 40).sum(axis=0)) / 40
    inside = heights.max(axis=0) > FAR
    step = 2 * half / side
    down, across = np.gradient(np.where(inside, soft, 0), step)
    normal = np.stack([-across, down, np.ones_like(soft)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    light = np.clip(normal @ np.array([-0.4, 0.55, 0.73]) * 0.65 + 0.35, 0, 1) * (0.5 + 0.5 * normal[..., 2])
    colour = np.broadcast_to(np.array([224, 172, 140]) / 255, (*x.shape, 3)).copy()
    if dressed:
        colour[y < 0.95] = np.array([44, 52, 70]) / 255
    else:
        for sign in (-1, 1):
            share = np.clip((AREOLA[2] - np.hypot(x - sign * AREOLA[0], y - AREOLA[1])) / 0.02, 0, 1)[..., None]
            colour = colour * (1 - share) + share * np.array([0.62, 0.36, 0.32])
    ground = np.linspace(0.47, 0.3, side)[:, None, None] * np.ones((1, side, 3))
    mask = cv2.GaussianBlur(inside.astype(np.float64), (0, 0), 0.8)[..., None]
    noise = cv2.GaussianBlur(np.random.default_rng(1).normal(0, 1, (side, side, 3)), (0, 0), 1.2) * 0.02
    drawn = colour * light[..., None] * mask + ground * (1 - mask) + noise
    return np.asarray(np.clip(drawn * 255, 0, 255), np.uint8)


def _bulge(x: np.ndarray, y: np.ndarray, at: tuple[float, ...], radii: tuple[float, ...]) -> np.ndarray:
    """How high an ellipsoid stands at every place; FAR outside it."""
    left = 1 - ((x - at[0]) / radii[0]) ** 2 - ((y - at[1]) / radii[1]) ** 2
    return np.where(left > 0, at[2] + radii[2] * np.sqrt(np.clip(left, 0, None)), FAR)

"""Suit and blazer."""

from __future__ import annotations

import numpy as np

from . import limbs
from .limbs import ARM, SIDES, forearm, joint, neck_band, neck_hole, opening, torso, waist
from .sdf import capsule, carve, ellipsoid, join, meet, ring, slab, smoothstep, turn
from .wardrobe import COAT_HIGH, COAT_LOW, TORSO_HIGH, TORSO_LOW, Figure


def _coat(p: np.ndarray, *, low_width: float, high_width: float, closed_at: float) -> np.ndarray:
    """A jacket's body and sleeves, open in front above `closed_at`."""
    out = waist(p, 0.10)
    out = meet(meet(out, 2.02 - p[..., 2], 0.06), p[..., 2] - 4.36, 0.06)
    for s in SIDES:
        out = join(out, limbs.sleeve(p, s, 0.04, 0.06), 0.10)
    for s in SIDES:
        out = joint(p, out, ARM[s][1])
    front = np.maximum(opening(p, closed_at, 4.35, low_width, high_width), p[..., 1] + 0.05)
    return carve(carve(out, front, 0.03), neck_hole(p, 0.56, 4.1), 0.05)


def _lapels(p: np.ndarray, *, closed_at: float, low_width: float, high_width: float) -> np.ndarray:
    z, ax = p[..., 2], np.abs(p[..., 0])
    t = (z - closed_at) / (4.35 - closed_at)
    inner = low_width + (high_width - low_width) * t
    wide = 0.34 * smoothstep(0, 0.75, t) + 0.03
    band = np.maximum(inner - 0.02 - ax, ax - inner - wide)
    notch = np.maximum(np.abs(t - 0.76) - 0.028, inner + wide * 0.55 - ax)
    out = meet(np.abs(torso(p, 0.13)) - 0.045, np.maximum(band, -notch), 0.03)
    out = meet(out, meet(closed_at - 0.03 - z, z - 4.34, 0.03), 0.03)
    return meet(out, p[..., 1] + 0.02, 0.03)


def _shirt_cuffs(figure: Figure) -> None:
    for s in SIDES:
        wrist, along = ARM[s][2], forearm(s)
        low, high = (s * 1.62 - 0.6, -0.9, 1.9), (s * 1.62 + 0.6, 0.3, 2.7)

        def cuff(p: np.ndarray, wrist: np.ndarray = wrist, along: np.ndarray = along) -> np.ndarray:
            return meet(capsule(p, wrist, wrist + along * 0.4, 0.300), np.abs((p - wrist) @ along - 0.06) - 0.09, 0.03)

        figure.add("inner", cuff, low, high, 0.018)


def suit(figure: Figure) -> None:
    def shirt(p: np.ndarray) -> np.ndarray:
        return join(torso(p, -0.01), ring(p, (0, 0.08, 4.26), 0.40, 0.16), 0.06)

    def collar(p: np.ndarray) -> np.ndarray:
        return carve(ring(p, (0, 0.08, 4.36), 0.47, 0.12), opening(p, 4.1, 4.5, 0.02, 0.12), 0.03)

    def tie(p: np.ndarray) -> np.ndarray:
        knot = slab(p, (0, -0.56, 4.12), (0.155, 0.12, 0.15), 0.09)
        z = p[..., 2]
        blade = meet(np.abs(torso(p, 0.03)) - 0.05, np.abs(p[..., 0]) - 0.13 - 0.16 * smoothstep(4.0, 2.6, z), 0.03)
        blade = meet(blade, meet(z - 4.05, 2.5 - z, 0.02), 0.03)
        return np.minimum(knot, meet(blade, p[..., 1], 0.02))

    def jacket(p: np.ndarray) -> np.ndarray:
        z = p[..., 2]
        out = _coat(p, low_width=0.03, high_width=0.50, closed_at=2.75)
        seam = np.maximum(np.maximum(np.abs(p[..., 0]) - 0.012, z - 2.78), p[..., 1])
        vent = np.maximum(np.maximum(np.abs(p[..., 0]) - 0.10 * smoothstep(2.5, 2.0, z), z - 2.45), p[..., 1])
        out = carve(carve(out, seam, 0.05), vent, 0.05)
        for s in SIDES:
            flap = slab(p, (s * 0.60, -0.7, 2.52), (0.21, 0.4, 0.012), 0.01)
            out = carve(out, np.maximum(flap, -(out + 0.03)), 0.02)
        return out

    figure.add("inner", shirt, TORSO_LOW, TORSO_HIGH)
    figure.add("inner", collar, (-0.8, -0.7, 4.0), (0.8, 0.8, 4.7), 0.022)
    for s in SIDES:

        def wing(p: np.ndarray, s: int = s) -> np.ndarray:
            spot = (s * 0.27, -0.47, 4.20)
            return slab(turn(turn(p, spot, s * 0.62, 1), spot, -0.45, 0), spot, (0.12, 0.045, 0.20), 0.04)

        figure.add("inner", wing, (s * 0.27 - 0.4, -0.9, 3.8), (s * 0.27 + 0.4, -0.1, 4.6), 0.018)
    figure.add("accent", tie, (-0.5, -1.1, 2.3), (0.5, 0, 4.5), 0.020)
    figure.add("outer", jacket, COAT_LOW, COAT_HIGH, 0.024)

    def lapel(p: np.ndarray) -> np.ndarray:
        return _lapels(p, closed_at=2.75, low_width=0.03, high_width=0.50)

    figure.add("outer2", lapel, (-1.2, -1.2, 2.6), (1.2, 0.2, 4.5), 0.020)
    for k in range(2):
        button = (0.12, -0.79 + 0.03 * k, 2.62 - 0.34 * k)
        figure.add(
            "dark", lambda p, c=button: ellipsoid(p, c, (0.065, 0.045, 0.065)), (0, -1, 2.0), (0.3, -0.6, 2.9), 0.011
        )

    def square(p: np.ndarray) -> np.ndarray:
        return slab(turn(p, (0.62, -0.66, 3.52), 0.12, 1), (0.62, -0.64, 3.55), (0.16, 0.10, 0.06), 0.03)

    figure.add("inner", square, (0.3, -1, 3.3), (1, -0.3, 3.8), 0.016)
    _shirt_cuffs(figure)


def blazer(figure: Figure) -> None:
    """An open blazer over a round-necked top."""

    def top(p: np.ndarray) -> np.ndarray:
        out = meet(torso(p, 0.015), 2.16 - p[..., 2], 0.05)
        return carve(out, neck_hole(p, 0.52), 0.04)

    def neckline(p: np.ndarray) -> np.ndarray:
        return neck_band(p, torso(p, 0.015), 0.53, 0.058)

    def jacket(p: np.ndarray) -> np.ndarray:
        out = _coat(p, low_width=0.26, high_width=0.50, closed_at=1.95)
        for s in SIDES:
            flap = slab(turn(p, (s * 0.66, -0.7, 2.66), s * 0.10, 1), (s * 0.66, -0.7, 2.66), (0.20, 0.4, 0.012), 0.01)
            out = carve(out, np.maximum(flap, -(out + 0.03)), 0.02)
        return out

    def lapel(p: np.ndarray) -> np.ndarray:
        return _lapels(p, closed_at=2.55, low_width=0.325, high_width=0.50)

    figure.add("inner", top, TORSO_LOW, TORSO_HIGH)
    figure.add("inner", neckline, (-0.9, -0.9, 3.7), (0.9, 0.9, 4.6), 0.022)
    figure.add("outer", jacket, COAT_LOW, COAT_HIGH, 0.024)
    figure.add("outer2", lapel, (-1.2, -1.2, 2.4), (1.2, 0.2, 4.5), 0.020)

    def belt(p: np.ndarray) -> np.ndarray:
        return meet(waist(p, 0.045), np.abs(p[..., 2] - 2.14) - 0.085, 0.03)

    figure.add("dark", belt, (-1.3, -1.1, 1.9), (1.3, 1.1, 2.4), 0.022)
    figure.add("metal", lambda p: carve(
        slab(p, (0, -0.57, 2.14), (0.13, 0.05, 0.10), 0.03), slab(p, (0, -0.7, 2.14), (0.07, 0.2, 0.045), 0.02), 0.01
    ), (-0.3, -0.9, 1.9), (0.3, -0.4, 2.4), 0.014)  # fmt: skip
    pin = (-0.60, -0.80, 3.30)
    figure.add(
        "accent", lambda p: ellipsoid(p, pin, (0.075, 0.075, 0.075)), (-0.8, -1.0, 3.1), (-0.4, -0.5, 3.5), 0.012
    )
    _shirt_cuffs(figure)

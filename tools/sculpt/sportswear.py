"""Zip jacket and hoodie."""

from __future__ import annotations

import numpy as np

from . import limbs
from .limbs import ARM, SIDES, forearm, joint, neck_hole, ribs, torso, waist
from .sdf import capsule, carve, ellipsoid, join, meet, ring, slab, smoothstep, turn
from .wardrobe import COAT_HIGH, COAT_LOW, Figure


def _knit_band(p: np.ndarray) -> np.ndarray:
    """The ribbed hem."""
    return meet(waist(p, 0.075) - 0.024 * ribs(p, 44), np.abs(p[..., 2] - 2.23) - 0.165, 0.06)


def _knit_cuffs(figure: Figure) -> None:
    for s in SIDES:
        wrist, along = ARM[s][2], forearm(s)

        def cuff(p: np.ndarray, wrist: np.ndarray = wrist, along: np.ndarray = along) -> np.ndarray:
            band = capsule(p, wrist - along * 0.2, wrist + along * 0.4, 0.335, 0.300)
            band = meet(band, np.abs((p - wrist) @ along - 0.05) - 0.14, 0.05)
            return band - 0.018 * ribs(p, 16, (wrist[0], wrist[1]))

        figure.add("outer2", cuff, (s * 1.62 - 0.6, -0.95, 1.9), (s * 1.62 + 0.6, 0.3, 2.8), 0.018)


def _sweat_body(p: np.ndarray, *, soft: float = 0.16) -> np.ndarray:
    out = meet(waist(p, 0.07), 2.16 - p[..., 2], 0.06)
    for s in SIDES:
        out = join(out, limbs.sleeve(p, s, 0.06, -0.02), soft)
    for s in SIDES:
        out = joint(p, out, ARM[s][1])
    return carve(out, neck_hole(p, 0.50, 4.02), 0.06)


def zip_jacket(figure: Figure) -> None:
    def jacket(p: np.ndarray) -> np.ndarray:
        out = _sweat_body(p)
        for s in SIDES:
            q = turn(p, (s * 0.62, -0.6, 2.78), s * 0.35, 1)
            out = carve(out, np.maximum(slab(q, (s * 0.62, -0.6, 2.78), (0.020, 0.5, 0.28), 0.01), p[..., 1]), 0.03)
        return out

    def collar(p: np.ndarray) -> np.ndarray:
        band = ring(turn(p, (0, 0.06, 4.25), -0.20, 0), (0, 0.05, 4.28), 0.60, 0.17, squeeze=0.95)
        return carve(band, np.maximum(np.abs(p[..., 0]) - 0.07, p[..., 1]), 0.06)

    def zipper(p: np.ndarray) -> np.ndarray:
        teeth = 0.010 * np.abs(((p[..., 2] / 0.09) % 1) - 0.5)
        out = meet(np.abs(waist(p, 0.085)) - 0.036 + teeth, np.abs(p[..., 0]) - 0.050, 0.02)
        return meet(out, meet(meet(2.08 - p[..., 2], p[..., 2] - 4.15, 0.02), p[..., 1], 0.02), 0.02)

    def badge(p: np.ndarray, grow: float, radius: float) -> np.ndarray:
        away = np.hypot(p[..., 0] - 0.55, p[..., 2] - 3.46) - radius
        return meet(meet(np.abs(torso(p, grow)) - 0.035, away, 0.025), p[..., 1], 0.02)

    figure.add("outer", jacket, COAT_LOW, COAT_HIGH, 0.024)
    figure.add("outer2", _knit_band, (-1.3, -1.1, 1.95), (1.3, 1.1, 2.55), 0.020)
    _knit_cuffs(figure)
    figure.add("outer2", collar, (-1.2, -1.1, 3.6), (1.2, 1.3, 4.9), 0.022)
    figure.add("metal", zipper, (-0.2, -1.2, 1.95), (0.2, 0.1, 4.4), 0.015)
    figure.add(
        "metal",
        lambda p: slab(p, (0, -0.80, 3.78), (0.055, 0.035, 0.13), 0.03),
        (-0.2, -1.1, 3.5),
        (0.2, -0.6, 4.1),
        0.012,
    )
    figure.add("accent", lambda p: badge(p, 0.075, 0.22), (0.2, -1.2, 3.1), (0.9, 0, 3.9), 0.015)
    figure.add("inner", lambda p: badge(p, 0.090, 0.13), (0.2, -1.2, 3.1), (0.9, 0, 3.9), 0.015)

    def undershirt(p: np.ndarray) -> np.ndarray:
        return ring(turn(p, (0, 0.06, 4.3), -0.15, 0), (0, 0.05, 4.36), 0.50, 0.085)

    figure.add("inner", undershirt, (-0.9, -0.9, 3.9), (0.9, 0.9, 4.7), 0.022)


def hoodie(figure: Figure) -> None:
    def pocket_outline(p: np.ndarray) -> np.ndarray:
        x, z = np.abs(p[..., 0]), p[..., 2]
        slant = 0.62 - 0.62 * np.maximum(z - 2.62, 0)
        return np.maximum(np.maximum(x - slant, z - 3.02), 2.36 - z)

    def sweater(p: np.ndarray) -> np.ndarray:
        out = _sweat_body(p)
        pouch = meet(waist(p, 0.145), pocket_outline(p), 0.035)
        return join(out, meet(pouch, p[..., 1], 0.02), 0.012)

    def hood(p: np.ndarray) -> np.ndarray:
        """Fallen on the shoulders: a thick roll around the neck, full behind, meeting in a V in front."""
        q = turn(p, (0, 0.06, 4.22), -0.34, 0)
        roll = ring(q, (0, 0.09, 4.25), 0.69, 0.240, squeeze=0.92)
        roll = carve(roll, np.maximum(np.abs(p[..., 0]) - 0.030, p[..., 1] + 0.2), 0.10)
        bag = ellipsoid(p, (0, 0.66, 4.16), (0.84, 0.42, 0.52))
        folds = 0.025 * np.cos(7.0 * np.arctan2(p[..., 0], -(p[..., 1] - 0.1)))
        return join(roll, bag, 0.16) + folds * smoothstep(-0.2, 0.3, p[..., 1])

    figure.add("outer", sweater, COAT_LOW, COAT_HIGH, 0.024)
    figure.add("outer2", _knit_band, (-1.3, -1.1, 1.95), (1.3, 1.1, 2.55), 0.020)
    _knit_cuffs(figure)
    figure.add("outer", hood, (-1.3, -1.1, 3.5), (1.3, 1.4, 5.0), 0.024)
    for s in SIDES:

        def string(p: np.ndarray, s: int = s) -> np.ndarray:
            points = [(s * 0.17, -0.71, 4.06), (s * 0.20, -0.79, 3.80), (s * 0.19, -0.81, 3.46 + 0.05 * s)]
            out = np.minimum(capsule(p, points[0], points[1], 0.034), capsule(p, points[1], points[2], 0.034))
            end = np.array(points[2])
            return np.minimum(out, capsule(p, end, end - np.array([0, 0, 0.13]), 0.048))

        figure.add("inner", string, (s * 0.2 - 0.2, -1.0, 3.1), (s * 0.2 + 0.2, -0.5, 4.3), 0.012)
    edge = 0.030

    def trim(p: np.ndarray) -> np.ndarray:
        line = np.abs(pocket_outline(p) + 0.05) - edge
        slanted = np.maximum(line, np.maximum(2.62 - p[..., 2], p[..., 2] - 3.0))
        return meet(
            meet(np.abs(waist(p, 0.150)) - 0.022, np.maximum(slanted, 0.34 - np.abs(p[..., 0])), 0.012), p[..., 1], 0.02
        )

    figure.add("outer2", trim, (-0.9, -1.2, 2.3), (0.9, 0, 3.2), 0.016)

    def undershirt(p: np.ndarray) -> np.ndarray:
        return ring(turn(p, (0, 0.06, 4.3), -0.20, 0), (0, 0.03, 4.30), 0.50, 0.085)

    figure.add("inner", undershirt, (-0.9, -0.9, 3.9), (0.9, 0.9, 4.7), 0.022)

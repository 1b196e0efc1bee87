"""Tee and dress: bare arms."""

from __future__ import annotations

import numpy as np

from .limbs import ARM, SIDES, forearm, neck_band, neck_hole, torso, waist
from .sdf import capsule, carve, ellipsoid, join, meet, smoothstep, superellipse, turn
from .wardrobe import COAT_HIGH, COAT_LOW, Figure, bare_arms


def tee(figure: Figure) -> None:
    def shirt(p: np.ndarray) -> np.ndarray:
        out = meet(waist(p, 0.06), 2.04 - p[..., 2], 0.05)
        for s in SIDES:
            shoulder, elbow, _ = ARM[s]
            along = (elbow - shoulder) / np.linalg.norm(elbow - shoulder)
            end = shoulder + (elbow - shoulder) * 0.74
            sleeve = capsule(p, shoulder, elbow, 0.49, 0.47)
            out = join(out, meet(sleeve, (p - end) @ along, 0.05), 0.14)
            hem = np.maximum(np.abs((p - end) @ along + 0.12) - 0.009, -(out + 0.025))
            hem = np.maximum(hem, 1.0 - s * p[..., 0])
            out = carve(out, hem, 0.02)
        hem = np.maximum(np.abs(p[..., 2] - 2.17) - 0.009, np.maximum(-(out + 0.025), np.abs(p[..., 0]) - 1.05))
        out = carve(out, hem, 0.02)
        return carve(out, neck_hole(p, 0.50), 0.04)

    def neckline(p: np.ndarray) -> np.ndarray:
        return neck_band(p, torso(p, 0.06), 0.53, 0.075)

    figure.add("outer", shirt, COAT_LOW, COAT_HIGH, 0.024)
    figure.add("outer2", neckline, (-0.9, -0.9, 3.8), (0.9, 0.9, 4.6), 0.022)
    bare_arms(figure)
    wrist, along = ARM[1][2], forearm(1)
    spot = wrist - along * 0.10

    def strap(p: np.ndarray) -> np.ndarray:
        return meet(capsule(p, spot - along * 0.2, spot + along * 0.2, 0.292), np.abs((p - spot) @ along) - 0.085, 0.02)

    dial = spot + np.array([0.02, -0.275, 0.04])
    low, high = spot - 0.5, spot + 0.5
    figure.add("dark", strap, low, high, 0.016)
    face = np.array([0.05, -0.93, 0.30])
    face = face / np.linalg.norm(face)

    def clock(p: np.ndarray, grow: float, radius: float) -> np.ndarray:
        height = (p - dial) @ face
        flat = np.linalg.norm(p - dial - height[..., None] * face, axis=-1)
        return meet(flat - radius, np.abs(height) - grow, 0.015)

    figure.add("metal", lambda p: clock(p, 0.055, 0.130), low, high, 0.012)
    figure.add("accent", lambda p: clock(p, 0.062, 0.095), low, high, 0.012)


def dress(figure: Figure) -> None:
    def gown(p: np.ndarray) -> np.ndarray:
        z = p[..., 2]
        bodice = meet(torso(p, 0.02), 2.60 - z, 0.04)
        for s in SIDES:
            shoulder, elbow, _ = ARM[s]
            along = (elbow - shoulder) / np.linalg.norm(elbow - shoulder)
            end = shoulder + (elbow - shoulder) * 0.36
            puff = ellipsoid(p, shoulder + along * 0.05, (0.51, 0.49, 0.47))
            bodice = join(bodice, meet(puff, (p - end) @ along, 0.05), 0.08)
        t = np.clip((2.72 - z) / 1.55, 0, 1.1)
        around = np.arctan2(p[..., 0], -(p[..., 1] - 0.06))
        fold = 1 + (0.055 * np.cos(11 * around) + 0.018 * np.cos(23 * around + 1)) * smoothstep(0.05, 0.7, t)
        wide, deep = (0.80 + 0.56 * t**0.85) * fold, (0.50 + 0.46 * t**0.85) * fold
        skirt = (superellipse(p[..., 0], p[..., 1] - 0.06, wide, deep, 2.2) - 1) * 0.62
        skirt = meet(skirt, np.maximum(1.18 - z, z - 2.74), 0.06)
        out = join(bodice, skirt, 0.05)
        return carve(out, neck_hole(p, 0.57), 0.04)

    def neckline(p: np.ndarray) -> np.ndarray:
        return neck_band(p, torso(p, 0.02), 0.575, 0.052)

    def belt(p: np.ndarray) -> np.ndarray:
        out = (superellipse(p[..., 0], p[..., 1] - 0.06, 1.000, 0.690, 2.3) - 1) * 0.62
        return meet(out, np.abs(p[..., 2] - 2.68) - 0.105, 0.05)

    def bow(p: np.ndarray) -> np.ndarray:
        out = ellipsoid(p, (0, -0.685, 2.68), (0.10, 0.08, 0.095))
        for s in SIDES:
            q = turn(p, (s * 0.16, -0.67, 2.68), -s * 0.30, 1)
            out = join(out, ellipsoid(q, (s * 0.19, -0.67, 2.69), (0.165, 0.07, 0.115)), 0.02)
        return out

    figure.add("outer", gown, (-1.75, -1.2, 1.1), (1.75, 1.2, 4.6), 0.024)
    figure.add("outer2", neckline, (-1.0, -1.0, 3.5), (1.0, 1.0, 4.6), 0.020)
    figure.add("accent", belt, (-1.2, -0.9, 2.4), (1.2, 0.9, 2.9), 0.022)
    figure.add("accent", bow, (-0.5, -0.9, 2.45), (0.5, -0.4, 2.9), 0.014)
    bare_arms(figure)

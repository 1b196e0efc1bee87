"""The outfits: each a list of (part, mesh) in the units of the figure. Parts are what can be coloured."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import limbs
from .limbs import ARM, SIDES, arm, forearm, joint, neck_band, neck_hole, opening, ribs, torso, waist
from .sdf import Mesh, Shape, capsule, carve, ellipsoid, join, meet, polygonise, ring, slab, smoothstep, superellipse, turn

OUTFITS = ("suit", "blazer", "zip", "hoodie", "tee", "dress")
TORSO_LOW, TORSO_HIGH = (-1.75, -1.15, 1.75), (1.75, 1.2, 4.75)
COAT_LOW, COAT_HIGH = (-2.2, -1.2, 1.85), (2.2, 1.2, 4.75)
SLEEVES = {"suit", "blazer", "zip", "hoodie"}


class Figure:
    """Collects meshes; `coarse` makes every voxel that much larger (for previews)."""

    def __init__(self, coarse: float) -> None:
        self.coarse = coarse
        self.parts: list[tuple[str, Mesh]] = []

    def add(self, part: str, shape: Shape, low: object, high: object, voxel: float = 0.026) -> None:
        self.parts.append((part, polygonise(shape, low, high, voxel * self.coarse)))


def dress_figure(outfit: str, *, coarse: float = 1.0) -> list[tuple[str, Mesh]]:
    """Everything of the figure but its head: one of `OUTFITS`, neck, hands, legs and shoes."""
    figure = Figure(coarse)
    _neck(figure, outfit)
    OUTFIT_SHAPES[outfit](figure)
    for s in SIDES:
        low, high = (s * 1.6 - 0.75, -1.2, 1.2), (s * 1.6 + 0.75, 0.35, 2.7)
        figure.add("skin", lambda p, s=s: limbs.hand(p, s), low, high, 0.019)
    if outfit == "dress":
        _bare_legs(figure)
    else:
        _trousers(figure, outfit)
    return figure.parts


def _neck(figure: Figure, outfit: str) -> None:
    def slim(p: np.ndarray) -> np.ndarray:
        return capsule(p, (0, 0.08, 4.0), (0, 0.10, 4.95), 0.43, 0.44)

    def bare(p: np.ndarray) -> np.ndarray:
        return join(slim(p), ellipsoid(p, (0, 0.06, 3.94), (0.68, 0.47, 0.33)), 0.12)

    figure.add("skin", slim if outfit == "suit" else bare, (-1, -1, 3.5), (1, 1, 5.2))


def _trousers(figure: Figure, outfit: str) -> None:
    figure.add("pants", limbs.pants, (-1.35, -0.9, 0.35), (1.35, 0.95, 2.75))
    sporty = outfit in {"zip", "hoodie", "tee"}
    for s in SIDES:
        low, high = (s * 0.58 - 0.75, -1.2, -0.02), (s * 0.58 + 0.75, 0.75, 1.1)
        upper = limbs.sneaker if sporty else limbs.shoe
        figure.add("shoe", lambda p, s=s, upper=upper: upper(p, s), low, high, 0.020)
        low, high = (s * 0.58 - 0.75, -1.3, -0.05), (s * 0.58 + 0.75, 0.9, 0.3)
        figure.add("sole", lambda p, s=s: limbs.sole(p, s), low, high, 0.020)
        if sporty:
            low, high = (s * 0.58 - 0.4, -0.6, 0.35), (s * 0.58 + 0.4, 0.1, 0.8)
            figure.add("sole", lambda p, s=s: limbs.laces(p, s), low, high, 0.014)


def _bare_legs(figure: Figure) -> None:
    for s in SIDES:
        low, high = (s * 0.58 - 0.75, -1.2, -0.02), (s * 0.58 + 0.75, 0.75, 2.1)

        def bare(p: np.ndarray, s: int = s) -> np.ndarray:
            return joint(p, limbs.bare_foot(p, s), (s * 0.53, 0.03, 1.02), 0.13)

        figure.add("skin", bare, low, high, 0.022)
        high = (s * 0.58 + 0.75, 0.75, 0.7)
        figure.add("shoe", lambda p, s=s: limbs.flat_shoe(p, s), low, high, 0.018)
        low, high = (s * 0.58 - 0.75, -1.3, -0.05), (s * 0.58 + 0.75, 0.9, 0.3)
        figure.add("sole", lambda p, s=s: meet(limbs.sole(p, s), p[..., 2] - 0.12, 0.03), low, high, 0.020)


# ---------------------------------------------------------------- tailoring


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


def _suit(figure: Figure) -> None:
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
        figure.add("dark", lambda p, c=button: ellipsoid(p, c, (0.065, 0.045, 0.065)), (0, -1, 2.0), (0.3, -0.6, 2.9), 0.011)

    def square(p: np.ndarray) -> np.ndarray:
        return slab(turn(p, (0.62, -0.66, 3.52), 0.12, 1), (0.62, -0.64, 3.55), (0.16, 0.10, 0.06), 0.03)

    figure.add("inner", square, (0.3, -1, 3.3), (1, -0.3, 3.8), 0.016)
    _shirt_cuffs(figure)


def _blazer(figure: Figure) -> None:
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
    figure.add("accent", lambda p: ellipsoid(p, pin, (0.075, 0.075, 0.075)), (-0.8, -1.0, 3.1), (-0.4, -0.5, 3.5), 0.012)
    _shirt_cuffs(figure)


# ---------------------------------------------------------------- sportswear


def _knit_band(p: np.ndarray) -> np.ndarray:
    """The ribbed hem."""
    return meet(waist(p, 0.075) - 0.024 * ribs(p, 44), np.abs(p[..., 2] - 2.23) - 0.165, 0.06)


def _knit_cuffs(figure: Figure) -> None:
    for s in SIDES:
        wrist, along = ARM[s][2], forearm(s)

        def cuff(p: np.ndarray, s: int = s, wrist: np.ndarray = wrist, along: np.ndarray = along) -> np.ndarray:
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


def _zip(figure: Figure) -> None:
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
    figure.add("metal", lambda p: slab(p, (0, -0.80, 3.78), (0.055, 0.035, 0.13), 0.03), (-0.2, -1.1, 3.5), (0.2, -0.6, 4.1), 0.012)
    figure.add("accent", lambda p: badge(p, 0.075, 0.22), (0.2, -1.2, 3.1), (0.9, 0, 3.9), 0.015)
    figure.add("inner", lambda p: badge(p, 0.090, 0.13), (0.2, -1.2, 3.1), (0.9, 0, 3.9), 0.015)

    def undershirt(p: np.ndarray) -> np.ndarray:
        return ring(turn(p, (0, 0.06, 4.3), -0.15, 0), (0, 0.05, 4.36), 0.50, 0.085)

    figure.add("inner", undershirt, (-0.9, -0.9, 3.9), (0.9, 0.9, 4.7), 0.022)


def _hoodie(figure: Figure) -> None:
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
        return meet(meet(np.abs(waist(p, 0.150)) - 0.022, np.maximum(slanted, 0.34 - np.abs(p[..., 0])), 0.012), p[..., 1], 0.02)

    figure.add("outer2", trim, (-0.9, -1.2, 2.3), (0.9, 0, 3.2), 0.016)

    def undershirt(p: np.ndarray) -> np.ndarray:
        return ring(turn(p, (0, 0.06, 4.3), -0.20, 0), (0, 0.03, 4.30), 0.50, 0.085)

    figure.add("inner", undershirt, (-0.9, -0.9, 3.9), (0.9, 0.9, 4.7), 0.022)


def _tee(figure: Figure) -> None:
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
    _bare_arms(figure)
    wrist, along = ARM[1][2], forearm(1)
    spot = wrist - along * 0.10

    def strap(p: np.ndarray) -> np.ndarray:
        band = meet(capsule(p, spot - along * 0.2, spot + along * 0.2, 0.292), np.abs((p - spot) @ along) - 0.085, 0.02)
        return band

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


def _bare_arms(figure: Figure) -> None:
    for s in SIDES:

        def bare(p: np.ndarray, s: int = s) -> np.ndarray:
            return joint(p, arm(p, s, -0.04), ARM[s][1])

        figure.add("skin", bare, (s * 1.4 - 0.85, -0.9, 1.9), (s * 1.4 + 0.85, 0.6, 4.2))


def _dress(figure: Figure) -> None:
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
    _bare_arms(figure)


OUTFIT_SHAPES: dict[str, Callable[[Figure], None]] = {
    "suit": _suit,
    "blazer": _blazer,
    "zip": _zip,
    "hoodie": _hoodie,
    "tee": _tee,
    "dress": _dress,
}

"""What all bodies share: torso, arms, hands, legs, shoes, joints. Units of the figure: feet at z = 0, about 8 tall."""

from __future__ import annotations

import numpy as np

from .sdf import capsule, carve, ellipsoid, join, meet, slab, superellipse, turn

SIDES = (-1, 1)
ARM = {
    1: np.array([(1.10, 0.05, 3.72), (1.52, 0.02, 2.95), (1.62, -0.32, 2.28)]),
    -1: np.array([(-1.10, 0.05, 3.72), (-1.52, 0.02, 2.95), (-1.62, -0.32, 2.28)]),
}


def forearm(side: int) -> np.ndarray:
    """Unit vector from elbow to wrist."""
    along = ARM[side][2] - ARM[side][1]
    return along / np.linalg.norm(along)


def torso(p: np.ndarray, grow: float = 0.0) -> np.ndarray:
    chest = ellipsoid(p, (0, 0.05, 3.35), (1.10 + grow, 0.66 + grow, 1.02 + grow))
    chest = join(chest, capsule(p, (-0.72, 0.05, 3.78), (0.72, 0.05, 3.78), 0.42 + grow), 0.35)
    return join(chest, slab(p, (0, 0.06, 2.45), (0.86 + grow, 0.54 + grow, 0.52 + grow), 0.40), 0.35)


def waist(p: np.ndarray, grow: float = 0.0) -> np.ndarray:
    """The torso as a top covers it: straight down over the hips."""
    hips = slab(p, (0, 0.06, 2.35), (0.88 + grow, 0.56 + grow, 0.46), 0.26)
    return join(torso(p, grow), hips, 0.20)


def arm(p: np.ndarray, side: int, grow: float = 0.0) -> np.ndarray:
    shoulder, elbow, wrist = ARM[side]
    upper = capsule(p, shoulder, elbow, 0.40 + grow, 0.33 + grow)
    return join(upper, capsule(p, elbow, wrist, 0.33 + grow, 0.30 + grow), 0.10)


def hand(p: np.ndarray, side: int) -> np.ndarray:
    """A mitten that is about to hold something: palm, four short fingers, a thumb."""
    wrist, along = ARM[side][2], forearm(side)
    palm = wrist + along * 0.36
    out = ellipsoid(p, palm, (0.185, 0.265, 0.28))
    out = join(out, capsule(p, wrist - along * 0.1, palm, 0.215), 0.12)
    for k in range(4):
        start = palm + along * 0.20 + np.array([side * 0.02, -0.205 + 0.138 * k, -0.025 * abs(k - 1.2)])
        middle = start + along * 0.15 + np.array([-side * 0.03, -0.01, -0.02])
        tip = middle + along * 0.09 + np.array([-side * 0.12, -0.015, -0.01])
        finger = join(capsule(p, start, middle, 0.084, 0.080), capsule(p, middle, tip, 0.080, 0.072), 0.02)
        out = join(out, finger, 0.022)
    thumb = palm + np.array([-side * 0.06, -0.22, 0.06])
    tip = thumb + along * 0.22 + np.array([-side * 0.13, -0.11, 0.02])
    return join(out, capsule(p, thumb, tip, 0.092, 0.080), 0.05)


def leg(p: np.ndarray, side: int, grow: float = 0.0) -> np.ndarray:
    thigh = capsule(p, (side * 0.45, 0.05, 2.15), (side * 0.53, 0.03, 1.45), 0.465 + grow, 0.43 + grow)
    shin = capsule(p, (side * 0.53, 0.03, 1.45), (side * 0.58, 0.08, 0.62), 0.43 + grow, 0.40 + grow)
    return join(thigh, shin, 0.12)


def _foot_frame(p: np.ndarray, side: int) -> np.ndarray:
    return turn(p, (side * 0.58, 0, 0), side * 0.16, 2)


def shoe(p: np.ndarray, side: int) -> np.ndarray:
    q = _foot_frame(p, side)
    upper = join(
        ellipsoid(q, (side * 0.58, -0.28, 0.26), (0.40, 0.58, 0.30)),
        capsule(q, (side * 0.58, 0.10, 0.25), (side * 0.58, 0.10, 0.62), 0.36, 0.37),
        0.18,
    )
    return meet(upper, 0.05 - p[..., 2], 0.04)


def sneaker(p: np.ndarray, side: int) -> np.ndarray:
    """A shoe with a toe cap and a tongue line."""
    q = _foot_frame(p, side)
    upper = shoe(p, side)
    cap = np.abs(np.linalg.norm(q - np.array([side * 0.58, -1.02, 0.22]), axis=-1) - 0.56) - 0.010
    return carve(upper, np.maximum(cap, -(upper + 0.03)), 0.02)


def laces(p: np.ndarray, side: int) -> np.ndarray:
    q = _foot_frame(p, side)
    out = None
    for k in range(3):
        y, z = -0.47 + 0.095 * k, 0.545 + 0.018 * k
        bar = capsule(q, (side * 0.58 - 0.14, y, z - 0.02), (side * 0.58 + 0.14, y, z - 0.02), 0.036)
        out = bar if out is None else np.minimum(out, bar)
    return out


def flat_shoe(p: np.ndarray, side: int) -> np.ndarray:
    """A low shoe with an open instep."""
    q = _foot_frame(p, side)
    low = meet(shoe(p, side) - 0.012, p[..., 2] - 0.40, 0.05)
    return carve(low, ellipsoid(q, (side * 0.58, -0.14, 0.50), (0.255, 0.40, 0.24)), 0.03)


def bare_foot(p: np.ndarray, side: int) -> np.ndarray:
    q = _foot_frame(p, side)
    foot = ellipsoid(q, (side * 0.58, -0.24, 0.24), (0.34, 0.50, 0.25))
    shin = join(
        capsule(p, (side * 0.50, 0.05, 2.0), (side * 0.53, 0.03, 1.30), 0.40, 0.335),
        capsule(p, (side * 0.53, 0.03, 1.30), (side * 0.58, 0.09, 0.45), 0.335, 0.265),
        0.10,
    )
    return join(shin, foot, 0.14)


def sole(p: np.ndarray, side: int) -> np.ndarray:
    q = _foot_frame(p, side)
    outline = (superellipse(q[..., 0] - side * 0.58, q[..., 1] + 0.16, 0.44, 0.74, 2.6) - 1) * 0.42
    return meet(outline, np.abs(p[..., 2] - 0.10) - 0.10, 0.05)


def joint(p: np.ndarray, body: np.ndarray, centre: object, radius: float = 0.17) -> np.ndarray:
    """Engrave the pin of an action figure's joint: a ring and a dot on the front."""
    c = np.asarray(centre, float)
    away = np.hypot(p[..., 0] - c[0], p[..., 2] - c[2])
    front = p[..., 1] - (c[1] - 0.05)
    mark = np.minimum(np.abs(away - radius) - 0.022, away - 0.045)
    tool = np.maximum(np.maximum(mark, front), -(body + 0.030))
    near = np.linalg.norm(p - c, axis=-1) < 0.62
    return np.where(near, carve(body, tool, 0.022), body)


def opening(p: np.ndarray, low: float, high: float, narrow: float, wide: float) -> np.ndarray:
    """A front opening that widens upwards: half-width `narrow` at z = low, `wide` at z = high."""
    t = np.clip((p[..., 2] - low) / (high - low), 0, 1.3)
    return np.abs(p[..., 0]) - (narrow + (wide - narrow) * t)


def ribs(p: np.ndarray, count: int, centre: tuple[float, float] = (0.0, 0.06)) -> np.ndarray:
    """0 to 1 across knitted ribs that run down, seen around a vertical axis."""
    around = np.arctan2(p[..., 0] - centre[0], -(p[..., 1] - centre[1]))
    return 0.5 + 0.5 * np.cos(around * count)


def _around_neck(p: np.ndarray, radius: float) -> np.ndarray:
    return np.sqrt(p[..., 0] ** 2 + ((p[..., 1] - 0.06) / 0.94) ** 2) - radius


def neck_hole(p: np.ndarray, radius: float, bottom: float = 3.4) -> np.ndarray:
    """A round hole for the neck above `bottom`."""
    return np.maximum(_around_neck(p, radius), bottom - p[..., 2])


def neck_band(p: np.ndarray, cloth: np.ndarray, radius: float, thick: float) -> np.ndarray:
    """The rim of such a hole: a cord along its edge on the cloth (given as signed distance)."""
    return np.maximum(np.hypot(cloth, _around_neck(p, radius)) - thick, 3.4 - p[..., 2])


def sleeve(p: np.ndarray, side: int, grow: float, end: float) -> np.ndarray:
    """An arm cut off flat `end` beyond the wrist."""
    return meet(arm(p, side, grow), (p - ARM[side][2]) @ forearm(side) - end, 0.05)


def pants(p: np.ndarray) -> np.ndarray:
    """Trousers with cuffs, pockets, a fly seam and knee joints."""
    out = join(leg(p, -1), leg(p, 1), 0.08)
    out = join(out, slab(p, (0, 0.06, 2.16), (0.88, 0.55, 0.36), 0.30), 0.16)
    for s in SIDES:
        cuff = capsule(p, (s * 0.57, 0.07, 0.80), (s * 0.585, 0.08, 0.52), 0.475, 0.49)
        out = join(out, meet(cuff, np.abs(p[..., 2] - 0.62) - 0.12, 0.05), 0.03)
    for s in SIDES:
        q = turn(p, (s * 0.72, -0.5, 2.12), -s * 0.5, 1)
        out = carve(out, np.maximum(slab(q, (s * 0.72, -0.5, 2.12), (0.018, 0.5, 0.24), 0.01), p[..., 1]), 0.03)
        out = joint(p, out, (s * 0.53, 0.03, 1.46), 0.19)
    fly = np.maximum(np.maximum(np.abs(p[..., 0]) - 0.008, 1.72 - p[..., 2]), np.maximum(p[..., 1], -(out + 0.025)))
    return meet(carve(out, fly, 0.03), 0.42 - p[..., 2], 0.03)

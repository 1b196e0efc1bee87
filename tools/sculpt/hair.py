"""Hair as moulded vinyl: volumes over the head, combed into rounded locks with sharp valleys between them.

Every style is a signed distance in head-local units. Locks follow a *flow coordinate* that is constant along a strand:
from a parting sideways and down, from a crown outwards, or from the forehead back.
"""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.spatial import cKDTree

from .head import polar, radius
from .sdf import (
    Mesh,
    Shape,
    carve,
    ellipsoid,
    jitter,
    join,
    meet,
    noise,
    polygonise,
    ring,
    smoothstep,
    superellipse,
    turn,
)

STYLES = ("buzz", "thin", "short", "curly", "afro", "pixie", "bob", "long", "wavy", "bun")

# Elevation of the hairline over |azimuth|, in degrees: forehead, temple, sideburn, over the ear, nape.
HAIRLINES = {
    "short": [(0, 39), (22, 40), (38, 38), (50, 25), (59, 4), (67, -8), (76, -6), (88, 15), (100, 11), (115, -14), (180, -33)],
    "thin": [(0, 50), (16, 51), (28, 57), (42, 47), (55, 22), (64, 4), (74, -2), (88, 15), (100, 11), (115, -14), (180, -31)],
    "buzz": [(0, 40), (26, 41), (38, 39), (46, 29), (57, 8), (66, -4), (76, -3), (88, 15), (100, 11), (115, -14), (180, -32)],
    "bun": [(0, 42), (24, 42), (42, 36), (56, 20), (66, 2), (76, 2), (88, 15), (100, 11), (115, -12), (180, -30)],
    "curly": [(0, 37), (24, 37), (40, 34), (54, 20), (64, 2), (74, -6), (88, 8), (102, 2), (118, -18), (180, -36)],
}  # fmt: skip


def hairline(style: str, azimuth: np.ndarray) -> np.ndarray:
    across, up = zip(*HAIRLINES[style], strict=True)
    return PchipInterpolator(np.radians(across), np.radians(up))(np.clip(np.abs(azimuth), 0, np.pi))


def locks(flow: np.ndarray, per_unit: float, *, seed: int, fine: float = 0.3, uneven: float = 0.25) -> np.ndarray:
    """Height 0 to 1 of rounded locks across the flow, with finer strands on them."""
    u = flow * per_unit
    cell = np.floor(u)
    f = u - cell
    whole = np.sqrt(np.clip(1 - 0.97 * (2 * f - 1) ** 2, 0, 1)) * (1 - uneven * jitter(cell, seed))
    parts = 2 + np.floor(2 * jitter(cell, seed + 1))
    g = (f * parts) % 1
    return whole * (1 - fine + fine * np.sqrt(np.clip(1 - 0.9 * (2 * g - 1) ** 2, 0, 1)))


def part_flow(p: np.ndarray, part: float, crown: float, lean: float = 0.45) -> np.ndarray:
    """Strands leave a parting at x = `part` sideways, fan out behind `crown`, and hang down at the sides."""
    x, y, z = p[..., 0] - part * smoothstep(-0.1, 0.5, p[..., 2]), p[..., 1], p[..., 2]
    behind = 0.5 * np.arctan2(np.maximum(y - crown, 0), np.abs(x) + 0.08)
    ahead = y - crown + lean * (np.maximum(z, 0.25) - 0.7) * smoothstep(0.15, -0.35, y)
    flow = np.where(y > crown, behind, ahead)
    return np.where(x > 0, flow, flow + 7.13)


def buzz(p: np.ndarray) -> np.ndarray:
    length, el, az = polar(p)
    over = (length - radius(el, az)) * 0.95
    up = smoothstep(np.radians(0), np.radians(60), el)
    thick = 0.026 + 0.016 * up + 0.0012 * noise(p, 3, 85.0)
    return meet(over - thick, (hairline("buzz", az) - el) * 0.58, 0.02)


def thin(p: np.ndarray) -> np.ndarray:
    length, el, az = polar(p)
    over = (length - radius(el, az)) * 0.95
    up = smoothstep(np.radians(5), np.radians(70), el)
    flow = (
        p[..., 0] * (1 + 0.25 * p[..., 1]) + 0.28 * p[..., 2] * np.sign(p[..., 0]) * (1 - up) + 0.03 * noise(p, 1, 4.5)
    )
    comb = locks(flow, 11.0, seed=5)
    side = locks(p[..., 1] * 0.8 - 0.55 * p[..., 2] + 0.02 * noise(p, 1, 4.5), 10.0, seed=6)
    comb = comb * up + side * (1 - up)
    thick = 0.030 + 0.052 * up + 0.030 * (comb - 0.6)
    edge = hairline("thin", az) + np.radians(2.2) * (jitter(np.floor(flow * 11), 7) - 0.5)
    return meet(over - thick, (edge - el) * 0.58, 0.032)


def short(p: np.ndarray) -> np.ndarray:
    """Parted at the side, swept over into a quiff, short at the sides."""
    length, el, az = polar(p)
    over = (length - radius(el, az)) * 0.95
    x, y, z = p[..., 0], p[..., 1], p[..., 2]
    up = smoothstep(np.radians(18), np.radians(58), el)
    ahead = smoothstep(0.25, -0.45, y) * up
    part = -0.24
    near = smoothstep(part + 0.05, part - 0.06, x)
    flow = part_flow(p, part, 0.24, 1.7) + 0.12 * x * smoothstep(0.1, -0.4, y) + 0.03 * noise(p, 1, 3.2)
    comb = locks(flow, 6.4, seed=11)
    side = locks(0.75 * y - 0.62 * z + 0.03 * noise(p, 1, 4.0), 9.0, seed=12)
    comb = comb * up + side * (1 - up)
    volume = (
        0.046
        + 0.088 * up * (1 - 0.45 * near)
        + 0.105 * ahead * (1 - 0.75 * near) * (0.8 + 0.35 * np.sin(2.2 * x + 0.6))
    )
    groove = 0.050 * np.exp(-(((x - part) / 0.022) ** 2)) * up * smoothstep(0.26, 0.05, y)
    thick = volume + (0.026 + 0.026 * up + 0.012 * ahead) * (comb - 0.62) - groove
    edge = hairline("short", az) + np.radians(2.5) * (jitter(np.floor(flow * 6.4), 14) - 0.6) * up
    return meet(over - thick, (edge - el) * 0.58, 0.035)


def hanging(p: np.ndarray, style: str) -> np.ndarray:
    """Pixie, bob, long and wavy hair: a cap, a curtain around the face that hangs to its own length, an opening."""
    length, el, az = polar(p)
    x, y, z = p[..., 0], p[..., 1], p[..., 2]
    bottom = {"pixie": -0.16, "bob": -0.56, "long": -1.16, "wavy": -1.06}[style]
    wide = {"pixie": 0.690, "bob": 0.70, "long": 0.665, "wavy": 0.70}[style]
    part = {"pixie": -0.26, "bob": -0.20, "long": 0.0, "wavy": 0.16}[style]
    wave = np.zeros_like(z)
    if style == "wavy":
        wave = np.sin(8.6 * z + 1.2 * np.sign(x) + 2.5 * y) * smoothstep(0.42, 0.0, z)
    soft = noise(p, 1, 3.4)
    flow = part_flow(p, part, 0.22) + 0.022 * soft + 0.030 * wave
    per_unit = {"pixie": 7.5, "bob": 7.0, "long": 7.5, "wavy": 6.0}[style]
    comb = locks(flow, per_unit, seed=21)
    cell = np.floor(flow * per_unit)

    up = smoothstep(np.radians(5), np.radians(70), el)
    ahead = smoothstep(np.radians(85), np.radians(20), np.abs(az)) * smoothstep(np.radians(25), np.radians(55), el)
    cap = (length - radius(el, az)) * 0.95 - (0.080 + 0.075 * up + 0.035 * ahead)

    t = np.clip((z - bottom) / (0.35 - bottom), 0, 1)
    flare = {
        "pixie": -0.085 * smoothstep(0.60, 0, t),
        "bob": 0.035 * np.sin(np.pi * (1 - t)) - 0.085 * smoothstep(0.30, 0, t),
        "long": 0.045 * np.sin(np.pi * (1 - t)) - 0.03 * smoothstep(0.2, 0, t),
        "wavy": 0.03 + 0.045 * wave + 0.05 * np.sin(np.pi * (1 - t)) - 0.05 * smoothstep(0.18, 0, t),
    }[style]
    column = (superellipse(x, y - 0.12, wide + flare, 0.60 + flare, 2.5) - 1) * 0.62
    ends = bottom + {"pixie": 0.05, "bob": 0.035, "long": 0.09, "wavy": 0.10}[style] * jitter(cell, 23)
    column = meet(meet(column, ends - z, 0.08), z - 0.50, 0.42)
    hair = join(cap, column, 0.16)

    side = np.abs(x - part)
    left = x < part
    top = {
        "pixie": 0.53 - np.where(left, 1.9 * side**1.6, 0.20 * side**1.2 + 1.2 * np.maximum(side - 0.56, 0)),
        "bob": 0.55 - np.where(left, 2.4 * side**1.7, 0.48 * side**1.35),
        "long": 0.56 - 1.00 * side**1.45,
        "wavy": 0.56 - np.where(left, 0.52 * side**1.35, 2.2 * side**1.6),
    }[style] + 0.012 * (jitter(cell, 24) - 0.5)
    half = {"pixie": 0.485, "bob": 0.462, "long": 0.455, "wavy": 0.465}[style] + 0.022 * wave
    opening = meet(np.abs(x) - half, z - top, 0.16)
    depth = 0.02 if style == "pixie" else 0.10
    opening = meet(opening, y - depth + 0.35 * np.maximum(np.abs(x) - 0.3, 0), 0.10)
    if style != "pixie":
        hollow = meet(superellipse(x, y + 0.05, 0.42, 0.36, 2.0) - 1, z + 0.42, 0.2) * 0.35
        opening = np.minimum(opening, hollow)
    hair = carve(hair, opening, 0.07)
    line = np.exp(-(((x - part) / 0.020) ** 2)) * smoothstep(0.40, 0.55, z) * smoothstep(0.24, 0.05, y)
    deep = {"pixie": 0.042, "bob": 0.036, "long": 0.038, "wavy": 0.046}[style]
    return hair - deep * (comb - 0.62) + 0.045 * line


def spread(surface: Shape, low: object, high: object, gap: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Points on a surface, at random but nowhere closer than `gap`, and the surface's normals there."""
    vertices, faces = polygonise(surface, low, high, gap * 0.30)
    corners = vertices[faces]
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(normals, faces[:, k], flat)
    normals /= np.linalg.norm(normals, axis=1)[:, None] + 1e-12
    near = cKDTree(vertices)
    free = np.ones(len(vertices), bool)
    chosen = []
    for index in np.random.RandomState(seed).permutation(len(vertices)):
        if free[index]:
            chosen.append(index)
            free[near.query_ball_point(vertices[index], gap)] = False
    return vertices[chosen], normals[chosen]


def curls(surface: Shape, *, size: float, height: float, coil: float, seed: int) -> Shape:
    """Cover a surface with round curls; `coil`: how deep the spiral on each is cut (0: plain beads)."""
    seeds, normals = spread(surface, (-1, -0.9, -0.7), (1, 1, 1.15), size * 1.12, seed)
    rs = np.random.RandomState(seed + 1)
    scale, phase = 0.85 + 0.35 * rs.rand(len(seeds)), 6.28 * rs.rand(len(seeds))
    sense = np.where(rs.rand(len(seeds)) > 0.5, 1, -1)
    tree = cKDTree(seeds)
    side = np.cross(normals, [0.3, 0.2, 0.93])
    side /= np.linalg.norm(side, axis=1)[:, None] + 1e-9
    other = np.cross(normals, side)

    def shape(p: np.ndarray) -> np.ndarray:
        base = surface(p)
        close = np.abs(base) < height * 2 + 0.03
        gap, which = tree.query(p[close], k=3)
        away = p[close][:, None] - seeds[which]
        lift = (away * normals[which]).sum(-1)
        r = np.sqrt(np.maximum(gap**2 - lift**2, 0))
        bump = np.sqrt(np.clip(1 - (r / (size * scale[which])) ** 2, 0, 1)) * (0.7 + 0.3 * scale[which])
        best = bump.argmax(1)
        row = np.arange(len(best))
        bump, r, which, away = bump[row, best], r[row, best], which[row, best], away[row, best]
        if coil:
            angle = np.arctan2((away * other[which]).sum(1), (away * side[which]).sum(1))
            turned = angle * sense[which] + phase[which] + 2 * np.pi * r / (size * 0.66)
            groove = (0.5 - 0.5 * np.cos(turned)) ** 2
            bump = bump * (1 - coil * groove * np.clip(r / (0.25 * size), 0, 1))
        out = base.copy()
        out[close] = base[close] - height * bump
        return out

    return shape


def curly_volume(p: np.ndarray) -> np.ndarray:
    length, el, az = polar(p)
    up = smoothstep(np.radians(5), np.radians(70), el)
    full = 0.060 + 0.12 * up + 0.03 * smoothstep(np.radians(60), np.radians(110), np.abs(az))
    base = (length - radius(el, az)) * 0.95 - full
    return meet(base, (hairline("curly", az) - el) * 0.60, 0.09)


def afro_volume(p: np.ndarray) -> np.ndarray:
    x, y, z = p[..., 0], p[..., 1], p[..., 2]
    ball = ellipsoid(p, (0, 0.19, 0.32), (0.83, 0.74, 0.74))
    opening = meet(superellipse(x, z + 0.10, 0.485, 0.615, 2.6) * 0.45 - 0.45, y, 0.12)
    return carve(carve(ball, opening, 0.10), z + 0.28, 0.25)


def bun(p: np.ndarray) -> np.ndarray:
    """Combed back tightly into a knot on top."""
    length, el, az = polar(p)
    over = (length - radius(el, az)) * 0.95
    up = smoothstep(np.radians(5), np.radians(60), el)
    x, y = p[..., 0], p[..., 1]
    around = np.arctan2(x, -(y - 0.20)) + 0.05 * noise(p, 1, 3.0)
    comb = locks(around * 0.42, 10.0, seed=31)
    thick = 0.048 + 0.030 * up + 0.034 * (comb - 0.62)
    hair = meet(over - thick, (hairline("bun", az) - el) * 0.58, 0.035)
    knot = ellipsoid(p, (0, 0.20, 0.955), (0.225, 0.225, 0.185))
    q = turn(p - np.array([0, 0.20, 0.955]), (0, 0, 0), 0.5, 1)
    wound = np.arctan2(q[..., 0], q[..., 1]) / (2 * np.pi) + 2.2 * np.hypot(q[..., 0], q[..., 1]) + 1.3 * q[..., 2]
    knot = knot - 0.035 * (locks(wound, 3.0, seed=33, uneven=0.1) - 0.6)
    tie = ring(p, (0, 0.20, 0.815), 0.145, 0.040)
    return join(join(hair, knot, 0.025), tie, 0.02)


SHAPES = {"buzz": buzz, "thin": thin, "short": short, "bun": bun}
LOW = {"long": -1.30, "wavy": -1.24, "bob": -0.72}
HIGH = {"bun": 1.25, "afro": 1.14}


def hair_mesh(style: str, voxel: float) -> Mesh:
    """The hair of one of `STYLES`."""
    if style == "curly":
        shape = curls(curly_volume, size=0.092, height=0.075, coil=0.55, seed=4)
    elif style == "afro":
        shape = curls(afro_volume, size=0.050, height=0.036, coil=0.0, seed=8)
    else:
        shape = SHAPES.get(style) or (lambda p: hanging(p, style))
    return polygonise(shape, (-0.98, -0.82, LOW.get(style, -0.60)), (0.98, 0.98, HIGH.get(style, 1.08)), voxel)


__all__ = ["STYLES", "hair_mesh"]

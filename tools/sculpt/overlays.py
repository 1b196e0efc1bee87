"""Beards and glasses, in head-local units."""

from __future__ import annotations

import numpy as np

from .hair import locks
from .head import distance, toy_landmarks
from .sdf import Mesh, capsule, ellipsoid, join, meet, noise, polygonise, slab, smoothstep, superellipse, turn

BEARDS = ("moustache", "goatee", "full")
RIGHT_EYE = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
LEFT_EYE = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)
MOUTH_HEIGHT = -0.283


def _moustache(x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Inside distance of a moustache's outline (positive inside)."""
    droop = -0.165 - 0.55 * np.maximum(np.abs(x) - 0.05, 0) ** 1.5
    return 0.060 * (1 - 0.45 * smoothstep(0.10, 0.30, np.abs(x))) - np.abs(z - droop) - np.maximum(np.abs(x) - 0.240, 0)


def _outline(kind: str, x: np.ndarray, z: np.ndarray) -> np.ndarray:
    ax = np.abs(x)
    moustache = _moustache(x, z)
    mouth = (superellipse(x, z - MOUTH_HEIGHT - 0.005, 0.225, 0.088, 2.2) - 1) * 0.088
    if kind == "moustache":
        return np.minimum(moustache, mouth + 0.03)
    if kind == "goatee":
        around = (1 - superellipse(x / (1 + 0.35 * (z + 0.40)), z + 0.40, 0.325, 0.285, 2.4)) * 0.28
        below = -0.17 - z + 0.02
        return np.maximum(np.minimum(np.minimum(around, below), mouth), np.minimum(moustache, mouth + 0.03))
    cheek = -0.135 + 0.55 * np.maximum(ax - 0.28, 0) ** 1.0 + 1.9 * np.maximum(ax - 0.40, 0) ** 1.2
    area = np.minimum(cheek - z, np.minimum(0.16 - z, 9.0))
    area = np.maximum(area * 0.8, np.minimum(moustache, mouth + 0.03))
    return np.minimum(area, mouth)


def beard_mesh(kind: str, voxel: float) -> Mesh:
    """A beard of one of `BEARDS`: a combed shell on the face that leaves the mouth free."""

    def shape(p: np.ndarray) -> np.ndarray:
        x, z = p[..., 0], p[..., 2]
        inside = _outline(kind, x, z) + 0.004 * noise(p, 2, 9.0)
        full = smoothstep(0.0, 0.030 if kind == "moustache" else 0.045, inside)
        lower = smoothstep(-0.30, -0.60, z)
        flow = x * (1 + 0.35 * (z + 0.3)) + 0.012 * noise(p, 1, 6.0)
        if kind == "moustache":
            flow = z * 1.2 + 0.35 * np.abs(x)
        comb = locks(flow, 15.0, seed=41, fine=0.2)
        depth = {"moustache": 0.058, "goatee": 0.052 + 0.035 * lower, "full": 0.046 + 0.058 * lower}[kind]
        thick = -0.03 + (0.03 + depth + 0.020 * (comb - 0.6)) * full
        front = p[..., 1] - (0.10 if kind == "full" else -0.05)
        return meet(distance(p) - thick, front, 0.03)

    return polygonise(shape, (-0.64, -0.80, -0.82), (0.64, 0.16, 0.22), voxel)


def glasses_meshes(voxel: float) -> list[tuple[str, Mesh]]:
    """(part, mesh) of a pair of glasses: rims and bridge are "frame", the arms "temple", the glass "lens"."""
    landmarks = toy_landmarks()
    parts: list[tuple[str, Mesh]] = []
    for side, eye in ((-1, RIGHT_EYE), (1, LEFT_EYE)):
        spot = landmarks[list(eye)]
        cx, cz, cy = spot[:, 0].mean() * 1.03, spot[:, 1].mean() - 0.012, spot[:, 2].min() - 0.062

        def local(p: np.ndarray, side: int = side, cx: float = cx, cy: float = cy, cz: float = cz) -> np.ndarray:
            return turn(p - np.array([cx, cy, cz]), (0, 0, 0), side * 0.20, 2)

        def rim(p: np.ndarray, local: object = local) -> np.ndarray:
            q = local(p)
            level = (superellipse(q[..., 0], q[..., 2], 0.190, 0.162, 2.7) - 1) * 0.172
            return meet(np.abs(level) - 0.0190, np.abs(q[..., 1]) - 0.024, 0.022)

        def glass(p: np.ndarray, local: object = local) -> np.ndarray:
            q = local(p)
            level = (superellipse(q[..., 0], q[..., 2], 0.190, 0.162, 2.7) - 1) * 0.172
            return np.maximum(level, np.abs(q[..., 1]) - 0.009)

        low, high = (cx - 0.26, cy - 0.13, cz - 0.24), (cx + 0.26, cy + 0.13, cz + 0.24)
        parts.append(("frame", polygonise(rim, low, high, voxel)))
        parts.append(("lens", polygonise(glass, low, high, voxel)))

        def arm(p: np.ndarray, side: int = side, cx: float = cx, cy: float = cy, cz: float = cz) -> np.ndarray:
            hinge = slab(p, (cx + side * 0.196, cy + 0.062, cz + 0.055), (0.022, 0.028, 0.026), 0.012)
            rod = capsule(p, (cx + side * 0.198, cy + 0.07, cz + 0.055), (side * 0.622, 0.10, 0.155), 0.020)
            return join(hinge, rod, 0.02)

        ends = sorted((cx + side * 0.10, side * 0.70))
        parts.append(("temple", polygonise(arm, (ends[0], cy - 0.05, cz - 0.1), (ends[1], 0.18, cz + 0.2), voxel)))
    y, z = landmarks[168, 2] - 0.062, landmarks[168, 1] - 0.035

    def bridge(p: np.ndarray) -> np.ndarray:
        arch = p - np.stack([0 * p[..., 0], 0.6 * p[..., 0] ** 2, -2.2 * p[..., 0] ** 2], -1)
        return meet(
            capsule(arch, (-0.055, y, z), (0.055, y, z), 0.019), ellipsoid(p, (0, y, z), (0.085, 0.2, 0.2)), 0.01
        )

    parts.append(("frame", polygonise(bridge, (-0.14, y - 0.1, z - 0.12), (0.14, y + 0.1, z + 0.1), voxel)))
    return parts

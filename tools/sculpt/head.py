"""The toy's head: a smooth radial surface through cute-warped average landmarks, and its ears.

Head-local units: one width of the face. The landmarks are the average of landmarks measured on public-domain
portraits (see README.md), mirrored onto themselves, with larger eyes, a smaller nose and a rounder jaw.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.interpolate import RBFInterpolator
from scipy.ndimage import gaussian_filter, map_coordinates

from .sdf import Mesh, carve, ellipsoid, join, polygonise, smoothstep, turn

CENTRE = np.array([0, 0.10, 0.12])
SKULL = np.array([0.575, 0.60, 0.645])
UV_SPAN = 1.5
FACE_FILE = Path(__file__).parents[2] / "stylize/engines/figure/packs/face.npz"
ROWS, COLUMNS = 256, 512


def toy_landmarks() -> np.ndarray:
    """(468, 3): x, y up, z away from the viewer."""
    return np.load(FACE_FILE)["toy"].astype(float)


def directions(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Elevation and azimuth (0 = front) on a grid, and their unit vectors."""
    elevation = np.linspace(-np.pi / 2 + 1e-3, np.pi / 2 - 1e-3, rows)
    azimuth = np.linspace(-np.pi, np.pi, columns, endpoint=False)
    el, az = np.meshgrid(elevation, azimuth, indexing="ij")
    return el, az, np.stack([np.sin(az) * np.cos(el), -np.cos(az) * np.cos(el), np.sin(el)], -1)


@lru_cache(maxsize=1)
def radius_map() -> np.ndarray:
    """(ROWS, COLUMNS) radius of the head over elevation and azimuth: landmarks in front, a skull elsewhere."""
    landmarks = toy_landmarks()
    front = np.stack([landmarks[:, 0], landmarks[:, 2], landmarks[:, 1]], 1) - CENTRE
    radius = np.linalg.norm(front, axis=1)
    unit = front / radius[:, None]
    count = 900
    i = np.arange(count) + 0.5
    polar, turned = np.arccos(1 - 2 * i / count), np.pi * (1 + 5**0.5) * i
    sphere = np.stack([np.cos(turned) * np.sin(polar), np.sin(turned) * np.sin(polar), np.cos(polar)], 1)
    skull = 1 / (np.abs(sphere / SKULL) ** 2.25).sum(1) ** (1 / 2.25)
    skull *= 1 - 0.06 * smoothstep(-0.45, -1, sphere[:, 2])
    away = (sphere @ unit.T).max(1) < np.cos(np.radians(13))
    surface = RBFInterpolator(
        np.concatenate([unit, sphere[away]]),
        np.concatenate([radius, skull[away]]),
        kernel="thin_plate_spline",
        smoothing=2e-3,
        neighbors=90,
    )
    _, _, unit = directions(ROWS, COLUMNS)
    return gaussian_filter(surface(unit.reshape(-1, 3)).reshape(ROWS, COLUMNS), 1.6, mode=("nearest", "wrap"))


def polar(p: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distance from the head's centre, elevation, azimuth."""
    q = p - CENTRE
    length = np.linalg.norm(q, axis=-1) + 1e-9
    return length, np.arcsin(np.clip(q[..., 2] / length, -1, 1)), np.arctan2(q[..., 0], -q[..., 1])


def radius(elevation: np.ndarray, azimuth: np.ndarray) -> np.ndarray:
    table = radius_map()
    table = np.concatenate([table, table[:, :1]], 1)
    row = (elevation / np.pi + 0.5) * (ROWS - 1)
    column = (azimuth / (2 * np.pi) + 0.5) % 1.0 * COLUMNS
    return map_coordinates(table, [row, column], order=1, mode="nearest")


def distance(p: np.ndarray) -> np.ndarray:
    """Signed distance to the head, nearly."""
    length, elevation, azimuth = polar(p)
    return (length - radius(elevation, azimuth)) * 0.94


def head_mesh(rows: int = 320, columns: int = 448) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(vertices, quads, uv, front): uv (n, 2) of the face print with v downwards, front (n,) 1 where it holds."""
    el, az, unit = directions(rows, columns)
    vertices = (CENTRE + radius(el, az)[..., None] * unit).reshape(-1, 3)
    index = np.arange(rows * columns).reshape(rows, columns)
    after = np.roll(index, -1, 1)
    quads = np.stack([index[:-1], after[:-1], after[1:], index[1:]], -1).reshape(-1, 4)
    uv = np.stack([vertices[:, 0] / UV_SPAN + 0.5, 0.5 - vertices[:, 2] / UV_SPAN], 1)
    return vertices, quads, uv, smoothstep(0.30, 0.22, vertices[:, 1])


def ears_mesh() -> Mesh:
    """Both ears: a shell with a rim, a bowl and a lobe."""

    def shape(p: np.ndarray) -> np.ndarray:
        out = None
        for side in (-1, 1):
            q = turn(p, (side * 0.55, 0.12, 0.03), side * 0.62, 2)
            ear = ellipsoid(q, (side * 0.578, 0.10, 0.045), (0.055, 0.10, 0.155))
            ear = join(ear, ellipsoid(q, (side * 0.570, 0.075, -0.085), (0.045, 0.058, 0.058)), 0.05)
            ear = carve(ear, ellipsoid(q, (side * 0.625, 0.085, 0.055), (0.050, 0.062, 0.105)), 0.025)
            bowl = ellipsoid(q, (side * 0.600, 0.055, 0.01), (0.035, 0.035, 0.05))
            ear = carve(ear, bowl, 0.02)
            ear = join(ear, ellipsoid(q, (side * 0.585, 0.015, 0.01), (0.024, 0.022, 0.035)), 0.02)
            out = ear if out is None else np.minimum(out, ear)
        return out

    return polygonise(shape, (-0.78, -0.14, -0.24), (0.78, 0.36, 0.28), 0.009)

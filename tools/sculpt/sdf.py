"""Signed-distance sculpting: shapes as functions of points, joined softly, turned into meshes by marching cubes.

Points are (..., 3) arrays: x to the right of the picture, y away from the viewer, z up. Distances are negative inside.
The shapes are the usual ones of the field (Inigo Quilez, "distance functions"; polynomial smooth minimum).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates
from skimage.measure import marching_cubes

Shape = Callable[[np.ndarray], np.ndarray]
Mesh = tuple[np.ndarray, np.ndarray]


def smoothstep(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """0 at `low`, 1 at `high`, smooth between; `low` may exceed `high`."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def join(a: np.ndarray, b: np.ndarray, k: float) -> np.ndarray:
    """Union with a fillet of about `k`."""
    h = np.clip(0.5 + 0.5 * (b - a) / k, 0, 1)
    return b * (1 - h) + a * h - k * h * (1 - h)


def meet(a: np.ndarray, b: np.ndarray, k: float) -> np.ndarray:
    """Intersection with a rounded edge."""
    return -join(-a, -b, k)


def carve(a: np.ndarray, tool: np.ndarray, k: float) -> np.ndarray:
    """Take `tool` away from `a`."""
    return meet(a, -tool, k)


def capsule(p: np.ndarray, a: object, b: object, r1: float, r2: float | None = None) -> np.ndarray:
    """A rod from a to b, radius r1 at a and r2 at b."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    r2 = r1 if r2 is None else r2
    along = b - a
    h = np.clip(((p - a) @ along) / (along @ along), 0, 1)
    return np.linalg.norm(p - a - h[..., None] * along, axis=-1) - (r1 + (r2 - r1) * h)


def ellipsoid(p: np.ndarray, centre: object, radii: object) -> np.ndarray:
    q, r = p - np.asarray(centre, float), np.asarray(radii, float)
    k0 = np.linalg.norm(q / r, axis=-1)
    k1 = np.linalg.norm(q / (r * r), axis=-1) + 1e-9
    return k0 * (k0 - 1) / k1


def slab(p: np.ndarray, centre: object, half: object, r: float) -> np.ndarray:
    """A box with rounded edges."""
    q = np.abs(p - np.asarray(centre, float)) - (np.asarray(half, float) - r)
    return np.linalg.norm(np.maximum(q, 0), axis=-1) + np.minimum(q.max(-1), 0) - r


def ring(p: np.ndarray, centre: object, radius: float, r: float, *, axis: int = 2, squeeze: float = 1.0) -> np.ndarray:
    """A torus around `axis`; `squeeze` shortens its second radius."""
    q = p - np.asarray(centre, float)
    i, j = (k for k in range(3) if k != axis)
    across = np.sqrt(q[..., i] ** 2 + (q[..., j] / squeeze) ** 2) - radius
    return np.sqrt(across**2 + q[..., axis] ** 2) - r


def turn(p: np.ndarray, centre: object, angle: float, axis: int) -> np.ndarray:
    """Points turned about an axis through `centre` (so that a shape appears turned the other way)."""
    c = np.asarray(centre, float)
    q = p - c
    i, j = (k for k in range(3) if k != axis)
    out = q.copy()
    out[..., i] = np.cos(angle) * q[..., i] + np.sin(angle) * q[..., j]
    out[..., j] = -np.sin(angle) * q[..., i] + np.cos(angle) * q[..., j]
    return out + c


def superellipse(x: np.ndarray, y: np.ndarray, a: object, b: object, power: float) -> np.ndarray:
    """1 on the outline, less inside."""
    return (np.abs(x / a) ** power + np.abs(y / b) ** power) ** (1 / power)


def noise(p: np.ndarray, seed: int, frequency: float) -> np.ndarray:
    """Smooth noise of unit variance."""
    lattice = gaussian_filter(np.random.RandomState(seed).randn(24, 24, 24), 0.8, mode="wrap")
    lattice /= lattice.std()
    return map_coordinates(lattice, np.moveaxis((p * frequency) % 24, -1, 0), order=1, mode="grid-wrap")


def jitter(cell: np.ndarray, seed: int) -> np.ndarray:
    """A number from 0 to 1 for each whole number, always the same."""
    table = np.random.RandomState(seed).rand(256)
    return table[cell.astype(int) % 256]


BLOCK = 8
CAUTION = 1.6


def polygonise(shape: Shape, low: object, high: object, voxel: float) -> Mesh:
    """(vertices (n, 3), triangles (m, 3)) of the surface of `shape` inside the box from `low` to `high`.

    Only blocks that the surface may touch are sampled finely: those whose centre is nearer to it than their half
    diagonal, times a caution for distances that are not exact.
    """
    low, high = np.asarray(low, float), np.asarray(high, float)
    blocks = np.ceil(((high - low) / voxel + 1) / BLOCK).astype(int)
    corner = np.stack(np.meshgrid(*(np.arange(n) * BLOCK for n in blocks), indexing="ij"), -1).reshape(-1, 3)
    centre = shape(low + (corner + (BLOCK - 1) / 2) * voxel)
    near = np.abs(centre) < CAUTION * voxel * BLOCK * np.sqrt(3) / 2
    values = np.repeat(np.repeat(np.repeat(centre.reshape(blocks), BLOCK, 0), BLOCK, 1), BLOCK, 2).astype(np.float32)
    inner = np.stack(np.meshgrid(*(np.arange(BLOCK),) * 3, indexing="ij"), -1).reshape(-1, 3)
    for group in np.array_split(corner[near], max(1, int(near.sum()) // 600)):
        cell = group[:, None] + inner
        values[tuple(np.moveaxis(cell, -1, 0))] = shape(low + cell * voxel)
    count = np.ceil((high - low) / voxel).astype(int) + 1
    values = values[: count[0], : count[1], : count[2]]
    vertices, faces, _, _ = marching_cubes(values, 0.0, spacing=(voxel,) * 3)
    return vertices + low, faces[:, ::-1]

"""What all outfits are made with: a collector of meshes, the boxes they are sampled in, bare arms."""

from __future__ import annotations

import numpy as np

from .limbs import ARM, SIDES, arm, joint
from .sdf import Mesh, Shape, polygonise

TORSO_LOW, TORSO_HIGH = (-1.75, -1.15, 1.75), (1.75, 1.2, 4.75)
COAT_LOW, COAT_HIGH = (-2.2, -1.2, 1.85), (2.2, 1.2, 4.75)


class Figure:
    """Collects meshes; `coarse` makes every voxel that much larger (for previews)."""

    def __init__(self, coarse: float) -> None:
        self.coarse = coarse
        self.parts: list[tuple[str, Mesh]] = []

    def add(self, part: str, shape: Shape, low: object, high: object, voxel: float = 0.026) -> None:
        self.parts.append((part, polygonise(shape, low, high, voxel * self.coarse)))


def bare_arms(figure: Figure) -> None:
    for s in SIDES:

        def bare(p: np.ndarray, s: int = s) -> np.ndarray:
            return joint(p, arm(p, s, -0.04), ARM[s][1])

        figure.add("skin", bare, (s * 1.4 - 0.85, -0.9, 1.9), (s * 1.4 + 0.85, 0.6, 4.2))

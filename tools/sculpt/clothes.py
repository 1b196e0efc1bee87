"""The outfits: each a list of (part, mesh) in the units of the figure. Parts are what can be coloured."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import limbs, sportswear, summerwear, tailoring
from .limbs import SIDES, joint
from .sdf import Mesh, capsule, ellipsoid, join, meet
from .wardrobe import Figure

OUTFITS: dict[str, Callable[[Figure], None]] = {
    "suit": tailoring.suit,
    "blazer": tailoring.blazer,
    "zip": sportswear.zip_jacket,
    "hoodie": sportswear.hoodie,
    "tee": summerwear.tee,
    "dress": summerwear.dress,
}


def dress_figure(outfit: str, *, coarse: float = 1.0) -> list[tuple[str, Mesh]]:
    """Everything of the figure but its head: one of `OUTFITS`, neck, hands, legs and shoes."""
    figure = Figure(coarse)
    _neck(figure, outfit)
    OUTFITS[outfit](figure)
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

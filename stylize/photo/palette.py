"""Colours of a region: clusters, robust middles, distances."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Lab = npt.NDArray[np.float32]
Shares = npt.NDArray[np.float32]


def clusters(colours: Lab, count: int, *, most: int = 4000) -> tuple[Lab, Shares]:
    """`count` colour clusters of `colours` (n, 3), the largest first: centres (k, 3) and shares (k,) that sum to 1.

    The same colours give the same clusters. At most `most` colours are looked at.
    """
    sample = np.asarray(colours, np.float32)
    if len(sample) > most:
        sample = sample[np.random.default_rng(0).choice(len(sample), most, replace=False)]
    count = min(count, len(sample))
    cv2.setRNGSeed(1)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 30, 0.1)
    _, labels, centres = cv2.kmeans(sample, count, None, criteria, 3, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    share = np.bincount(labels.ravel(), minlength=count) / len(sample)
    order = np.argsort(-share)
    return np.asarray(centres[order], np.float32), np.asarray(share[order], np.float32)


def distance(a: npt.ArrayLike, b: npt.ArrayLike, *, lightness: float = 0.6) -> npt.NDArray[np.float32]:
    """How unlike two CIELAB colours look (..., 3) → (...), with lightness counted less: light falls unevenly."""
    gap = np.asarray(a, np.float32) - np.asarray(b, np.float32)
    return np.asarray(np.sqrt((lightness * gap[..., 0]) ** 2 + gap[..., 1] ** 2 + gap[..., 2] ** 2), np.float32)


def chroma(lab: npt.ArrayLike) -> float:
    colour = np.asarray(lab, np.float64)
    return float(np.hypot(colour[1], colour[2]))


def hue(lab: npt.ArrayLike) -> float:
    """Degrees; 0 red-pink, 90 yellow, -90 blue."""
    colour = np.asarray(lab, np.float64)
    return float(np.degrees(np.arctan2(colour[2], colour[1])))


def with_chroma(lab: npt.ArrayLike, low: float, high: float) -> Lab:
    """The same lightness and hue, with the chroma brought between `low` and `high`."""
    colour = np.array(lab, np.float32)
    now = max(chroma(colour), 1e-3)
    colour[1:] *= float(np.clip(now, low, high)) / now
    return colour

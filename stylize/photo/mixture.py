"""Small mixtures of Gaussians over colours (and what else is measured of a pixel), with diagonal covariances."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from stylize.models import Mask
from stylize.photo.palette import Lab

_FEWEST = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Mixture:
    """`centres` and `spreads` (k, d), `shares` (k,)."""

    centres: Lab
    spreads: Lab
    shares: Lab

    def log_likelihood(self, seen: Lab) -> Mask:
        """(..., d) → (...) float32: the logarithm of the density, that of the likeliest Gaussian."""
        best: Mask | None = None
        for centre, spread, share in zip(self.centres, self.spreads, self.shares, strict=True):
            gap = (seen - centre) / spread
            score = -0.5 * np.einsum("...c,...c->...", gap, gap) + np.float32(np.log(share) - np.log(spread).sum())
            best = score if best is None else np.maximum(best, score)
        if best is None:
            raise ValueError("a mixture has at least one Gaussian")
        return np.asarray(best, np.float32)


def fit(colours: Lab, count: int, *, floor: tuple[float, ...] = (5.0, 2.5, 2.5, 1.5)) -> Mixture | None:
    """A mixture of at most `count` Gaussians for `colours` (n, d); None for too few of them.

    `floor`: the least spread of each channel. The same colours give the same mixture.
    """
    if len(colours) < _FEWEST:
        return None
    step = max(1, len(colours) // 3000)
    sample = np.ascontiguousarray(colours[::step], np.float32)
    cv2.setRNGSeed(1)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 15, 0.5)
    _, labels, _ = cv2.kmeans(sample, count, None, criteria, 1, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    kept_centres, spreads, shares = [], [], []
    for index in range(count):
        members = sample[labels.ravel() == index]
        if len(members) >= 0.03 * len(sample):
            kept_centres.append(members.mean(axis=0))
            spreads.append(np.maximum(members.std(axis=0), floor))
            shares.append(len(members) / len(sample))
    return Mixture(
        centres=np.asarray(kept_centres, np.float32),
        spreads=np.asarray(spreads, np.float32),
        shares=np.asarray(shares, np.float32),
    )

"""The 468-point face mesh: which point is what, and the pure curves drawn through such points.

Indices are those of MediaPipe's face mesh (Kartynnik et al. 2019, "Real-time Facial Surface Geometry from Monocular
Video on Mobile GPUs"). "Right" and "left" are the person's own sides: right is on the left of a photo.
Runs of indices go around the shape in order and are closed unless the name says otherwise.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float32]

COUNT = 468

FACE_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
"""From the middle of the forehead clockwise as seen in the photo: 36 points."""

RIGHT_EYE = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
LEFT_EYE = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)
"""From the outer corner over the upper lid to the inner corner and back under it: 16 points each."""

RIGHT_UPPER_LID, RIGHT_LOWER_LID = RIGHT_EYE[:9], (33, 7, 163, 144, 145, 153, 154, 155, 133)
LEFT_UPPER_LID, LEFT_LOWER_LID = LEFT_EYE[:9], (263, 249, 390, 373, 374, 380, 381, 382, 362)
"""Open runs from the outer to the inner corner, both ends included."""

LIPS_OUTER = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
LIPS_INNER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
"""From the corner at the left of the photo over the upper lip and back along the lower one: 20 points each."""

RIGHT_BROW = (70, 63, 105, 66, 107, 55, 65, 52, 53, 46)
LEFT_BROW = (300, 293, 334, 296, 336, 285, 295, 282, 283, 276)
"""Upper edge from the temple to the nose (first five), lower edge back (last five)."""

NOSE_BRIDGE = (168, 6, 197, 195, 5, 4, 1)
NOSE_TIP = 1
NOSE_BASE = (98, 97, 2, 326, 327)
NOSE_WINGS = (48, 64, 98, 327, 294, 278)
NOSE = (168, 193, 122, 196, 236, 198, 209, 49, 48, 64, 98, 97, 2, 326, 327, 294, 278, 279, 429, 420, 456, 419, 351, 417)

FOREHEAD_TOP = 10
CHIN = 152
BETWEEN_EYES = 168
RIGHT_EDGE, LEFT_EDGE = 234, 454
"""Where the face ends in front of the ears."""
RIGHT_MOUTH_CORNER, LEFT_MOUTH_CORNER = 61, 291
UPPER_LIP_INNER, LOWER_LIP_INNER = 13, 14
RIGHT_EYE_OUTER, RIGHT_EYE_INNER, LEFT_EYE_INNER, LEFT_EYE_OUTER = 33, 133, 362, 263

CHEEKS = (50, 280, 205, 425, 117, 346, 101, 330)
"""Bare skin on every face that is not covered: cheekbones and below."""
FOREHEAD = (151, 9, 108, 337, 69, 299)
JAW = (234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454)
"""Open run along the lower edge of the face, from ear to ear."""


def smooth_closed(points: npt.ArrayLike, samples: int = 6) -> Points:
    """A dense smooth closed curve through `points`.

    `points` (n, d), n at least 3, first not repeated → (n * samples, d) float32. A periodic cubic spline (continuous in
    its second derivative), parametrised by chord length. ValueError for fewer than three points.
    """
    knots = np.asarray(points, np.float64)
    count = len(knots)
    if count < 3:
        raise ValueError("a closed curve needs three points")
    step = np.asarray(np.linalg.norm(np.roll(knots, -1, axis=0) - knots, axis=1) + 1e-6, np.float64)
    before = np.roll(step, 1)
    slope = (np.roll(knots, -1, axis=0) - knots) / step[:, None]
    around = np.arange(count)
    system = np.zeros((count, count))
    system[around, around] = 2 * (before + step)
    system[around, (around - 1) % count] += before
    system[around, (around + 1) % count] += step
    bend = np.asarray(np.linalg.solve(system, 6 * (slope - np.roll(slope, 1, axis=0))), np.float64)
    start = np.concatenate([[0.0], np.cumsum(step)])
    t = np.linspace(0.0, start[-1], count * samples, endpoint=False)
    piece = np.clip(np.searchsorted(start, t, side="right") - 1, 0, count - 1)
    after = (piece + 1) % count
    return _cubic(knots, bend, step, piece, after, t - start[piece])


def smooth_open(points: npt.ArrayLike, samples: int = 40) -> Points:
    """`samples` points evenly spaced along a natural cubic spline through `points` (n, d), n at least 2 → float32.

    Parametrised by chord length; the ends are the first and the last point.
    """
    knots = np.asarray(points, np.float64)
    count = len(knots)
    if count < 2:
        raise ValueError("an open curve needs two points")
    step = np.asarray(np.linalg.norm(np.diff(knots, axis=0), axis=1) + 1e-6, np.float64)
    slope = np.diff(knots, axis=0) / step[:, None]
    system = np.eye(count)
    right = np.zeros_like(knots)
    for i in range(1, count - 1):
        system[i, i - 1 : i + 2] = step[i - 1], 2 * (step[i - 1] + step[i]), step[i]
        right[i] = 6 * (slope[i] - slope[i - 1])
    bend = np.asarray(np.linalg.solve(system, right), np.float64)
    start = np.concatenate([[0.0], np.cumsum(step)])
    t = np.linspace(0.0, start[-1], samples)
    piece = np.clip(np.searchsorted(start, t, side="right") - 1, 0, count - 2)
    return _cubic(knots, bend, step, piece, piece + 1, t - start[piece])


def _cubic(
    knots: npt.NDArray[np.float64],
    bend: npt.NDArray[np.float64],
    step: npt.NDArray[np.float64],
    piece: npt.NDArray[np.intp],
    after: npt.NDArray[np.intp],
    t: npt.NDArray[np.float64],
) -> Points:
    """The cubic between knot `piece` and knot `after` at distance `t`, from the second derivatives `bend`."""
    h, t = step[piece, None], t[:, None]
    a, b = knots[piece], knots[after]
    m, n = bend[piece], bend[after]
    first = (b - a) / h - h * (2 * m + n) / 6
    return np.asarray(a + t * (first + t * (m / 2 + t * (n - m) / (6 * h))), np.float32)


class ThinPlate:
    """A thin-plate spline from `source` points to `target` values (Bookstein 1989), least bent of all warps.

    `source` (n, 2) and `target` (n, d); `smoothing` ≥ 0 lets it miss the points a little (0: passes through them).
    Calling it with (m, 2) float points gives (m, d) float32.
    """

    __slots__ = ("_affine", "_centre", "_scale", "_source", "_weights")

    def __init__(self, source: npt.ArrayLike, target: npt.ArrayLike, *, smoothing: float = 0.0) -> None:
        given = np.asarray(source, np.float64)
        wanted = np.asarray(target, np.float64)
        if given.ndim != 2 or given.shape[1] != 2 or len(given) < 3 or len(given) != len(wanted):
            raise ValueError("a thin-plate spline needs three or more (x, y) points and a value for each")
        self._centre = given.mean(axis=0)
        self._scale = float(np.abs(given - self._centre).max()) or 1.0
        self._source = (given - self._centre) / self._scale
        count = len(given)
        system = np.zeros((count + 3, count + 3))
        system[:count, :count] = _bending(_squared_distances(self._source, self._source))
        system[:count, :count] += smoothing / self._scale**2 * np.eye(count)
        system[:count, count] = system[count, :count] = 1
        system[:count, count + 1 :] = self._source
        system[count + 1 :, :count] = self._source.T
        right = np.concatenate([wanted, np.zeros((3, wanted.shape[1]))])
        solved = np.linalg.solve(system, right)
        self._weights, self._affine = solved[:count].astype(np.float32), solved[count:].astype(np.float32)

    def __call__(self, points: npt.ArrayLike) -> Points:
        """(m, 2) → (m, d) float32."""
        where = ((np.asarray(points, np.float64) - self._centre) / self._scale).astype(np.float32)
        bent = _bending(_squared_distances(where, self._source.astype(np.float32)))
        return np.asarray(bent @ self._weights + self._affine[0] + where @ self._affine[1:], np.float32)


def _squared_distances(a: npt.NDArray[np.floating], b: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    gap = (a * a).sum(axis=1)[:, None] + (b * b).sum(axis=1)[None] - 2 * a @ b.T
    return np.asarray(np.maximum(gap, 0))


def _bending(squared: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """r² log r, written with the squared distance."""
    return np.asarray(0.5 * squared * np.log(squared + 1e-12))

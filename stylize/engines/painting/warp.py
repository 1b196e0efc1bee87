"""One smooth warp of the whole picture before painting: larger eyes, a softer jaw, a bigger head, a caricature.

Because photo, masks and landmarks all go through it, whatever is painted afterwards fits by itself.
"""

from __future__ import annotations

import io
from functools import cache
from importlib import resources

import cv2
import numpy as np

from stylize import landmarks as lm
from stylize.engines.painting.ink import Field, Path
from stylize.engines.painting.settings import PaintingSettings

CONTROL = tuple(
    sorted(
        {
            *lm.FACE_OVAL,
            *lm.RIGHT_EYE,
            *lm.LEFT_EYE,
            *lm.RIGHT_BROW,
            *lm.LEFT_BROW,
            *lm.LIPS_OUTER,
            *lm.LIPS_INNER,
            *lm.NOSE,
            *lm.NOSE_BRIDGE,
            *lm.CHEEKS,
            *lm.FOREHEAD,
        }
    )
)
"""The landmarks that hold the warp."""

Grid = tuple[Field, Field]
"""For every pixel of the new picture where it comes from in the old one: x and y, (h, w) float32 each."""


@cache
def average_face() -> Path:
    """The average of a few faces, (468, 3) float32, frontal, symmetric, one face width wide, y down, z away negative.

    Made by `tools/average_face.py` from freely usable portraits.
    """
    data = resources.files("stylize.engines.painting").joinpath("average_face.npy").read_bytes()
    return np.asarray(np.load(io.BytesIO(data), allow_pickle=False), np.float32)


def fit_average(points: Path) -> Path:
    """The average face turned, scaled and moved onto `points` (468, 3): (468, 2), least squares (Kabsch 1976)."""
    model = average_face().astype(np.float64)
    chosen = list(CONTROL)
    ours, theirs = model[chosen], points[chosen].astype(np.float64)
    ours0, theirs0 = ours - ours.mean(axis=0), theirs - theirs.mean(axis=0)
    u, s, vt = np.linalg.svd(ours0.T @ theirs0)
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    turn = u @ flip @ vt
    scale = (s * np.diag(flip)).sum() / (ours0**2).sum()
    fitted = (model - ours.mean(axis=0)) @ turn * scale + theirs.mean(axis=0)
    return np.asarray(fitted[:, :2], np.float32)


def new_landmarks(points: Path, settings: PaintingSettings, up: Path, right: Path) -> Path:
    """Where the landmarks (468, 3) go: (468, 2)."""
    flat = points[:, :2]
    target = flat.copy()
    face_height = float(np.linalg.norm(flat[lm.FOREHEAD_TOP] - flat[lm.CHIN]))
    if settings.exaggeration > 0:
        away = flat - fit_average(points)
        mouth = [*lm.LIPS_OUTER, *lm.LIPS_INNER]
        # A mouth is opened by its owner, not by the painter: its height moves as one.
        rise = away[mouth] @ up
        away[mouth] -= np.outer(0.85 * (rise - rise.mean()), up)
        reach = np.linalg.norm(away, axis=1, keepdims=True) / face_height
        target += 1.5 * settings.exaggeration * away / (1 + 6 * reach)
    for eye, brow in ((lm.RIGHT_EYE, lm.RIGHT_BROW), (lm.LEFT_EYE, lm.LEFT_BROW)):
        chosen = list(eye)
        centre = target[chosen].mean(axis=0)
        offset = target[chosen] - centre
        tall = float(np.ptp(offset @ up))
        wide = np.outer(offset @ right, right)
        high = np.outer(offset @ up, up)
        target[chosen] = centre + wide * settings.eye_scale + high * (1 + (settings.eye_scale - 1) * 1.6)
        target[list(brow)] += up * tall * (settings.eye_scale - 1) * 0.55
    jaw = list(lm.JAW)
    middle = target[lm.BETWEEN_EYES]
    across = (target[jaw] - middle) @ right
    below = np.clip(-((target[jaw] - middle) @ up) / face_height, 0, 1)
    target[jaw] -= np.outer(across * 0.05 * np.clip(below * 2, 0, 1), right)
    return np.asarray(target, np.float32)


def feature_warp(source: Path, target: Path, size: tuple[int, int], face_width: float) -> Grid:
    """The smooth backward map that carries `source` landmarks to `target` ones and fades out beyond the head."""
    height, width = size
    chosen = list(CONTROL)
    middle = target[chosen].mean(axis=0)
    ring = middle + (target[list(lm.FACE_OVAL)[::3]] - middle) * 2.1
    knots = np.concatenate([target[chosen], ring])
    move = np.concatenate([(source - target)[chosen], np.zeros_like(ring)])
    plate = lm.ThinPlate(knots, move, smoothing=0.5)
    step = max(6.0, face_width / 24)
    rows, columns = max(4, int(height / step)), max(4, int(width / step))
    ys, xs = (np.arange(rows) + 0.5) * height / rows - 0.5, (np.arange(columns) + 0.5) * width / columns - 0.5
    where = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2).astype(np.float32)
    reach = np.linalg.norm((where - middle) / [1.0, 1.2], axis=1) / face_width
    fade = np.clip((1.45 - reach) / 0.6, 0, 1)
    moved = plate(where) * (fade * fade * (3 - 2 * fade))[:, None]
    dense = cv2.resize(
        moved.reshape(rows, columns, 2).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    grid_x, grid_y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return grid_x + dense[..., 0], grid_y + dense[..., 1]


def head_growth(where: Path, chin: Path, up: Path, face_height: float, scale: float) -> Field:
    """How much larger the picture is at `where` (..., 2): `scale` on the head, 1 from the shoulders down."""
    low = (where - chin) @ up / face_height
    t = np.clip((low + 0.42) / 0.5, 0, 1)
    return np.asarray(1 + (scale - 1) * t * t * (3 - 2 * t), np.float32)


def grow_head(grid: Grid, points: Path, up: Path, face_height: float, scale: float) -> tuple[Grid, Path]:
    """The map and the landmarks (n, 2) with the head enlarged about the chin."""
    if scale <= 1.0:
        return grid, points
    chin = points[lm.CHIN].copy()
    height, width = grid[0].shape
    where = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float32)
    growth = head_growth(where, chin, up, face_height * scale, scale)
    back = (chin + (where - chin) / growth[..., None]).astype(np.float32)
    grown = tuple(
        cv2.remap(axis, back[..., 0], back[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) for axis in grid
    )
    moved = points.copy()
    for _ in range(8):
        moved = chin + (points - chin) * head_growth(moved, chin, up, face_height * scale, scale)[:, None]
    return (np.asarray(grown[0]), np.asarray(grown[1])), moved.astype(np.float32)

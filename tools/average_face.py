"""Make `stylize/engines/painting/average_face.npy`: the face that a caricature drives people away from.

    python tools/average_face.py

The mean of the 468 mesh points of the freely usable portraits in tests/data/portraits, each turned to the front and
scaled to a face one wide, then made symmetric. Several portraits of one person share one vote.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from stylize import landmarks as lm
from stylize import photo

ROOT = Path(__file__).parents[1]
VOTES = {"astronaut": 1.0, "biden": 1.0, "obama": 0.5, "obama2": 0.5}


def frontal(points: np.ndarray) -> np.ndarray:
    """(468, 3) about its own middle, x from edge to edge (1 long), y down, z away from the viewer negative."""
    points = points - points.mean(axis=0)
    x = points[lm.LEFT_EDGE] - points[lm.RIGHT_EDGE]
    width = np.linalg.norm(x)
    x = x / width
    y = points[lm.CHIN] - points[lm.FOREHEAD_TOP]
    y = y - x * (x @ y)
    y = y / np.linalg.norm(y)
    return points @ np.stack([x, y, np.cross(x, y)], axis=1) / width


def main() -> None:
    total = np.zeros((lm.COUNT, 3))
    for name, vote in VOTES.items():
        picture = photo.read((ROOT / "tests" / "data" / "portraits" / f"{name}.jpg").read_bytes())
        subject = photo.isolate(picture, photo.inspect(picture))
        total += vote * frontal(subject.person.landmarks.astype(np.float64))
    mean = total / sum(VOTES.values())
    mirrored = mean * [-1, 1, 1]
    _, partner = linear_sum_assignment(((mean[:, None] - mirrored[None]) ** 2).sum(axis=-1))
    even = (mean + mirrored[partner]) / 2
    even -= even.mean(axis=0)
    np.save(ROOT / "stylize" / "engines" / "painting" / "average_face.npy", even.astype(np.float16))


if __name__ == "__main__":
    main()

"""The mesh's tables and the curves drawn through its points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stylize import landmarks as lm

RUNS = (
    lm.FACE_OVAL, lm.RIGHT_EYE, lm.LEFT_EYE, lm.LIPS_OUTER, lm.LIPS_INNER, lm.RIGHT_BROW, lm.LEFT_BROW, lm.NOSE, lm.JAW,
    lm.RIGHT_UPPER_LID, lm.RIGHT_LOWER_LID, lm.LEFT_UPPER_LID, lm.LEFT_LOWER_LID,
)  # fmt: skip


@pytest.mark.parametrize("run", RUNS)
def test_runs_name_each_point_once(run: tuple[int, ...]) -> None:
    assert len(set(run)) == len(run)
    assert all(0 <= index < lm.COUNT for index in run)


def circle(count: int, radius: float = 50.0) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius


def test_closed_curve_rounds_a_polygon() -> None:
    curve = lm.smooth_closed(circle(12), samples=10)
    assert curve.shape == (120, 2)
    assert curve.dtype == np.float32
    assert np.abs(np.linalg.norm(curve, axis=1) - 50).max() < 0.1


def test_closed_curve_passes_through_its_points_and_has_no_corner() -> None:
    points = circle(9) + np.random.default_rng(1).normal(size=(9, 2)) * 9
    curve = lm.smooth_closed(points, samples=200)
    gap = np.linalg.norm(curve[None] - points[:, None], axis=-1).min(axis=1)
    assert gap.max() < 0.6
    step = np.diff(np.concatenate([curve, curve[:1]]), axis=0)
    turn = np.diff(np.unwrap(np.arctan2(step[:, 1], step[:, 0])))
    assert np.abs(turn).max() < 0.25


def test_open_curve_keeps_its_ends() -> None:
    points = np.array([[0, 0], [10, 8], [25, 9], [40, 0]])
    curve = lm.smooth_open(points, samples=50)
    assert curve.shape == (50, 2)
    assert np.allclose(curve[[0, -1]], points[[0, -1]], atol=1e-4)
    straight = lm.smooth_open(np.array([[0, 0], [1, 2], [2, 4]]), samples=9)
    assert np.allclose(straight[:, 1], 2 * straight[:, 0], atol=1e-4)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 60))
def test_thin_plate_passes_through_and_keeps_straight_maps(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    source = random.uniform(0, 500, size=(count, 2))
    target = random.uniform(0, 500, size=(count, 2))
    assert np.abs(lm.ThinPlate(source, target)(source) - target).max() < 3.0
    turned = source @ np.array([[0.8, -0.6], [0.6, 0.8]]) + [5, 9]
    anywhere = random.uniform(0, 500, size=(30, 2))
    expected = anywhere @ np.array([[0.8, -0.6], [0.6, 0.8]]) + [5, 9]
    assert np.abs(lm.ThinPlate(source, turned)(anywhere) - expected).max() < 0.5


def test_too_few_points() -> None:
    for broken in (
        lambda: lm.smooth_closed([[0, 0], [1, 1]]),
        lambda: lm.smooth_open([[0, 0]]),
        lambda: lm.ThinPlate([[0, 0]], [[0]]),
    ):
        with pytest.raises(ValueError, match="needs"):
            broken()

"""What holds for every filter: a flat picture stays flat, nothing leaves the range it came in, shapes are kept."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stylize.engines.painting import flow, ink

SIZES = some.tuples(some.integers(24, 70), some.integers(24, 70))


def _smear(picture: np.ndarray) -> np.ndarray:
    grey = picture if picture.ndim == 2 else np.ascontiguousarray(picture.mean(axis=-1))
    return flow.smear(picture, flow.structure_flow(grey, 2.0), 4.0)


FILTERS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "blur": lambda p: ink.blur(p, 2.0),
    "wide blur": lambda p: ink.blur(p, 9.0),
    "blur within": lambda p: ink.blur_within(p, np.ones(p.shape[:2], np.float32), 3.0),
    "flatten": lambda p: flow.flatten(p, 4),
    "smear": _smear,
}


def _picture(size: tuple[int, int], channels: int, seed: int) -> np.ndarray:
    shape = size if channels == 1 else (*size, channels)
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


@pytest.mark.parametrize("name", FILTERS)
@given(size=SIZES, channels=some.sampled_from([1, 3]), value=some.floats(0, 1, width=32))
@settings(max_examples=12, deadline=None)
def test_a_flat_picture_stays_flat(name: str, size: tuple[int, int], channels: int, value: float) -> None:
    flat = np.full_like(_picture(size, channels, 0), value)
    out = FILTERS[name](flat)
    assert out.shape == flat.shape
    np.testing.assert_allclose(out, flat, atol=2e-3)


@pytest.mark.parametrize("name", FILTERS)
@given(size=SIZES, channels=some.sampled_from([1, 3]), seed=some.integers(0, 1000))
@settings(max_examples=12, deadline=None)
def test_nothing_leaves_the_range(name: str, size: tuple[int, int], channels: int, seed: int) -> None:
    picture = _picture(size, channels, seed)
    before = picture.copy()
    out = FILTERS[name](picture)
    assert out.shape == picture.shape
    assert out.dtype == np.float32
    assert np.isfinite(out).all()
    slack = 0.06 if name == "wide blur" else 1e-3  # enlarged again with a cubic
    assert out.min() >= picture.min() - slack
    assert out.max() <= picture.max() + slack
    np.testing.assert_array_equal(picture, before, "the input was written to")


@given(size=SIZES, seed=some.integers(0, 1000))
@settings(max_examples=12, deadline=None)
def test_an_abstraction_is_a_calmer_picture(size: tuple[int, int], seed: int) -> None:
    picture = _picture(size, 3, seed)
    out = flow.abstract(picture, 1.2)
    assert out.shape == picture.shape
    assert out.min() >= 0
    assert out.max() <= 1
    assert out.std() < picture.std()


def test_flow_runs_along_stripes() -> None:
    x = np.arange(96, dtype=np.float32)
    stripes = np.ascontiguousarray(np.broadcast_to(0.5 + 0.5 * np.sin(x / 4), (96, 96)))
    upright = flow.structure_flow(stripes, 3.0)
    assert np.abs(upright.along_y[20:-20, 20:-20]).min() > 0.99
    lying = flow.structure_flow(np.ascontiguousarray(stripes.T), 3.0)
    assert np.abs(lying.along_x[20:-20, 20:-20]).min() > 0.99


def test_smearing_along_stripes_keeps_them_and_removes_noise() -> None:
    x = np.arange(96, dtype=np.float32)
    stripes = np.ascontiguousarray(np.broadcast_to(0.5 + 0.4 * np.sin(x / 4), (96, 96)))
    noisy = stripes + np.random.default_rng(1).normal(0, 0.05, stripes.shape).astype(np.float32)
    out = flow.smear(noisy, flow.structure_flow(stripes, 3.0), 6.0)[12:-12, 12:-12]
    assert np.abs(out - stripes[12:-12, 12:-12]).mean() < 0.5 * np.abs(noisy - stripes).mean()


def test_flattening_keeps_an_edge_where_a_blur_loses_it() -> None:
    edge = np.zeros((64, 64), np.float32)
    edge[:, 32:] = 1
    noisy = edge + np.random.default_rng(2).normal(0, 0.08, edge.shape).astype(np.float32)
    flat, soft = flow.flatten(noisy, 5), ink.blur(noisy, 2.5)
    assert np.abs(flat - edge).mean() < 0.5 * np.abs(soft - edge).mean()


def test_lines_are_found_where_a_dark_line_is() -> None:
    page = np.full((120, 120), 0.8, np.float32)
    page[58:62] = 0.3
    found = flow.long_lines(page, 1.0, width=1.8, reach=8, spread=4)
    assert found[60, 20:-20].min() > 0.5
    assert found[20:40].max() < 0.05


@given(x=some.floats(-5, 5), low=some.floats(-2, 0.9), width=some.floats(0.1, 3))
def test_smoothstep_stays_between_nought_and_one(x: float, low: float, width: float) -> None:
    value = float(ink.smoothstep(low, low + width, x))
    assert 0 <= value <= 1
    assert float(ink.smoothstep(low, low + width, low - 0.01)) == 0
    assert float(ink.smoothstep(low, low + width, low + width + 0.01)) == 1


def test_a_shape_covers_its_own_area() -> None:
    angle = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    circle = np.stack([40 + 20 * np.cos(angle), 50 + 20 * np.sin(angle)], axis=-1).astype(np.float32)
    mask = ink.shape_mask(circle, (100, 90))
    assert abs(mask.sum() - np.pi * 400) < 20
    assert mask.max() == 1
    assert ink.shape_mask(circle + 500, (100, 90)).max() == 0


def test_islands_are_dropped_and_holes_are_filled() -> None:
    mask = np.zeros((120, 120), np.float32)
    mask[20:100, 20:100] = 1
    mask[50:56, 50:56] = 0
    mask[4:10, 4:10] = 1
    out = ink.islands(mask, 100)
    assert out[53, 53] == 1
    assert out[7, 7] == 0
    assert out[80, 80] == 1


@given(size=SIZES, seed=some.integers(0, 99), cells=some.floats(2, 30))
@settings(max_examples=20, deadline=None)
def test_noise_is_about_nought(size: tuple[int, int], seed: int, cells: float) -> None:
    field = ink.noise(size, np.random.default_rng(seed), cells)
    assert field.shape == size
    assert np.isfinite(field).all()
    assert np.abs(field).max() < 8

"""Colours in three coats agree with each other and with scikit-image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import rgb2lab

from stylize.colour import from_hex, from_lab, hex_to_lab, lab_to_hex, to_hex, to_lab, to_linear, to_srgb
from stylize.errors import UnknownChoice

hexes = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")


@given(hexes)
def test_hex_survives_every_coat(colour: str) -> None:
    assert to_hex(from_hex(colour)) == colour
    assert to_hex(to_srgb(to_linear(from_hex(colour)))) == colour


@given(hexes)
def test_lab_and_back_is_off_by_one_level_at_most(colour: str) -> None:
    back = from_hex(lab_to_hex(hex_to_lab(colour)))
    assert np.abs(back - from_hex(colour)).max() <= 1.01 / 255


@pytest.mark.parametrize("wrong", ["red", "#fff", "ff8800", "#ff88zz", "", "#ff88001", "#ff8800\n"])
def test_what_is_no_colour_is_refused_with_an_example(wrong: str) -> None:
    with pytest.raises(UnknownChoice, match="#rrggbb"):
        from_hex(wrong)


def test_lab_agrees_with_scikit_image() -> None:
    pixels = np.random.default_rng(3).random((50, 40, 3)).astype(np.float32)
    assert np.abs(to_lab(pixels) - rgb2lab(pixels)).max() < 0.5


def test_shapes_are_kept() -> None:
    for shape in ((3,), (7, 3), (4, 5, 3)):
        pixels = np.full(shape, 0.5, np.float32)
        assert to_lab(pixels).shape == from_lab(pixels).shape == to_linear(pixels).shape == shape


def test_mid_grey_is_where_the_standard_says() -> None:
    assert float(to_linear(0.5)) == pytest.approx(0.21404, abs=1e-4)
    assert float(to_srgb(0.21404)) == pytest.approx(0.5, abs=1e-4)
    assert hex_to_lab("#777777")[0] == pytest.approx(50.03, abs=0.2)


def test_out_of_gamut_is_clipped() -> None:
    assert lab_to_hex([50, 200, 0]).startswith("#ff")
    assert to_hex([2.0, -1.0, 0.5]) == "#ff0080"

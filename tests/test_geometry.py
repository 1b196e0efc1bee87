"""Sizes and boxes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylize.geometry import Box, Size

sides = st.integers(1, 5000)
numbers = st.floats(-1e4, 1e4)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    (left, right), (top, bottom) = sorted((draw(numbers), draw(numbers))), sorted((draw(numbers), draw(numbers)))
    return Box(left=left, top=top, right=right, bottom=bottom)


def test_a_size_without_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one pixel"):
        Size(width=0, height=5)


@given(sides, sides, st.integers(1, 128))
def test_round_to_gives_whole_multiples_that_are_near(width: int, height: int, multiple: int) -> None:
    rounded = Size(width=width, height=height).round_to(multiple)
    assert rounded.width % multiple == rounded.height % multiple == 0
    assert abs(rounded.width - width) <= max(multiple / 2, multiple - width)


@given(sides, sides, sides, sides)
def test_fit_within_never_enlarges_nor_leaves(width: int, height: int, other_width: int, other_height: int) -> None:
    fitted = Size(width=width, height=height).fit_within(Size(width=other_width, height=other_height))
    assert fitted.width <= min(width, other_width)
    assert fitted.height <= min(height, other_height)


def test_fit_within_keeps_the_aspect() -> None:
    assert Size(width=4000, height=3000).fit_within(Size(width=800, height=800)) == Size(width=800, height=600)


def test_a_box_inside_out_is_refused() -> None:
    with pytest.raises(ValueError, match="right side"):
        Box(left=2, top=0, right=1, bottom=1)


@given(boxes(), sides, sides)
def test_clamp_stays_inside_the_picture(box: Box, width: int, height: int) -> None:
    clamped = box.clamp(Size(width=width, height=height))
    assert 0 <= clamped.left <= clamped.right <= width
    assert 0 <= clamped.top <= clamped.bottom <= height


@given(boxes(), boxes())
def test_overlap_is_symmetric_and_bounded(one: Box, other: Box) -> None:
    assert one.overlap(other) == pytest.approx(other.overlap(one))
    assert 0 <= one.overlap(other) <= 1 + 1e-9


def test_overlap_of_halves() -> None:
    one = Box(left=0, top=0, right=2, bottom=2)
    assert one.overlap(one) == 1
    assert one.overlap(one.move(1, 0)) == pytest.approx(1 / 3)
    assert one.overlap(one.move(2, 0)) == 0


@given(boxes(), st.floats(-3e4, 3e4), st.floats(-3e4, 3e4))
def test_pad_shrinks_at_most_to_a_point(box: Box, x: float, y: float) -> None:
    padded = box.pad(x, y)
    assert padded.width >= 0
    assert padded.height >= 0
    assert padded.centre == pytest.approx(box.centre, abs=1e-6)


def test_scale_and_move_and_ints() -> None:
    box = Box(left=1, top=2, right=3, bottom=6).scale(2).move(-1, 1)
    assert box.as_ints() == (1, 5, 5, 13)
    assert box.area == 32

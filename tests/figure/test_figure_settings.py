"""The table `[engines.figure]`: what it accepts and what it refuses."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as some

from stylize.engines.figure.settings import RANGES, FigureSettings, read_settings
from stylize.errors import DeclarationError


def test_an_empty_table_is_the_action_figure() -> None:
    assert read_settings(()) == FigureSettings()


def test_every_default_lies_in_its_range() -> None:
    for field in fields(FigureSettings):
        if field.name in RANGES:
            low, high = RANGES[field.name]
            assert low <= field.default <= high
        else:
            assert isinstance(field.default, bool)


@given(some.sampled_from(sorted(RANGES)), some.floats(0, 1))
def test_numbers_in_range_are_taken(name: str, share: float) -> None:
    low, high = RANGES[name]
    value = min(high, max(low, low + share * (high - low)))
    assert getattr(read_settings(((name, value),)), name) == value


@given(some.sampled_from(sorted(RANGES)), some.floats(0.001, 100))
def test_numbers_out_of_range_are_refused(name: str, beyond: float) -> None:
    low, high = RANGES[name]
    for value in (low - beyond, high + beyond, float("nan"), float("inf")):
        with pytest.raises(DeclarationError, match=name):
            read_settings(((name, value),))


@pytest.mark.parametrize("value", ["0.5", True])
def test_a_number_must_be_a_number(value: str | bool) -> None:
    with pytest.raises(DeclarationError, match="gloss"):
        read_settings((("gloss", value),))


@pytest.mark.parametrize("value", [1, 0.0, "true"])
def test_a_switch_must_be_true_or_false(value: float | str) -> None:
    with pytest.raises(DeclarationError, match="lashes"):
        read_settings((("lashes", value),))


def test_an_unknown_name_is_refused_without_repeating_it() -> None:
    with pytest.raises(DeclarationError, match="likeness") as caught:
        read_settings((("secret-word", 1.0),))
    assert "secret-word" not in str(caught.value)

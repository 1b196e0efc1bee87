"""The table `[engines.painting]`: what it may say, and what is refused."""

from __future__ import annotations

import dataclasses

import pytest

from stylize.engines.painting.settings import MOODS, RANGES, PaintingSettings, read_settings
from stylize.errors import DeclarationError


def test_nothing_said_gives_the_defaults_and_they_are_in_range() -> None:
    settings = read_settings(())
    assert settings == PaintingSettings()
    for name, (low, high) in RANGES.items():
        assert low <= getattr(settings, name) <= high


def test_every_number_has_a_range_and_takes_both_its_ends() -> None:
    numbers = {f.name for f in dataclasses.fields(PaintingSettings)} - {"mood"}
    assert set(RANGES) == numbers
    for name, ends in RANGES.items():
        for end in ends:
            assert getattr(read_settings([(name, end)]), name) == end


@pytest.mark.parametrize("mood", ["auto", *MOODS])
def test_moods(mood: str) -> None:
    assert read_settings([("mood", mood)]).mood == mood


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gloss", 0.5),
        ("mood", "gloomy"),
        ("mood", 3),
        ("eye_scale", 0.9),
        ("eye_scale", 9),
        ("eye_scale", "large"),
        ("eye_scale", True),
        ("looseness", -0.1),
        ("looseness", float("nan")),
    ],
)
def test_what_is_not_known_or_out_of_range_is_refused(name: str, value: str | float) -> None:
    with pytest.raises(DeclarationError, match="painting"):
        read_settings([(name, value)])

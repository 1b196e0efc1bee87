"""Small pictures kept in tests/golden: what the engine made when somebody last looked and was content."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stylize.models import Beard, Hair, Outfit, Picture, Subject

GOLDEN = Path(__file__).parents[1] / "golden"
RENEW = os.environ.get("RENEW_GOLDEN") == "1"
CASES = {
    "figure-astronaut": ("astronaut", {}, {}),
    "figure-obama-doll": (
        "obama",
        {"hair": Hair.CURLY, "outfit": Outfit.HOODIE, "beard": Beard.FULL, "glasses": True},
        {"skin_smoothness": 0.8, "eye_scale": 1.16, "lashes": True, "blush": 0.6},
    ),
    "figure-biden-clay": (
        "biden",
        {"hair": Hair.THIN, "outfit": Outfit.SUIT},
        {"gloss": 0.15, "roughness_noise": 0.75, "head_scale": 1.2, "likeness": 1.5},
    ),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_looks_as_it_did(name: str, make: Callable[..., Picture], subject_of: Callable[[str], Subject]) -> None:
    """Within what decoders and rounding of other machines may change."""
    portrait, look, settings = CASES[name]
    pixels = make(subject_of(portrait), look=look, seed=5, **settings).pixels
    path = GOLDEN / f"{name}.png"
    if RENEW:
        Image.fromarray(pixels).save(path, optimize=True)
        pytest.skip(f"{path.name} written anew: look at it")
    with Image.open(path) as stored:
        kept = np.asarray(stored.convert("RGB"))
    assert pixels.shape == kept.shape
    difference = np.abs(pixels.astype(int) - kept).max(axis=-1)
    assert difference.mean() < 2.0
    assert np.percentile(difference, 99) < 24

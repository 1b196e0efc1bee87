"""Small pictures kept in tests/golden: what the engine painted when somebody last looked and was content."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from stylize.models import Beard, Picture, Subject

GOLDEN = Path(__file__).parents[1] / "golden"
RENEW = os.environ.get("RENEW_GOLDEN") == "1"
CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "painting-astronaut": ("astronaut", {}, {"mood": "day"}),
    "painting-obama-caricature": ("obama", {}, {"mood": "studio", "exaggeration": 0.65, "head_scale": 1.2}),
    "painting-biden-beard": ("biden", {"beard": Beard.FULL, "glasses": True}, {"mood": "night"}),
    "painting-half-a-face": ("obama_partial_face2", {}, {"mood": "dusk"}),
}


@pytest.mark.parametrize("name", CASES)
def test_it_still_looks_as_when_it_was_liked(
    name: str, paint: Callable[..., Picture], subject_of: Callable[[str], Subject]
) -> None:
    person, look, settings = CASES[name]
    made = paint(subject_of(person), look, seed=5, **settings).pixels
    path = GOLDEN / f"{name}.png"
    if RENEW:
        Image.fromarray(made).save(path)
        pytest.skip("renewed")
    liked = np.asarray(Image.open(path).convert("RGB"), np.int16)
    away = np.abs(made.astype(np.int16) - liked)
    assert away.mean() < 3.0, "the painting as a whole looks different"
    blocks = away[:320, :256].reshape(20, 16, 16, 16, 3).mean(axis=(1, 3, 4))
    assert blocks.max() < 26, "a part of the painting looks different"

"""File after file that means harm: each ends as a photo or as an ordinary refusal, and the next good one is read.

`HOSTILE_FILES=1000 python -m pytest tests/photo/darkroom/test_hostile_files.py -s` runs a thousand and tells how they
ended.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from stylize import errors, photo
from stylize.photo.darkroom import Darkroom
from tests.photo.darkroom.hostile import Attack, attacks
from tests.photo.darkroom.hostile_grids import grid
from tests.photo.darkroom.pouring import developed

CAMERA = Path(__file__).parents[2] / "data" / "camera"
COUNT = int(os.environ.get("HOSTILE_FILES", "150"))
SECONDS = 8
SLOWEST_SECONDS = 1.5 * SECONDS + 20
"""The clock's limit, and what two busy cores may add around it."""


def ending(room: Darkroom, attack: Attack) -> str:
    """How the attack ended: "photo", or the slug of its refusal. Anything else fails the test."""
    try:
        out = developed(room, attack.body, attack.boundary)
    except errors.PhotoError as refusal:
        return refusal.slug
    assert out.photo.pixels.ndim == 3
    return "photo"


@pytest.mark.slow
@pytest.mark.timeout(120 + COUNT * 3)
def test_each_ends_in_an_answer_and_the_next_photo_is_read() -> None:
    good = (CAMERA / "phone.jpg").read_bytes()
    expected = photo.read(good)
    ends: Counter[str] = Counter()
    slowest = (0.0, "")
    with Darkroom(seconds=SECONDS) as room:
        room.wait()
        for number, attack in enumerate(attacks(COUNT, seed=2026), start=1):
            started = time.monotonic()
            ends[ending(room, attack)] += 1
            slowest = max(slowest, (time.monotonic() - started, attack.kind))
            assert slowest[0] < SLOWEST_SECONDS, attack.kind
            if number % 50 == 0 or number == COUNT:
                again = room.read(good)
                assert np.array_equal(again.pixels, expected.pixels)
                assert again.found == expected.found
    print(f"\n{COUNT} files: {dict(ends.most_common())}; slowest {slowest[0]:.1f} s ({slowest[1]})")
    assert ends.total() == COUNT
    assert ends["photo"] > COUNT / 10
    assert ends["photo-truncated"] > COUNT / 10
    assert len(ends) >= 6


def test_they_are_the_same_every_time() -> None:
    first, again, other = (list(attacks(45, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert len({attack.kind for attack in first}) >= 35


def test_a_sound_grid_is_a_photo() -> None:
    """The control: what the grids of tiles are made with makes photos, too."""
    with Darkroom() as room:
        assert room.read(grid(2, 2, (512, 512), [1, 2, 3, 4], 4)).pixels.shape == (512, 512, 3)

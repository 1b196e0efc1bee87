"""What the user says of their looks shows in the picture, and every look can be made."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from stylize.colour import hex_to_lab, to_lab
from stylize.engines.figure.pack import load_figure
from stylize.engines.figure.settings import FigureSettings
from stylize.engines.figure.staging import picture_frame
from stylize.geometry import Size
from stylize.models import Beard, Hair, Look, Outfit, Subject

SIZE = Size(width=256, height=320)


def _where(look: Look, part: str) -> np.ndarray:
    passes = load_figure(
        look.outfit, look.hair, look.beard, look.glasses, size=SIZE, frame=picture_frame(look, FigureSettings())
    )
    return passes.masks[part] > 0.9


def _mean(pixels: np.ndarray, where: np.ndarray) -> np.ndarray:
    return np.median(to_lab(pixels[where].astype(np.float32) / 255), axis=0)


@pytest.mark.parametrize(
    ("field", "part"),
    [
        ("hair_colour", "hair"),
        ("outer_colour", "outer"),
        ("inner_colour", "inner"),
        ("accent_colour", "accent"),
        ("pants_colour", "pants"),
        ("shoe_colour", "shoe"),
        ("skin_colour", "skin"),
    ],
)
@pytest.mark.parametrize("colour", ["#8c2f5a", "#2f6e8c"])
def test_a_colour_shows_where_it_belongs(
    make: Callable[..., object], subject_of: Callable[[str], Subject], field: str, part: str, colour: str
) -> None:
    subject = subject_of("obama")
    where = _where(subject.person.look, part)
    assert where.sum() > 15
    before = _mean(make(subject).pixels, where)
    after = _mean(make(subject, look={field: colour}).pixels, where)
    wanted = hex_to_lab(colour)
    if field == "skin_colour":
        wanted = wanted * [1, 0, 0] + [0, 15, 20]
    assert np.linalg.norm(after - wanted) < np.linalg.norm(before - wanted)
    assert np.linalg.norm(after - before) > 6


@pytest.mark.parametrize("skin", ["#3b2219", "#5a3825", "#a5694a", "#d9a47e", "#f3d9c6"])
def test_the_skin_keeps_its_tone(make: Callable[..., object], subject_of: Callable[[str], Subject], skin: str) -> None:
    """From very dark to very pale, the lit face is the asked colour, neither greyed nor bleached."""
    subject = subject_of("obama")
    found = _mean(make(subject, look={"skin_colour": skin}).pixels, _where(subject.person.look, "skin"))
    wanted = hex_to_lab(skin)
    assert abs(found[0] - wanted[0]) < 10
    assert np.hypot(*(found - wanted)[1:]) < 11


def test_glasses_and_beards_are_put_on(make: Callable[..., object], subject_of: Callable[[str], Subject]) -> None:
    subject = subject_of("obama")
    plain = make(subject).pixels.astype(int)
    for look in ({"glasses": True}, *({"beard": beard} for beard in Beard if beard is not Beard.NONE)):
        changed = np.abs(make(subject, look=look).pixels.astype(int) - plain).max(-1) > 12
        assert changed.sum() > 40, look


def test_every_hair_with_every_outfit(make: Callable[..., object], subject_of: Callable[[str], Subject]) -> None:
    """All hairs with all outfits; beards and glasses take turns."""
    subject = subject_of("astronaut")
    beards, glasses = itertools.cycle(Beard), itertools.cycle((False, True, True))
    for hair, outfit in itertools.product(Hair, Outfit):
        look = {"hair": hair, "outfit": outfit, "beard": next(beards), "glasses": next(glasses)}
        picture = make(subject, look=look)
        assert picture.cutout is not None
        assert 0.05 < picture.cutout.alpha.mean() < 0.5, look
        assert np.isfinite(picture.cutout.light).all()


def test_a_face_that_cannot_be_trusted_is_not_printed(
    make: Callable[..., object], subject_of: Callable[[str], Subject]
) -> None:
    """The photo's pixels do not reach the toy when the landmarks may be wrong."""
    subject = subject_of("obama")
    noise = np.random.default_rng(3).integers(0, 255, subject.pixels.shape, np.uint8)
    for doubt in ({"confidence": 0.3}, {"yaw": 55.0}, {"yaw": -48.0}):
        person = dataclasses.replace(subject.person, **doubt)
        seen = make(dataclasses.replace(subject, person=person)).pixels
        unseen = make(dataclasses.replace(subject, person=person, pixels=noise)).pixels
        np.testing.assert_array_equal(seen, unseen)
    assert (make(subject).pixels != make(dataclasses.replace(subject, pixels=noise)).pixels).any()


@pytest.mark.parametrize("colour", ["#18b34a", "#ffe600", "#2f6fe0", "#e83a9c"])
def test_hair_may_be_dyed(make: Callable[..., Any], subject_of: Callable[[str], Subject], colour: str) -> None:
    picture = make(subject_of("obama"), look={"hair": Hair.AFRO, "hair_colour": colour})
    seen = _mean(picture.pixels, _where(dataclasses.replace(subject_of("obama").person.look, hair=Hair.AFRO), "hair"))
    wanted = hex_to_lab(colour)
    turn = np.degrees(np.arctan2(seen[2], seen[1]) - np.arctan2(wanted[2], wanted[1]))
    assert abs((turn + 180) % 360 - 180) < 16


def test_a_simple_face_wears_stubble_too(make: Callable[..., Any], subject_of: Callable[[str], Subject]) -> None:
    subject = subject_of("obama")
    hidden = dataclasses.replace(subject, person=dataclasses.replace(subject.person, confidence=0.3))

    def seen(beard: Beard) -> np.ndarray:
        return make(hidden, look={"beard": beard}).pixels.astype(int)

    changed = np.abs(seen(Beard.STUBBLE) - seen(Beard.NONE)).max(-1) > 6
    rows = np.nonzero(changed.any(1))[0]
    assert changed.sum() > 200
    assert rows.max() - rows.min() < 0.2 * len(changed), "the lower face, and nothing else"


def test_settings_do_something(make: Callable[..., object], subject_of: Callable[[str], Subject]) -> None:
    subject = subject_of("biden")
    plain = make(subject).pixels.astype(int)
    for name, value in {
        "likeness": 0.0,
        "head_scale": 1.3,
        "eye_scale": 1.4,
        "skin_smoothness": 1.0,
        "gloss": 0.0,
        "roughness_noise": 1.0,
        "saturation": 0.6,
        "blush": 1.0,
        "lashes": True,
        "outline": 1.0,
        "simple_eyes": True,
        "warmth": 1.0,
    }.items():
        other = make(subject, **{name: value}).pixels.astype(int)
        assert (np.abs(other - plain).max(-1) > 2).sum() > 15, name


@pytest.mark.parametrize("size", [(256, 512), (512, 256), (320, 320)])
def test_the_figure_fills_the_picture(
    make: Callable[..., object], subject_of: Callable[[str], Subject], size: tuple[int, int]
) -> None:
    """Head and pedestal are inside, and the figure is as large as the picture allows."""
    subject = subject_of("obama")
    look = subject.person.look
    frame = picture_frame(look, FigureSettings())
    passes = load_figure(look.outfit, look.hair, size=Size(width=size[0], height=size[1]), frame=frame)
    box = passes.box
    assert box.left > 0
    assert box.top > 0
    assert box.right < size[0]
    assert box.bottom < size[1]
    assert box.height > 0.8 * size[1] or box.width > 0.75 * size[0]
    assert make(subject, size=Size(width=size[0], height=size[1])).pixels.shape[:2] == size[::-1]

"""Who is painted feature by feature, and who had better be painted loosely."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from stylize import landmarks as lm
from stylize.engines.painting.settings import PaintingSettings
from stylize.engines.painting.sitter import seat
from stylize.engines.painting.trust import is_muddled, is_sure
from stylize.geometry import Size
from stylize.models import Picture, Subject


def _altered(subject: Subject, **person: Any) -> Subject:
    return dataclasses.replace(subject, person=dataclasses.replace(subject.person, **person))


def _overpainted(subject: Subject, shapes: list[np.ndarray], colour: tuple[int, int, int]) -> Subject:
    pixels = subject.pixels.copy()
    for shape in shapes:
        cv2.fillPoly(pixels, [np.round(shape).astype(np.int32)], colour)
    return dataclasses.replace(subject, pixels=pixels)


def sunglasses(subject: Subject) -> Subject:
    points = subject.person.landmarks[:, :2]
    lenses = []
    for run in (lm.RIGHT_EYE, lm.LEFT_EYE):
        hull = cv2.convexHull(points[list(run)])[:, 0]
        lenses.append(hull.mean(axis=0) + (hull - hull.mean(axis=0)) * [1.7, 3.2])
    return _overpainted(subject, lenses, (22, 22, 26))


def face_mask(subject: Subject) -> Subject:
    points = subject.person.landmarks[:, :2]
    below = [234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 5]
    return _overpainted(subject, [points[below]], (120, 170, 215))


@pytest.mark.parametrize("name", ["astronaut", "biden", "obama", "obama2", "obama3"])
def test_clear_faces_are_painted_clearly(name: str, subject_of: Callable[[str], Subject]) -> None:
    assert is_sure(subject_of(name))


@pytest.mark.parametrize("name", ["obama_partial_face", "obama_partial_face2"])
def test_half_a_face_is_painted_loosely(name: str, subject_of: Callable[[str], Subject]) -> None:
    assert not is_sure(subject_of(name))


@pytest.mark.parametrize(
    "person",
    [{"confidence": 0.49}, {"yaw": 40.0}, {"yaw": -40.0}, {"pitch": 40.0}, {"eyes_open": 0.05}],
    ids=lambda p: next(iter(p)),
)
def test_what_was_measured_badly_is_painted_loosely(
    person: dict[str, float], subject_of: Callable[[str], Subject]
) -> None:
    assert not is_sure(_altered(subject_of("obama"), **person))


@pytest.mark.parametrize("name", ["astronaut", "obama", "biden"])
@pytest.mark.parametrize("hide", [sunglasses, face_mask], ids=["sunglasses", "mask"])
def test_a_covered_face_is_painted_loosely(
    name: str, hide: Callable[[Subject], Subject], subject_of: Callable[[str], Subject]
) -> None:
    assert not is_sure(hide(subject_of(name)))


def test_a_person_mask_that_misses_the_face_is_not_trusted(subject_of: Callable[[str], Subject]) -> None:
    subject = subject_of("obama")
    mask = subject.person.person_mask.copy()
    mask[:, : round(subject.person.landmarks[lm.NOSE_TIP, 0])] = 0
    assert not is_sure(_altered(subject, person_mask=mask))


def test_hair_taken_for_skin_is_noticed(subject_of: Callable[[str], Subject]) -> None:
    """Astronaut: as she is, and with her hair given to the skin mask."""
    subject = subject_of("astronaut")
    person, size = subject.person, Size(width=256, height=320)
    assert not is_muddled(seat(subject, size, PaintingSettings()), person)
    bald = _altered(
        subject,
        hair_mask=np.zeros_like(person.hair_mask),
        skin_mask=np.maximum(person.skin_mask, person.hair_mask),
    )
    assert is_muddled(seat(bald, size, PaintingSettings()), bald.person)


def test_a_loose_painting_draws_no_features(
    paint: Callable[..., Picture], subject_of: Callable[[str], Subject]
) -> None:
    """Dark glasses stay dark: no white of an eye is drawn on them, and strokes are what was laid."""
    subject = sunglasses(subject_of("obama"))
    picture = paint(subject, mood="studio")
    assert "strokes" in dict(picture.timings)
    assert "strokes" not in dict(paint(subject_of("obama"), mood="studio").timings)
    seated = seat(subject, Size(width=256, height=320), PaintingSettings(), shaped=False)
    for run in (lm.RIGHT_EYE, lm.LEFT_EYE):
        x, y = np.round(seated.points[list(run)].mean(axis=0)).astype(int)
        assert picture.pixels[y - 2 : y + 3, x - 4 : x + 5].max() < 130


@pytest.mark.parametrize("name", ["obama_partial_face", "obama_partial_face2"])
def test_half_a_face_gives_a_whole_picture(name: str, painted: Callable[[str], Picture]) -> None:
    """Colours of the person and of the backdrop, no black hole, no smear of one column over the rest."""
    pixels = painted(name).pixels.astype(np.float32)
    assert pixels.mean() > 60
    same = np.abs(np.diff(pixels, axis=1)).sum(axis=-1) < 1
    assert same.mean() < 0.5

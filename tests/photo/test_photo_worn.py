"""What people wear on their faces and heads, drawn on real portraits: glasses, beards, masks, hair."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from stylize import colour
from stylize import landmarks as lm
from stylize.models import Beard, Hair, Pixels, Subject
from tests.photo.people import WHOLE, SubjectOf, measured


def spectacles(subject: Subject, thickness: int, *, dark: bool) -> Pixels:
    """Round glasses drawn onto a portrait."""
    picture, points = subject.pixels.copy(), subject.person.landmarks[:, :2]
    width = float(np.linalg.norm(points[33] - points[133]))
    across = points[263] - points[33]
    across = across / np.linalg.norm(across)
    frame = (22, 20, 20)
    centres = []
    for eye in (lm.RIGHT_EYE, lm.LEFT_EYE):
        centre = points[list(eye)].mean(axis=0) + np.array([0, 0.08 * width])
        centres.append(centre)
        whole = tuple(int(v) for v in centre)
        axes = (int(0.74 * width), int(0.62 * width))
        cv2.ellipse(picture, whole, axes, 0, 0, 360, frame, -1 if dark else thickness, cv2.LINE_AA)
    ends = (centres[0] + across * 0.7 * width, centres[1] - across * 0.7 * width)
    start, end = (tuple(int(v) for v in point - (0, 0.12 * width)) for point in ends)
    cv2.line(picture, start, end, frame, thickness, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("name", ["astronaut", "obama", "obama3", "biden"])
def test_glasses_are_seen(subject_of: SubjectOf, name: str) -> None:
    subject, warnings = measured(spectacles(subject_of(name), 6, dark=False))
    assert subject.person.look.glasses
    assert "sunglasses" not in warnings


@pytest.mark.parametrize("name", ["astronaut", "obama", "obama3", "biden"])
def test_sunglasses_are_told(subject_of: SubjectOf, name: str) -> None:
    subject, warnings = measured(spectacles(subject_of(name), 6, dark=True))
    assert subject.person.look.glasses
    assert "sunglasses" in warnings
    assert "eyes-closed" not in warnings


def bearded(subject: Subject) -> Pixels:
    """Dark strands drawn over the jaw, the chin and the upper lip."""
    points = subject.person.landmarks[:, :2]
    region = np.zeros(subject.pixels.shape[:2], np.uint8)
    outline = np.concatenate([points[list(lm.JAW[2:-2])], points[[434, 425, 327, 2, 98, 205, 214]]])
    cv2.fillPoly(region, [outline.astype(np.int32)], 255)
    cv2.fillPoly(region, [points[list(lm.LIPS_OUTER)].astype(np.int32)], 0)
    noise = np.random.default_rng(3).normal(0, 1, region.shape).astype(np.float32)
    strands = cv2.GaussianBlur(noise, (0, 0), 1.2) * 40
    hair = np.clip(np.stack([42 + strands, 34 + strands, 30 + strands], axis=-1), 0, 90)
    alpha = cv2.GaussianBlur(region.astype(np.float32) / 255, (0, 0), 4)[..., None] * 0.92
    return (subject.pixels * (1 - alpha) + hair * alpha).astype(np.uint8)


@pytest.mark.parametrize("name", ["astronaut", "biden"])
def test_beards_are_seen(subject_of: SubjectOf, name: str) -> None:
    subject, _ = measured(bearded(subject_of(name)))
    assert subject.person.look.beard in (Beard.FULL, Beard.GOATEE)


@pytest.mark.parametrize("name", WHOLE)
def test_a_mask_over_the_mouth_lowers_confidence(subject_of: SubjectOf, name: str) -> None:
    subject = subject_of(name)
    picture = subject.pixels.copy()
    outline = subject.person.landmarks[[*lm.JAW[1:-1], 280, 195, 50], :2]
    cv2.fillPoly(picture, [outline.astype(np.int32)], (205, 222, 235), cv2.LINE_AA)
    masked, warnings = measured(picture)
    assert "face-covered" in warnings
    assert masked.person.confidence < 0.5
    assert masked.person.look.beard is Beard.NONE


def shaven(subject: Subject) -> Pixels:
    """The hair painted over with skin that rounds off into shade."""
    covered = cv2.dilate((subject.person.hair_mask > 0.3).astype(np.float32), np.ones((9, 9)))
    alpha = cv2.GaussianBlur(covered, (0, 0), 3)[..., None]
    shade = 0.8 + 0.25 * cv2.GaussianBlur(alpha, (0, 0), 30)[..., None]
    skin = colour.from_lab(np.array(subject.person.skin_lab, np.float32)) * 255
    grain = np.random.default_rng(0).normal(0, 2, subject.pixels.shape)
    return np.clip(subject.pixels * (1 - alpha) + (skin * shade + grain) * alpha, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", ["astronaut", "biden", "obama2"])
def test_bald_heads(subject_of: SubjectOf, name: str) -> None:
    subject, _ = measured(shaven(subject_of(name)))
    assert subject.person.look.hair is Hair.BALD
    assert subject.person.hair_mask.mean() < 0.005


def long_haired(subject: Subject, colours: tuple[float, float, float]) -> Pixels:
    """A cap of strands with two falls down to the shoulders."""
    points = subject.person.landmarks[:, :2]
    up = points[lm.FOREHEAD_TOP] - points[lm.CHIN]
    height, up = float(np.linalg.norm(up)), up / np.linalg.norm(up)
    right = np.array([-up[1], up[0]])
    eyes = points[lm.BETWEEN_EYES]

    def at(across: float, above: float) -> np.ndarray:
        return eyes + right * across * 0.9 * height + up * above * height

    region = np.zeros(subject.pixels.shape[:2], np.uint8)
    outer = [at(-0.8, -1.6), at(-0.78, -0.4), at(-0.72, 0.3), at(-0.45, 0.72), at(0, 0.84)]
    inner = [at(-0.36, -1.5), at(-0.42, -0.5), at(-0.46, 0.1), at(-0.3, 0.42), at(0, 0.5)]
    for side in (1, -1):
        ring = [*outer, *reversed(inner)]
        flipped = [eyes + (p - eyes) - right * ((p - eyes) @ right) * (1 - side) for p in ring]
        cv2.fillPoly(region, [np.array(flipped, np.int32)], 255)
    noise = np.random.default_rng(5).normal(0, 1, region.shape).astype(np.float32)
    strands = cv2.GaussianBlur(cv2.GaussianBlur(noise, (0, 0), 1), (1, 41), 0)[..., None] * 150
    alpha = cv2.GaussianBlur(region.astype(np.float32) / 255, (0, 0), 2)[..., None]
    hair = np.clip(np.array(colours, np.float32) + strands, 0, 255)
    return (subject.pixels * (1 - alpha) + hair * alpha).astype(np.uint8)


@pytest.mark.parametrize("colours", [(70, 45, 30), (205, 165, 105), (150, 70, 40)])
@pytest.mark.parametrize("name", ["astronaut", "obama2"])
def test_long_hair(subject_of: SubjectOf, name: str, colours: tuple[float, float, float]) -> None:
    subject, _ = measured(long_haired(subject_of(name), colours))
    assert subject.person.look.hair in (Hair.LONG, Hair.WAVY, Hair.BOB)
    found = colour.hex_to_lab(subject.person.look.hair_colour)
    wanted = colour.to_lab(np.array(colours, np.float32) / 255)
    assert np.linalg.norm(found - wanted) < 18

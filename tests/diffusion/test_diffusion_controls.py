"""What ControlNets and the adapter are shown: drawn from real people and from plain shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from stylize.engines.diffusion.controls import draw_control, draw_edges, draw_soft_edges, nearness
from stylize.engines.diffusion.frame import centre_of, cover
from stylize.engines.diffusion.portrait import SIDE_PX, portrait
from stylize.errors import InitPictureMissing
from stylize.geometry import Size
from stylize.guidance import ControlKind
from stylize.landmarks import CHIN, LEFT_EYE, NOSE_TIP, RIGHT_EYE
from stylize.models import Control, Picture, Subject
from tests.diffusion import tiny

SIZE = Size(width=320, height=400)
PEOPLE = ("astronaut", "biden", "obama2")


def control(kind: ControlKind, drawn_from: Any = "subject") -> Control:
    return Control(kind=kind, drawn_from=drawn_from, scale=1.0)


def turned(subject: Subject, degrees: float) -> Subject:
    """The same person, the head tilted: pixels and landmarks turned about the face."""
    x, y = (float(number) for number in subject.person.landmarks[:, :2].mean(0))
    matrix = cv2.getRotationMatrix2D((x, y), degrees, 1.0)
    height, width = subject.pixels.shape[:2]
    pixels = cv2.warpAffine(subject.pixels, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    marks = subject.person.landmarks.copy()
    marks[:, :2] = marks[:, :2] @ matrix[:, :2].T.astype(np.float32) + matrix[:, 2].astype(np.float32)
    return Subject(pixels=np.asarray(pixels, np.uint8), person=replace(subject.person, landmarks=marks))


# ---------------------------------------------------------------- the face for the adapter


@pytest.mark.parametrize("name", PEOPLE)
def test_a_tilted_head_gives_the_same_portrait(name: str, subject_of: Callable[[str], Subject]) -> None:
    """To the blur of turning twice, inside of the face."""
    upright = subject_of(name)
    one, other = portrait(upright), portrait(turned(upright, 20))
    assert one.shape == other.shape == (SIDE_PX, SIDE_PX, 3)
    middle = slice(SIDE_PX // 4, -SIDE_PX // 4)
    off = np.abs(one[middle, middle].astype(int) - other[middle, middle]).mean()
    mirrored = np.abs(one[middle, middle].astype(int) - one[middle, middle][:, ::-1]).mean()
    assert off < 6 < mirrored + 2


def test_without_landmarks_it_is_the_upper_middle() -> None:
    pixels = np.zeros((300, 200, 3), np.uint8)
    pixels[:200] = 250
    assert portrait(tiny.make_subject(pixels))[:-8].min() >= 240


# ---------------------------------------------------------------- depth


@pytest.mark.parametrize("name", PEOPLE)
def test_the_nose_is_nearest_then_the_body_then_nothing(name: str, subject_of: Callable[[str], Subject]) -> None:
    subject = subject_of(name)
    near, marks = nearness(subject), subject.person.landmarks

    def at(index: int) -> float:
        x, y = marks[index, :2]
        return float(near[int(y), int(x)])

    eyes = np.mean([at(index) for index in (*RIGHT_EYE, *LEFT_EYE)])
    clothes = float(np.median(near[subject.person.clothes_mask > 0.9]))
    assert at(NOSE_TIP) > eyes > clothes > 0.3
    assert at(NOSE_TIP) > at(CHIN)
    assert near[subject.person.person_mask < 0.01].max() < 0.05
    assert near.min() >= 0
    assert near.max() <= 1


# ---------------------------------------------------------------- edges


@pytest.mark.parametrize("kind", ["depth", "softedge", "canny"])
def test_it_has_the_size_and_is_cut_as_the_init_image_is(
    kind: ControlKind, subject_of: Callable[[str], Subject]
) -> None:
    subject = subject_of("biden")
    drawn = np.asarray(draw_control(control(kind), subject, None, SIZE))
    assert drawn.shape == (SIZE.height, SIZE.width, 3)
    assert np.array_equal(drawn[..., 0], drawn[..., 2])
    assert 2 < drawn.mean() < 200
    mask = np.asarray(subject.person.person_mask * 255, np.uint8)
    here = np.asarray(cover(mask, SIZE, centre=centre_of(subject))) > 0
    grown = cv2.dilate(here.astype(np.uint8), np.ones((13, 13), np.uint8)) > 0
    assert drawn[~grown].max() <= 8, "the room behind the person shows"


def test_edges_are_where_colour_changes_and_on_the_outline() -> None:
    pixels = np.full((480, 480, 3), 90, np.uint8)
    pixels[160:320, 160:320] = 200
    mask = np.zeros((480, 480), np.float32)
    mask[80:400, 80:400] = 1
    for drawn in (draw_edges(pixels, mask), draw_soft_edges(pixels, mask)):
        assert drawn[158:163, 240].max() > 0.8
        assert drawn[240, 240] < 0.05
        assert drawn[20, 20] == 0
    assert draw_edges(pixels, mask)[78:83, 240].max() == 1, "the outline is an edge even where colours agree"


def test_the_figure_is_drawn_where_the_plan_says_so() -> None:
    subject = tiny.make_subject(np.full((200, 160, 3), 128, np.uint8))
    pixels = np.full((400, 320, 3), 60, np.uint8)
    pixels[100:300, 80:240] = 210
    alone = np.dstack([pixels, np.where(pixels[..., 0] > 100, 255, 0).astype(np.uint8)])
    figure = Picture(pixels=pixels, cutout=None, plan_digest="", timings=(), alone=alone)
    for kind in ("softedge", "canny", "depth"):
        drawn = np.asarray(draw_control(control(kind, "figure"), subject, figure, SIZE))
        assert drawn[200, 76:86].max() > 100
        assert drawn[30, 30].max() == 0
        with pytest.raises(InitPictureMissing):
            draw_control(control(kind, "figure"), subject, None, SIZE)

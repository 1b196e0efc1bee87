"""The photograph of the box: any size, the same again, crisp lettering, everything in its place."""

from __future__ import annotations

import time
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from stylize.geometry import Size
from stylize.models import Beard, BoxOrder, Cutout, Hair, Look, Outfit, Pixels
from stylize.toybox.card import draw_card
from stylize.toybox.compose import compose
from stylize.toybox.cutout import photo_card
from stylize.toybox.layout import TALL, WIDE
from stylize.toybox.order import check_order
from stylize.toybox.stage import load_stage

LOOK = Look(
    hair=Hair.SHORT,
    outfit=Outfit.TEE,
    beard=Beard.NONE,
    glasses=False,
    skin_colour="#d9a07c",
    hair_colour="#33241a",
    iris_colour="#553311",
    lip_colour="#bb6655",
    outer_colour="#1f4fc0",
    inner_colour="#ffffff",
    accent_colour="#2233cc",
    pants_colour="#223366",
    shoe_colour="#eeeeee",
)
ORDER = check_order(BoxOrder(name="Eileen", accessories=("rocket", "camera"), palette="sky"))
NORMAL = Size(width=768, height=960)


def nothing(size: Size) -> Cutout:
    empty = np.zeros((size.height, size.width), np.float32)
    return Cutout(light=np.dstack([empty] * 3), alpha=empty, shadow=empty + 1, staged=True)


def box(order: BoxOrder = ORDER, size: Size = NORMAL, cutout: Cutout | None = None, seed: int = 1) -> Pixels:
    return compose(cutout or nothing(size), order, LOOK, size, seed, "Action figure")


def test_equal_orders_give_equal_pixels() -> None:
    first = box()
    assert first.shape == (960, 768, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, box())
    assert not np.array_equal(first, box(seed=2))


@pytest.mark.parametrize(("width", "height"), [(512, 640), (512, 512), (640, 512), (832, 1216), (333, 777), (96, 120)])
def test_any_size_holds_the_whole_card(width: int, height: int) -> None:
    size = Size(width=width, height=height)
    picture = box(size=size)
    assert picture.shape == (height, width, 3)
    quad = load_stage(size).card_quad
    assert quad.min() >= 0
    assert quad[:, 0].max() <= width
    assert quad[:, 1].max() <= height
    rim = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert rim.mean(1).min() > 90


def _title_edge(picture: Pixels, size: Size) -> float:
    """The steepest change of lightness in the title, in levels a pixel."""
    stage = load_stage(size)
    spots = np.array([[(-2.5, TALL - 1.2), (2.5, TALL - 2.2)]], np.float64)
    (left, top), (right, bottom) = cv2.perspectiveTransform(spots, stage.card_to_pixels)[0].astype(int)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)[top:bottom, left:right]
    return float(np.percentile(np.abs(np.diff(grey, axis=1)), 99.3))


@pytest.mark.parametrize("width", [512, 768, 1024])
def test_lettering_is_as_crisp_as_drawn_directly(width: int) -> None:
    size = Size(width=width, height=width * 5 // 4)
    stage = load_stage(size)
    seen = float(np.linalg.norm(stage.card_quad[1] - stage.card_quad[0]))
    drawn = draw_card(ORDER, "sky", round(2 * seen))
    direct = cv2.resize(drawn, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    unit = seen / WIDE
    title = cv2.cvtColor(direct, cv2.COLOR_RGB2GRAY).astype(np.float32)
    title = title[int(1.2 * unit) : int(2.2 * unit), int(1.8 * unit) : int(6.8 * unit)]
    reference = float(np.percentile(np.abs(np.diff(title, axis=1)), 99.3))
    assert _title_edge(box(size=size), size) > 0.72 * reference


def test_a_figure_covers_the_card_and_its_shadow_darkens_it() -> None:
    plain = box()
    alpha = np.zeros((960, 768), np.float32)
    alpha[400:800, 200:400] = 1
    red = alpha[..., None] * np.array([0.6, 0.02, 0.02], np.float32)
    shadow = np.ones_like(alpha)
    shadow[400:800, 400:440] = 0.5
    made = box(cutout=Cutout(light=red, alpha=alpha, shadow=shadow, staged=True))
    assert made[600, 300, 0] > 150
    assert made[600, 300, 1] < 80
    assert made[500:700, 405:435].mean() < 0.9 * plain[500:700, 405:435].mean()
    assert np.abs(made[150:250].astype(int) - plain[150:250]).mean() < 3


def test_accessories_are_where_their_trays_are() -> None:
    with_toy = box(replace(ORDER, accessories=("soccer-ball",)))
    other = box(replace(ORDER, accessories=("basketball",)))
    changed = np.abs(with_toy.astype(int) - other).sum(-1) > 60
    rows, columns = np.nonzero(changed)
    u, v = cv2.perspectiveTransform(
        np.array([[(np.median(columns), np.median(rows))]], np.float64),
        np.linalg.inv(load_stage(NORMAL).card_to_pixels),
    )[0, 0]
    assert abs(u + WIDE / 2 - 6.72) < 0.5
    assert abs(TALL - v - 5.9) < 0.7


def _figure(height: int, width: int) -> npt.NDArray[np.float32]:
    page = np.zeros((height, width), np.uint8)
    cv2.ellipse(page, (width // 2, height // 3), (width // 5, height // 5), 0, 0, 360, 255, -1)
    cv2.rectangle(page, (width // 3, height // 2), (2 * width // 3, height - 20), 255, -1)
    return page.astype(np.float32) / 255


@pytest.mark.parametrize(("height", "width"), [(640, 512), (300, 900), (64, 64)])
def test_any_cut_out_stands_in_the_slot(height: int, width: int) -> None:
    alpha = _figure(height, width)
    light = alpha[..., None] * np.array([0.5, 0.02, 0.5], np.float32)
    bare = replace(ORDER, accessories=())
    made = box(bare, cutout=Cutout(light=light, alpha=alpha, shadow=np.ones_like(alpha), staged=False))
    red, green, blue = (made[..., k].astype(int) for k in range(3))
    magenta = (red > green + 70) & (blue > green + 70)
    rows, columns = np.nonzero(magenta)
    slot = load_stage(NORMAL).figure_slot
    assert slot.left - 12 <= np.percentile(columns, 1)
    assert np.percentile(columns, 99) <= slot.right + 12
    assert slot.top - 12 <= np.percentile(rows, 1)
    assert np.percentile(rows, 99) <= slot.bottom + 12


def test_a_photo_card_hangs_in_the_blister() -> None:
    picture = np.full((400, 300, 3), 60, np.uint8)
    assert np.abs(box(cutout=photo_card(picture)).astype(int) - box()).mean() > 3


def test_an_empty_cut_out_leaves_an_empty_box() -> None:
    empty = np.zeros((50, 40), np.float32)
    made = box(cutout=Cutout(light=np.dstack([empty] * 3), alpha=empty, shadow=empty + 1, staged=False))
    assert made.shape == (960, 768, 3)


def test_a_name_costs_no_time_worth_speaking_of() -> None:
    box()

    def took(size: Size) -> float:
        start = time.perf_counter()
        box(size=size)
        return time.perf_counter() - start

    small = min(took(Size(width=384, height=480)) for _ in range(2))
    large = min(took(NORMAL) for _ in range(2))
    assert large < 12 * small

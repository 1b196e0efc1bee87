"""Cutting a figure out: exact on plain grounds, honest on others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from stylize import photo
from stylize.colour import to_linear, to_srgb
from stylize.models import HideOrder, Pixels, Subject
from stylize.toybox.cutout import cut_figure, photo_card

HEIGHT, WIDTH = 640, 512
Floats = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def person(subject_of: Callable[[str], Subject]) -> tuple[Floats, Floats]:
    """A real person's outline, filled with their picture: linear light and alpha."""
    subject = subject_of("obama")
    alpha = np.asarray(subject.person.person_mask > 0.5, np.float32)
    return to_linear(subject.pixels.astype(np.float32) / 255), alpha


def grounds(height: int, width: int) -> dict[str, Floats]:
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j].astype(np.float32)
    noise = np.random.default_rng(1).normal(0, 0.03, (height, width, 3)).astype(np.float32)
    flat = np.ones((height, width, 3), np.float32)
    return {
        "grey": 0.62 * flat,
        "green": flat * np.array([0.2, 0.75, 0.35], np.float32),
        "gradient": np.stack([0.85 - 0.3 * y, 0.82 - 0.15 * y + 0.1 * x, 0.9 - 0.2 * y], -1),
        "vignette": (0.82 - 0.35 * ((x - 0.5) ** 2 + (y - 0.5) ** 2))[..., None] * flat,
        "noise": np.clip(0.7 * flat + noise, 0, 1),
    }


def _on(ground: Floats, light: Floats, alpha: Floats) -> Pixels:
    mixed = to_linear(ground) * (1 - alpha)[..., None] + light * alpha[..., None]
    return np.asarray(to_srgb(mixed) * 255 + 0.5, np.uint8)


def _toy(height: int, width: int) -> tuple[Floats, Floats]:
    """A shaded doll: head, trunk, legs, shoes."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = (x - width / 2) / width, y / height
    parts = [
        ((u / 0.16) ** 2 + ((v - 0.25) / 0.14) ** 2 < 1, (0.80, 0.58, 0.45)),
        ((np.abs(u) < 0.17) & (np.abs(v - 0.53) < 0.14), (0.75, 0.20, 0.15)),
        ((np.abs(np.abs(u) - 0.08) < 0.06) & (np.abs(v - 0.77) < 0.11), (0.15, 0.20, 0.42)),
        (((np.abs(u) - 0.09) / 0.09) ** 2 + ((v - 0.89) / 0.035) ** 2 < 1, (0.08, 0.07, 0.07)),
    ]
    colour, alpha = np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32)
    for inside, paint in parts:
        colour[inside] = paint
        alpha[inside] = 1
    return to_linear(colour) * (1.15 - 0.5 * np.abs(u + 0.05)[..., None]), alpha


def _overlap(one: Floats, other: Floats) -> float:
    a, b = one > 0.5, other > 0.5
    return float((a & b).sum() / (a | b).sum())


@pytest.mark.parametrize("name", grounds(8, 8))
def test_a_toy_on_a_plain_ground_is_cut_exactly(name: str) -> None:
    light, alpha = _toy(HEIGHT, WIDTH)
    cut = cut_figure(_on(grounds(HEIGHT, WIDTH)[name], light, alpha))
    assert _overlap(cut.alpha, alpha) >= 0.97
    assert not cut.staged


@pytest.mark.parametrize("name", ["green", "gradient", "noise"])
def test_a_person_who_reaches_the_lower_edge_is_cut_too(name: str, person: tuple[Floats, Floats]) -> None:
    light, alpha = person
    cut = cut_figure(_on(grounds(*alpha.shape)[name], light, alpha))
    assert _overlap(cut.alpha, alpha) >= 0.95


def test_no_halo_of_the_ground_is_left() -> None:
    light, alpha = _toy(HEIGHT, WIDTH)
    cut = cut_figure(_on(grounds(HEIGHT, WIDTH)["green"], light, alpha))
    soft = (cut.alpha > 0.05) & (cut.alpha < 0.95)
    greener = cut.light[soft][:, 1] - np.maximum(cut.light[soft][:, 0], cut.light[soft][:, 2])
    assert float(np.percentile(greener, 90)) < 0.12
    assert (cut.light <= cut.alpha[..., None] + 1e-5).all()
    assert cut.light.min() >= 0


def test_the_shadow_on_the_ground_is_left_behind() -> None:
    light, alpha = _toy(HEIGHT, WIDTH)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    shade = 1 - 0.5 * np.exp(-(((x - WIDTH / 2) / 90) ** 2 + ((y - 0.92 * HEIGHT) / 12) ** 2))
    cut = cut_figure(_on(grounds(HEIGHT, WIDTH)["grey"] * shade[..., None], light, alpha))
    assert _overlap(cut.alpha, alpha) >= 0.95


def test_a_busy_picture_becomes_a_photo_card(portraits: dict[str, bytes]) -> None:
    opened = photo.read(portraits["obama"])
    pixels = photo.isolate(opened, photo.inspect(opened), HideOrder(background="keep")).pixels
    cut = cut_figure(pixels)
    assert cut.alpha.mean() > 0.97
    assert cut.alpha[0, 0] < 0.05
    middle = np.s_[pixels.shape[0] // 2, pixels.shape[1] // 2]
    assert np.allclose(cut.light[middle], to_linear(pixels[middle] / 255), atol=0.01)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_empty_picture_becomes_a_photo_card(level: int) -> None:
    cut = cut_figure(np.full((120, 90, 3), level, np.uint8))
    assert cut.alpha.mean() > 0.95


@pytest.mark.parametrize(("height", "width"), [(16, 16), (9, 200), (1, 1)])
def test_tiny_pictures_do_not_fail(height: int, width: int) -> None:
    cut = cut_figure(np.random.default_rng(0).integers(0, 255, (height, width, 3)).astype(np.uint8))
    assert cut.alpha.shape == (height, width)
    assert np.isfinite(cut.light).all()


def test_a_photo_card_has_a_white_border() -> None:
    card = photo_card(np.zeros((200, 150, 3), np.uint8))
    assert card.light[100, 2].min() > 0.8
    assert card.light[100, 75].max() == 0

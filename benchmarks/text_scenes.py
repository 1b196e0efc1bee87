"""Photographs with things in them whose place is known: drawn things, laid into real photos in perspective.

    for scene in scenes(range(100)): scene.pixels, scene.placed

The photos are scikit-image's and the portraits of the tests, enlarged to 12 megapixels and given back a sensor's noise, so
that they are softer than a real photo of that size; the things are as sharp as a phone's lens leaves them. Every scene is
blurred a little, gets noise, and goes through JPEG.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from benchmarks.things import SCRIPTS, THINGS, Pixels, Thing
from stylize.models import RegionKind

PORTRAITS = Path(__file__).parents[1] / "tests" / "data" / "portraits"
LONG_SIDE, SHORT_SIDE = 4032, 3024
_ROOMS = ("coffee", "chelsea", "rocket", "brick", "grass", "gravel", "motorcycle_left")
_PEOPLE = ("obama", "obama2", "obama3", "biden", "astronaut")


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A thing in a scene. `corners` (4, 2) float32, px of the scene, clockwise from the thing's own top left."""

    name: str
    kind: RegionKind
    script: str
    x_height: float
    corners: npt.NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    seed: int
    pixels: Pixels = field(repr=False)
    placed: tuple[Placed, ...]


def _fill(pixels: Pixels, width: int, height: int) -> Pixels:
    """Cut the middle (upper part, for a portrait) of `pixels` to the shape and scale it up."""
    scale = max(width / pixels.shape[1], height / pixels.shape[0])
    wide, tall = round(width / scale), round(height / scale)
    left, top = (pixels.shape[1] - wide) // 2, (pixels.shape[0] - tall) // 4
    return np.asarray(
        cv2.resize(pixels[top : top + tall, left : left + wide], (width, height), interpolation=cv2.INTER_CUBIC),
        np.uint8,
    )


@cache
def ground(name: str) -> Pixels:
    """A photo of 12 megapixels without any words on it. Needs scikit-image's pictures for those that are no portrait."""
    if name in _PEOPLE:
        data = np.fromfile(PORTRAITS / f"{name}.jpg", np.uint8)
    else:
        import skimage

        folder = Path(skimage.__file__).parent / "data"
        data = np.fromfile(next(folder.glob(f"{name}.*g")), np.uint8)
    pixels = np.asarray(cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)
    if pixels.shape[0] > pixels.shape[1]:
        return _fill(pixels, SHORT_SIDE, LONG_SIDE)
    return _fill(pixels, LONG_SIDE, SHORT_SIDE)


def lay(
    pixels: Pixels, thing: Thing, centre: tuple[float, float], degrees: float, tilt: tuple[float, float], light: float
) -> npt.NDArray[np.float32]:
    """Lay `thing`, drawn at twice its size, into `pixels`, turned and seen from aside. Returns its corners."""
    tall, wide = thing.picture.shape[:2]
    square = np.array([(-wide, -tall), (wide, -tall), (wide, tall), (-wide, tall)], np.float32) / 4
    a = np.deg2rad(degrees)
    turned = square @ np.array([(np.cos(a), np.sin(a)), (-np.sin(a), np.cos(a))], np.float32)
    reach = np.abs(square).max()
    depth = 1 + (turned @ np.array(tilt, np.float32)) / (3 * reach)
    corners = (turned / depth[:, None] + np.array(centre, np.float32)).astype(np.float32)
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 2, 0)
    high = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 2, pixels.shape[1::-1])
    size = (high - low) * 2
    flat = np.array([(0, 0), (wide, 0), (wide, tall), (0, tall)], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, ((corners - low) * 2).astype(np.float32))
    seen = cv2.warpPerspective(
        thing.picture, matrix, size.tolist(), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    cover = cv2.warpPerspective(thing.cover, matrix, size.tolist(), flags=cv2.INTER_LINEAR)
    half = (high - low).tolist()
    seen, cover = (cv2.resize(part, half, interpolation=cv2.INTER_AREA) for part in (seen, cover))
    part = pixels[low[1] : high[1], low[0] : high[0]]
    shade = np.linspace(light, light * 0.86, part.shape[1], dtype=np.float32)[None, :, None]
    mixed = part + (np.minimum(seen * shade, 255) - part) * cover[..., None]
    part[:] = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
    return corners


def develop(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """A lens's softness, a sensor's noise, JPEG."""
    soft = cv2.GaussianBlur(pixels, (0, 0), float(rng.uniform(0.5, 1.1)))
    grain = np.empty(soft.shape, np.int16)
    cv2.setRNGSeed(int(rng.integers(1 << 30)))
    cv2.randn(grain, 0, float(rng.uniform(2, 6)))
    noisy = np.clip(soft + grain, 0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(78, 95))])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def scene(seed: int, only: tuple[str, ...] = tuple(THINGS)) -> Scene:
    """One photo with two to four things that do not overlap; the same seed makes the same one."""
    rng = np.random.default_rng(seed)
    name = str(rng.choice(_PEOPLE if rng.random() < 0.5 else _ROOMS))
    pixels = ground(name).copy()
    height, width = pixels.shape[:2]
    taken = np.zeros((height // 16, width // 16), bool)
    if name in _PEOPLE:
        taken[: int(taken.shape[0] * 0.55), int(taken.shape[1] * 0.2) : int(taken.shape[1] * 0.8)] = True  # the face
    placed: list[Placed] = []
    for _ in range(int(rng.integers(2, 5))):
        kind = str(rng.choice(only))
        maker, sizes = THINGS[kind]
        script = str(rng.choice(SCRIPTS)) if rng.random() < 0.5 else "latin"
        x_height = float(rng.choice(sizes))
        thing = maker(rng, 2 * x_height, script)
        degrees = float(rng.normal(0, 9))
        tilt = tuple(float(v) for v in rng.normal(0, 0.28, 2))
        reach = np.hypot(*thing.picture.shape[:2]) / 4 * 1.05
        for _ in range(12):
            x, y = (float(rng.uniform(min(reach, side / 2), max(side - reach, side / 2))) for side in (width, height))
            span = np.s_[
                max(0, int((y - reach) / 16)) : int((y + reach) / 16) + 1,
                max(0, int((x - reach) / 16)) : int((x + reach) / 16) + 1,
            ]
            if not taken[span].any() and reach < min(width, height) * 0.62:
                taken[span] = True
                corners = lay(pixels, thing, (x, y), degrees, (tilt[0], tilt[1]), float(rng.uniform(0.7, 1.0)))
                placed.append(
                    Placed(
                        name=kind,
                        kind=thing.kind,
                        script="latin" if kind == "plate" else script,
                        x_height=x_height,
                        corners=corners,
                    )
                )
                break
    return Scene(seed=seed, pixels=develop(pixels, rng), placed=tuple(placed))


def scenes(seeds: Iterable[int], only: tuple[str, ...] = tuple(THINGS)) -> Iterator[Scene]:
    for seed in seeds:
        yield scene(seed, only)

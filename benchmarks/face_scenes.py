"""Photographs of 12 megapixels with people in them whose faces have a known place, size and angle.

    for scene in scenes(range(20), sizes=(20, 30)): scene.pixels, scene.faces

People are cut out of the tests' portraits (heads with shoulders, along their outline), turned, scaled, put over real
photographs without people (scikit-image's), softened as a lens does, and given a sensor's noise and JPEG's losses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from stylize import landmarks as lm
from stylize import photo
from stylize.geometry import Box
from stylize.models import HideOrder

Pixels = npt.NDArray[np.uint8]

PORTRAITS = Path(__file__).parents[1] / "tests" / "data" / "portraits"
PEOPLE = ("astronaut", "obama", "obama2", "obama3", "biden")
ROOMS = ("coffee", "chelsea", "rocket", "brick", "grass", "gravel", "motorcycle_left")
WIDTH, HEIGHT = 4000, 3000


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A face: its box in the scene, how far it is tilted (degrees clockwise), and how wide it is, ear to ear."""

    box: Box
    roll: float
    width_px: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """`pixels`: (3000, 4000, 3)."""

    pixels: Pixels = field(repr=False)
    faces: tuple[Placed, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """A person without background: `pixels`, `alpha` (h, w) 0 to 1, the outline of the face (n, 2), its width."""

    pixels: Pixels
    alpha: npt.NDArray[np.float32]
    outline: npt.NDArray[np.float32]
    width_px: float


def scenes(
    seeds: Iterable[int], sizes: tuple[float, ...], rolls: tuple[float, ...] = (0.0,), each: int = 2
) -> Iterator[Scene]:
    """A scene for every seed, with `each` people of every size, tilted by one of `rolls` and a little more."""
    for seed in seeds:
        yield _scene(np.random.default_rng(seed), sizes, rolls, each)


def _scene(random: np.random.Generator, sizes: tuple[float, ...], rolls: tuple[float, ...], each: int) -> Scene:
    canvas = room(ROOMS[int(random.integers(len(ROOMS)))]).copy()
    taken = np.zeros((HEIGHT, WIDTH), bool)
    placed = []
    for width in sorted(sizes, reverse=True):
        for _ in range(each):
            cut = cut_out(PEOPLE[int(random.integers(len(PEOPLE)))])
            roll = float(rolls[int(random.integers(len(rolls)))] + random.uniform(-8, 8))
            found = _put(canvas, taken, cut, width, roll, random)
            if found is not None:
                placed.append(found)
    return Scene(pixels=shot(canvas, random), faces=tuple(placed))


def _put(
    canvas: Pixels, taken: npt.NDArray[np.bool_], cut: Cut, width: float, roll: float, random: np.random.Generator
) -> Placed | None:
    scale = width / cut.width_px
    height, across = cut.alpha.shape
    half = scale * float(np.hypot(height, across)) / 2
    side = int(2 * half) + 4
    shape = cv2.getRotationMatrix2D((across / 2, height / 2), -roll, scale)
    shape[:, 2] += [side / 2 - across / 2, side / 2 - height / 2]
    blur = max(0.0, 0.45 / scale - 0.4)
    soft = cut.pixels if not blur else np.asarray(cv2.GaussianBlur(cut.pixels, (0, 0), blur), np.uint8)
    people = cv2.warpAffine(soft, shape, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpAffine(cut.alpha, shape, (side, side), flags=cv2.INTER_AREA)[..., None]
    points = cut.outline @ shape[:, :2].T + shape[:, 2]
    for _ in range(60):
        left, top = int(random.integers(0, WIDTH - side)), int(random.integers(0, HEIGHT - side))
        spot = (slice(top, top + side), slice(left, left + side))
        if not taken[spot].any():
            break
    else:
        return None
    taken[spot] = True
    canvas[spot] = (people * alpha + canvas[spot] * (1 - alpha) + 0.5).astype(np.uint8)
    points = points + np.array([left, top])
    low, high = points.min(axis=0), points.max(axis=0)
    box = Box(left=float(low[0]), top=float(low[1]), right=float(high[0]), bottom=float(high[1]))
    return Placed(box=box, roll=roll, width_px=width)


@cache
def cut_out(name: str) -> Cut:
    """A portrait's person, by the outline that the program itself measures."""
    picture = photo.read((PORTRAITS / f"{name}.jpg").read_bytes())
    subject = photo.isolate(picture, photo.inspect(picture), HideOrder(background="keep"))
    points = subject.person.landmarks[:, :2]
    outline = points[list(lm.FACE_OVAL)]
    width = float(np.ptp(outline[:, 0]))
    bottom = min(subject.pixels.shape[0], int(outline[:, 1].max() + 1.1 * width))
    alpha = np.asarray(cv2.GaussianBlur(subject.person.person_mask, (0, 0), 1.5), np.float32)[:bottom]
    return Cut(pixels=subject.pixels[:bottom], alpha=alpha, outline=outline, width_px=width)


@cache
def room(name: str) -> Pixels:
    """A photograph without people, enlarged to 12 megapixels."""
    import skimage

    found = next((Path(skimage.__file__).parent / "data").glob(f"{name}.*"))
    seen = np.asarray(cv2.cvtColor(np.asarray(cv2.imread(str(found))), cv2.COLOR_BGR2RGB), np.uint8)
    scale = max(WIDTH / seen.shape[1], HEIGHT / seen.shape[0])
    large = cv2.resize(seen, None, fx=scale + 0.001, fy=scale + 0.001, interpolation=cv2.INTER_CUBIC)
    return np.asarray(large[:HEIGHT, :WIDTH], np.uint8)


def shot(canvas: Pixels, random: np.random.Generator) -> Pixels:
    """What a camera makes of it: a lens's softness, a sensor's noise, JPEG at quality 88."""
    soft = cv2.GaussianBlur(canvas, (0, 0), 0.6).astype(np.int16)
    grain = random.normal(0, 3, (HEIGHT // 2, WIDTH // 2, 3)).astype(np.int16)
    noise = np.repeat(np.repeat(grain, 2, axis=0), 2, axis=1)
    noisy = np.clip(soft + noise, 0, 255).astype(np.uint8)
    kept, data = cv2.imencode(".jpg", cv2.cvtColor(noisy, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 88])
    if not kept:
        raise OSError("the scene could not be written as JPEG")
    return np.asarray(cv2.cvtColor(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR)), cv2.COLOR_BGR2RGB), np.uint8)

"""The painted worlds a person may stand in, and what their light does to the person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

from stylize.engines.painting.clouds import CloudColours, Colour, air, cumulus, glow, gradient, stars, tint
from stylize.engines.painting.ink import Canvas, blur, mix, noise, spot
from stylize.engines.painting.land import blades, flowers, hills, sea, town, trees
from stylize.engines.painting.settings import MOODS

VARIANTS = 4
"""How many different pictures of each mood there are; the seed chooses."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backdrop:
    """`pixels` (h, w, 3) float32 0 to 1. `rim`: the colour of the light on the person's edge; `air`: a tint that is
    multiplied into the person; `side`: -1 where that light comes from the left, 1 from the right.
    """

    pixels: Canvas = field(repr=False)
    rim: tuple[float, float, float]
    air: tuple[float, float, float]
    side: float


def choose_mood(mood: str, seed: int) -> str:
    """`auto` becomes one of the outdoor moods, by the seed."""
    return MOODS[seed % (len(MOODS) - 1)] if mood == "auto" else mood


def paint_backdrop(mood: str, size: tuple[int, int], seed: int) -> Backdrop:
    """One of `MOODS` at (height, width); equal arguments, equal pixels."""
    rng = np.random.default_rng([MOODS.index(mood), seed % VARIANTS])
    side = -1.0 if seed % 2 == 0 else 1.0
    painter, rim, tinted = _PAINTERS[mood]
    pixels = painter(size, rng)
    if side > 0:
        pixels = np.ascontiguousarray(pixels[:, ::-1])
    return Backdrop(pixels=np.clip(pixels, 0, 1), rim=rim, air=tinted, side=side)


def _day(size: tuple[int, int], rng: np.random.Generator) -> Canvas:
    sky = air(size, ((0, (44, 118, 200)), (0.42, (110, 186, 233)), (0.75, (205, 236, 240)), (1, (224, 243, 240))), rng)
    sky = cumulus(sky, rng, middle=0.70, base=rng.uniform(0.13, 0.2), wide=0.34, high=0.05, count=18, alpha=0.7)
    sky = cumulus(sky, rng, middle=rng.uniform(0.05, 0.2), base=0.66, wide=0.80, high=rng.uniform(0.38, 0.52), count=95)
    sky = cumulus(sky, rng, middle=rng.uniform(0.88, 1.0), base=0.70, wide=0.66, high=rng.uniform(0.24, 0.36), count=70)
    sky = cumulus(sky, rng, middle=0.5, base=0.74, wide=0.95, high=0.14, count=60, alpha=0.95)
    sky, _ = hills(sky, rng, level=0.72, swing=0.022, top=(126, 180, 190), low=(158, 206, 196))
    sky, ridge = hills(sky, rng, level=0.775, swing=0.026, top=(108, 174, 122), low=(140, 200, 126))
    sky = trees(sky, rng, ridge, count=30, radius=0.013, colours=_GREENS_FAR)
    sky, ridge = hills(sky, rng, level=0.85, swing=0.03, top=(136, 192, 88), low=(88, 164, 72))
    return trees(sky, rng, ridge, count=14, radius=0.026, colours=_GREENS)


def _meadow(size: tuple[int, int], rng: np.random.Generator) -> Canvas:
    sky = air(size, ((0, (86, 160, 218)), (0.4, (158, 213, 236)), (0.62, (232, 244, 232)), (1, (240, 246, 226))), rng)
    sky = cumulus(sky, rng, middle=rng.uniform(0.1, 0.35), base=0.52, wide=0.70, high=0.20, count=60, alpha=0.95)
    sky = cumulus(sky, rng, middle=rng.uniform(0.8, 1.0), base=0.47, wide=0.55, high=0.24, count=55, alpha=0.95)
    sky, _ = hills(sky, rng, level=0.57, swing=0.018, top=(140, 192, 190), low=(176, 214, 190))
    sky, ridge = hills(sky, rng, level=0.61, swing=0.012, top=(150, 202, 116), low=(182, 216, 108))
    sky = trees(sky, rng, ridge, count=34, radius=0.020, colours=_GREENS_FAR)
    sky, _ = hills(sky, rng, level=0.655, swing=0.008, top=(190, 220, 110), low=(94, 164, 66), deep=0.34)
    greens = ((120, 184, 74), (158, 206, 92), (84, 152, 62), (190, 220, 116))
    sky = blades(sky, rng, start=0.67, count=2600, colours=greens)
    blossoms = ((255, 252, 244), (255, 226, 92), (250, 168, 190), (240, 108, 96), (174, 152, 232))
    return flowers(sky, rng, start=0.68, count=420, colours=blossoms)


def _seaside(size: tuple[int, int], rng: np.random.Generator) -> Canvas:
    sky = air(size, ((0, (40, 126, 206)), (0.38, (112, 192, 236)), (0.64, (214, 240, 243)), (1, (220, 240, 240))), rng)
    sky = cumulus(sky, rng, middle=0.75, base=0.15, wide=0.40, high=0.045, count=18, alpha=0.6)
    sky = cumulus(
        sky, rng, middle=rng.uniform(0.78, 0.95), base=0.64, wide=0.72, high=rng.uniform(0.36, 0.48), count=90
    )
    sky = cumulus(sky, rng, middle=rng.uniform(0.0, 0.18), base=0.645, wide=0.60, high=0.17, count=55)
    sky, _ = hills(sky, rng, level=0.635, swing=0.014, top=(132, 182, 196), low=(150, 198, 190))
    sky = sea(sky, rng, level=0.655, far=(92, 178, 214), near=(26, 112, 168), sparkle=(246, 253, 250))
    sky, ridge = hills(sky, rng, level=0.93, swing=0.03, top=(150, 196, 96), low=(96, 160, 72))
    return flowers(
        trees(sky, rng, ridge, count=8, radius=0.02, colours=_GREENS),
        rng,
        start=0.93,
        count=90,
        colours=((255, 250, 240), (250, 170, 190), (255, 220, 110)),
    )


def _dusk(size: tuple[int, int], rng: np.random.Generator) -> Canvas:
    stops = (
        (0, (66, 80, 158)),
        (0.3, (142, 116, 184)),
        (0.52, (238, 152, 150)),
        (0.70, (255, 206, 150)),
        (1, (255, 226, 176)),
    )
    sky = air(size, stops, rng)
    x = rng.uniform(0.12, 0.3)
    sky = glow(sky, x, 0.66, 0.30, (255, 214, 140), 0.75)
    warm = CloudColours(
        under=(116, 96, 160), shade=(176, 122, 170), body=(236, 160, 158), lit=(255, 200, 160), crest=(255, 232, 190)
    )
    low = (-0.55, 0.05)
    sky = cumulus(sky, rng, middle=0.62, base=0.20, wide=0.55, high=0.05, count=26, colours=warm, light=low, alpha=0.75)
    sky = cumulus(
        sky,
        rng,
        middle=rng.uniform(0.85, 1.0),
        base=0.62,
        wide=0.75,
        high=0.38,
        count=85,
        colours=warm,
        light=(-0.7, -0.35),
    )
    sky = cumulus(
        sky,
        rng,
        middle=rng.uniform(0.1, 0.25),
        base=0.58,
        wide=0.50,
        high=0.13,
        count=50,
        colours=warm,
        light=(-0.2, 0.3),
        alpha=0.9,
    )
    sky = glow(sky, x, 0.68, 0.12, (255, 244, 200), 0.85)
    sky, _ = hills(sky, rng, level=0.715, swing=0.02, top=(176, 128, 160), low=(230, 160, 150))
    sky, ridge = hills(sky, rng, level=0.775, swing=0.022, top=(112, 92, 128), low=(160, 116, 132))
    sky = trees(
        sky, rng, ridge, count=30, radius=0.013, colours=((78, 64, 104), (98, 78, 112), (136, 98, 118), (196, 132, 120))
    )
    sky, ridge = hills(sky, rng, level=0.85, swing=0.028, top=(112, 92, 104), low=(74, 66, 96))
    return trees(
        sky, rng, ridge, count=14, radius=0.027, colours=((42, 46, 74), (58, 62, 80), (92, 84, 84), (168, 120, 92))
    )


def _night(size: tuple[int, int], rng: np.random.Generator) -> Canvas:
    sky = air(size, ((0, (18, 26, 70)), (0.4, (36, 58, 122)), (0.72, (84, 118, 176)), (1, (110, 142, 186))), rng)
    sky = stars(sky, rng, 0.68)
    x, y = rng.uniform(0.14, 0.24), rng.uniform(0.13, 0.2)
    sky = glow(sky, x, y, 0.20, (180, 200, 255), 0.55)
    sky = glow(sky, x, y, 0.09, (240, 240, 255), 0.5)
    height, width = size
    far = np.hypot(np.arange(width)[None] - x * width, np.arange(height)[:, None] - y * height)
    radius = 0.036 * height
    disc = np.clip(radius - far + 0.5, 0, 1).astype(np.float32)
    sky = mix(sky, tint((255, 250, 226)), disc)
    blue = CloudColours(
        under=(40, 56, 110), shade=(56, 78, 138), body=(84, 110, 170), lit=(124, 152, 204), crest=(176, 198, 234)
    )
    sky = cumulus(
        sky, rng, middle=rng.uniform(0.82, 1.0), base=0.70, wide=0.70, high=0.26, count=70, colours=blue, alpha=0.95
    )
    sky = cumulus(
        sky, rng, middle=rng.uniform(0.0, 0.2), base=0.72, wide=0.60, high=0.12, count=50, colours=blue, alpha=0.9
    )
    sky, _ = hills(sky, rng, level=0.735, swing=0.02, top=(62, 88, 140), low=(86, 116, 160))
    sky, ridge = hills(sky, rng, level=0.785, swing=0.024, top=(36, 62, 102), low=(50, 80, 116))
    sky = trees(
        sky, rng, ridge, count=28, radius=0.013, colours=((22, 38, 74), (28, 50, 86), (42, 70, 106), (66, 98, 134))
    )
    sky = _lamps(sky, rng, ridge, 16)
    sky, ridge = hills(sky, rng, level=0.86, swing=0.026, top=(30, 58, 78), low=(20, 40, 62))
    return trees(
        sky, rng, ridge, count=13, radius=0.026, colours=((12, 24, 48), (18, 36, 60), (30, 56, 80), (58, 92, 116))
    )


def _city(size: tuple[int, int], rng: np.random.Generator) -> Canvas:
    stops = (
        (0, (48, 62, 140)),
        (0.32, (112, 100, 176)),
        (0.52, (222, 136, 160)),
        (0.68, (255, 190, 146)),
        (1, (255, 214, 164)),
    )
    sky = air(size, stops, rng)
    pink = CloudColours(
        under=(110, 96, 166), shade=(164, 120, 176), body=(226, 150, 168), lit=(252, 190, 168), crest=(255, 222, 190)
    )
    sky = cumulus(
        sky, rng, middle=rng.uniform(0.1, 0.3), base=0.46, wide=0.75, high=0.10, count=60, colours=pink, alpha=0.9
    )
    sky = cumulus(
        sky, rng, middle=rng.uniform(0.7, 0.95), base=0.30, wide=0.55, high=0.06, count=40, colours=pink, alpha=0.8
    )
    lamp = (255, 224, 150)
    sky = town(sky, rng, level=0.66, tall=0.22, wall=(150, 116, 170), haze=(236, 168, 160), windows=lamp, size=0.045)
    sky = town(sky, rng, level=0.74, tall=0.26, wall=(94, 84, 146), haze=(176, 122, 156), windows=lamp, size=0.075)
    return town(
        sky, rng, level=0.86, tall=0.22, wall=(52, 52, 104), haze=(88, 72, 124), windows=(255, 214, 130), size=0.13
    )


def _studio(size: tuple[int, int], rng: np.random.Generator) -> Canvas:
    grounds: tuple[tuple[Colour, Colour], ...] = (
        ((246, 226, 196), (238, 196, 164)),
        ((206, 226, 226), (158, 196, 206)),
        ((226, 220, 236), (186, 180, 214)),
        ((224, 232, 204), (180, 202, 164)),
    )
    top, low = grounds[int(rng.integers(len(grounds)))]
    paper = gradient(size, ((0, top), (1, low)))
    washes = noise(size, rng, 4, octaves=4)
    side = size[0] + size[1]
    dabs = noise((side, side), rng, 52, octaves=2, aspect=0.16)
    lean = cv2.getRotationMatrix2D((side / 2, side / 2), float(rng.uniform(52, 66)), 1.0)
    dabs = cv2.warpAffine(dabs, lean, (side, side), borderMode=cv2.BORDER_REFLECT)[size[1] // 2 :, size[0] // 2 :]
    paper = paper * (1 + 0.028 * washes + 0.011 * np.tanh(1.5 * dabs[: size[0], : size[1]]))[..., None]
    light = spot(size, (0.5 * size[1], 0.40 * size[0]), 0.52 * size[1], 0.42 * size[0])
    return mix(np.asarray(paper, np.float32), tint((255, 250, 238)), light * np.float32(0.5))


def _lamps(canvas: Canvas, rng: np.random.Generator, ridge: np.ndarray, count: int) -> Canvas:
    """Tiny lit windows on a dark slope."""
    height, width = canvas.shape[:2]
    light = np.zeros((height, width), np.float32)
    for _ in range(count):
        x = int(rng.uniform(0, width - 3))
        y = int(ridge[x] + rng.uniform(0.005, 0.05) * height)
        light[min(y, height - 3) : min(y, height - 3) + 2, x : x + 2] = 1
    shine = np.clip(light + 1.6 * blur(light, 1.4) + 5 * blur(light, 5.0), 0, 1)
    return mix(canvas, tint((255, 216, 130)), shine)


_GREENS = ((34, 88, 52), (60, 130, 62), (112, 174, 76), (172, 210, 104))
_GREENS_FAR = ((52, 110, 92), (78, 142, 96), (118, 178, 102), (164, 206, 118))

_Painter = Callable[[tuple[int, int], np.random.Generator], Canvas]
_PAINTERS: dict[str, tuple[_Painter, tuple[float, float, float], tuple[float, float, float]]] = {
    "day": (_day, (1.0, 0.98, 0.92), (1.0, 1.0, 1.0)),
    "dusk": (_dusk, (1.0, 0.80, 0.58), (1.0, 0.955, 0.93)),
    "night": (_night, (0.72, 0.82, 1.0), (0.91, 0.925, 0.985)),
    "meadow": (_meadow, (1.0, 0.99, 0.90), (1.0, 1.0, 0.99)),
    "seaside": (_seaside, (0.98, 0.99, 1.0), (0.995, 1.0, 1.0)),
    "city": (_city, (1.0, 0.76, 0.66), (0.985, 0.945, 0.955)),
    "studio": (_studio, (1.0, 0.97, 0.92), (1.0, 1.0, 1.0)),
}

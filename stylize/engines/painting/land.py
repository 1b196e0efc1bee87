"""What lies under the sky: hills, trees, grass with flowers, the sea, a town in the evening."""

from __future__ import annotations

import cv2
import numpy as np

from stylize.engines.painting.clouds import Colour, balls, tint
from stylize.engines.painting.ink import Canvas, Field, blur, mix, noise, smoothstep


def ridge_line(width: int, height: int, rng: np.random.Generator, level: float, swing: float) -> Field:
    """The y of a rolling horizon for every column, pixels. `level`, `swing`: shares of the height."""
    x = np.linspace(0, 1, width)
    phase = rng.uniform(0, 6.28, 3)
    wave = np.sin(x * 4.1 + phase[0]) + 0.5 * np.sin(x * 9.7 + phase[1]) + 0.16 * np.sin(x * 23 + phase[2])
    return np.asarray((level + swing * wave) * height, np.float32)


def hills(
    canvas: Canvas,
    rng: np.random.Generator,
    *,
    level: float,
    swing: float,
    top: Colour,
    low: Colour,
    deep: float = 0.16,
) -> tuple[Canvas, Field]:
    """One range of hills; and its ridge line for what stands on it."""
    height, width = canvas.shape[:2]
    ridge = ridge_line(width, height, rng, level, swing)
    y = np.arange(height, dtype=np.float32)[:, None]
    cover = smoothstep(-1, 1, y - ridge[None])
    down = np.clip((y - ridge[None]) / (height * deep), 0, 1)[..., None]
    grain = noise((height, width), rng, 9, octaves=4, aspect=0.35)
    colour = tint(top) * (1 - down) + tint(low) * down
    colour = colour * (1 + 0.055 * np.tanh(grain * 2))[..., None]
    return mix(canvas, np.clip(colour, 0, 1), cover), ridge


def trees(
    canvas: Canvas,
    rng: np.random.Generator,
    ridge: Field,
    *,
    count: int,
    radius: float,
    colours: tuple[Colour, Colour, Colour, Colour],
    light: tuple[float, float] = (-0.4, -0.8),
) -> Canvas:
    """Round trees and bushes along a ridge, from dark to light in four tones. `radius`: share of the width."""
    height, width = canvas.shape[:2]
    x = rng.uniform(-0.02, 1.02, count) * width
    y = ridge[np.clip(x, 0, width - 1).astype(int)]
    size = radius * width * rng.uniform(0.6, 1.25, count)
    crowns = (count, 7)
    parts = (
        x[:, None] + rng.normal(size=crowns) * size[:, None] * 0.85,
        y[:, None] + rng.uniform(-1.0, 0.4, crowns) * size[:, None],
        size[:, None] * rng.uniform(0.4, 0.85, crowns),
        rng.uniform(0, 1, crowns) * size[:, None],
    )
    spheres = [tuple(sphere) for sphere in np.stack(parts, axis=-1).reshape(-1, 4).tolist()]
    cover, across, down = balls((height, width), rng, spheres, 0.006 * width)
    lit = light[0] * across + light[1] * down + 0.22 * noise((height, width), rng, 44, octaves=3)
    painted = np.empty_like(canvas)
    painted[:] = tint(colours[0])
    for level, colour in ((-0.10, colours[1]), (0.26, colours[2]), (0.58, colours[3])):
        painted = mix(painted, tint(colour), smoothstep(level - 0.07, level + 0.07, lit))
    return mix(canvas, painted, cover)


def blades(
    canvas: Canvas, rng: np.random.Generator, *, start: float, count: int, colours: tuple[Colour, ...]
) -> Canvas:
    """Grass in single strokes, longer towards the viewer. `start`: share of the height where it begins."""
    height, width = canvas.shape[:2]
    out = np.ascontiguousarray(canvas)
    for depth in np.sort(rng.uniform(0, 1, count)):
        x, y = rng.uniform(0, width), (start + (1.02 - start) * depth) * height
        long = height * (0.008 + 0.050 * depth) * rng.uniform(0.6, 1.3)
        lean = rng.normal() * 0.4 * long
        path = np.array([[x, y], [x + lean * 0.3, y - long * 0.6], [x + lean, y - long]])
        colour = tuple(float(v) for v in tint(colours[int(rng.integers(len(colours)))]) * rng.uniform(0.92, 1.06))
        thick = max(1, round(height / 960 * (0.8 + 1.8 * depth)))
        cv2.polylines(out, [np.round(path * 16).astype(np.int32)], False, colour, thick, cv2.LINE_AA, 4)
    return out


def flowers(
    canvas: Canvas, rng: np.random.Generator, *, start: float, count: int, colours: tuple[Colour, ...]
) -> Canvas:
    """Dabs of blossom, larger towards the viewer."""
    height, width = canvas.shape[:2]
    out = np.ascontiguousarray(canvas)
    for depth in np.sort(rng.uniform(0, 1, count) ** 0.8):
        x, y = rng.uniform(0, width), (start + (1.0 - start) * depth) * height
        size = height * (0.0016 + 0.0062 * depth) * rng.uniform(0.6, 1.25)
        base = tint(colours[int(rng.integers(len(colours)))])
        for ox, oy, share, gain in ((0, 0.25, 1.0, 0.84), (0, 0, 0.85, 1.0), (-0.25, -0.3, 0.35, 1.14)):
            colour = tuple(float(v) for v in np.clip(base * gain, 0, 1))
            centre = (int((x + ox * size) * 16), int((y + oy * size) * 16))
            axes = (max(8, int(size * share * 16)), max(7, int(size * share * 12)))
            cv2.ellipse(out, centre, axes, 0, 0, 360, colour, -1, cv2.LINE_AA, 4)
    return out


def sea(
    canvas: Canvas, rng: np.random.Generator, *, level: float, far: Colour, near: Colour, sparkle: Colour
) -> Canvas:
    """Water from the horizon down, in bands of waves that widen, with lights on the crests."""
    height, width = canvas.shape[:2]
    y = np.arange(height, dtype=np.float32)[:, None] / height
    down = np.clip((y - level) / (1 - level), 0, 1)
    colour = tint(far) * (1 - down[..., None]) ** 1.5 + tint(near) * (1 - (1 - down[..., None]) ** 1.5)
    stretch = np.log1p(9 * down) / np.log(10)
    grid = noise((512, 512), rng, 60, octaves=3, aspect=0.16)
    x = np.broadcast_to(
        (np.arange(width, dtype=np.float32)[None] / width - 0.5) / (0.35 + down) * 420 + 256, (height, width)
    )
    rows = np.broadcast_to(stretch * 505, (height, width))
    waves = cv2.remap(
        grid, x.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    painted = colour * (1 + 0.10 * np.tanh(2.2 * waves))[..., None]
    crest = smoothstep(1.25, 1.7, waves) * (0.35 + 0.5 * (1 - down))
    painted = mix(np.asarray(painted, np.float32), tint(sparkle), np.asarray(crest, np.float32))
    cover = smoothstep(-0.6 / height, 0.6 / height, y - level) * np.ones((1, width), np.float32)
    return mix(canvas, np.clip(painted, 0, 1), np.asarray(cover, np.float32))


def town(
    canvas: Canvas,
    rng: np.random.Generator,
    *,
    level: float,
    tall: float,
    wall: Colour,
    haze: Colour,
    windows: Colour,
    size: float,
) -> Canvas:
    """One row of houses against the sky, hazier towards the ground, with lit windows. `size`: house width, share."""
    height, width = canvas.shape[:2]
    roof = np.zeros(width, np.float32)
    lights = np.zeros((height, width), np.float32)
    x = -0.03
    while x < 1.03:
        span = size * rng.uniform(0.6, 1.5)
        top = level - tall * rng.uniform(0.25, 1.0) ** 1.3
        left, right = int(max(0, x * width)), int(min(width, (x + span) * width))
        if right > left:
            roof[left:right] = top * height
            step = max(4.0, 0.013 * height * (size / 0.09) ** 0.5)
            for wy in np.arange(top * height + step, 1.0 * height, step * 1.35):
                for wx in np.arange(left + step * 0.7, right - step * 0.8, step):
                    if rng.uniform() < 0.30:
                        box = np.array(
                            [
                                [wx, wy],
                                [wx + step * 0.45, wy],
                                [wx + step * 0.45, wy + step * 0.62],
                                [wx, wy + step * 0.62],
                            ]
                        )
                        cv2.fillPoly(
                            lights, [np.round(box * 16).astype(np.int32)], float(rng.uniform(0.35, 1)), cv2.LINE_AA, 4
                        )
            if rng.uniform() < 0.3 and size < 0.12:
                middle = (left + right) // 2
                roof[max(0, middle - 1) : middle + 1] -= 0.03 * height
        x += span * rng.uniform(0.92, 1.15)
    y = np.arange(height, dtype=np.float32)[:, None]
    roof = np.where(roof == 0, level * height, roof)
    cover = smoothstep(-0.7, 0.7, y - roof[None])
    down = np.clip((y / height - (level - tall)) / (tall + 0.22), 0, 1)[..., None]
    colour = tint(wall) * (1 - down) + tint(haze) * down
    colour = np.broadcast_to(colour, canvas.shape) * (1 + 0.03 * noise((height, width), rng, 12, octaves=3))[..., None]
    out = mix(canvas, np.clip(colour, 0, 1), cover)
    shine = np.clip(lights * 0.9 + 0.45 * blur(lights, 3.0) + 0.25 * blur(lights, 9.0), 0, 1)
    return mix(out, tint(windows), np.asarray(shine * cover, np.float32))

"""Skies: painted air, and cumulus built of many lit balls."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from stylize.engines.painting.ink import Canvas, Field, blur, mix, noise, smoothstep

Colour = tuple[int, int, int]


def tint(colour: Colour) -> np.ndarray:
    """0 to 255 → (3,) float32, 0 to 1."""
    return np.asarray(colour, np.float32) / 255


def gradient(size: tuple[int, int], stops: tuple[tuple[float, Colour], ...]) -> Canvas:
    """Colours from the top (0) to the bottom (1), evenly blended between the stops."""
    y = np.linspace(0, 1, size[0])
    heights = [stop for stop, _ in stops]
    rows = np.stack([np.interp(y, heights, [c[i] / 255 for _, c in stops]) for i in range(3)], axis=-1)
    return np.ascontiguousarray(np.broadcast_to(rows[:, None], (*size, 3)), np.float32)


def air(size: tuple[int, int], stops: tuple[tuple[float, Colour], ...], rng: np.random.Generator) -> Canvas:
    """A sky in wide, slightly uneven brush strokes."""
    sky = gradient(size, stops)
    wash = noise(size, rng, 5, octaves=3, aspect=0.45)
    streaks = noise(size, rng, 26, octaves=2, aspect=0.10)
    return np.asarray(np.clip(sky + (0.016 * wash + 0.007 * streaks)[..., None], 0, 1), np.float32)


@dataclass(frozen=True, kw_only=True, slots=True)
class CloudColours:
    """From the underside to the crest."""

    under: Colour
    shade: Colour
    body: Colour
    lit: Colour
    crest: Colour


DAYLIGHT = CloudColours(
    under=(146, 176, 214), shade=(182, 204, 231), body=(221, 232, 242), lit=(247, 248, 245), crest=(255, 254, 249)
)


def balls(
    size: tuple[int, int], rng: np.random.Generator, spheres: list[tuple[float, float, float, float]], ragged: float
) -> tuple[Field, Field, Field]:
    """Many spheres (x, y, radius, depth) seen from the front: cover 0 to 1, and the normal's x and y.

    Worked on a small grid and enlarged; the outline stays crisp because cover is cut only at the end.
    """
    height, width = size
    factor = max(1.0, min(height, width) / 420)
    rows, columns = max(8, round(height / factor)), max(8, round(width / factor))
    columns_x, rows_y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    grid_x = columns_x + ragged / factor * noise((rows, columns), rng, 12, octaves=4)
    grid_y = rows_y + ragged / factor * noise((rows, columns), rng, 12, octaves=4)
    front = np.full((rows, columns), -1e4, np.float32)
    cover = np.full((rows, columns), -0.4, np.float32)
    normal = np.zeros((rows, columns, 2), np.float32)
    for cx, cy, radius, depth in spheres:
        x, y, r = cx / factor, cy / factor, radius / factor
        pad = r * 1.15 + 3.2 * ragged / factor
        left, right = int(max(0, x - pad)), int(min(columns, x + pad))
        top, bottom = int(max(0, y - pad)), int(min(rows, y + pad))
        if right <= left or bottom <= top or r < 0.5:
            continue
        part = np.s_[top:bottom, left:right]
        dx, dy = (grid_x[part] - x) / r, (grid_y[part] - y) / r
        fullness = 1 - dx * dx - dy * dy
        near = np.where(fullness > 0, np.sqrt(np.maximum(fullness, 0)) * r + depth / factor, -1e4)
        nearer = near > front[part]
        front[part] = np.where(nearer, near, front[part])
        cover[part] = np.maximum(cover[part], np.clip(fullness, -0.4, 1))
        normal[part] = np.where(nearer[..., None], np.stack([dx, dy], axis=-1), normal[part])
    normal = blur(normal, 1.1)
    large = cv2.resize(np.dstack([cover, normal]), (width, height), interpolation=cv2.INTER_CUBIC)
    edge = 0.10 if factor < 1.5 else 0.07
    return (
        smoothstep(-edge, edge, large[..., 0]),
        np.ascontiguousarray(large[..., 1]),
        np.ascontiguousarray(large[..., 2]),
    )


def cumulus(
    canvas: Canvas,
    rng: np.random.Generator,
    *,
    middle: float,
    base: float,
    wide: float,
    high: float,
    count: int,
    colours: CloudColours = DAYLIGHT,
    light: tuple[float, float] = (-0.45, -0.8),
    alpha: float = 1.0,
) -> Canvas:
    """A heap cloud standing on `base`. All lengths are shares of the canvas' width, `base` and `high` of its height."""
    height, width = canvas.shape[:2]
    span = wide * width
    spheres = []
    for _ in range(count):
        side = rng.uniform(-1, 1)
        room = 1 - abs(side) ** 1.8
        up = rng.uniform(0, 1) ** 1.1
        radius = span * rng.uniform(0.055, 0.15) * (1.15 - 0.6 * up) * (0.5 + 0.6 * room)
        x = middle * width + side * span * 0.5 * (1 - 0.35 * up)
        y = base * height - up * room * high * height
        depth = rng.uniform(0, 0.35) * radius + 18 * (1 - up)
        spheres.append((x, y, radius, depth))
        for turn in rng.uniform(-2.9, -0.2, 3):
            reach = radius * rng.uniform(0.70, 0.95)
            spheres.append(
                (
                    x + reach * np.cos(turn),
                    y + reach * np.sin(turn),
                    radius * rng.uniform(0.22, 0.42),
                    depth + 0.35 * radius,
                )
            )
    cover, across, down = balls((height, width), rng, spheres, 0.011 * span + 2)
    forward = np.sqrt(np.clip(1 - across * across - down * down, 0, 1))
    lit = light[0] * across + light[1] * down + 0.32 * forward + 0.11 * noise((height, width), rng, 16, octaves=4)
    y = np.arange(height, dtype=np.float32)[:, None]
    above = np.clip((base * height - y) / max(high * height, 1), -0.3, 1.2)
    lit = lit + 0.34 * (above - 0.35)
    painted = np.empty_like(canvas)
    painted[:] = tint(colours.under)
    for level, colour in ((-0.14, colours.shade), (0.12, colours.body), (0.36, colours.lit), (0.68, colours.crest)):
        painted = mix(painted, tint(colour), smoothstep(level - 0.06, level + 0.06, lit))
    veil = smoothstep(-0.15, 0.08, above) * cover * np.float32(alpha)
    return mix(canvas, painted, np.asarray(veil, np.float32))


def glow(canvas: Canvas, x: float, y: float, reach: float, colour: Colour, strength: float) -> Canvas:
    """Light added around (x, y); all shares of the canvas' width and height."""
    height, width = canvas.shape[:2]
    columns = (np.arange(width, dtype=np.float32)[None] / width - x) * width / height
    rows = np.arange(height, dtype=np.float32)[:, None] / height - y
    spread = np.exp(-(columns**2 + rows**2) / (reach * reach))
    return np.asarray(canvas + (1 - canvas) * tint(colour) * (spread * strength)[..., None], np.float32)


def stars(canvas: Canvas, rng: np.random.Generator, until: float) -> Canvas:
    """Stars down to `until` of the height, few large, many small, and a band of haze."""
    height, width = canvas.shape[:2]
    out = canvas
    x = np.arange(width, dtype=np.float32)[None] / width
    y = np.arange(height, dtype=np.float32)[:, None] / height
    band = np.exp(-(((y - 0.42 + 0.45 * (x - 0.3)) / 0.15) ** 2)) * (
        0.65 + 0.35 * noise((height, width), rng, 7, octaves=4)
    )
    out = mix(
        out,
        tint((150, 160, 220)),
        np.asarray(np.clip(band, 0, 1) * 0.30 * smoothstep(until + 0.1, until - 0.3, y), np.float32),
    )
    light = np.zeros((height, width), np.float32)
    count = int(380 * (width * height / 737280) ** 0.5)
    for _ in range(count):
        sx, sy = rng.uniform(0, width), rng.uniform(0, until * height) ** 1.0
        size = 0.45 + 1.5 * rng.uniform() ** 7
        centre = (int(sx * 16), int(sy * 16))
        cv2.circle(
            light, centre, max(6, int(size * 16 * height / 960)), float(rng.uniform(0.35, 1)), -1, cv2.LINE_AA, 4
        )
    light = np.clip(light + 0.8 * blur(light, 2.2), 0, 1)
    return mix(out, tint((255, 250, 230)), light)

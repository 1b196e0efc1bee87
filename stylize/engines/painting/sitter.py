"""The person as the painter sees them: framed on the canvas, slightly reshaped, every region with a calm outline."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from stylize import landmarks as lm
from stylize.engines.painting.framing import Frame, frame
from stylize.engines.painting.ink import Canvas, Field, Path, smoothstep
from stylize.engines.painting.regions import Head, share_out
from stylize.engines.painting.settings import PaintingSettings
from stylize.engines.painting.warp import Grid, feature_warp, grow_head, new_landmarks
from stylize.geometry import Size
from stylize.models import Person, Subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitter:
    """All in pixels of the canvas. `unit`: one brush pixel, a 240th of the face's width.

    `inside`: where there is photo. `face`: the face's own outline with the forehead up to the hair. `hair`, `skin`
    and `clothes` share out `person` and sum to it. `up`, `right`: the head's own axes. `spectacled`: the photo shows glasses.
    """

    pixels: Canvas = field(repr=False)
    points: Path = field(repr=False)
    inside: Field = field(repr=False)
    person: Field = field(repr=False)
    hair: Field = field(repr=False)
    skin: Field = field(repr=False)
    clothes: Field = field(repr=False)
    face: Field = field(repr=False)
    face_width: float
    face_height: float
    unit: float
    up: Path
    right: Path
    spectacled: bool

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self.person.shape[0], self.person.shape[1]

    def local(self, points: Path) -> Path:
        """Points (..., 2) as (right, down) of the head's own axes, relative to the point between the eyes."""
        away = points - self.points[lm.BETWEEN_EYES]
        return np.stack([away @ self.right, -(away @ self.up)], axis=-1)

    def pixel_grid(self) -> Path:
        """(height, width, 2): x and y of every pixel."""
        height, width = self.size
        xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        return np.stack([xs, ys], axis=-1)


def seat(subject: Subject, size: Size, settings: PaintingSettings, *, shaped: bool = True) -> Sitter:
    """Frame the subject on a canvas of `size`. `shaped` False: no warp, regions as the photo has them (loose painting)."""
    person = subject.person
    where = frame(subject, size, settings.head_scale if shaped else 1.0)
    points = person.landmarks * np.float32(where.scale)
    points[:, :2] -= [where.left * where.scale, where.top * where.scale]
    flat = points[:, :2].astype(np.float32)
    up = flat[lm.FOREHEAD_TOP] - flat[lm.CHIN]
    up = (up / (np.linalg.norm(up) + 1e-6)).astype(np.float32)
    right = np.array([-up[1], up[0]], np.float32)
    xs, ys = np.meshgrid(np.arange(size.width, dtype=np.float32), np.arange(size.height, dtype=np.float32))
    grid: Grid = (xs, ys)
    if shaped:
        target = new_landmarks(points, settings, up, right)
        grid = feature_warp(flat, target, (size.height, size.width), _width(flat))
        grid, flat = grow_head(grid, target, up, _height(target), settings.head_scale)
    return _cut_out(subject, where, grid, flat, up, right, mended=shaped)


def _width(points: Path) -> float:
    """Of the whole face; a turned face is narrower in the picture, so its height has a say."""
    return max(float(np.linalg.norm(points[lm.RIGHT_EDGE] - points[lm.LEFT_EDGE])), 0.72 * _height(points))


def _height(points: Path) -> float:
    return float(np.linalg.norm(points[lm.FOREHEAD_TOP] - points[lm.CHIN]))


def _cut_out(
    subject: Subject, where: Frame, grid: Grid, points: Path, up: Path, right: Path, *, mended: bool
) -> Sitter:
    """Carry pixels and masks through the map, share the person out into regions."""
    width, height = _width(points), _height(points)
    pixels, (person, hair, skin, inside) = _carry(subject, where, grid)
    head = Head(points=points, up=up, right=right, width=width, height=height)
    regions = share_out(pixels, person, hair, skin, head, subject.person, mended=mended)
    return Sitter(
        pixels=pixels,
        points=points,
        inside=inside,
        person=regions.person,
        hair=regions.hair,
        skin=regions.skin,
        clothes=regions.clothes,
        face=regions.face,
        face_width=width,
        face_height=height,
        unit=width / 240,
        up=up,
        right=right,
        spectacled=subject.person.look.glasses,
    )


def _carry(subject: Subject, where: Frame, grid: Grid) -> tuple[Canvas, tuple[Field, Field, Field, Field]]:
    """Photo, person, hair, skin and the photo's own rectangle, resampled once."""
    source: Canvas = subject.pixels
    person: Person = subject.person
    masks: Field = np.stack([person.person_mask, person.hair_mask, person.skin_mask], axis=-1)
    shrink = 1.0
    if where.scale < 0.7:
        shrink = max(where.scale, 0.05)
        small = (max(1, round(source.shape[1] * shrink)), max(1, round(source.shape[0] * shrink)))
        source = cv2.resize(source, small, interpolation=cv2.INTER_AREA)
        masks = cv2.resize(masks, small, interpolation=cv2.INTER_AREA)
    ratio = np.float32(shrink / where.scale)
    x = (grid[0] + np.float32(where.left * where.scale)) * ratio
    y = (grid[1] + np.float32(where.top * where.scale)) * ratio
    pixels = cv2.remap(source, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).astype(np.float32) / 255
    carried = cv2.remap(masks, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    # Masks go on beyond the photo so that outlines do not curl there; the backdrop takes over by `inside`.
    height, width = source.shape[:2]
    depth = np.minimum(np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y))
    inside = smoothstep(-1.6, -0.6, depth)
    return pixels, (
        np.ascontiguousarray(carried[..., 0]),
        np.ascontiguousarray(carried[..., 1]),
        np.ascontiguousarray(carried[..., 2]),
        inside,
    )

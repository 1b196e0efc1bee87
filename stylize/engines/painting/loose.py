"""The loose painting: nothing but brush strokes that follow the picture's own forms. No feature is drawn, so none
can be wrong.

Strokes after Hertzmann 1998, "Painterly rendering with curved brush strokes of multiple sizes", laid along the
structure tensor instead of the gradient's normal.
"""

from __future__ import annotations

import cv2
import numpy as np

from stylize.engines.painting.flow import Flow, abstract, smear, structure_flow
from stylize.engines.painting.ink import Canvas, Field, Path, blur, mix, noise, smoothstep
from stylize.engines.painting.sitter import Sitter

BRUSHES = (17.0, 9.0, 5.0, 2.8)
"""Radii of the brushes in units, broad to fine; the finest only where the face and the edges are."""


def paint_loosely(sitter: Sitter, pixels: Canvas, rng: np.random.Generator, looseness: float) -> tuple[Canvas, Field]:
    """The person in brush strokes: canvas and cover (0 to 1). `looseness` 0 to 1: broader brushes, fewer details."""
    unit = sitter.unit * (0.80 + 0.5 * looseness)
    calm = abstract(pixels, 1.5 * sitter.unit)
    calm = _enrich(calm)
    grey = cv2.cvtColor(calm, cv2.COLOR_RGB2GRAY)
    flow = structure_flow(grey + 0.35 * blur(sitter.person, sitter.unit), 4.0 * sitter.unit, None, _lean(sitter))
    ground = blur(calm * sitter.person[..., None], 14 * unit) / (blur(sitter.person, 14 * unit)[..., None] + 1e-3)
    canvas = np.ascontiguousarray(np.clip(ground, 0, 1), np.float32)
    depth = cv2.distanceTransform((sitter.person > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    face = blur(sitter.face, 10 * sitter.unit)
    for radius in BRUSHES:
        size = radius * unit
        aim = blur(calm, 0.45 * size)
        gap = np.abs(canvas - aim).sum(axis=-1)
        wanted = gap * (1 + 1.2 * face) if radius < 6 else np.full_like(gap, 1.0)
        if radius < 3:
            wanted = wanted * np.clip(face * 1.4 + 0.12, 0, 1)
        allowed = (depth > 0.75 * size) if radius > 3 else (sitter.person > 0.5)
        starts = _starts(wanted * allowed, size, 0.06 if radius > 3 else 0.09, rng)
        _lay(canvas, starts, aim, flow, size, rng)
    fine = abstract(pixels, 0.75 * sitter.unit)
    keep = np.asarray(face * (0.62 - 0.42 * looseness), np.float32)
    canvas = mix(canvas, _enrich(fine), keep)
    return _bristles(canvas, flow, sitter, rng), _ragged(sitter, rng)


def _ragged(sitter: Sitter, rng: np.random.Generator) -> Field:
    """The person's outline as a loaded brush leaves it: not quite even."""
    soft = blur(sitter.person, 2.4 * sitter.unit)
    wobble = 0.20 * noise(sitter.size, rng, sitter.size[0] / (16 * sitter.unit), octaves=2)
    return smoothstep(0.42, 0.58, soft + wobble * 4 * soft * (1 - soft))


def _lean(sitter: Sitter) -> Path:
    """Where the picture says nothing, strokes lean as a right-handed painter's do."""
    lean = np.zeros((*sitter.size, 2), np.float32)
    lean[:] = (0.55, -0.835)
    return lean


def _enrich(picture: Canvas) -> Canvas:
    """Gouache colours: a little lighter, richer, shadows towards violet."""
    lab: Canvas = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
    light = lab[..., 0]
    lab[..., 0] = 100 * (np.clip(light, 0, 100) / 100) ** 0.90 + 1.5
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    calm = np.where(chroma > 34, 34 + (chroma - 34) * 0.6, chroma * 1.06) / (chroma + 1e-3)
    lab[..., 1:] *= np.minimum(calm, 1.06)[..., None]
    dark = np.clip((45 - light) / 45, 0, 1)
    lab[..., 1] += 2.5 * dark
    lab[..., 2] -= 6.0 * dark
    return np.asarray(np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1), np.float32)


def _starts(wanted: Field, size: float, least: float, rng: np.random.Generator) -> Path:
    """Where strokes begin: the neediest spot of every cell of a grid, if needy enough; shuffled. (n, 2) x, y."""
    cell = max(2, round(size * 0.95))
    height, width = wanted.shape
    rows, columns = height // cell, width // cell
    tiles = wanted[: rows * cell, : columns * cell].reshape(rows, cell, columns, cell).transpose(0, 2, 1, 3)
    blocks = tiles.reshape(rows, columns, cell * cell)
    jitter = blocks * (0.6 + 0.4 * rng.random(blocks.shape, dtype=np.float32))
    best = jitter.argmax(axis=-1)
    need = np.take_along_axis(blocks, best[..., None], axis=-1)[..., 0]
    y, x = np.nonzero(need > least)
    spot = best[y, x]
    starts = np.stack([x * cell + spot % cell, y * cell + spot // cell], axis=-1).astype(np.float32)
    rng.shuffle(starts)
    return starts


def _lay(canvas: Canvas, starts: Path, aim: Canvas, flow: Flow, size: float, rng: np.random.Generator) -> None:
    """One layer of strokes, in place; a stroke ends where the picture's colour leaves its own."""
    if not len(starts):
        return
    height, width = canvas.shape[:2]
    steps = 5
    path = [starts]
    x, y = starts[:, 0], starts[:, 1]

    def look(field: Field, at_x: Path, at_y: Path) -> Path:
        rows = np.clip(at_y, 0, height - 1).astype(np.int32)
        columns = np.clip(at_x, 0, width - 1).astype(np.int32)
        return np.asarray(field[rows, columns], np.float32)

    own = look(aim, x, y)
    dx, dy = look(flow.along_x, x, y), look(flow.along_y, x, y)
    turn = np.where(rng.random(len(starts)) < 0.5, -1.0, 1.0).astype(np.float32)
    dx, dy = dx * turn, dy * turn
    alive = np.ones(len(starts), bool)
    ends = np.ones(len(starts), np.int32)
    for step in range(1, steps + 1):
        x, y = x + dx * size * 0.95, y + dy * size * 0.95
        alive &= np.abs(look(aim, x, y) - own).sum(axis=-1) < 0.16
        ends = np.where(alive, step, ends)
        path.append(np.stack([x, y], axis=-1))
        nx, ny = look(flow.along_x, x, y), look(flow.along_y, x, y)
        back = np.where(nx * dx + ny * dy < 0, -1.0, 1.0).astype(np.float32)
        dx, dy = 0.6 * dx + 0.4 * nx * back, 0.6 * dy + 0.4 * ny * back
    lines = np.round(np.stack(path, axis=1) * 16).astype(np.int32)
    colours = np.clip(own * (1 + rng.normal(0, 0.028, (len(own), 1))) + rng.normal(0, 0.010, own.shape), 0, 1)
    thick = np.clip(np.round(2 * size * rng.uniform(0.75, 1.1, len(own))), 1, 250).astype(int)
    for line, last, colour, wide in zip(lines, ends, colours.tolist(), thick.tolist(), strict=True):
        stroke = [line[: last + 1]]
        cv2.polylines(canvas, stroke, False, colour, wide, cv2.LINE_AA, 4)


def _bristles(canvas: Canvas, flow: Flow, sitter: Sitter, rng: np.random.Generator) -> Canvas:
    """The grooves a bristle brush leaves, lit from above."""
    grain = rng.standard_normal(sitter.size, dtype=np.float32)
    grooves = smear(blur(grain, 0.7), flow, 5.0 * sitter.unit, 1.5)
    grooves /= float(np.std(grooves)) + 1e-6
    lit = grooves - np.roll(grooves, 1, axis=0)
    patches = np.clip(0.6 + 0.4 * noise(sitter.size, rng, 9, octaves=2), 0.1, 1.2)
    shade = 0.020 * lit * patches + 0.012 * grooves * patches
    return np.asarray(np.clip(canvas * (1 + shade[..., None]), 0, 1), np.float32)

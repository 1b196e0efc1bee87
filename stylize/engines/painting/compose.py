"""The person set into the painted world: rim light, air, the photo's own edges brushed away, paper and grade."""

from __future__ import annotations

import cv2
import numpy as np

from stylize.engines.painting.backdrops import Backdrop
from stylize.engines.painting.ink import Canvas, Field, blur, contour, glaze, mix, noise, shift, smoothstep
from stylize.engines.painting.sitter import Sitter


def brushed_edge(sitter: Sitter, rng: np.random.Generator) -> Field:
    """1 where there is photo to paint from; where the photo cuts the person off, they end in ragged brush marks."""
    cut = (sitter.inside < 0.5) & (sitter.person > 0.5)
    if not cut.any():
        return np.ones(sitter.size, np.float32)
    depth = cv2.distanceTransform((~cut).astype(np.uint8), cv2.DIST_L2, 5)
    unit = sitter.unit
    marks = noise(sitter.size, rng, 7, octaves=2, aspect=3.5) + 0.5 * noise(sitter.size, rng, 34, octaves=2, aspect=0.3)
    return np.asarray(smoothstep(10 * unit, 22 * unit, depth + 9 * unit * marks) * sitter.inside, np.float32)


def light_person(person: Canvas, sitter: Sitter, backdrop: Backdrop) -> Canvas:
    """The backdrop's light on the painted person: a tint, a rim on the lit side, a wrap of its colours at the edge."""
    unit = sitter.unit
    painted = person * np.asarray(backdrop.air, np.float32)
    side = backdrop.side
    rim = np.clip(sitter.person - blur(shift(sitter.person, -side * 6 * unit, 6 * unit), 1.6 * unit), 0, 1)
    lit = np.minimum(painted * 1.22 + np.asarray(backdrop.rim, np.float32) * 0.16, 1)
    painted = mix(painted, lit, np.asarray(smoothstep(0.15, 0.75, rim) * 0.75, np.float32))
    wrap = blur(backdrop.pixels, 16 * unit)
    edge = np.clip(1 - blur(sitter.person, 8 * unit), 0, 1) * sitter.person
    return mix(painted, np.maximum(painted, wrap), np.asarray(edge * 0.30, np.float32))


def set_into(backdrop: Backdrop, person: Canvas, cover: Field, sitter: Sitter, ink: float) -> Canvas:
    """Person over backdrop, with a calm outline."""
    out = mix(backdrop.pixels, person, cover)
    line = contour(cover, 1.1 * sitter.unit)
    glaze(out, np.array([0.20, 0.14, 0.17], np.float32), np.asarray(line * 0.42 * ink, np.float32))
    return out


def grade(picture: Canvas, warmth: float, rng: np.random.Generator, unit: float) -> Canvas:
    """Paper, warmth, richer colour, a bloom in the lights. `warmth` -1 to 1."""
    size = (picture.shape[0], picture.shape[1])
    paper = 0.0045 * noise(size, rng, 150, octaves=2) + 0.006 * rng.standard_normal(size, dtype=np.float32)
    lab = cv2.cvtColor(np.clip(picture * (1 + paper[..., None]), 0, 1).astype(np.float32), cv2.COLOR_RGB2LAB)
    lab[..., 1] = lab[..., 1] * 1.05 + 0.8 * warmth
    lab[..., 2] = lab[..., 2] * 1.05 + 7.0 * warmth
    out = np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1)
    bloom = blur(np.clip(out - 0.80, 0, 1), 14 * unit)
    return np.asarray(np.clip(out + 0.30 * bloom, 0, 1), np.float32)

"""Hair in big clean strands: tones cut along the real flow, and one broken band of light."""

from __future__ import annotations

import cv2
import numpy as np

from stylize import landmarks as lm
from stylize.engines.painting.flow import Flow, lines, smear, structure_flow
from stylize.engines.painting.ink import Canvas, Field, blur, blur_within, glaze, mix, noise, smoothstep
from stylize.engines.painting.palette import Palette
from stylize.engines.painting.sitter import Sitter


def paint_hair(
    canvas: Canvas, sitter: Sitter, lightness: Field, palette: Palette, rng: np.random.Generator, ink: float
) -> None:
    """All hair of the head, in place. `lightness`: the photo's L, 0 to 100; `ink`: strength of the strand lines."""
    if sitter.hair.max() < 0.5:
        return
    rows, columns = np.flatnonzero(sitter.hair.max(axis=1) > 0.02), np.flatnonzero(sitter.hair.max(axis=0) > 0.02)
    pad = int(12 * sitter.unit)
    top, bottom = max(rows[0] - pad, 0), min(rows[-1] + pad, sitter.size[0])
    left, right = max(columns[0] - pad, 0), min(columns[-1] + pad, sitter.size[1])
    part = np.s_[top:bottom, left:right]
    hair, unit = np.ascontiguousarray(sitter.hair[part]), sitter.unit
    seen = np.ascontiguousarray(lightness[part])
    # The hair alone: outside, its own mean goes on, so that neither face nor backdrop bends the strands.
    core = smoothstep(0.75, 0.98, hair) + np.float32(1e-4)
    alone = seen * core + blur_within(seen, core, 10 * unit) * (1 - core)
    flow = _strands(alone, core, sitter, (left, top))
    tone = _tone(alone, core, flow, sitter, (left, top), rng)
    tones = palette.hair
    painted = np.empty((*hair.shape, 3), np.float32)
    painted[:] = tones.local
    painted = mix(painted, tones.shade, smoothstep(-0.18, -0.30, tone))
    painted = mix(painted, tones.deep, smoothstep(-0.92, -1.06, tone) * np.float32(0.9))
    painted = mix(painted, 0.45 * tones.local + 0.55 * tones.light, smoothstep(0.55, 0.68, tone))
    painted = mix(painted, tones.light, smoothstep(1.2, 1.34, tone))
    drawn = lines(alone / 100, flow, 1.7 * unit, reach=12 * unit, tau=0.985, contrast=70.0)
    painted = mix(painted, tones.ink, drawn * core * np.float32(0.34 * ink))
    glaze(canvas[part], painted, hair)


def _strands(alone: Field, core: Field, sitter: Sitter, corner: tuple[int, int]) -> Flow:
    """Where the strands run: as the photo says, and where it says little, as hair falls from the crown."""
    unit = sitter.unit
    height, width = alone.shape
    x = np.arange(width, dtype=np.float32)[None] + corner[0]
    y = np.arange(height, dtype=np.float32)[:, None] + corner[1]
    crown = sitter.points[lm.FOREHEAD_TOP] + sitter.up * 0.02 * sitter.face_height
    away = np.stack(np.broadcast_arrays(x - crown[0], y - crown[1]), axis=-1).astype(np.float32)
    low = -(away @ sitter.up) / sitter.face_height
    # Above the forehead strands sweep around the skull; lower down they hang.
    around = np.stack([-away[..., 1], away[..., 0]], axis=-1) / (np.linalg.norm(away, axis=-1, keepdims=True) + 1)
    side = np.sign(away @ sitter.right)[..., None]
    outward = away / (np.linalg.norm(away, axis=-1, keepdims=True) + 1)
    swept = 0.75 * outward + 0.65 * around * side
    hang = smoothstep(0.0, 0.45, low)[..., None]
    prior = swept * (1 - hang) - sitter.up * hang
    prior /= np.linalg.norm(prior, axis=-1, keepdims=True) + 1e-6
    return structure_flow(blur(alone, 1.1 * unit), 6.5 * unit, core, prior.astype(np.float32))


def _tone(
    alone: Field, core: Field, flow: Flow, sitter: Sitter, corner: tuple[int, int], rng: np.random.Generator
) -> Field:
    """Light and dark of the strands in standard steps: the photo's, some invented clumps, and a band of light."""
    unit = sitter.unit
    height, width = alone.shape
    clumps = noise((height, width), rng, height / (7.5 * unit), octaves=2, aspect=1.0)
    fields = np.stack([blur(alone, 1.6 * unit), clumps], axis=-1)
    half = (max(width // 2, 4), max(height // 2, 4))
    small_flow = Flow(
        along_x=cv2.resize(flow.along_x, half, interpolation=cv2.INTER_NEAREST),
        along_y=cv2.resize(flow.along_y, half, interpolation=cv2.INTER_NEAREST),
        certainty=cv2.resize(flow.certainty, half),
    )
    smeared = smear(cv2.resize(fields, half, interpolation=cv2.INTER_AREA), small_flow, 11 * unit, 1.5)
    drawn: Field = cv2.resize(smeared, (width, height), interpolation=cv2.INTER_CUBIC)
    real = drawn[..., 0] - blur_within(np.ascontiguousarray(drawn[..., 0]), core, 34 * unit)
    spread = float(np.sqrt((real**2 * core).sum() / core.sum()))
    real = real / (spread + 2.2)
    invented = drawn[..., 1] / (float(np.std(drawn[..., 1])) + 1e-6)
    broad = blur_within(alone, core, 22 * unit)
    form = (broad - float((broad * core).sum() / core.sum())) / (
        float(np.sqrt((((broad - broad.mean()) ** 2) * core).sum() / core.sum())) + 5
    )
    band = _band(sitter, (height, width), corner, invented)
    trust = np.clip(spread / 5.0, 0.25, 1.0)
    tone = real * (0.55 + 0.35 * trust) + invented * (0.62 - 0.34 * trust) + 0.45 * form + band
    return blur(np.asarray(tone, np.float32), 1.3 * unit)


def _band(sitter: Sitter, size: tuple[int, int], corner: tuple[int, int], ragged: Field) -> Field:
    """The ring of light around the crown that painted hair has, ragged along the strands; and a darker underside."""
    middle = sitter.points[lm.BETWEEN_EYES]
    x = np.arange(size[1], dtype=np.float32)[None] + (corner[0] - middle[0])
    y = np.arange(size[0], dtype=np.float32)[:, None] + (corner[1] - middle[1])
    across = (x * sitter.right[0] + y * sitter.right[1]) / sitter.face_width
    height = (x * sitter.up[0] + y * sitter.up[1]) / sitter.face_height
    ring = np.hypot(across * 0.85, height) + 0.035 * ragged
    light = np.exp(-(((ring - 0.60) / 0.05) ** 2)) * smoothstep(-0.1, 0.25, height)
    under = smoothstep(-0.15, -0.75, height) * 0.45
    return np.asarray(0.75 * light - under, np.float32)

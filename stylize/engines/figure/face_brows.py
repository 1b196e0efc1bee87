"""Brows: course, thickness, colour and density are measured along the photo's own brow, then painted as clean strokes."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from stylize import landmarks as mesh
from stylize.engines.figure.draw import Floats, lay, ramp, soften, stroke
from stylize.engines.figure.face_colours import FaceColours, rgb, tone
from stylize.engines.figure.face_layout import Layout

_ALONG, _ACROSS = 40, 41
_FORM = (0.30, 0.62, 0.84, 0.94, 0.80)
"""Thickness from the temple to the nose where none can be measured, of what the landmarks span."""


@dataclass(frozen=True, slots=True)
class Brow:
    """`line` (40, 2) from the temple to the nose, pixels of the print; `half` (40,) half its thickness; `depth`: how much
    darker than the skin it is, in L; `colour`: CIELAB; `sure` 0 to 1.
    """

    line: Floats = field(repr=False)
    half: Floats = field(repr=False)
    depth: float
    colour: Floats
    sure: float


def paint_brows(
    picture: Floats, photo_lab: Floats, hair: Floats, layout: Layout, colours: FaceColours, *, measured: bool
) -> None:
    """Paint both brows into `picture`. `photo_lab`: the straightened photo; `hair` (n, n): what covers it; unless
    `measured` only the landmarks say where they are (as under glasses).
    """
    unit = layout.size / 768
    brows = [
        _measure(photo_lab, hair, layout.spots[list(run)], colours, unit, measured)
        for run in (mesh.RIGHT_BROW, mesh.LEFT_BROW)
    ]
    right, left = _alike(brows[0], brows[1])
    for brow in (right, left):
        paint_brow(picture, brow, colours, unit)


def plain_brow(spots: Floats, colours: FaceColours, unit: float) -> Brow:
    """A brow by its landmarks (10, 2) alone, in the colour of the hair."""
    middle, guess = _course(spots, unit)
    return Brow(line=middle, half=guess, depth=26.0, colour=colours.hair, sure=0.0)


def _course(spots: Floats, unit: float) -> tuple[Floats, Floats]:
    """Middle line (40, 2) and half thickness (40,) as the landmarks say."""
    upper, lower = spots[:5], spots[5:][::-1]
    middle = mesh.smooth_open((upper + lower) / 2 + [0, 3 * unit], _ALONG)
    form = np.linalg.norm(lower - upper, axis=1) / 2
    return middle, np.interp(np.linspace(0, 4, _ALONG), range(5), form * _FORM).astype(np.float32)


def _measure(lab: Floats, hair: Floats, spots: Floats, colours: FaceColours, unit: float, measured: bool) -> Brow:
    middle, guess = _course(spots, unit)
    across = np.gradient(middle, axis=0)
    across = np.stack([-across[:, 1], across[:, 0]], 1) / (np.linalg.norm(across, axis=1, keepdims=True) + 1e-6)
    reach = float(guess.mean()) * 3.0
    steps = np.linspace(-reach, reach, _ACROSS, dtype=np.float32)
    places = (middle[:, None] + across[:, None] * steps[:, None]).astype(np.float32)
    seen = cv2.remap(
        soften(lab, 1.2 * unit), places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    covered = cv2.remap(hair, places[..., 0], places[..., 1], cv2.INTER_LINEAR)
    skin = np.percentile(seen[..., 0], 80, axis=1, keepdims=True)
    skin = soften(np.ascontiguousarray(skin, np.float32), 4)
    darker = np.clip(skin - seen[..., 0], 0, None) * np.exp(-((steps / (0.75 * reach)) ** 4))
    depth = float(np.percentile(darker.max(1), 60))
    sure = float(ramp(6, 13, depth) * ramp(0.45, 0.15, float(covered.mean()))) * measured
    share = ramp(0.20, 0.60, darker / max(depth, 6.0))
    mass = share.sum(1) + 1e-3
    shift = (share * steps).sum(1) / mass
    half = mass * float(steps[1] - steps[0]) / 2
    shift, half = (soften(v.astype(np.float32).reshape(-1, 1), 2.2)[:, 0] for v in (shift, half))
    half = np.clip(1.12 * half, 0.40 * guess, 2.1 * guess + 3 * unit)
    strong = seen[share > 0.7]
    colour = np.median(strong, axis=0) if len(strong) > 20 else colours.hair
    return Brow(
        line=np.asarray(middle + across * (sure * shift)[:, None], np.float32),
        half=np.asarray(sure * half + (1 - sure) * guess, np.float32),
        depth=depth,
        colour=np.asarray(sure * colour + (1 - sure) * colours.hair, np.float32),
        sure=sure,
    )


def _alike(right: Brow, left: Brow) -> tuple[Brow, Brow]:
    """Two brows of one face: thickness, depth and colour come nearer to each other, most from the surer one."""
    total = right.sure + left.sure + 1e-3
    share = (right.sure + 5e-4) / total
    half = right.half * share + left.half * (1 - share)
    colour = right.colour * share + left.colour * (1 - share)
    depth = right.depth * share + left.depth * (1 - share)

    def nearer(brow: Brow) -> Brow:
        own = 0.45 * brow.sure
        return Brow(
            line=brow.line,
            half=np.asarray(own * brow.half + (1 - own) * half, np.float32),
            depth=depth,
            colour=colour,
            sure=brow.sure,
        )

    return nearer(right), nearer(left)


def paint_brow(picture: Floats, brow: Brow, colours: FaceColours, unit: float) -> None:
    """Paint one brow as a tapered stroke."""
    left, top = np.maximum(0, np.floor(brow.line.min(0) - 40 * unit)).astype(int)
    right, bottom = np.ceil(brow.line.max(0) + 40 * unit).astype(int)
    patch = picture[top:bottom, left:right]
    along = np.linspace(0, 1, len(brow.line))
    taper = np.clip(np.minimum((along + 0.02) / 0.22, (1.06 - along) / 0.14), 0, 1) ** 0.7
    line = brow.line - np.array([left, top], np.float32)
    mask = stroke(line, np.maximum(brow.half * taper, 0.6), patch.shape, soft=1.3 * unit)
    colour = (0.70 * brow.colour + 0.30 * colours.hair).astype(np.float32)
    colour[0] = np.clip(colour[0] * 0.92, 9, colours.skin[0] - 12)
    colour[1:] *= 0.9
    density = 0.48 + 0.46 * float(ramp(8, 32, brow.depth))
    thin_start = np.clip(1.0 - 0.35 * ramp(0.86, 1.0, along), 0, 1)
    weight = np.interp(np.arange(patch.shape[1]), *_by_column(line[:, 0], thin_start)).astype(np.float32)
    lay(picture[top:bottom, left:right], mask * density * weight, rgb(colour))
    core = stroke(
        line + np.array([0, 0.12 * float(brow.half.mean())], np.float32),
        np.maximum(brow.half * taper * 0.5, 0.4),
        patch.shape,
        soft=2.4 * unit,
    )
    lay(patch, 0.35 * core * density * weight, tone(colour, 0.72))


def _by_column(columns: Floats, values: Floats) -> tuple[Floats, Floats]:
    order = np.argsort(columns)
    return columns[order], values[order]

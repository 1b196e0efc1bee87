"""The clean painting: every region in its own manner, then the face feature by feature."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from stylize.colour import hex_to_lab
from stylize.engines.painting.beard import paint_beard
from stylize.engines.painting.clothes import paint_clothes
from stylize.engines.painting.eyes import paint_eyes
from stylize.engines.painting.features import paint_brows, paint_face_lines, paint_nose, paint_outlines
from stylize.engines.painting.glasses import paint_glasses
from stylize.engines.painting.hair import paint_hair
from stylize.engines.painting.ink import Canvas, Field, blur
from stylize.engines.painting.mouth import paint_mouth
from stylize.engines.painting.palette import mix_palette
from stylize.engines.painting.sitter import Sitter
from stylize.engines.painting.skin import paint_skin
from stylize.models import Look


def paint_portrait(
    canvas: Canvas, sitter: Sitter, measured: Look, look: Look, gain: float, ink: float, seed: int
) -> Iterator[str]:
    """Paint the person onto `canvas`, in place; yields the name of each part when it is done.

    `measured`: as the photo shows them; `look`: as they want to be painted. Colours, glasses and beard follow `look`;
    hair style and outfit keep the photo's shape. `gain`: see `exposure`.
    Every part draws its own chance from `seed`, so that one change does not stir the rest.
    """
    lab = cv2.cvtColor(sitter.pixels, cv2.COLOR_RGB2LAB)
    lightness = np.ascontiguousarray(lab[..., 0])
    palette = mix_palette(look, gain)
    recoloured = look.outer_colour if look.outer_colour != measured.outer_colour else None
    paint_clothes(canvas, sitter, lab, ink, recoloured, measured.outer_colour)
    yield "clothes"
    paint_skin(canvas, sitter, lightness, palette)
    yield "skin"
    paint_face_lines(canvas, sitter, lightness, palette, ink)
    yield "lines"
    paint_nose(canvas, sitter, palette, ink)
    paint_beard(
        canvas,
        sitter,
        lightness,
        palette,
        look.beard,
        np.random.default_rng([seed, 1]),
        seen=look.beard is measured.beard,
    )
    paint_mouth(canvas, sitter, lab, palette, ink)
    paint_eyes(canvas, sitter, lightness, palette, ink)
    yield "face"
    paint_hair(canvas, sitter, lightness, palette, np.random.default_rng([seed, 2]), ink)
    paint_brows(canvas, sitter, lightness, palette, fair=look.hair_colour != measured.hair_colour)
    if look.glasses:
        paint_glasses(canvas, sitter, lightness)
    paint_outlines(canvas, sitter, palette, ink)
    yield "hair"


def recolour(sitter: Sitter, measured: Look, look: Look, gain: float) -> Canvas:
    """The photo's pixels with the overridden colours laid over their regions: for painting without regions."""
    lab = cv2.cvtColor(sitter.pixels, cv2.COLOR_RGB2LAB)
    changed = gain > 1.01
    lab[..., 0] = 100 * (1 - (1 - np.clip(lab[..., 0] / 100, 0, 1)) ** np.float32(1 + 1.6 * (gain - 1)))
    for region, old, new in (
        (sitter.hair, measured.hair_colour, look.hair_colour),
        (sitter.skin, measured.skin_colour, look.skin_colour),
        (sitter.clothes, measured.outer_colour, look.outer_colour),
    ):
        if old == new:
            continue
        changed = True
        _shift(lab, region, hex_to_lab(old), hex_to_lab(new), sitter.unit)
    if not changed:
        return sitter.pixels
    return np.asarray(np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1), np.float32)


def _shift(lab: Canvas, region: Field, old: np.ndarray, new: np.ndarray, unit: float) -> None:
    """Move a region's colours from `old` to `new`, in place, keeping its light and shadow."""
    soft = blur(region, unit)[..., None]
    gain = np.float32(np.clip((new[0] + 8) / (old[0] + 8), 0.25, 4.0))
    moved = lab.copy()
    moved[..., 0] = np.clip((lab[..., 0] + 8) * gain - 8, 0, 100)
    moved[..., 1:] += (new - old)[1:]
    lab += soft * (moved - lab)

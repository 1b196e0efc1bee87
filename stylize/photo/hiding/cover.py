"""Painting patches over a picture: first everything that is hidden, then the soft edges around it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from stylize.models import Pixels
from stylize.photo.hiding.colours import Colours, colours_of, stretch
from stylize.photo.hiding.paint import texture
from stylize.photo.hiding.patch import Cover, Flags, Patch, lay, visible
from stylize.regions import HideStyle

_TILES = 9
"""Along the shorter side of a region, in a mosaic; fewer in a small one."""

_SMALLEST_TILE_PX = 6.0
_MOST_TILES = 48


def cover(pixels: Pixels, patches: Sequence[Patch], style: HideStyle, own: Flags | None = None) -> Pixels:
    """A new picture: `pixels` with every patch painted over in `style`, around the subject's `own` face.

    Colours are taken before anything is painted, edges are drawn after everything is hidden: nothing of a hidden pixel
    gets into another one but by way of a patch's few colours. A large patch covers a smaller one.
    """
    out, hidden = pixels.copy(), np.zeros(pixels.shape[:2], np.uint8)
    ordered = sorted(patches, key=lambda patch: patch.sides[0] * patch.sides[1])
    laid = [(patch, there) for patch in ordered if (there := lay(patch, pixels.shape[:2], own)) is not None]
    paints = [_paint(patch, there, colours_of(pixels, patch, there), style) for patch, there in laid]
    for (_, there), paint in zip(laid, paints, strict=True):
        cv2.copyTo(paint, there.core, visible(there, out))
        visible(there, hidden)[there.core > 0] = 1
    for (_, there), paint in zip(laid, paints, strict=True):
        _soften(visible(there, out), visible(there, hidden), there, paint)
    return out


def _paint(patch: Patch, there: Cover, colours: Colours, style: HideStyle) -> Pixels:
    pattern, how = texture(colours, style, _tiles(patch))
    return stretch(pattern, patch, there, how)


def _soften(part: Pixels, hidden: Flags, there: Cover, paint: Pixels) -> None:
    """Mix the paint into what is seen around the hidden."""
    edge = (there.alpha > 0) & (hidden == 0)
    share = there.alpha[edge][:, None]
    seen = part[edge].astype(np.float32)
    part[edge] = np.asarray(seen + (paint[edge].astype(np.float32) - seen) * share + np.float32(0.5), np.uint8)


def _tiles(patch: Patch) -> tuple[int, int]:
    """(columns, rows) of about square tiles."""
    wide, high = patch.sides
    tile = max(min(wide, high) / _TILES, _SMALLEST_TILE_PX)
    return tuple(int(np.clip(round(side / tile), 1, _MOST_TILES)) for side in (wide, high))  # type: ignore[return-value]

"""What a sheet is printed from: a run's figure or picture, and the box as it was ordered."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from stylize.errors import OutOfRange
from stylize.models import BoxOrder, Pixels
from stylize.toybox.cutout import cut_figure
from stylize.toybox.order import check_order

_VISIBLE = 8
_FLAT = 0.97
"""A cut-out that fills its rectangle to this share is a picture, not a figure."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintParts:
    """Everything the sheets need, and nothing of the photo.

    `picture` (h, w, 3) uint8 sRGB: the picture without a box. `figure` (h, w, 4) uint8 with straight alpha: its figure
    alone, where the engine knows it; else None. `toy`: the picture shows a whole toy, so that one may be cut out of it;
    a painting does not. `order` as `check_order` returned it; `palette` a slug; `title`: what the toy is; `motif`: the pattern of
    the card, see `stylize.toybox.ground`; `toys`: what was painted for `order.toys`.
    """

    picture: Pixels = field(repr=False)
    figure: Pixels | None = field(repr=False)
    toy: bool
    order: BoxOrder
    palette: str
    title: str
    motif: int = 0
    toys: tuple[Pixels, ...] = field(default=(), repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Art:
    """What stands before the card. `pixels` (h, w, 4) uint8, straight alpha, trimmed. `stands`: a figure that can be cut
    out and stood up; else a picture with square corners. `alone`: whom a picture shows, cut out, where that is known.
    """

    pixels: Pixels = field(repr=False)
    stands: bool
    alone: Pixels | None = field(default=None, repr=False)


def check_parts(parts: PrintParts) -> PrintParts:
    """The parts with the order checked again. Raises RequestError for an order, OutOfRange for a picture too small."""
    if min(parts.picture.shape[:2]) < 64:
        raise OutOfRange(field="picture", low=64, high="any number")
    order = check_order(parts.order)
    check_order(BoxOrder(palette=parts.palette))
    return replace(parts, order=order)


def art_of(parts: PrintParts) -> Art:
    """The figure, cut out of its ground where that must be done; or the whole picture."""
    alone = None if parts.figure is None else _trimmed(parts.figure)
    if parts.toy and alone is not None:
        return Art(pixels=alone, stands=True)
    if parts.toy:
        cover = cut_figure(parts.picture).alpha
        figure = _trimmed(np.dstack([parts.picture, np.asarray(cover * 255 + 0.5, np.uint8)]))
        if float((figure[..., 3] > 127).mean()) < _FLAT:
            return Art(pixels=figure, stands=True)
    whole = np.full(parts.picture.shape[:2], 255, np.uint8)
    return Art(pixels=np.dstack([parts.picture, whole]), stands=False, alone=alone)


def _trimmed(figure: npt.NDArray[np.uint8]) -> Pixels:
    """Cut to what is visible."""
    rows = np.nonzero(figure[..., 3].max(1) > _VISIBLE)[0]
    columns = np.nonzero(figure[..., 3].max(0) > _VISIBLE)[0]
    if not len(rows):
        return figure
    return figure[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]

"""Sheets of paper in millimetres: sizes, printed pixels, and the thin lines along which they are cut and folded."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from stylize.errors import UnknownChoice

DPI = 300
MM_PER_INCH = 25.4
Spot = tuple[float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """An upright sheet. Sizes in millimetres."""

    slug: str
    width_mm: float
    height_mm: float


PAPERS: MappingProxyType[str, Paper] = MappingProxyType(
    {
        "a4": Paper(slug="a4", width_mm=210.0, height_mm=297.0),
        "letter": Paper(slug="letter", width_mm=215.9, height_mm=279.4),
    }
)
"""ISO 216 and ANSI/ASME Y14.1, by slug."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A thin line through `points` (x, y in millimetres from the sheet's upper left corner). Dashed: fold here.

    `grey`: 0 black to 1 white. `closed`: back to its beginning.
    """

    points: tuple[Spot, ...] = field(repr=False)
    dashed: bool = False
    closed: bool = False
    grey: float = 0.35


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One printed page: `pixels` (h, w, 3) uint8 sRGB at DPI from the upper left corner, and `lines` over them."""

    paper: Paper
    pixels: npt.NDArray[np.uint8] = field(repr=False)
    lines: tuple[Line, ...] = field(repr=False)


def paper_of(slug: str) -> Paper:
    """The paper of that name. UnknownChoice for another."""
    if slug not in PAPERS:
        raise UnknownChoice(kind="paper", choices=", ".join(PAPERS))
    return PAPERS[slug]


def to_px(millimetres: float) -> float:
    """Millimetres → pixels at DPI."""
    return millimetres * DPI / MM_PER_INCH


def to_mm(pixels: float) -> float:
    """Pixels at DPI → millimetres."""
    return pixels * MM_PER_INCH / DPI

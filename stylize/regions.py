"""What in a photo is not the subject's to give, and how it is hidden. Part of `stylize.models`; import it there.

A `Region` is found by `stylize.photo.inspect`; a `HideOrder` says what becomes of it before an engine sees anything, and in
a redacted copy of the photo.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import numpy as np
import numpy.typing as npt

from stylize.geometry import Box


class RegionKind(StrEnum):
    """What a region seems to show."""

    FACE = "face"
    TEXT = "text"
    PAPER = "paper"
    BADGE = "badge"
    SCREEN = "screen"
    PLATE = "plate"
    NUDITY = "nudity"


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """`corners` (4, 2) float32: a quadrangle in the pixels of the photo, clockwise from its top left; `box` holds it.
    `score` 0 to 1: how sure its finder is. `face`: for a face, its number in `Findings.faces`; None for one that is too
    small or too turned to become a picture, and for everything else.
    """

    kind: RegionKind
    box: Box
    corners: npt.NDArray[np.float32] = field(repr=False)
    score: float
    face: int | None = None


HideStyle = Literal["blur", "mosaic", "solid"]
HideBackground = Literal["keep", "blur", "mosaic", "solid", "replace"]


@dataclass(frozen=True, kw_only=True, slots=True)
class HideOrder:
    """What is hidden, and how. As it is without any word: every region but the subject's own face, and the background.

    `style`: of the regions. `background`: of what is not the person; "replace": by a plain studio ground. `shown`: numbers
    in `Findings.regions` that the user wants to be seen after all. `boxes`: what the user hides besides, in the pixels of
    the photo. Whichever it is, of what is hidden no pixel survives, and no more than a handful of colours.
    """

    style: HideStyle = "blur"
    background: HideBackground = "blur"
    shown: tuple[int, ...] = ()
    boxes: tuple[Box, ...] = ()


HIDE_STYLES: tuple[HideStyle, ...] = ("blur", "mosaic", "solid")
HIDE_BACKGROUNDS: tuple[HideBackground, ...] = ("keep", "blur", "mosaic", "solid", "replace")

"""What holds a diffused picture to a person beside its prompt. Part of `stylize.models`; import it there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ControlKind = Literal["depth", "softedge", "canny"]
CONTROL_KINDS: tuple[ControlKind, ...] = ("depth", "softedge", "canny")


@dataclass(frozen=True, kw_only=True, slots=True)
class Control:
    """A ControlNet at work. `kind`: what its picture shows; `drawn_from`: of whom. `scale`: 0 to 2, diffusers'
    controlnet_conditioning_scale; `start`, `end`: the share of the steps between which it acts.
    """

    kind: ControlKind
    drawn_from: Literal["subject", "figure"]
    scale: float
    start: float = 0.0
    end: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class FacePass:
    """The face of the finished picture, painted once more at the size the model knows best, where it came out small."""

    strength: float
    prompt: str = field(repr=False)

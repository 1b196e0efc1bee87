"""What an engine that denoises says of itself, for tests that bring one of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from stylize.geometry import Size
from stylize.models import Capabilities

_PAINTER = Capabilities(
    name="diffusion",
    ready=True,
    why="",
    uses_weights=True,
    denoises=True,
    size_multiple=8,
    min_size=Size(width=64, height=64),
    max_size=Size(width=1024, height=1024),
    family="sd15",
)


def painter(**more: Any) -> Capabilities:
    """Ready, of SD 1.5's family, up to 1024 x 1024; `more` are other fields of Capabilities."""
    return replace(_PAINTER, **more)

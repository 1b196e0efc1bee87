"""The slider between toy and person: how far it moves strength, adapter scale and ControlNet weight."""

from __future__ import annotations

from dataclasses import dataclass

Ends = tuple[float, float]
"""A value where the slider says toy (0), and where it says person (1)."""

MIDDLE = 0.5
"""Where the slider leaves everything as the style says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Likeness:
    """A style's curves. None: that value stays as it is wherever the slider stands."""

    strength: Ends | None = None
    ip_adapter_scale: Ends | None = None
    controlnet_conditioning_scale: Ends | None = None


PLAIN = Likeness()


def move(own: float, ends: Ends | None, likeness: float | None) -> float:
    """The style's `own` value at `likeness` 0 to 1: straight from one end to the middle, and on to the other end.

    None is the middle, where the value is exactly `own`.
    """
    if ends is None or likeness is None or likeness == MIDDLE:
        return own
    end = ends[0] if likeness < MIDDLE else ends[1]
    share = abs(likeness - MIDDLE) / MIDDLE
    return round(own + (end - own) * share, 4)
